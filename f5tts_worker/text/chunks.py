"""Chunks: the pieces of a text that are spoken one at a time."""

import re
from dataclasses import dataclass

# A sentence ends behind its mark and any closing quotes, before white space; CJK marks need no space. The lookbehind
# and the possessive ++ keep 20000 full stops linear.
_SENTENCE_END = re.compile(r"""(?<![.!?…])[.!?…]++["'”’»)\]]*+\s+|[。！？]+["'”’」』）]*\s*|\n\s*\n\s*""")


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


def split_chunks(text: str, max_chars: int) -> list[Chunk]:
    """Group whole sentences into chunks of up to `max_chars`; a longer sentence is split between words."""
    chunks: list[Chunk] = []
    start = end = 0
    for piece_end in _piece_ends(text, max_chars):
        if end > start and piece_end - start > max_chars:
            chunks.append(_chunk(text, start, end))
            start = end
        end = piece_end
    chunks.append(_chunk(text, start, len(text)))
    return [chunk for chunk in chunks if chunk.words]


def _chunk(text: str, start: int, end: int) -> Chunk:
    return Chunk(start, end, text[start:end], inside_word=start > 0 and not text[start - 1].isspace())


def _piece_ends(text: str, max_chars: int) -> list[int]:
    """Ends of sentences, and of words where a sentence is too long."""
    ends: list[int] = []
    start = 0
    for end in [*(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]:
        if end - start > max_chars:
            ends += [start + space.end() for space in re.finditer(r"\s+", text[start:end])]
        if end > (ends[-1] if ends else 0):
            ends.append(end)
        start = end
    return ends
