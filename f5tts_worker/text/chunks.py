"""Chunks: the pieces of a text that are spoken one at a time."""

import re
from dataclasses import dataclass

# A sentence ends behind its mark and any closing quotes, before white space; CJK marks need no space.
_SENTENCE_END = re.compile(r"""[.!?…]+["'”’»)\]]*\s+|[。！？]+["'”’」』）]*\s*|\n\s*\n\s*""")


@dataclass(frozen=True)
class Chunk:
    """A stretch of the caller's text."""

    start: int
    end: int
    """In characters; chunks follow one another and leave out no word."""
    text: str

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
            chunks.append(Chunk(start, end, text[start:end]))
            start = end
        end = piece_end
    chunks.append(Chunk(start, len(text), text[start:]))
    return [chunk for chunk in chunks if chunk.words]


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
