"""Sampler: from noise to mel, by following the flow in a few steps."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from .config import N_MELS
from .dit import DiT, rotary_table

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


@dataclass(frozen=True)
class Guidance:
    """How the flow is followed."""

    steps: int
    cfg_strength: float
    sway: float


def time_steps(steps: int, sway: float, device: torch.device, dtype: torch.dtype) -> Tensor:
    """When the flow is looked at, (steps + 1,) times from 0 to 1; `sway` below 0 moves them to the beginning."""
    pruned = PRUNED_STEPS.get(steps)
    if pruned:
        times = torch.tensor(pruned, device=device, dtype=dtype) * (1 / 32)
    else:
        times = torch.linspace(0, 1, steps + 1, device=device, dtype=dtype)
    return times + sway * (torch.cos(torch.pi / 2 * times) - 1 + times)


@torch.inference_mode()
def sample(
    dit: DiT,
    reference: Tensor,
    ids: Tensor,
    noise: Tensor,
    guidance: Guidance,
    check_stop: Callable[[], None] = lambda: None,
) -> Tensor:
    """The mel that follows `reference` and says `ids`.

    reference (n_reference, N_MELS), ids (n_ids,) of reference text and text together, noise (n, N_MELS) with n the
    frames of both -> (n, N_MELS), of which the first n_reference are the reference.
    """
    n_frames, n_reference = noise.shape[0], reference.shape[0]
    shown = torch.zeros_like(noise)
    shown[:n_reference] = reference.to(noise.dtype)
    rotary = rotary_table(n_frames, noise.device)
    text = dit.text_embed(ids, n_frames)
    guided = guidance.cfg_strength >= 1e-5
    if guided:  # the second item of the batch sees neither reference nor text
        text = torch.cat((text, dit.text_embed(ids, n_frames, drop=True)))
        references = torch.stack((shown, torch.zeros_like(shown)))
    else:
        references = shown[None]
    # Times and mel in float32 whatever the model's precision: in half, the first of 128 steps have no length.
    times = time_steps(guidance.steps, guidance.sway, noise.device, torch.float32)
    mel = noise.float()
    for now, after in itertools.pairwise(times):
        check_stop()
        noisy = mel.to(noise.dtype).expand(len(references), n_frames, N_MELS)
        flow = dit(noisy, references, text, now, rotary).float()
        if guided:
            flow = flow[0] + (flow[0] - flow[1]) * guidance.cfg_strength
        mel = mel + (after - now) * flow.view(n_frames, N_MELS)
    return torch.cat((shown[:n_reference].float(), mel[n_reference:]))
