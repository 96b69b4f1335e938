"""Breaks: where cues and lines end, as the cheapest way through the text."""

import re
from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from math import inf

from ..text.words import join_words
from ..words import Word
from .screen import columns

PAUSE_MS, LONG_PAUSE_MS = 300, 1_000

# What a break costs: nothing behind a sentence or a long pause, most where it would split what belongs together.
AFTER_SENTENCE, AFTER_CLAUSE, ANYWHERE, NEVER = 0.0, 1.0, 4.0, 20.0
AFTER_SHORT = 5.5  # of, and, the, un, der: in many languages short words lean on the next one
ORPHAN = 6.0  # a word alone on its line
LINE = 1_000.0  # more than any other cost of a line: no more lines than needed
SLACK = 20.0  # of a line with nothing on it; its square makes lines alike

_SENTENCE_END = frozenset(".!?…。！？؟।")
_CLAUSE_END = frozenset(",;:–—，、；：،؛")
_SHORTENED = re.compile(r"(?:^|\W)(?:[A-HJ-Z]|Mrs?|Ms|Dr|Prof|St|Nr|vs)\.$")  # a name or a number follows
_NO_START = re.compile("[ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ々ゝゞヽヾ]")  # kinsoku: never first on a line


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


def cheapest_ends(count: int, cost: Callable[[int, int], float | None]) -> list[int]:
    """Ends of the stretches that `count` things are divided into, the last of which is `count`.

    `cost` of (start, end) is None where a stretch is too long; then all longer ones are, and a single one never is.
    """
    best, start_of = [0.0, *[inf] * count], [0] * (count + 1)
    for start in range(count):
        for end in range(start + 1, count + 1):
            price = cost(start, end)
            if price is None:
                break
            if best[start] + price < best[end]:
                best[end], start_of[end] = best[start] + price, start
    ends = []
    while count:
        ends.append(count)
        count = start_of[count]
    return ends[::-1]


def ends_sentence(word: str) -> bool:
    """Whether a sentence may end with this word."""
    return not _SENTENCE_END.isdisjoint(_marks_behind(word))


def _marks_behind(word: str) -> str:
    """What follows the last letter or digit."""
    end = len(word)
    while end and not word[end - 1].isalnum():
        end -= 1
    return word[end:]


def break_cost(word: str, following: str, gap_ms: int = 0) -> float:
    """The cost of a break between two words."""
    if _NO_START.match(following) or (_SHORTENED.search(word) and gap_ms < LONG_PAUSE_MS):
        return NEVER
    if gap_ms >= LONG_PAUSE_MS:
        return AFTER_SENTENCE
    if ends_sentence(word):
        return AFTER_CLAUSE if following[0].islower() else AFTER_SENTENCE  # e.g. like this
    if gap_ms >= PAUSE_MS or not _CLAUSE_END.isdisjoint(_marks_behind(word)):
        return AFTER_CLAUSE
    return ANYWHERE if len(word) > 3 else AFTER_SHORT


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
