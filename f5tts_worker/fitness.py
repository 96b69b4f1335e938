"""Fitness: what RunPod's SDK asks of a loaded worker before its first job."""

from collections.abc import Callable

import numpy as np

from .audio import SAMPLE_RATE, Audio, decode, encode
from .worker import Worker

Check = Callable[[], None]


def fitness_checks(worker: Worker) -> list[Check]:
    """The checks for `register_fitness_check`: one that raises tells RunPod its name and why, and the worker ends."""
    checks = {**worker.engine.fitness_checks(), "ffmpeg": check_ffmpeg}
    return [_named(name, check) for name, check in checks.items()]


def check_ffmpeg() -> None:
    """Write and read back a second of mp3; raises RuntimeError, or what ffmpeg's absence raises."""
    tone = Audio((np.sin(np.arange(SAMPLE_RATE) / 10) / 2).astype(np.float32), SAMPLE_RATE)
    heard = decode(encode(tone, "mp3"), max_s=10)
    if abs(heard.duration_s - tone.duration_s) > 0.2:
        raise RuntimeError(f"ffmpeg wrote {heard.duration_s:.2f} s of mp3 for {tone.duration_s:.2f} s of sound")


def _named(name: str, check: Check) -> Check:
    def named() -> None:
        check()

    named.__name__ = name  # what the SDK reports
    return named
