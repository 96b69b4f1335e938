"""The screen: how much text fits on it, estimated without opening a font."""

import unicodedata
from collections.abc import Sequence

from ..text.words import join_words
from .options import Look

# Mean advance of a character in sizes: 0.51 and 0.60 were measured of English sentences and capitals in DejaVu Sans
# Bold, one of the widest fonts. A line that turns out wider is wrapped by the player; a word is not.
_ADVANCE, _ADVANCE_UPPERCASE = 0.55, 0.65
_WIDE_WORD = 1.12  # times the mean: WHATSOEVER is 1.05


def columns(text: str) -> int:
    """Length in characters; a wide one (Chinese, Japanese, Korean, most emoji) counts as two."""
    return len(text) + sum(unicodedata.east_asian_width(char) in "WF" for char in text)


def line_columns(words: Sequence[str]) -> int:
    """Length of the words as a line."""
    return columns(join_words(list(words)))


def chars_that_fit(look: Look) -> int:
    """Characters between the margins, at least one."""
    return max(1, int(_room(look) / (look.size * _advance(look))))


def fitting_size(words: Sequence[str], look: Look) -> int:
    """The look's size, or less so that the longest word fits between the margins: players wrap no word."""
    longest = max(map(columns, words)) * _advance(look) * _WIDE_WORD
    return max(1, min(look.size, int(_room(look) / longest)))


def _room(look: Look) -> float:
    return max(1.0, look.width - 2 * look.margin_h - 2 * look.outline)


def _advance(look: Look) -> float:
    return _ADVANCE_UPPERCASE if look.uppercase else _ADVANCE
