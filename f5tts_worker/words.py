"""Word: when a word of the caller's text is spoken."""

from dataclasses import dataclass, replace

from .audio import Span


@dataclass(frozen=True)
class Word:
    """One word as the caller wrote it."""

    text: str
    start_ms: int
    end_ms: int
    """From the start of the audio; a word that is not spoken (an emoji, a lone dash) has start_ms == end_ms."""
    score: float
    """0 to 1; 1 is exact."""
    source: str
    """Who said so: the aligner's name, `native` for an engine's own times."""


def move_words(words: list[Word], cut: list[Span]) -> list[Word]:
    """The words of an audio out of which `cut` (ordered stretches of silence) was taken."""

    def moved(ms: int) -> int:
        return ms - sum(max(0, min(ms, span.end_ms) - span.start_ms) for span in cut)

    return [replace(word, start_ms=moved(word.start_ms), end_ms=moved(word.end_ms)) for word in words]
