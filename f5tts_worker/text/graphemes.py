"""Graphemes: what a reader takes for one character, of whatever number of code points."""

import re
import unicodedata
from itertools import pairwise

_JOINER = "\u200d"
_VIRAMA = 9  # the combining class of the signs that join two consonants

# Vowels of Thai and Lao that are letters to Unicode and a part of the syllable to a reader: what goes on with the
# consonant before it, and what is written before the consonant it is said behind.
_VOWEL_BEHIND = frozenset("\u0e30\u0e32\u0e33\u0e45\u0eb0\u0eb2\u0eb3")
_VOWEL_BEFORE = re.compile("[\u0e40-\u0e44\u0ec0-\u0ec4]")

_EXTENDS = re.compile("[\u1160-\u11ff\u200c\uff9e\uff9f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
_FLAG_LETTER = re.compile("[\U0001f1e6-\U0001f1ff]")


def split_graphemes(text: str) -> list[str]:
    """The graphemes of a text: a letter with its marks, an emoji with all that is joined to it, a flag."""
    starts: list[int] = []
    for i, char in enumerate(text):
        if not (starts and _goes_on(text[i - 1], char, i - starts[-1])):
            starts.append(i)
    return [text[start:end] for start, end in pairwise([*starts, len(text)])]


def _goes_on(last: str, char: str, length: int) -> bool:
    """Whether a character belongs to the grapheme before it, which ends with `last` and has `length` of them."""
    if char.isascii():
        return False
    return (
        _JOINER in (char, last)
        or char in _VOWEL_BEHIND
        or unicodedata.category(char).startswith("M")
        or (unicodedata.combining(last) == _VIRAMA and char.isalpha())
        or (_VOWEL_BEFORE.match(last) is not None and char.isalpha())
        or _EXTENDS.match(char) is not None
        or (length == 1 and bool(_FLAG_LETTER.match(last) and _FLAG_LETTER.match(char)))
    )
