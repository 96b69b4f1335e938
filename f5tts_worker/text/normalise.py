"""Normalise: what is said for what people write."""

from collections.abc import Mapping

from .claims import Claims
from .pieces import Piece


def normalise(text: str, language: str | None = None, lexicon: Mapping[str, str] | None = None) -> list[Piece]:
    """The pieces of a text, which hold each of its words once and in order."""
    claims = Claims(text)
    return claims.pieces()
