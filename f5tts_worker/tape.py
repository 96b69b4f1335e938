"""Tape: a recording on disk, longer than memory should hold."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from .audio import SAMPLE_RATE, Audio, Samples
from .errors import InternalError

BYTES = 4
"""A sample, in float32."""

BLOCK_S = 10.0  # 0.96 MB at 24 kHz


@contextlib.contextmanager
def kept_on_disk() -> Iterator[None]:
    """Raise InternalError in place of an OSError: the disk is full, or the file larger than it may be."""
    try:
        yield
    except OSError as e:
        raise InternalError(
            f"the speech could not be kept on the worker's disk ({e.strerror or 'not writable'}); send the job again, "
            "or a shorter text, or give the worker a larger disk"
        ) from e


class Tape:
    """Mono float32 samples, appended as they come.

    Leaving the `with` erases it. The file has no name, so a process that is killed leaves none behind.
    """

    def __init__(self, folder: Path | None = None, rate: int = SAMPLE_RATE) -> None:
        """`folder` is where the file lies; None is where temporary files go."""
        self.rate = rate
        """Hertz."""
        self.n_samples = 0
        with kept_on_disk():
            self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115  # closed in __exit__

    def __enter__(self) -> "Tape":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.n_samples / self.rate

    def append(self, samples: Samples) -> None:
        """Add samples to the end, all or none of them; raises InternalError where the disk takes no more."""
        left, at = memoryview(samples.astype(np.float32, copy=False).tobytes()), self.n_samples * BYTES
        with kept_on_disk():
            while left:
                written = os.pwrite(self._file.fileno(), left, at)
                left, at = left[written:], at + written
        self.n_samples = at // BYTES

    def read_ms(self, start_ms: int, end_ms: int) -> Audio:
        """The part between two times."""
        return Audio(self._read(start_ms * self.rate // 1000, end_ms * self.rate // 1000), self.rate)

    def blocks(self, seconds: float = BLOCK_S) -> Iterator[Samples]:
        """All of it, in parts of this length."""
        length = max(1, int(seconds * self.rate))
        for start in range(0, self.n_samples, length):
            yield self._read(start, start + length)

    def _read(self, start: int, end: int) -> Samples:
        start, end = (min(max(place, 0), self.n_samples) for place in (start, end))
        data = bytearray(max(end - start, 0) * BYTES)
        left, at = memoryview(data), start * BYTES
        with kept_on_disk():
            while left:
                read = os.preadv(self._file.fileno(), [left], at)
                left, at = left[read:], at + read
        return np.frombuffer(data, np.float32)
