"""A worker whose engine fails in the way that its text names; everything else of it is real.

`faulty_worker.py unfit` is one whose fitness check fails, `faulty_worker.py loading` one that never has loaded.
"""

import sys
import threading
from collections.abc import Callable, Collection, Iterator
from typing import Any

import handler
from f5tts_worker.engines import Take
from f5tts_worker.engines.preview import PreviewEngine
from f5tts_worker.errors import EngineError, OutOfMemory
from f5tts_worker.settings import Settings
from f5tts_worker.worker import Worker

FAULTS: dict[str, Callable[[], BaseException]] = {
    "engine": lambda: EngineError("the engine stumbled; try another text"),
    "gpu memory": lambda: OutOfMemory("the GPU is full; send a shorter text"),
    "memory": MemoryError,
    "bug": lambda: KeyError("/secret/path/of/the/container"),
    "exit": lambda: SystemExit(3),
    "NaN in an error": lambda: EngineError("the engine stumbled", score=float("nan")),
    "object in an error": lambda: EngineError("the engine stumbled", cause=object()),
    "half a character in an error": lambda: EngineError("the engine stumbled", sent="\ud83d"),
}
"""Made anew each time: an exception that is raised again keeps the frames of every time before."""

HANGS = "Hang."
"""With another line behind it."""

WARNINGS: dict[str, list[Any]] = {
    "ten megabytes": ["x" * 10_000_000],
    "object": [object()],
    "half a character": ["\ud83d"],
}


class FaultyEngine(PreviewEngine):
    """Does what the text names, speaks any other text."""

    def doubts(self, text: str, language: str | None, speeds: Collection[float]) -> list[str]:
        """See Engine."""
        return WARNINGS.get(text, super().doubts(text, language, speeds))

    def speak(self, lines: Any, *others: Any) -> Iterator[tuple[int, Take]]:
        """See Engine."""
        for i, take in super().speak(lines, *others):
            if fault := FAULTS.get(lines[i].text):
                raise fault()
            yield i, take
            if lines[i].text == HANGS:
                threading.Event().wait()


class UnfitEngine(PreviewEngine):
    """Speaks, but not as it should."""

    def fitness_checks(self) -> dict[str, Callable[[], None]]:
        """See Engine."""
        return {"sampler": self._check}

    def _check(self) -> None:
        raise RuntimeError("the sampler's mel is 0.7 off")


def load(settings: Settings) -> Worker:
    """A worker with a faulty engine."""
    worker = Worker.load(settings)
    worker.engine = FaultyEngine()
    return worker


def load_unfit(settings: Settings) -> Worker:
    """A worker with an unfit engine."""
    worker = Worker.load(settings)
    worker.engine = UnfitEngine()
    return worker


def load_for_ever(settings: Settings) -> Worker:
    """A worker that is never there."""
    sys.stderr.write("loading\n")
    threading.Event().wait()
    raise AssertionError


LOADS = {"unfit": load_unfit, "loading": load_for_ever}

if __name__ == "__main__":
    handler.main(LOADS.get(sys.argv[1], load) if sys.argv[1:] else load, hung_after_s=1)
