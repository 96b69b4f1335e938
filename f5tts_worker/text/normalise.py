"""Normalise: what is said for what people write."""

from collections.abc import Mapping

from . import english
from .claims import Claims, Rule
from .english import emoji, lines
from .languages import guess_language
from .lexicon import lexicon_rules
from .pieces import Piece
from .plain import as_written, plain

__all__ = ["guess_language", "normalise", "respell"]


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


def _rules(language: str | None) -> tuple[Rule, ...]:
    base, _, region = (language or "").lower().replace("_", "-").partition("-")
    if base == "en":
        return english.RULES if region in ("", "us") else english.BRITISH_RULES
    if not language:
        return emoji.RULES
    from .foreign import foreign_rules  # with num2words, which takes a quarter of a second to import

    line_ends = () if base in ("zh", "ja") else lines.RULES  # their own comma would be needed
    return (*emoji.RULES, *foreign_rules(language), *line_ends)
