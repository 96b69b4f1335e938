"""Normalise: what is said for what people write."""

import re
from collections.abc import Mapping

from . import english
from .claims import Claims, Rule
from .english import emoji
from .lexicon import lexicon_rules
from .pieces import Piece
from .plain import as_written, plain

_SCRIPTS = (
    ("ja", re.compile("[\u3041-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7a3]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
)
"""Scripts that tell a language, or the one that most texts in them are in; kana before Han."""
_LETTER = re.compile(r"[^\W\d_]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")


def normalise(text: str, language: str | None = None, lexicon: Mapping[str, str] | None = None) -> list[Piece]:
    """Say a text's numbers, signs and abbreviations as words of its language, and the lexicon's entries as it has them.

    Captions keep what is written: the pieces hold each word of the text once and in order.
    """
    claims = Claims(text, plain(text))
    for rule in (*lexicon_rules(lexicon or {}), *_rules(language or guess_language(text))):
        claims.apply(rule)
    return claims.pieces()


def respell(text: str, lexicon: Mapping[str, str]) -> list[Piece]:
    """Say the lexicon's entries as it has them, and everything else as it is written."""
    claims = Claims(text, as_written(text))
    for rule in lexicon_rules(lexicon):
        claims.apply(rule)
    return claims.pieces()


def guess_language(text: str) -> str | None:
    """The language of a text whose script tells it; English for Latin letters and where there are none."""
    letters = len(_LETTER.findall(text))
    if 2 * len(_LATIN.findall(text)) >= letters:
        return "en"
    return next((language for language, script in _SCRIPTS if 5 * len(script.findall(text)) >= letters), None)


def _rules(language: str | None) -> tuple[Rule, ...]:
    base, _, region = (language or "").lower().replace("_", "-").partition("-")
    if base == "en":
        return english.RULES if region in ("", "us") else english.BRITISH_RULES
    if not language:
        return emoji.RULES
    from .foreign import foreign_rules  # with num2words, which takes a quarter of a second to import

    return (*emoji.RULES, *foreign_rules(language))
