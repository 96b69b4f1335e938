"""Seams: the places between atoms, what lies between two of them, and what a break there costs."""

import re
from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from unicodedata import category

from .atoms import Atom
from .breaks import AFTER_CLAUSE, AFTER_SENTENCE, NEVER, break_cost
from .pieces import Piece

INSIDE, INSIDE_AFTER_MARK = 8.0, 6.0  # what a break costs in a word: more than anywhere between two
CONTEXT = 40  # characters on either side of a break that are looked at

_LIST = re.compile(r"""(?:^\s?|[.!?…:;]["'”’»)\]]*\s+)\(?1[.)]\s""")
_NUMBER = re.compile(r"(?:^|\s)\(?\d{1,2}[.)]$")
_NEXT_NUMBER = re.compile(r"\(?\d{1,2}[.)]\s")


class Seams:
    """The places behind each atom of a text."""

    def __init__(self, pieces: Sequence[Piece], atoms: Sequence[Atom], size: Callable[[str], int]) -> None:
        texts = [pieces[atom.index].said[atom.start : atom.end] for atom in atoms]
        spaced = [" " * _is_spaced(pieces, atom) + text for atom, text in zip(atoms, texts, strict=True)]
        sizes = [size(text) for text in texts]
        self.ends = [*accumulate(map(size, spaced))]
        """Size of all that is said to the end of each atom."""
        self.starts = [end - width for end, width in zip(self.ends, sizes, strict=True)]
        """Size of all that is said before each atom, with the space before it."""
        places = accumulate(map(len, spaced))
        line = "".join(spaced)
        cost = _cost_in_list if _LIST.search(line) else _cost_between
        self.costs = [
            *(_cost(pieces, *pair, line, place, cost) for pair, place in zip(pairwise(atoms), places, strict=False)),
            AFTER_SENTENCE,
        ]
        """What a break behind each atom costs."""

    def width(self, start: int, end: int) -> int:
        """Size of the atoms from `start` to before `end`, at least one atom."""
        return self.ends[end - 1] - self.starts[start]


def _is_spaced(pieces: Sequence[Piece], atom: Atom) -> bool:
    one = pieces[atom.index]
    return one.said[atom.start - 1].isspace() if atom.start else one.spaced


def _cost(
    pieces: Sequence[Piece],
    atom: Atom,
    following: Atom,
    line: str,
    place: int,
    cost_between: Callable[[str, str], float],
) -> float:
    """The cost of a break behind an atom that ends at `place` of the line."""
    before, after = line[max(0, place - CONTEXT) : place], line[place : place + CONTEXT]
    if atom.index == following.index and not after[0].isspace():
        return _cost_inside(before, after)
    cost = cost_between(before, after.lstrip())
    return min(cost, AFTER_CLAUSE) if cost != NEVER and _is_wide(pieces, following.first) else cost


def _cost_between(before: str, after: str) -> float:
    cost = break_cost(before, after)
    if cost == AFTER_SENTENCE and _NUMBER.search(before):
        return AFTER_CLAUSE  # It was 12. Nobody came. But: am 3. Oktober
    return cost


def _cost_in_list(before: str, after: str) -> float:
    """As between words, but a number with a full stop goes with the item behind it."""
    if _NUMBER.search(before):
        return NEVER
    cost = break_cost(before, after)
    return min(cost, AFTER_CLAUSE) if _NEXT_NUMBER.match(after) else cost


def _cost_inside(before: str, after: str) -> float:
    """The cost of a break in a word: Thai, Tibetan and Burmese sentences are one, and so is an address."""
    if not category(before[-1]).startswith("P"):
        return INSIDE
    if category(after[0]) in ("Po", "Pe", "Pf"):
        return NEVER
    return INSIDE_AFTER_MARK if before[-1].isascii() else break_cost(before, after)


def _is_wide(pieces: Sequence[Piece], index: int) -> bool:
    """Whether more than one white space stands before a piece, as between a heading and its text."""
    before = pieces[index - 1]
    return pieces[index].start - before.start - len(before.shown) > 1
