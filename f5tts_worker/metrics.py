"""Metrics: seconds that each stage of a job took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

REST = "answer"
"""What belongs to no other stage: reading the request, and writing the answer."""


class Stages:
    """A stopwatch for the job's own thread, on which each moment belongs to one stage: they sum to `total`."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self._now = REST
        self._since = time.perf_counter()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time the block as this stage, and not as the one around it."""
        around = self._enter(name)
        try:
            yield
        finally:
            self._enter(around)

    def seconds(self) -> dict[str, float]:
        """Each stage so far, and their sum as `total`."""
        self._enter(self._now)
        stages = {name: round(value, 4) for name, value in self._seconds.items()}
        rest = stages.pop(REST)  # is entered first and left last
        return {**stages, REST: rest, "total": round(sum(stages.values()) + rest, 4)}

    def _enter(self, name: str) -> str:
        """Go on with a stage; returns the one that was left."""
        left, now = self._now, time.perf_counter()
        self._seconds[left] = self._seconds.get(left, 0.0) + now - self._since
        self._now, self._since = name, now
        return left
