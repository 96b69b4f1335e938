"""Breaks: where cues and lines end, as the cheapest way through the text."""

from collections.abc import Sequence
from itertools import accumulate, pairwise

from ..text.breaks import AFTER_CLAUSE, AFTER_SENTENCE, NEVER, break_cost, cheapest_ends
from ..text.words import join_words
from ..words import Word
from .screen import columns

PAUSE_MS, LONG_PAUSE_MS = 300, 1_000

# What a line costs beside the break behind it: see text/breaks.py.
ORPHAN = 6.0  # a word alone on its line
LINE = 1_000.0  # more than any other cost of a line: no more lines than needed
SLACK = 20.0  # of a line with nothing on it; its square makes lines alike


class Ruler:
    """Widths of stretches of words that are written as one line."""

    def __init__(self, words: Sequence[str]) -> None:
        spaces = [0, *(len(join_words([*pair])) - len(pair[0]) - len(pair[1]) for pair in pairwise(words))]
        widths = [columns(word) for word in words]
        self._ends = [*accumulate(space + width for space, width in zip(spaces, widths, strict=True))]
        self._starts = [end - width for end, width in zip(self._ends, widths, strict=True)]

    def width(self, start: int, end: int) -> int:
        """Columns of the words from `start` to before `end`, at least one word."""
        return self._ends[end - 1] - self._starts[start]

    def reach(self, max_chars: int, max_lines: int) -> list[int]:
        """For each word, where a text that begins with it ends when its lines are full."""
        count = len(self._ends)
        line_ends, end = [], 0
        for start in range(count):
            end = max(end, start + 1)
            while end < count and self.width(start, end + 1) <= max_chars:
                end += 1
            line_ends.append(end)
        ends = list(range(count))
        for _ in range(max_lines):
            ends = [line_ends[end] if end < count else count for end in ends]
        return ends


def timed_break_cost(word: str, following: str, gap_ms: int) -> float:
    """The cost of a break between two words, with the silence between them."""
    if gap_ms >= LONG_PAUSE_MS:
        return AFTER_SENTENCE
    cost = break_cost(word, following)
    return min(cost, AFTER_CLAUSE) if gap_ms >= PAUSE_MS and cost < NEVER else cost


def break_lines(words: Sequence[Word], max_chars: int) -> tuple[tuple[Word, ...], ...]:
    """Lay a cue out in as few lines as it needs, alike in length, ending where the text pauses."""
    texts = [word.text for word in words]
    ruler = Ruler(texts)

    def cost(start: int, end: int) -> float | None:
        width = ruler.width(start, end)
        if width > max_chars and end - start > 1:
            return None
        slack = max(0.0, 1 - width / max_chars)
        orphan = ORPHAN if end - start == 1 and len(texts) > 2 else 0.0
        breaking = break_cost(texts[end - 1], texts[end]) if end < len(texts) else 0.0
        return LINE + SLACK * slack**2 + orphan + breaking

    ends = cheapest_ends(len(texts), cost)
    return tuple(tuple(words[start:end]) for start, end in pairwise([0, *ends]))
