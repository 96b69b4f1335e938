"""Takes on disk until their turn comes."""

from pathlib import Path

import numpy as np
import pytest
from spoken import tone

from f5tts_worker.engines import Take
from f5tts_worker.shelf import Shelf
from f5tts_worker.words import Word

WORDS = [Word("one", 10, 200, 1.0, "native")]


@pytest.mark.parametrize("words", [WORDS, [], None], ids=["words", "no words", "not known"])
def test_a_take_comes_back_as_it_was(tmp_path: Path, words: list[Word] | None) -> None:
    """To the sample, with its words; and nothing of it is left."""
    shelf = Shelf(tmp_path)
    take = Take(tone(0.1, peak=0.123456789), words)
    shelf.put(3, take)
    back = shelf.fetch(3)
    np.testing.assert_array_equal(back.audio.samples, take.audio.samples)
    assert (back.audio.rate, back.audio.samples.dtype.name, back.words) == (take.audio.rate, "float32", words)
    assert 3 not in shelf
    assert list(tmp_path.iterdir()) == []


def test_takes_may_come_in_any_order(tmp_path: Path) -> None:
    """Each lies under its own index, and what was fetched is there no more."""
    shelf = Shelf(tmp_path)
    for index in (4, 0, 2):
        shelf.put(index, Take(tone(0.1 + index / 100)))
    assert shelf.indices() == {0, 2, 4}
    assert [len(shelf.fetch(index).audio.samples) for index in (0, 4)] == [2_400, 3_360]
    assert shelf.indices() == {2}
    assert (2 in shelf, 4 in shelf, "2" in shelf) == (True, False, False)
