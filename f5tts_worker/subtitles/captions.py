"""Captions: everything that a renderer needs to know."""

from dataclasses import dataclass

from ..words import Word
from .cues import Cue
from .options import CaptionOptions


@dataclass(frozen=True)
class Captions:
    """The captions of one audio."""

    words: list[Word]
    cues: list[Cue]
    options: CaptionOptions
    text: str
    """What was spoken, as the caller wrote it."""
    audio_ms: int
    method: str
    """Who timed the words: an aligner's name, or `native`."""
    confidence: float | None
    """0 to 1, where the method has one."""

    @property
    def speakers(self) -> list[str | None]:
        """Who speaks, in the order in which they begin; None alone where the text has one voice."""
        return [*dict.fromkeys(word.speaker for word in self.words)] or [None]

    @property
    def names_speakers(self) -> bool:
        """Whether the words say who speaks them."""
        return self.speakers != [None]
