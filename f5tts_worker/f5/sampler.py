"""Sampler: Euler steps from noise to speech along the flow that the DiT predicts, with classifier-free guidance."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import pad

from .attention import Padding, flash_works
from .batches import bucket
from .dit import DiT, Given
from .steps import EagerStep, StepGraphs

# Empirically pruned steps (EPSS): which of 32 equal steps are kept when few are asked for; they lie close together at
# the beginning, where the flow bends.
PRUNED_STEPS = {
    5: (0, 2, 4, 8, 16, 32),
    6: (0, 2, 4, 6, 8, 16, 32),
    7: (0, 2, 4, 6, 8, 16, 24, 32),
    10: (0, 2, 4, 6, 8, 12, 16, 20, 24, 28, 32),
    12: (0, 2, 4, 6, 8, 10, 12, 14, 16, 20, 24, 28, 32),
    16: (0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32),
}

SCHEDULES_KEPT = 8
"""One of 32 steps takes 9 MB in half precision."""

STEPS_AHEAD = 4
"""A GPU is given this many steps before it is waited for: otherwise it had all of them before a stop can be heeded."""

UNGUIDED = 1e-5
"""Below this the flow without text is not computed."""


@dataclass(frozen=True)
class Guidance:
    """How the flow is followed."""

    steps: int
    cfg_strength: float
    sway: float


@dataclass(frozen=True, eq=False)
class Passage:
    """What one mel is made of."""

    reference: Tensor
    """Mel, (n_reference, N_MELS)."""
    ids: Tensor
    """Tokens of the reference's text and of what is to be said, (n_ids,)."""
    noise: Tensor
    """(n, N_MELS), n the frames of both."""


@dataclass(frozen=True, eq=False)
class Schedule:
    """Everything that depends on the steps alone."""

    modulation: Tensor
    """See DiT.modulation, (steps, depth * PARTS + 2, d)."""
    lengths: Tensor
    """Of each step, (steps,)."""


def time_steps(steps: int, sway: float, device: torch.device, dtype: torch.dtype) -> Tensor:
    """When the flow is looked at, (steps + 1,) times from 0 to 1; `sway` below 0 moves them to the beginning."""
    pruned = PRUNED_STEPS.get(steps)
    if pruned:
        times = torch.tensor(pruned, device=device, dtype=dtype) * (1 / 32)
    else:
        times = torch.linspace(0, 1, steps + 1, device=device, dtype=dtype)
    return times + sway * (torch.cos(torch.pi / 2 * times) - 1 + times)


class Sampler:
    """Follows the flow of one DiT."""

    def __init__(self, dit: DiT, graphs: StepGraphs | None = None) -> None:
        """With `graphs`, passages are padded to the lengths of those; without, they run as they are."""
        self.dit = dit
        self.graphs = graphs
        self.flash = flash_works(dit.device, dit.dtype)
        self._schedules: OrderedDict[tuple[int, float], Schedule] = OrderedDict()

    @torch.inference_mode()
    def sample(
        self, passages: Sequence[Passage], guidance: Guidance, check_stop: Callable[[], None] = lambda: None
    ) -> list[Tensor]:
        """The mel of each passage, (n, N_MELS) in float32; its first n_reference frames are the reference."""
        schedule = self._schedule(guidance.steps, guidance.sway)
        guided = guidance.cfg_strength >= UNGUIDED
        longest = max(len(passage.noise) for passage in passages)
        given = self._given(passages, bucket(longest) if self.graphs else longest, guided)
        # The mel in float32 whatever the model's precision, and the times too: in half, the first of 128 steps have
        # no length.
        mel = _stacked([passage.noise.float() for passage in passages], given.embedded.shape[1])
        step = (
            self.graphs.step(self.dit, mel, given, schedule.modulation[0])
            if self.graphs
            else EagerStep(self.dit, mel, given)
        )
        strength = torch.full((), guidance.cfg_strength, device=mel.device)
        for i, (modulation, length) in enumerate(zip(schedule.modulation, schedule.lengths, strict=True), 1):
            check_stop()
            step(modulation, length, strength)
            if mel.is_cuda and i % STEPS_AHEAD == 0:
                torch.cuda.synchronize()
        return [
            torch.cat((passage.reference.float(), mel[len(passage.reference) : len(passage.noise)]))
            for passage, mel in zip(passages, step.mel, strict=True)
        ]

    def _schedule(self, steps: int, sway: float) -> Schedule:
        """Computed once and kept: the time's part of the model is 41 % of its weights, to be read at every step."""
        key = (steps, sway)
        if key not in self._schedules:
            times = time_steps(steps, sway, self.dit.device, torch.float32)
            self._schedules[key] = Schedule(self.dit.modulation(times[:-1]), times.diff())
            if len(self._schedules) > SCHEDULES_KEPT:
                self._schedules.popitem(last=False)
        self._schedules.move_to_end(key)
        return self._schedules[key]

    def _given(self, passages: Sequence[Passage], n_frames: int, guided: bool) -> Given:
        """What the passages have for the model, padded to `n_frames`; texts and nothing in place of them."""
        dit = self.dit
        references = [_padded(passage.reference, n_frames) for passage in passages]
        # Text is read at its own length: the norm in its blocks sees all of it.
        texts = [dit.text_embed(passage.ids, len(passage.noise), guided=guided) for passage in passages]
        seen = torch.stack(references)
        text = torch.stack([_padded(text, n_frames) for text in texts], dim=1)
        if guided:
            seen = torch.cat((seen, torch.zeros_like(seen)))
        embedded = dit.input_embed.given(seen.to(dit.dtype), text.flatten(0, 1))
        rotary = dit.rotary(n_frames)
        lengths = [len(passage.noise) for passage in passages] * (1 + guided)
        if self.graphs is None and min(lengths) == n_frames:
            return Given(embedded, rotary)
        return Given(embedded, rotary, Padding.behind(lengths, n_frames, dit.device, dit.dtype, self.flash))


def _padded(frames: Tensor, n_frames: int) -> Tensor:
    """(..., n, d) -> (..., n_frames, d)."""
    return pad(frames, (0, 0, 0, n_frames - frames.shape[-2]))


def _stacked(mels: list[Tensor], n_frames: int) -> Tensor:
    """(n, N_MELS) each -> (b, n_frames, N_MELS)."""
    return torch.stack([_padded(mel, n_frames) for mel in mels])
