"""Stretches: a long text placed on its audio piece by piece, where nobody knows which words a piece holds.

whisperx compares each frame with each letter: half a second of work for a minute of speech, two minutes and 2 GB for
thirteen. But the words that it is given need not fill the audio. So a stretch gets fewer than it surely holds; of those
found, the last ones are dropped, and the next stretch begins behind the rest.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from .base import AlignmentError

WHOLE_MS = 60_000
"""Audio up to this long is placed at once; a stretch of longer audio is as long."""

FILL = 0.6
"""Of the words that an even pace would put into a stretch, so many are tried; and again so many if they do not fit."""

KEPT = 0.75
"""Of the words found in a stretch; behind the last ones is more speech, which may have drawn them."""

SLACK_MS = 2_000
"""Audio that has to be left behind the words: without it there were too many for the stretch."""


@dataclass(frozen=True)
class Found:
    """A word as whisperx places it."""

    start_ms: int
    end_ms: int
    score: float


Place = Callable[[list[str], int, int], list[Found]]
"""Places all of some words between two times in milliseconds."""


def place_in_stretches(place: Place, spelt: list[str], end_ms: int) -> list[Found]:
    """One Found for each word; raises AlignmentError."""
    done: list[Found] = []
    start_ms = 0
    while end_ms - start_ms > WHOLE_MS and len(done) < len(spelt):
        done += _first_of(place, spelt[len(done) :], start_ms, end_ms)
        start_ms = done[-1].end_ms
    return done + place(spelt[len(done) :], start_ms, end_ms) if len(done) < len(spelt) else done


def _first_of(place: Place, spelt: list[str], start_ms: int, end_ms: int) -> list[Found]:
    """The first of the words, those which surely lie in the next stretch."""
    until_ms = start_ms + WHOLE_MS
    share = FILL * WHOLE_MS / (end_ms - start_ms)
    while True:
        n_words = _words_of(share, spelt)
        found = place(spelt[:n_words], start_ms, until_ms)
        if found[-1].end_ms <= until_ms - SLACK_MS:
            return found[: max(int(KEPT * n_words), 1)]
        if n_words == 1:
            raise AlignmentError("a word found no place in a minute of audio: is the text what is said?")
        share *= FILL


def _words_of(share: float, spelt: list[str]) -> int:
    """How many words make a share of all letters; one at least."""
    ends = list(itertools.accumulate(len(word) + 1 for word in spelt))
    return max(sum(end <= share * ends[-1] for end in ends), 1)
