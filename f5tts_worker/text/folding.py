"""Folding: characters that a model does not know as ones that it knows."""

import unicodedata
from collections.abc import Collection

_ALIKE = {
    "‘": "'",
    "’": "'",
    "‚": "'",
    "‛": "'",
    "′": "'",
    "‹": "'",
    "›": "'",
    "“": '"',
    "”": '"',
    "„": '"',
    "‟": '"',
    "″": '"',
    "«": '"',
    "»": '"',
    "「": '"',
    "」": '"',
    "‐": "-",
    "‑": "-",
    "‒": "-",
    "–": "-",
    "−": "-",
    "—": " - ",
    "―": " - ",
    "…": "...",
    "。": ". ",
    "、": ", ",
    "¿": "",
    "¡": "",
    "ß": "ss",
    "ẞ": "SS",
    "æ": "ae",
    "Æ": "Ae",
    "œ": "oe",
    "Œ": "Oe",
    "ø": "o",
    "Ø": "O",
    "đ": "d",
    "Đ": "D",
    "ð": "d",
    "Ð": "D",
    "þ": "th",
    "Þ": "Th",
    "ł": "l",
    "Ł": "L",
    "ħ": "h",
    "ı": "i",
    "ĸ": "k",
    "ŋ": "ng",
    "ŧ": "t",
    "ə": "e",
}
_UNHEARD = frozenset({"Cf", "Mn", "Me", "Cc"})
"""Marks and signs that part no words."""


def fold(said: str, unknown: Collection[str]) -> str:
    """Write what is unknown in the nearest known characters, or leave it out; words that it parted stay two."""
    missing = set(unknown) & set(said)
    if not missing:
        return said
    table = {character: _folded(character, unknown) for character in missing}
    return " ".join("".join(_apart(said, table)).split())


def _apart(said: str, table: dict[str, str | None]) -> list[str]:
    return [character if character not in table else _or_gap(character, table[character]) for character in said]


def _or_gap(character: str, folded: str | None) -> str:
    if folded is not None:
        return folded
    return "" if unicodedata.category(character) in _UNHEARD else " "


def _folded(character: str, unknown: Collection[str]) -> str | None:
    """The first form of a character that is known, None if there is none."""
    return next((form for form in _forms(character) if form and not set(form) & set(unknown)), None)


def _forms(character: str) -> list[str]:
    compatible = unicodedata.normalize("NFKC", character)
    bare = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    return [form for form in (_ALIKE.get(character, ""), compatible, bare, _ALIKE.get(bare, "")) if form != character]
