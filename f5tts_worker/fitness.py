"""Fitness: what RunPod's SDK asks of a loaded worker before its first job."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from .audio import SAMPLE_RATE, decode
from .mastering import Master, master
from .tape import Tape
from .worker import Worker

Check = Callable[[], None]


def fitness_checks(worker: Worker) -> list[Check]:
    """The checks for `register_fitness_check`: one that raises tells RunPod its name and why, and the worker ends."""
    checks = {**worker.engine.fitness_checks(), "ffmpeg": check_ffmpeg}
    return [_named(name, check) for name, check in checks.items()]


def check_ffmpeg() -> None:
    """Write a second of mp3 as jobs do, and read it back; raises RuntimeError, or what ffmpeg's absence raises."""
    with tempfile.TemporaryDirectory(prefix="f5tts-") as folder, Tape(Path(folder)) as tape:
        tape.append((np.sin(np.arange(SAMPLE_RATE) / 10) / 2).astype(np.float32))
        file = Path(folder) / "tone.mp3"
        master(tape, Master("mp3", SAMPLE_RATE), file)
        heard = decode(file.read_bytes(), max_s=10)
    if abs(heard.duration_s - 1) > 0.2:
        raise RuntimeError(f"ffmpeg wrote {heard.duration_s:.2f} s of mp3 for a second of sound")


def _named(name: str, check: Check) -> Check:
    def named() -> None:
        check()

    named.__name__ = name  # what the SDK reports
    return named
