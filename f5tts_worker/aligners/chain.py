"""Chain: the aligners in order, the first whose result stands, and a second one's opinion of it."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ..audio import Audio
from ..job import heed_stop
from ..text.words import is_spoken
from ..words import Word
from .base import Aligner, AlignmentError
from .checks import checked

logger = logging.getLogger(__name__)

NATIVE = "native"
"""The engine's own word times, which are exact."""

AGREE_MS = 100
"""Two aligners agree on a word whose starts they put this near to each other: captions that far apart look alike."""

SECOND_OPINIONS = ("offline", "whisperx")
"""Aligners that may be asked twice; google costs money."""


Listen = Callable[[int, int], Audio]
"""Gives the audio between two times in milliseconds."""


@dataclass(frozen=True)
class Stretch:
    """A part of a recording, and the words in it."""

    start_ms: int
    end_ms: int
    words: list[str]


@dataclass(frozen=True)
class Alignment:
    """When each word is spoken, and what is known of it."""

    stretches: list[list[Word]]
    """For each stretch its words, at their times in the recording."""
    method: str
    confidence: float | None
    """Share of the words on which a second aligner agrees; 1 for native, None where no second one could look."""
    warnings: list[str]

    @property
    def words(self) -> list[Word]:
        """Those of all stretches."""
        return [word for words in self.stretches for word in words]


class AlignerChain:
    """The aligners of a worker, in the order in which `auto` tries them."""

    def __init__(self, aligners: list[Aligner]) -> None:
        self.aligners = {aligner.name: aligner for aligner in aligners}

    def load(self) -> None:
        """Get those ready that take long: offline some seconds, whisperx half a minute."""
        for name in SECOND_OPINIONS:
            if name in self.aligners:
                self.aligners[name].load()

    def load_in_background(self) -> None:
        """Start loading and return."""
        threading.Thread(target=self.load, daemon=True, name="aligners").start()

    def states(self) -> dict[str, str]:
        """What of them is warm."""
        return {name: aligner.state for name, aligner in self.aligners.items()}

    def problems(self) -> dict[str, str | None]:
        """Why some are unavailable."""
        return {name: aligner.problem for name, aligner in self.aligners.items()}

    def align(
        self, audio: Audio, words: list[str], language: str | None, *, method: str = "auto", strict: bool = False
    ) -> Alignment:
        """As align_stretches, for the words of one audio."""
        whole = Stretch(0, round(audio.duration_s * 1000), words)
        return self.align_stretches(audio.slice_ms, [whole], language, method=method, strict=strict)

    def align_stretches(
        self,
        listen: Listen,
        stretches: Sequence[Stretch],
        language: str | None,
        *,
        method: str = "auto",
        strict: bool = False,
    ) -> Alignment:
        """Ask the aligner named `method` first, then, unless `strict`, the others; raises AlignmentError.

        One aligner does all stretches, each by itself: what goes wrong in one moves no word of another.
        """
        failed: list[str] = []
        for name in self._order(method, strict):
            try:
                aligner = self._ready(name)
                found = [_aligned(aligner, listen, stretch, language) for stretch in stretches]
            except AlignmentError as e:
                logger.info("aligner %s: %s", name, e)
                failed.append(f"{name}: {e}")
                continue
            confidence = self._agreement(listen, stretches, language, found, name)
            return Alignment(found, name, confidence, _warnings(method, name, failed))
        raise AlignmentError("; ".join(failed) or "there is no aligner")

    def _order(self, method: str, strict: bool) -> list[str]:
        if method == "auto":
            return list(self.aligners)
        return [method] if strict else [method, *(name for name in self.aligners if name != method)]

    def _ready(self, name: str) -> Aligner:
        if name not in self.aligners:
            raise AlignmentError("it is not set up on this worker")
        aligner = self.aligners[name]
        aligner.load()
        if aligner.state != "ready":
            raise AlignmentError(aligner.problem or "it could not be loaded")
        return aligner

    def _agreement(
        self, listen: Listen, stretches: Sequence[Stretch], language: str | None, found: list[list[Word]], method: str
    ) -> float | None:
        """How far a second aligner, one that is loaded, comes to the same."""
        others = (self.aligners[name] for name in SECOND_OPINIONS if name != method and name in self.aligners)
        second = next((aligner for aligner in others if aligner.state == "ready"), None)
        if second is None:
            return None
        pairs: list[tuple[Word, Word]] = []
        try:
            for stretch, words in zip(stretches, found, strict=True):
                pairs += zip(words, _aligned(second, listen, stretch, language), strict=True)
        except AlignmentError as e:
            logger.info("no second opinion from %s: %s", second.name, e)
            return None
        return agreement(pairs)


def _aligned(aligner: Aligner, listen: Listen, stretch: Stretch, language: str | None) -> list[Word]:
    """The words of a stretch at their times in the recording; raises AlignmentError."""
    heed_stop()
    if not any(map(is_spoken, stretch.words)):
        return [Word(word, stretch.start_ms, stretch.start_ms, 1.0, aligner.name) for word in stretch.words]
    audio = listen(stretch.start_ms, stretch.end_ms)
    found = checked(stretch.words, aligner.align(audio, stretch.words, language), round(audio.duration_s * 1000))
    return [
        replace(word, start_ms=word.start_ms + stretch.start_ms, end_ms=word.end_ms + stretch.start_ms)
        for word in found
    ]


def agreement(pairs: list[tuple[Word, Word]]) -> float | None:
    """Share of the spoken words whose starts two results put within AGREE_MS; None where nothing is spoken."""
    spoken = [(one, other) for one, other in pairs if is_spoken(one.text)]
    if not spoken:
        return None
    return sum(abs(one.start_ms - other.start_ms) <= AGREE_MS for one, other in spoken) / len(spoken)


def _warnings(method: str, answered: str, failed: list[str]) -> list[str]:
    """With `auto` the caller left the choice to us; one who named a method is told that another answered, and why."""
    if method in ("auto", answered):
        return []
    return [f"word times are from {answered}, not {method} ({failed[0]})"]
