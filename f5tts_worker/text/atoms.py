"""Atom: the least of what is said that chunks are made of."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from unicodedata import category

from .graphemes import split_graphemes
from .pieces import Piece

_WORD = re.compile(r"\S+")


@dataclass(frozen=True)
class Atom:
    """A stretch of what one piece says: all of it where that is within the limit."""

    index: int
    """Of the piece."""
    start: int
    end: int
    """In characters of `said`."""
    first: int
    """Index of the first piece that is shown with it: before its own there may be some of which nothing is said."""


def split_atoms(pieces: Sequence[Piece], limit: int, size: Callable[[str], int]) -> list[Atom]:
    """The atoms of all that is said, in order; only a single character can be over the limit."""
    atoms: list[Atom] = []
    first = 0
    for index, one in enumerate(pieces):
        if one.said:
            spans = _spans(one.said, limit, size)
            atoms += [Atom(index, start, end, first if start == 0 else index) for start, end in spans]
            first = index + 1
        elif atoms and first == index and not _opens(one):
            first = index + 1
    return atoms


def join_atoms(pieces: Sequence[Piece], atoms: Sequence[Atom], start: int, end: int) -> tuple[Piece, ...]:
    """The pieces of the atoms from `start` to before `end`, with those that are only shown among them."""
    first, last = atoms[start], atoms[end - 1]
    until = max(atoms[end].first, last.index + 1) if end < len(atoms) else len(pieces)
    return tuple(
        _cut(
            pieces[index],
            first.start if index == first.index else 0,
            last.end if index == last.index else len(pieces[index].said),
        )
        for index in range(first.first, until)
    )


def _cut(one: Piece, start: int, end: int) -> Piece:
    """A stretch of what a piece says; only the first one shows its words."""
    if start == 0:
        return replace(one, said=one.said[:end])
    return Piece("", one.said[start:end], one.start + len(one.shown), spaced=one.said[start - 1].isspace())


def _opens(one: Piece) -> bool:
    """Whether it is a bracket or a quotation mark before what follows."""
    return bool(one.shown) and category(one.shown[0]) in ("Ps", "Pi")


def _spans(said: str, limit: int, size: Callable[[str], int]) -> Iterator[tuple[int, int]]:
    """All of it if it is within the limit; if not its words, of a long one the graphemes, of those the characters."""
    if size(said) <= limit:
        yield 0, len(said)
        return
    for word in _WORD.finditer(said):
        at = word.start()
        for text in [word[0]] if size(word[0]) <= limit else _short_graphemes(word[0], limit, size):
            yield at, at + len(text)
            at += len(text)


def _short_graphemes(word: str, limit: int, size: Callable[[str], int]) -> Iterator[str]:
    for grapheme in split_graphemes(word):
        yield from [grapheme] if size(grapheme) <= limit else grapheme
