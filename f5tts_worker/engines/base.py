"""Engine: what turns lines of text into speech."""

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..audio import Audio
from ..reference import Reference
from ..words import Word


@dataclass(frozen=True)
class SpeechOptions:
    """How to speak; API.md has the ranges. An engine says in `ignores` which of them mean nothing to it."""

    language: str | None = None
    nfe_step: int = 32
    cfg_strength: float = 2.0
    sway_sampling_coef: float = -1.0
    target_rms: float = 0.1


@dataclass(frozen=True, eq=False)
class Line:
    """What one voice says in one go."""

    text: str
    reference: Reference | None
    speed: float
    seed: int


@dataclass(frozen=True, eq=False)
class Take:
    """A spoken line."""

    audio: Audio
    """At SAMPLE_RATE."""
    words: list[Word] | None = None
    """Exact times of what white space separates in the line's text, where the engine knows them."""


@dataclass(frozen=True)
class Measure:
    """How much a voice can say in one go, and how long that takes."""

    size: Callable[[str], int]
    """Of a text, in the unit of `limit`."""
    limit: int
    """Of a line's size."""
    seconds: Callable[[str], float]
    """That a line is expected to take."""


@dataclass(frozen=True)
class EngineInfo:
    """What is loaded, for `status`."""

    model: str
    device: str
    precision: str
    attention_kernel: str | None


class Engine(Protocol):
    """Loaded once, used by one thread."""

    name: str
    clones: bool
    """Whether it needs a reference with its text."""
    ignores: frozenset[str]
    """Options that it takes and does not use."""

    def load(self) -> EngineInfo:
        """Get ready to speak; raises LoadError."""

    def fitness_checks(self) -> dict[str, Callable[[], None]]:
        """By name, what has to hold before the first job; each raises an exception if it does not."""

    def measure(self, reference: Reference | None, speed: float) -> Measure:
        """What fits into a line of this voice; raises InvalidInput for a reference whose text cannot be its own."""

    def unknown(self, text: str) -> list[str]:
        """What of a text it cannot read, each once."""

    def doubts(self, text: str, language: str | None, speeds: Collection[float]) -> list[str]:
        """Warnings about speaking a text; raises InvalidInput for a language that it does not speak."""

    def speak(
        self, lines: Sequence[Line], options: SpeechOptions, stop: threading.Event, done: Collection[int] = ()
    ) -> Iterator[tuple[int, Take]]:
        """Speak lines, each told with its index: the first comes first, the others in any order.

        Those in `done` are spoken already and may be left out. Honours `stop` between lines and within them. Raises
        EngineError, OutOfMemory, Cancelled.
        """
