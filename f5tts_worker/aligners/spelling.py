"""Spelling: a caller's word in the alphabet of a wav2vec2 model."""

import unicodedata

from .matching import letters

UNKNOWN = "\ue000"
"""What is spoken but not in the alphabet, such as a digit: whisperx takes any sound for it."""

_JOINERS = "'\u200c"  # inside words: the apostrophe, and Persian's non-joiner


def spell(word: str, alphabet: dict[str, int]) -> str:
    """A word in a model's alphabet; "" if nothing of it is spoken.

    Punctuation is left out: whisperx would look for its sound.
    """
    spelt = "".join(_letter(character, alphabet) for character in word.replace("’", "'"))
    return spelt if letters(word) else ""


def _letter(character: str, alphabet: dict[str, int]) -> str:
    lower = character.lower()
    if lower in alphabet and (lower.isalnum() or lower in _JOINERS or unicodedata.category(character)[0] == "M"):
        return lower
    bare = "".join(c for c in unicodedata.normalize("NFKD", lower) if c.isalnum())
    if bare and all(c in alphabet for c in bare):
        return bare
    return UNKNOWN if letters(character) else ""
