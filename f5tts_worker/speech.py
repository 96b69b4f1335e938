"""Speech: a plan becomes a recording on disk, chunk by chunk."""

import logging
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .aligners.chain import NATIVE
from .beside import Beside
from .engines import Engine, Line, SpeechOptions, Take
from .mix import Mix, Placed
from .parts import Part, shown_words
from .plan import Chunk, Plan
from .shelf import Shelf
from .speech_progress import SpeechProgress
from .takes import Takes
from .words import Word, split_times

logger = logging.getLogger(__name__)

READ_AT_ONCE = 8
"""Takes of an earlier delivery."""


@dataclass(frozen=True)
class Speech:
    """Where each chunk of a text is said."""

    parts: list[Part]
    words: list[Word] | None
    """The caller's words at the engine's own times, where it knows them."""


@dataclass(frozen=True, eq=False)
class Speaker:
    """What speaks one job's lines, and keeps what it has spoken."""

    engine: Engine
    options: SpeechOptions
    takes: Takes | None
    """Where the takes of a long job are kept in case that its worker dies."""
    progress: SpeechProgress
    stop: threading.Event

    def speak(self, plan: Plan, lines: Sequence[Line], mix: Mix) -> Speech:
        """Speak the lines of a plan into a mix, in the order of the text; raises what Engine.speak raises."""
        with tempfile.TemporaryDirectory(prefix="f5tts-") as folder:
            shelf = Shelf(Path(folder))
            if self.takes:
                _fetch(self.takes, shelf)
            self.progress.expect([chunk.seconds for chunk in plan.spoken], shelf.indices())
            takes = _in_order(self._spoken(lines, shelf, shelf.indices()), shelf, len(lines))
            mix.pause(plan.pause_ms)
            placed = [self._place(chunk, takes, mix) for chunk in plan.chunks]
            mix.close()
        parts = [_part(chunk, place) for chunk, place in zip(plan.chunks, placed, strict=True)]
        return Speech(parts, _native_words(parts, placed))

    def _spoken(self, lines: Sequence[Line], shelf: Shelf, done: frozenset[int]) -> Iterator[int]:
        """Speak what is not on the shelf, and lay it there."""
        for i, take in self.engine.speak(lines, self.options, self.stop, done):
            if i in done:  # it ran again with others of its batch
                continue
            shelf.put(i, take)
            if self.takes:
                self.takes.keep(i, take.audio)
            self.progress.line_done(i)
            yield i

    def _place(self, chunk: Chunk, takes: Iterator[Take], mix: Mix) -> Placed:
        if not chunk.said:
            place = Placed(mix.end_ms, mix.end_ms, [])
            mix.pause(chunk.pause_ms)
            return place
        take = next(takes)
        place = mix.add(take.audio, take.words, chunk.voice, chunk.pause_ms)
        self.progress.heard(mix)
        return place


def _fetch(takes: Takes, shelf: Shelf) -> None:
    """Lay down what an earlier delivery of the job has spoken."""

    def fetch(index: int) -> None:
        if audio := takes.read(index):
            shelf.put(index, Take(audio))

    with Beside(max_workers=READ_AT_ONCE) as beside:
        list(beside.map(fetch, sorted(takes.stored)))
    if takes.stored:
        logger.info("the job was begun before: %d lines are spoken already", len(shelf.indices()))


def _in_order(spoken: Iterator[int], shelf: Shelf, n_lines: int) -> Iterator[Take]:
    for i in range(n_lines):
        while i not in shelf:
            next(spoken)
        yield shelf.fetch(i)


def _part(chunk: Chunk, place: Placed) -> Part:
    return Part(start_ms=place.start_ms, end_ms=place.end_ms, pieces=chunk.pieces, speaker=chunk.speaker)


def _native_words(parts: list[Part], placed: list[Placed]) -> list[Word] | None:
    """The caller's words at the times that the engine knows; None where it does not."""
    heard: list[list[Word]] = []
    for part, place in zip(parts, placed, strict=True):
        if place.words is None:
            return None
        unsaid = [Word(word, place.start_ms, place.start_ms, 1.0, NATIVE) for word in part.said_words]
        heard.append(split_times(place.words, part.said_words) if place.words else unsaid)
    return shown_words(parts, heard, NATIVE)
