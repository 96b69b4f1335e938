"""Chunks: the pieces of a text that are spoken one at a time."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from .atoms import join_atoms, split_atoms
from .breaks import cheapest_ends, cheapest_places
from .pieces import Piece
from .seams import Seams

# In what a break costs: see breaks.py.
CHUNK, SLACK = 0.3, 0.7  # of any chunk, and of one with nothing in it; the square of slack makes chunks alike
SHORT, SHORT_SHARE = 2.0, 0.25  # a word or two are spoken badly alone: worth a break behind a clause, not inside one
GRAINS = 32  # stretches of a limit, of each of which only the best place is looked at


def split_pieces(pieces: Sequence[Piece], limit: int, size: Callable[[str], int] = len) -> list[tuple[Piece, ...]]:
    """Part a text into chunks whose `size` is at most `limit`, alike in length, at the ends of sentences if it can.

    A longer sentence is parted between clauses, then words, then anywhere; only one character alone can be over it.
    """
    atoms = split_atoms(pieces, limit, size)
    if not atoms:
        return [tuple(pieces)] if pieces else []
    seams = Seams(pieces, atoms, size)
    places = [0, *cheapest_places(seams.costs, seams.width, limit // GRAINS)]
    ends = [0, *(places[end] for end in cheapest_ends(len(places) - 1, _chunk_cost(seams, places, limit)))]
    return [join_atoms(pieces, atoms, start, end) for start, end in pairwise(ends)]


def _chunk_cost(seams: Seams, places: Sequence[int], limit: int) -> Callable[[int, int], float | None]:
    """What a chunk between two of the places costs; None if it is too long."""
    starts = [seams.starts[place] for place in places[:-1]]
    ends = [0, *(seams.ends[place - 1] for place in places[1:])]
    breaks = [0.0, *(seams.costs[place - 1] for place in places[1:])]
    filling = [_filling_cost(width / limit) for width in range(min(limit, ends[-1]) + 1)]

    def cost(start: int, end: int) -> float | None:
        width = ends[end] - starts[start]
        if width <= limit:
            return filling[width] + breaks[end]
        return None if end - start > 1 else breaks[end]

    return cost


def _filling_cost(filled: float) -> float:
    """The cost of a chunk that takes this share of the limit."""
    return CHUNK + SLACK * (1 - filled) ** 2 + SHORT * max(0.0, 1 - filled / SHORT_SHARE) ** 2
