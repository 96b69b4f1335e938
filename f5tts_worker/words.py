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
    speaker: str | None = None
    """The voice's name, where a text has several."""


def move_words(words: list[Word], cut: list[Span]) -> list[Word]:
    """The words of an audio out of which `cut` (ordered stretches of silence) was taken."""

    def moved(ms: int) -> int:
        return ms - sum(max(0, min(ms, span.end_ms) - span.start_ms) for span in cut)

    return [replace(word, start_ms=moved(word.start_ms), end_ms=moved(word.end_ms)) for word in words]


def split_times(timed: list[Word], words: list[str]) -> list[Word]:
    """The times of shorter words, each a part of a timed one: of "你好" those of 你 and 好, by their length."""
    left = iter(words)
    found: list[Word] = []
    for word in timed:
        begun, length = 0, max(len(word.text), 1)

        def at(position: int, word: Word = word, length: int = length) -> int:
            return word.start_ms + (word.end_ms - word.start_ms) * position // length

        while begun < len(word.text):
            part = next(left)
            found.append(replace(word, text=part, start_ms=at(begun), end_ms=at(begun + len(part))))
            begun += len(part)
    return found
