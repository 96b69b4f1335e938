"""Engine: what turns text into speech."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from ..audio import Audio
from ..reference import Reference
from ..words import Word


@dataclass(frozen=True)
class SpeechOptions:
    """How to speak; API.md has the ranges. An engine says in `ignores` which of them mean nothing to it."""

    seed: int
    speed: float = 1.0
    language: str | None = None
    nfe_step: int = 32
    cfg_strength: float = 2.0
    sway_sampling_coef: float = -1.0
    target_rms: float = 0.1
    cross_fade_duration: float = 0.15
    """Seconds."""


@dataclass(frozen=True)
class ChunkDone:
    """A part of the text was spoken. The first part is the first to be done; the others may come in any order."""

    index: int
    """Which part, from 0."""
    done: int
    """How many are done, this one included."""
    chunks: int
    audio: Audio


@dataclass(frozen=True, eq=False)
class Speech:
    """A spoken text."""

    audio: Audio
    """At SAMPLE_RATE."""
    words: list[Word] | None = None
    """Exact times of every word of the text, where the engine knows them."""
    warnings: list[str] = field(default_factory=list)


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

    def synthesize(
        self,
        reference: Reference | None,
        text: str,
        options: SpeechOptions,
        on_chunk: Callable[[ChunkDone], None],
        stop: threading.Event,
    ) -> Speech:
        """Speak `text`; between chunks calls `on_chunk` and honours `stop`.

        Raises EngineError, OutOfMemory, Cancelled, and InvalidInput for what it cannot speak.
        """
