"""The two that are compared, ours and the f5-tts package, reading the same chunks after the same reference."""

import ast
import importlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count, cycle
from typing import Any

import numpy as np
import torch

from benchmarks.operations import synchronize
from f5tts_worker.audio import SAMPLE_RATE, Samples
from f5tts_worker.engines.upstream import UpstreamModel
from f5tts_worker.f5.batches import Utterance
from f5tts_worker.f5.duration import SHORT_BYTES, Pace, ending_sentence
from f5tts_worker.f5.mel import HOP
from f5tts_worker.f5.model import F5Model
from f5tts_worker.f5.places import f5_tts_file
from f5tts_worker.f5.sampler import Guidance
from f5tts_worker.settings import Settings
from f5tts_worker.worker import sample_reference

TARGET_RMS, CROSS_FADE_S = 0.1, 0.15
"""Defaults of both."""

SENTENCES = [
    "The old harbour is quiet in the early hours.",
    "A boat comes in, and two men step ashore.",
    "Nobody asks them where they have been since.",
    "One of them carries a lamp that still burns.",
    "They walk up the hill without another word.",
    "Behind a window somebody is reading a letter.",
    "It was written years ago by a distant friend.",
    "By noon the whole town knows what is in it.",
]
"""41 to 45 bytes: 4 to 4.5 s in the pace of the sample reference."""


@dataclass(frozen=True, eq=False)
class Reading:
    """What both are given."""

    samples: Samples
    """The reference (n_samples,), as loud as both would make it."""
    pace: Pace
    chunks: list[str]
    steps: int

    @property
    def guidance(self) -> Guidance:
        """The defaults, but for the steps."""
        return Guidance(self.steps, 2.0, -1.0)

    @property
    def frames(self) -> list[int]:
        """Of reference and chunk together, for each."""
        return [self.pace.frames_for(chunk, 1.0) for chunk in self.chunks]

    @property
    def utterances(self) -> list[Utterance]:
        """As ours takes them."""
        pairs = zip(self.chunks, self.frames, count())
        return [Utterance(chunk, n_frames, seed) for chunk, n_frames, seed in pairs]

    @property
    def spoken_s(self) -> float:
        """Seconds of speech that come of it, before chunks are faded into each other."""
        return sum(n_frames - self.pace.frames for n_frames in self.frames) * HOP / SAMPLE_RATE


def make_reading(chunks: list[str], steps: int, reference_s: float | None = None) -> Reading:
    """With the sample reference, or its first seconds and words."""
    samples, pace = reference(reference_s)
    return Reading(samples, pace, chunks, steps)


def reference(seconds: float | None = None) -> tuple[Samples, Pace]:
    """The sample reference, or its first seconds and so much of its text as goes with them."""
    sample = sample_reference()
    whole, text = sample.audio.samples, sample.text or ""
    samples = whole[: round(seconds * SAMPLE_RATE)] if seconds else whole
    words = text[: round(len(text) * len(samples) / len(whole))].strip() or text
    raised = samples * max(1.0, TARGET_RMS / float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))))
    return raised.astype(np.float32), Pace(len(samples), ending_sentence(words))


def chunks_of(seconds: float, n: int, pace: Pace) -> list[str]:
    """So many texts of about so many seconds each, 0.8 to 1.2 times as long as that; none is of SHORT_BYTES, which the
    package speaks slower."""
    per_byte = pace.frames * HOP / SAMPLE_RATE / len(pace.spoken_text().encode())
    words = cycle(" ".join(SENTENCES).split())
    lengths = cycle((1.0, 0.8, 1.2, 0.9, 1.1))
    return [_text_of(max(SHORT_BYTES + 2, round(seconds * next(lengths) / per_byte)), words) for _ in range(n)]


def _text_of(n_bytes: int, words: Iterator[str]) -> str:
    text = next(words)
    while len(text) < n_bytes:
        text += f" {next(words)}"
    return f"{text[: n_bytes - 1].strip()}."


