"""Metrics: seconds that each stage of a job took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Stages:
    """A stopwatch with a name for each stage."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time the block as one stage."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self._seconds[name] = self._seconds.get(name, 0.0) + time.perf_counter() - began

    def seconds(self) -> dict[str, float]:
        """Each stage, and `total` since the beginning."""
        stages = self._seconds | {"total": time.perf_counter() - self._began}
        return {name: round(value, 4) for name, value in stages.items()}
