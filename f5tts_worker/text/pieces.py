"""Piece: a stretch of the caller's text with what is said for it. Captions show the one, an engine speaks the other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .words import split_words, word_spans


@dataclass(frozen=True)
class Piece:
    """One or more whole words of a text, the fewest of which it is known what is said for them."""

    shown: str
    """As the caller wrote it."""
    said: str
    """Words with one space between; "" where nothing is said."""
    start: int = 0
    """Where `shown` begins in its text, in characters."""
    spaced: bool = True
    """Whether white space stands before it."""

    @property
    def shown_words(self) -> list[str]:
        """The words that captions show; none where it only goes on with what an earlier piece shows."""
        return split_words(self.shown)

    @property
    def said_words(self) -> list[str]:
        """The words that are heard."""
        return split_words(self.said)


def plain_pieces(text: str) -> list[Piece]:
    """The words of a text, each said as it is written."""
    return [piece(text, start, end, text[start:end]) for start, end in word_spans(text)]


def piece(text: str, start: int, end: int, said: str) -> Piece:
    """The piece of a text between two places."""
    return Piece(text[start:end], said, start, spaced=start == 0 or text[start - 1].isspace())


def said_text(pieces: Iterable[Piece]) -> str:
    """What is said, as one line."""
    line = ""
    for one in pieces:
        line += f" {one.said}" if one.spaced and line and one.said else one.said
    return line


def shown_text(pieces: Sequence[Piece]) -> str:
    """What is shown, as one line."""
    return "".join(f" {one.shown}" if i and one.spaced else one.shown for i, one in enumerate(pieces))
