"""Shelf: takes on disk until their turn comes, because a long text's would fill the memory."""

from pathlib import Path

import numpy as np

from .audio import SAMPLE_RATE, Audio
from .engines import Take
from .tape import kept_on_disk
from .words import Word


class Shelf:
    """Takes by the index of their line, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._words: dict[int, list[Word] | None] = {}

    def __contains__(self, index: object) -> bool:
        return index in self._words

    def indices(self) -> frozenset[int]:
        """What is here."""
        return frozenset(self._words)

    def put(self, index: int, take: Take) -> None:
        """Lay a take down."""
        with kept_on_disk():
            np.save(self._path(index), take.audio.samples)
        self._words[index] = take.words

    def fetch(self, index: int) -> Take:
        """Get a take; it is gone from here then."""
        path = self._path(index)
        with kept_on_disk():
            samples = np.load(path)
            path.unlink()
        return Take(Audio(samples, SAMPLE_RATE), self._words.pop(index))

    def _path(self, index: int) -> Path:
        return self._folder / f"{index}.npy"
