"""Aligner: what finds the words of a known text in its speech."""

from typing import Protocol

from ..audio import Audio
from ..resident import State
from ..words import Word


class AlignmentError(Exception):
    """An aligner cannot do this one; the message says why, for the caller: no path and no secret is in it."""


class Aligner(Protocol):
    """Used by one thread at a time, but for `load`."""

    name: str
    state: State
    problem: str | None
    """Why it is unavailable."""

    def load(self) -> None:
        """Get ready, once; sets `state`. Whoever comes while it loads waits for it, or is stopped (Cancelled)."""

    def align(self, audio: Audio, words: list[str], language: str | None) -> list[Word]:
        """One Word for each of `words`, in order, with `source` the aligner's name.

        `words` are of text.words.split_words; `language` is a tag such as en, pt-br or zh, None where nobody said.
        Raises AlignmentError. The chain checks order, bounds and lengths: an aligner need not.
        """
