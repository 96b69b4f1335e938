"""Words: their times, after silence was taken out."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sounds import tones_and_silences

from f5tts_worker.audio import Span, shorten_pauses
from f5tts_worker.words import Word, move_words

CUTS = {
    "nothing": ([], (100, 200), (100, 200)),
    "behind it": ([(300, 900)], (100, 200), (100, 200)),
    "up to its end": ([(200, 900)], (100, 200), (100, 200)),
    "before it": ([(0, 90)], (100, 200), (10, 110)),
    "up to its start": ([(50, 100)], (100, 200), (50, 150)),
    "several before it": ([(0, 10), (20, 30), (40, 60)], (100, 200), (60, 160)),
    "before and behind it": ([(0, 10), (200, 300), (500, 600)], (100, 200), (90, 190)),
    "within it": ([(120, 150)], (100, 200), (100, 170)),
    "over its start": ([(50, 150)], (100, 200), (50, 100)),
    "over its end": ([(150, 250)], (100, 200), (100, 150)),
    "all of it": ([(50, 250)], (100, 200), (50, 50)),
    "around a word that is not spoken": ([(0, 40), (60, 100)], (50, 50), (10, 10)),
}


@pytest.mark.parametrize(("cut", "before", "after"), CUTS.values(), ids=CUTS)
def test_moves_a_word(cut: list[tuple[int, int]], before: tuple[int, int], after: tuple[int, int]) -> None:
    """A word comes earlier by what was cut before it, and is shorter by what was cut out of it; all else stays."""
    moved = move_words([Word("naïve", *before, 0.5, "native")], [Span(*span) for span in cut])
    assert moved == [Word("naïve", *after, 0.5, "native")]


@settings(deadline=None)
@given(st.lists(st.integers(1, 300).map(lambda frames: frames * 10), min_size=1, max_size=13))
def test_words_stay_with_their_sound(lengths_ms: list[int]) -> None:
    """After pauses were shortened every word is where its samples are, in order, and as long as before."""
    audio = tones_and_silences(*lengths_ms)
    edges = [0, *np.cumsum(lengths_ms).tolist()]
    words = [Word(f"w{i}", edges[i], edges[i + 1], 1.0, "native") for i in range(0, len(lengths_ms), 2)]
    shorter, cut = shorten_pauses(audio, below_db=-50, longest_ms=500)
    moved = move_words(words, cut)
    assert [word.end_ms - word.start_ms for word in moved] == [word.end_ms - word.start_ms for word in words]
    for before, after in zip(words, moved, strict=True):
        np.testing.assert_array_equal(
            shorter.slice_ms(after.start_ms, after.end_ms).samples,
            audio.slice_ms(before.start_ms, before.end_ms).samples,
        )
    assert all(word.end_ms <= following.start_ms for word, following in pairwise(moved))
