"""Dynamic time warping of a recording to a reference, with a silence that may come before, between and after words."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

SILENCE = -1
"""A row that is a silence, not a frame of the reference."""

STAY, NEXT, NEXT_WORD, ALSO, ALSO_WORD = range(5)
"""How a path came to a row: from itself; from the row above; past a silence that it left out; and the last two
within the same frame of what is heard, which then matches both rows."""

# mypy takes numba's decorators for untyped, and numba reads types from the signature of `_costs` and `_trace`.
# mypy: disable-error-code="untyped-decorator, no-untyped-def, no-untyped-call"


@njit(cache=True, fastmath=True, nogil=True)
def _distance(a, b):
    total = np.float32(0)
    for k in range(a.shape[0]):
        total += (a[k] - b[k]) * (a[k] - b[k])
    return np.sqrt(total / np.float32(a.shape[0]))


@njit(cache=True, nogil=True)
def _at(column, j):
    return column[j] if 0 <= j < column.shape[0] else np.float32(np.inf)


@njit(cache=True, nogil=True)
def _cheapest(stay, above, past, also, also_word):
    cost, move = stay, STAY
    if above <= cost:
        cost, move = above, NEXT
    if past < cost:
        cost, move = past, NEXT_WORD
    if also < cost:
        cost, move = also, ALSO
    if also_word < cost:
        cost, move = also_word, ALSO_WORD
    return cost, move


@njit(
    "Tuple((float32[:], uint8[:,:]))"
    "(float32[:,::1], int64[::1], float32[:,::1], float32[::1], float32[::1], int64[::1], int64)",
    cache=True,
    nogil=True,
)
def _costs(reference, rows, heard, as_silence, as_word, low, width):
    """Cost of the best path to each row of the last frame, and the move that leads to each cell."""
    never = np.float32(np.inf)
    moves = np.zeros((heard.shape[0], width), np.uint8)
    before = np.full(width, never, np.float32)
    now = before.copy()
    before[0] = 0  # as if a frame before the first were in the silence before the first word
    for t in range(heard.shape[0]):
        shift = low[t] - low[t - 1] if t else 0
        for j in range(width):
            i = low[t] + j
            stay, above = _at(before, j + shift), _at(before, j + shift - 1)
            if rows[i] == SILENCE:
                cost, move = _cheapest(stay, above, never, never, never)
                cost += as_silence[t]
            else:
                word_begins = rows[i - 1] == SILENCE
                past = _at(before, j + shift - 2) if word_begins else never
                also = never if word_begins else _at(now, j - 1)
                also_word = _at(now, j - 2) if word_begins else never
                # A step of both counts twice, so that a detour by two single steps is not dearer by itself.
                once = _distance(reference[rows[i]], heard[t]) + as_word[t]
                cost, move = _cheapest(stay, above + once, past + once, also, also_word)
                cost += once
            now[j], moves[t, j] = cost, move
        before, now = now, before
    return before, moves


@njit("int64[:,:](uint8[:,:], int64[::1], int64, int64)", cache=True, nogil=True)
def _trace(moves, low, n_rows, last):
    """First and last frame of each row, back along the path from row `last` of the last frame."""
    spans = np.full((n_rows, 2), -1, np.int64)
    i, t = last, len(moves) - 1
    while t >= 0:
        spans[i, 0] = t
        spans[i, 1] = max(t, spans[i, 1])
        move = moves[t, i - low[t]]
        if move in (STAY, NEXT, NEXT_WORD):
            t -= 1
        if move in (NEXT, ALSO):
            i -= 1
        elif move in (NEXT_WORD, ALSO_WORD):
            i -= 2
    return spans


def warp(
    reference: NDArray[np.float32],
    rows: NDArray[np.int64],
    heard: NDArray[np.float32],
    as_silence: NDArray[np.float32],
    as_word: NDArray[np.float32],
    low: NDArray[np.int64],
    width: int,
) -> NDArray[np.int64]:
    """First and last frame that each row matches, (n_rows, 2); -1 for a silence that is left out.

    `rows` are places in `reference`, or SILENCE: before, between and after words. A frame of `heard` costs
    `as_silence` in a silence, and in a word its distance and `as_word`. In frame t only the `width` rows from low[t]
    on are looked at, so memory is n_frames * width bytes; low[0] is 0, `low` never falls and ends with the last rows.
    """
    costs, moves = _costs(reference, rows, heard, as_silence, as_word, low, width)
    last = len(rows) - 1 - int(costs[-2] < costs[-1])
    spans: NDArray[np.int64] = _trace(moves, low, len(rows), last)
    return spans
