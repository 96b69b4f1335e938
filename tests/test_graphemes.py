"""Graphemes: nothing that is read as one character is parted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from f5tts_worker.text.graphemes import split_graphemes

GRAPHEMES = {
    "letters": ["a", "b", "c"],
    "marks": ["e\u0301", "o\u0302\u0323", "x"],
    "Devanagari": ["क्ष", "त्रि", "य"],
    "Tamil": ["நி", "லா"],
    "Thai": ["กี่", "เก้า", "ทำ"],
    "Lao": ["ເກົ", "ນ້ຳ"],
    "Khmer": ["ផ្ទះ", "ខ្មែ", "រ"],
    "Hangul in letters": ["\u1112\u1161\u11ab", "\u1100\u1173\u11af"],
    "Arabic": ["مَ", "رْ"],
    "a family": ["👩‍👩‍👧", "👨‍🚀"],
    "a skin": ["👍🏽", "👋"],
    "a heart": ["❤️", "x"],
    "flags": ["🇩🇪", "🇫🇷", "🇯"],
    "a flag of tags": ["🏴󠁧󠁢󠁳󠁣󠁴󠁿", "x"],
}


@pytest.mark.parametrize("graphemes", GRAPHEMES.values(), ids=GRAPHEMES)
def test_what_is_read_as_one_stays_one(graphemes: list[str]) -> None:
    """Marks, joined signs and syllables stay with what they belong to."""
    assert split_graphemes("".join(graphemes)) == graphemes


@given(st.text())
def test_all_characters_are_kept(text: str) -> None:
    """Put together they are the text, and none is empty."""
    graphemes = split_graphemes(text)
    assert "".join(graphemes) == text
    assert all(graphemes)
