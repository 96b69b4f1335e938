"""Letters: words in capitals that are only loud, and letters and marks that are repeated."""

import re

from ..claims import Rule
from .capitals import SAID
from .patterns import rule_pattern

_LOUD = rule_pattern(r"(?<![\w])(?P<word>[A-Z]{2,}+(?:'[A-Z]{1,3})?|I'[A-Z]{1,2})(?![\w])")
_LONG = rule_pattern(r"(?<![^\W\d_])[^\W\d_]{3,}+")
_THREE = re.compile(r"(.)\1{2,}+", re.IGNORECASE)
_ROMAN = re.compile("[xv]*i{3}")
_EXCLAIMED = rule_pattern(r"[!?]{2,}+")
_DOTS = rule_pattern(r"\.(?:\ \.){2,}+|\.{4,}+")
_NO_SPACE = rule_pattern(r"(?<=[a-z][a-z])(?P<mark>[.!?])(?=[A-Z][a-z]*[\ ,])")
_MARKS = rule_pattern(r"(?P<mark>[,;:])(?P=mark)++")


def _loud(match: re.Match[str]) -> str | None:
    word = match["word"]
    if word in SAID:
        return None
    lower = _shortened(word.lower())
    return lower.capitalize() if word[:2] == "I'" else lower


def _shortened(word: str) -> str:
    return _THREE.sub(r"\1\1", word)


def _long(match: re.Match[str]) -> str | None:
    is_long = _THREE.search(match[0]) and not _ROMAN.fullmatch(match[0])
    return _shortened(match[0]) if is_long else None


def _exclaimed(match: re.Match[str]) -> str:
    return "?!" if len(set(match[0])) == 2 else match[0][0]


RULES = (
    Rule(_LOUD, _loud),
    Rule(_LONG, _long),
    Rule(_NO_SPACE, lambda match: f"{match['mark']} "),
    Rule(_EXCLAIMED, _exclaimed),
    Rule(_DOTS, lambda match: "..."),
    Rule(_MARKS, lambda match: match["mark"]),
)