class Ours:
    """The worker's model, called as its engine calls it."""

    def __init__(self, settings: Settings) -> None:
        self.model = F5Model.load(settings)
        self.device = self.model.device

    def read(self, reading: Reading) -> Samples:
        """In the batches that the model chooses."""
        voice = self.model.prepare(reading.samples, reading.pace.spoken_text())
        return self._read_in(voice, self.model.batches(reading.utterances, first_alone=True), reading)

    def read_in(self, batches: list[list[int]], reading: Reading) -> Samples:
        """In given batches of the chunks' numbers."""
        return self._read_in(self.model.prepare(reading.samples, reading.pace.spoken_text()), batches, reading)

    def _read_in(self, voice: Any, batches: list[list[int]], reading: Reading) -> Samples:
        utterances = reading.utterances
        parts: dict[int, Samples] = {}
        for batch in batches:
            waves = self.model.speak(voice, [utterances[i] for i in batch], reading.guidance)
            parts |= dict(zip(batch, waves, strict=True))
        return cross_faded([parts[i] for i in range(len(utterances))])


class Upstream:
    """The f5-tts package: its model, and its way of reading several chunks, which is a pool of threads."""

    def __init__(self, settings: Settings, *, compiled: bool = False) -> None:
        """`compiled`: the one function from its file, without the half minute of importing its module."""
        imported = None if compiled else imported_infer()  # before the model, which steps over the package's __init__
        self.model = UpstreamModel.load(settings)
        self.device = self.model.device
        self._infer = imported or compiled_infer()

    def read(self, reading: Reading) -> Samples:
        """By infer_batch_process."""
        torch.manual_seed(0)
        reference = (torch.from_numpy(reading.samples)[None], SAMPLE_RATE)
        spoken = self._infer(
            reference,
            reading.pace.reference_text,
            reading.chunks,
            self.model.cfm,
            self.model.vocos,
            progress=None,
            nfe_step=reading.steps,
            device=self.model.device,
        )
        return np.asarray(next(spoken)[0])


def cross_faded(parts: list[Samples]) -> Samples:
    """Chunks one after another, each fading into the next, as the package joins them."""
    whole = parts[0]
    for part in parts[1:]:
        overlap = min(int(CROSS_FADE_S * SAMPLE_RATE), len(whole), len(part))
        rising = np.linspace(0, 1, overlap, dtype=np.float32)
        kept = len(whole) - overlap
        both = whole[kept:] * rising[::-1] + part[:overlap] * rising
        whole = np.concatenate([whole[:kept], both, part[overlap:]])
    return whole


def imported_infer() -> Callable[..., Any] | None:
    """The package's function, if its module can be imported here."""
    try:
        module = importlib.import_module("f5_tts.infer.utils_infer")
    except ImportError as e:
        print(f"f5_tts.infer.utils_infer cannot be imported ({e}): its function is compiled from its file", flush=True)
        return None
    infer: Callable[..., Any] = module.infer_batch_process
    return infer


def compiled_infer() -> Callable[..., Any]:
    """The package's function from its file, with the names that it uses; the package's model must be loaded."""
    path = f5_tts_file("infer/utils_infer.py")
    if path is None:
        raise SystemExit("the package f5-tts is not installed: scripts/setup dev")
    body = ast.parse(path.read_text()).body
    function = next(n for n in body if isinstance(n, ast.FunctionDef) and n.name == "infer_batch_process")
    scope: dict[str, Any] = {
        **{"torch": torch, "np": np, "tqdm": None, "ThreadPoolExecutor": ThreadPoolExecutor},
        **{"target_sample_rate": SAMPLE_RATE, "hop_length": HOP},
        "convert_char_to_pinyin": importlib.import_module("f5_tts.model.utils").convert_char_to_pinyin,
    }
    exec(compile(ast.Module([function], []), str(path), "exec"), scope)  # noqa: S102  # the package's code
    infer: Callable[..., Any] = scope["infer_batch_process"]
    return infer


def check_alike(ours: Samples, upstream: Samples) -> None:
    """Both must have done the same work: end the program if one spoke longer than the other."""
    if abs(len(ours) - len(upstream)) > 0.01 * len(upstream):
        raise SystemExit(f"not comparable: ours spoke {len(ours)} samples, upstream {len(upstream)}")


def waited(read: Callable[[], Any], device: torch.device) -> Callable[[], None]:
    """The same, until the device is done."""

    def read_all() -> None:
        synchronize(device)
        read()
        synchronize(device)

    return read_all
