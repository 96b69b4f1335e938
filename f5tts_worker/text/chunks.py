"""Chunks: the pieces of a text that are spoken one at a time."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

# Where a text may be split, the best places first: sentences, clauses, words. CJK marks need no space behind them. The
# lookbehinds and the possessive ++ keep 20,000 full stops linear.
_BREAKS = (
    re.compile(r"""(?<![.!?…])[.!?…]++["'”’»)\]]*+\s+|[。！？]++["'”’」』）]*+\s*|\n\s*\n\s*"""),
    re.compile(r"""(?<![,;:–—])[,;:–—]++\s+|[，、；：]++\s*"""),
    re.compile(r"\s+"),
)


@dataclass(frozen=True)
class Chunk:
    """A stretch of the caller's text."""

    start: int
    end: int
    """In characters; chunks follow one another and leave out no word."""
    text: str
    inside_word: bool = False
    """Whether it goes on with the last word of the chunk before: CJK sentences follow one another without a space."""

    @property
    def words(self) -> list[str]:
        """The words as the caller wrote them."""
        return self.text.split()


def split_chunks(text: str, limit: int, size: Callable[[str], int] = len) -> list[Chunk]:
    """Group whole sentences into chunks whose `size` is at most `limit`.

    A longer sentence is split between clauses, then words, then anywhere; only one character alone can be over it.
    """
    chunks: list[Chunk] = []
    start = end = 0
    for piece_end in _piece_ends(text, 0, len(text), limit, size):
        if end > start and size(text[start:piece_end].strip()) > limit:
            chunks.append(_chunk(text, start, end))
            start = end
        end = piece_end
    chunks.append(_chunk(text, start, len(text)))
    return [chunk for chunk in chunks if chunk.words]


def _chunk(text: str, start: int, end: int) -> Chunk:
    return Chunk(start, end, text[start:end], inside_word=start > 0 and not text[start - 1].isspace())


def _piece_ends(
    text: str, start: int, end: int, limit: int, size: Callable[[str], int], level: int = 0
) -> Iterator[int]:
    """Ends of the largest pieces of a stretch that are within the limit."""
    if size(text[start:end].strip()) <= limit:
        yield end
    elif level == len(_BREAKS):
        yield from range(start + 1, end + 1)
    else:
        for stop in [*(match.end() for match in _BREAKS[level].finditer(text, start, end)), end]:
            if stop > start:
                yield from _piece_ends(text, start, stop, limit, size, level + 1)
                start = stop
