"""Chain: the aligners in order, the first whose result stands, and a second one's opinion of it."""

import logging
import threading
from dataclasses import dataclass

from ..audio import Audio
from ..words import Word
from .base import Aligner, AlignmentError
from .checks import checked, is_spoken

logger = logging.getLogger(__name__)

NATIVE = "native"
"""The engine's own word times, which are exact."""

AGREE_MS = 100
"""Two aligners agree on a word whose starts they put this near to each other: captions that far apart look alike."""

SECOND_OPINIONS = ("offline", "whisperx")
"""Aligners that may be asked twice; google costs money."""


@dataclass(frozen=True)
class Alignment:
    """When each word is spoken, and what is known of it."""

    words: list[Word]
    method: str
    confidence: float | None
    """Share of the words on which a second aligner agrees; 1 for native, None where no second one could look."""
    warnings: list[str]


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
        """Ask the aligner named `method` first, then, unless `strict`, the others; raises AlignmentError."""
        audio_ms = round(audio.duration_s * 1000)
        failed: list[str] = []
        for name in self._order(method, strict):
            try:
                found = checked(words, self._ready(name).align(audio, words, language), audio_ms)
            except AlignmentError as e:
                logger.info("aligner %s: %s", name, e)
                failed.append(f"{name}: {e}")
                continue
            confidence = self._agreement(audio, words, language, found, name)
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
        self, audio: Audio, words: list[str], language: str | None, found: list[Word], method: str
    ) -> float | None:
        """How far a second aligner, one that is loaded, comes to the same."""
        others = (self.aligners[name] for name in SECOND_OPINIONS if name != method and name in self.aligners)
        second = next((aligner for aligner in others if aligner.state == "ready"), None)
        if second is None:
            return None
        try:
            opinion = checked(words, second.align(audio, words, language), round(audio.duration_s * 1000))
        except AlignmentError as e:
            logger.info("no second opinion from %s: %s", second.name, e)
            return None
        return agreement(found, opinion)


def agreement(one: list[Word], other: list[Word]) -> float | None:
    """Share of the spoken words whose starts two results put within AGREE_MS; None where nothing is spoken."""
    pairs = [(a, b) for a, b in zip(one, other, strict=True) if is_spoken(a.text)]
    if not pairs:
        return None
    return sum(abs(a.start_ms - b.start_ms) <= AGREE_MS for a, b in pairs) / len(pairs)


def _warnings(method: str, answered: str, failed: list[str]) -> list[str]:
    """With `auto` the caller left the choice to us; one who named a method is told that another answered, and why."""
    if method in ("auto", answered):
        return []
    return [f"word times are from {answered}, not {method} ({failed[0]})"]
