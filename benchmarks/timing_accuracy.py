"""How far the offline aligner's word starts are from the truth, how fast it is, and what memory it takes.

The truth is espeak's own: it knows the sample at which each word begins. The aligner hears another voice than its own.
"""

import itertools
import json
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import matplotlib as mpl
import numpy as np

from benchmarks.report import machine, options, show
from benchmarks.timing_cases import Case, Half, Noise, cases
from f5tts_worker import espeak
from f5tts_worker.aligners.offline import OfflineAligner
from f5tts_worker.audio import SAMPLE_RATE, Audio, Samples, resample

mpl.use("Agg")

from matplotlib import pyplot as plt  # the backend has to be chosen first

RESULTS = Path(__file__).parent / "results"
SNR_DB = 25
SOUNDING = 2 / 32768
LONG_S = 1200


@dataclass(frozen=True)
class Heard:
    """Speech whose word starts are known."""

    audio: Audio
    starts_ms: list[float]
    ends_ms: list[float]


def clean(case: Case) -> Heard:
    """As espeak speaks it."""
    utterance = espeak.speak(case.text.split(), case.voice, case.rate)
    return _heard(utterance.audio, utterance.starts_ends)


def pauses(case: Case) -> Heard:
    """With 0.25 to 1.5 s of near silence before about a third of the words, and 0.5 s at both ends.

    A word behind such a pause begins where it sounds: nobody hears where the pause ends and a silent closure begins.
    """
    generator = np.random.default_rng(case.seed)
    utterance = espeak.speak(case.text.split(), case.voice, case.rate)
    samples, rate = utterance.audio.samples, utterance.audio.rate
    parts: list[Samples] = []
    bounds: list[tuple[int, int]] = []
    at = 0
    following = [start for start, _ in utterance.starts_ends[1:]] + [len(samples)]
    for i, ((start, end), until) in enumerate(zip(utterance.starts_ends, following, strict=True)):
        paused = i == 0 or generator.random() < 1 / 3
        gap = int(rate * (generator.uniform(0.25, 1.5) if i else 0.5)) if paused else 0
        closure = int(np.argmax(np.abs(samples[start:until]) > SOUNDING)) if paused else 0
        parts += [_hush(gap), samples[start:until]]
        bounds.append((at + gap + closure, at + gap + end - start))
        at += gap + until - start
    return _heard(Audio(np.concatenate([*parts, _hush(rate // 2)]), rate), bounds)


def noise(case: Case) -> Heard:
    """With noise 25 dB below the speech."""
    heard = clean(case)
    samples = heard.audio.samples
    added = _noise(case.noise, len(samples), case.seed)
    level = np.sqrt(np.mean(samples**2) / np.mean(added**2)) * 10 ** (-SNR_DB / 20)
    return Heard(Audio((samples + level * added).astype(np.float32), SAMPLE_RATE), heard.starts_ms, heard.ends_ms)


def word_wise(case: Case) -> Heard:
    """Each word spoken by itself, one after another with 20 to 120 ms between: another melody, other joints."""
    generator = np.random.default_rng(case.seed)
    parts: list[Samples] = []
    bounds: list[tuple[int, int]] = []
    at = 0
    for word in case.text.split():
        utterance = espeak.speak([word], case.voice, case.rate)
        start, end = utterance.starts_ends[0]
        gap = int(utterance.audio.rate * generator.uniform(0.02, 0.12))
        parts += [utterance.audio.samples[start:end], _hush(gap)]
        bounds.append((at, at + end - start))
        at += end - start + gap
    return _heard(Audio(np.concatenate(parts), utterance.audio.rate), bounds)


CONDITIONS: dict[str, Callable[[Case], Heard]] = {
    "clean": clean,
    "pauses": pauses,
    "noise": noise,
    "word-wise": word_wise,
}


def _heard(audio: Audio, bounds: list[Any]) -> Heard:
    starts, ends = ([bound[side] * 1000 / audio.rate for bound in bounds] for side in (0, 1))
    return Heard(resample(audio, SAMPLE_RATE), starts, ends)


def _hush(length: int) -> Samples:
    """Almost silence: 72 dB down."""
    return (np.random.default_rng(length).standard_normal(length) * 2.5e-4).astype(np.float32)


def _noise(kind: Noise, length: int, seed: int) -> Samples:
    generator = np.random.default_rng(seed)
    hiss = generator.standard_normal(length)
    hz = np.fft.rfftfreq(length, 1 / SAMPLE_RATE)
    if kind == "pink":
        hiss = np.fft.irfft(np.fft.rfft(hiss) / np.sqrt(np.maximum(hz, 20)), length)
    if kind == "hum":  # of the mains, with its overtones, over a tenth as much hiss
        seconds = np.arange(length) / SAMPLE_RATE
        hiss = 0.1 * hiss + sum(np.sin(2 * np.pi * 50 * k * seconds) / k for k in range(1, 12))
    return hiss.astype(np.float32)


@dataclass(frozen=True)
class Measured:
    """One case under one condition."""

    case: Case
    condition: str
    start_errors_ms: list[float]
    end_errors_ms: list[float]
    seconds: float
    audio_s: float


def measure(aligner: OfflineAligner, case: Case, condition: str, repeats: int = 1) -> Measured:
    """Align one case; its time is the best of the repeats, for other programs run here too."""
    heard = CONDITIONS[condition](case)
    seconds = np.inf
    for _ in range(repeats):
        began = time.perf_counter()
        words = aligner.align(heard.audio, case.text.split(), case.language)
        seconds = min(seconds, time.perf_counter() - began)
    starts = [word.start_ms - true for word, true in zip(words, heard.starts_ms, strict=True)]
    ends = [word.end_ms - true for word, true in zip(words, heard.ends_ms, strict=True)]
    return Measured(case, condition, starts, ends, seconds, heard.audio.duration_s)


def row(condition: str, half: Half, measured: list[Measured]) -> dict[str, Any]:
    """One line of the table."""
    starts = np.abs(np.concatenate([m.start_errors_ms for m in measured]))
    ends = np.abs(np.concatenate([m.end_errors_ms for m in measured]))
    return {
        "condition": condition,
        "half": half,
        "words": len(starts),
        "start median ms": round(float(np.median(starts)), 1),
        "start p95 ms": round(float(np.percentile(starts, 95)), 1),
        "start max ms": round(float(starts.max())),
        "end median ms": round(float(np.median(ends)), 1),
        "end p95 ms": round(float(np.percentile(ends, 95)), 1),
        "RTF": round(sum(m.seconds for m in measured) / sum(m.audio_s for m in measured), 4),
    }


def long_row(aligner: OfflineAligner) -> dict[str, Any]:
    """Twenty minutes at once: time, errors, and the memory that aligning them takes besides the audio."""
    spoken = [case for case in cases("dev") if case.language == "en"]
    parts: list[Samples] = []
    words: list[str] = []
    truth: list[float] = []
    at = 0.0
    for case in itertools.cycle(spoken):
        heard = pauses(case)
        parts.append(heard.audio.samples)
        words += case.text.split()
        truth += [at + start for start in heard.starts_ms]
        at += heard.audio.duration_s * 1000
        if at > LONG_S * 1000:
            break
    audio = Audio(np.concatenate(parts), SAMPLE_RATE)
    del parts
    before = _peak_mb()
    began = time.perf_counter()
    found = aligner.align(audio, words, "en")
    seconds = time.perf_counter() - began
    errors = np.abs([word.start_ms - true for word, true in zip(found, truth, strict=True)])
    return {
        "minutes": round(audio.duration_s / 60, 1),
        "words": len(words),
        "start median ms": round(float(np.median(errors)), 1),
        "start p95 ms": round(float(np.percentile(errors, 95)), 1),
        "start max ms": round(float(errors.max())),
        "RTF": round(seconds / audio.duration_s, 4),
        "memory besides the audio MB": round(_peak_mb() - before),
    }


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def draw(measured: list[Measured], picture: Path) -> None:
    """How many of the word starts are within so many milliseconds."""
    figure, axes = plt.subplots(1, 2, figsize=(11, 4), sharey=True, constrained_layout=True)
    for axis, half in zip(axes, get_args(Half), strict=True):
        for condition in CONDITIONS:
            chosen = [m.start_errors_ms for m in measured if (m.condition, m.case.half) == (condition, half)]
            errors = np.sort(np.abs(np.concatenate(chosen))) if chosen else np.zeros(1)
            axis.plot(np.maximum(errors, 0.5), (np.arange(len(errors)) + 1) / len(errors), label=condition)
        axis.set(title=half, xscale="log", xlabel="error of a word's start, ms", ylim=(0, 1.01))
        axis.grid(which="both", alpha=0.3)
    axes[0].set_ylabel("share of words within it")
    axes[0].legend()
    figure.savefig(picture, dpi=80)


def main() -> None:
    """Measure, print, and write benchmarks/results/timing_accuracy.*."""
    parser = options(__doc__)
    parser.add_argument("--half", choices=get_args(Half), help="only this half, and write nothing")
    arguments = parser.parse_args()
    aligner = OfflineAligner()
    aligner.load()
    long = [] if arguments.half else [long_row(aligner)]  # first: its peak is then its own
    halves: list[Half] = [arguments.half] if arguments.half else list(get_args(Half))
    measured = [
        measure(aligner, case, name, repeats=3) for name in CONDITIONS for half in halves for case in cases(half)
    ]
    rows = [
        row(name, half, [m for m in measured if (m.condition, m.case.half) == (name, half)])
        for name in CONDITIONS
        for half in halves
    ]
    show("Word times of the offline aligner", rows, arguments.json)
    if long:
        show("Twenty minutes at once", long, None)
        tables = "\n".join(_markdown(table) for table in (rows, long))
        text = f"# Word times of the offline aligner\n\n{__doc__}\nOn {machine()}.\n\n{tables}"
        (RESULTS / "timing_accuracy.md").write_text(text)
        (RESULTS / "timing_accuracy.json").write_text(
            json.dumps({"machine": machine(), "rows": rows, "long": long}, indent=1) + "\n"
        )
        draw(measured, RESULTS / "timing_accuracy.png")


def _markdown(rows: list[dict[str, Any]]) -> str:
    lines = [list(rows[0]), ["---"] * len(rows[0]), *([str(value) for value in line.values()] for line in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    main()
