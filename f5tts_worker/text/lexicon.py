"""Lexicon: the caller's own words for words, names and what else an engine says wrongly."""

import re
from collections.abc import Mapping
from typing import Any

from ..errors import InvalidInput, shown
from .claims import Rule
from .sent import as_string, from_json, shown_value
from .words import split_words

LEXICON_MAX = 200
WORD_MAX_CHARS, RESPELLING_MAX_CHARS = 60, 200
LEXICON = (
    f'an object of up to {LEXICON_MAX} words and how to say them, such as {{"SQL": "sequel"}}, '
    f"words up to {WORD_MAX_CHARS} characters, what is said for them up to {RESPELLING_MAX_CHARS}"
)


def parse_lexicon(value: Any) -> dict[str, str]:
    """Read how words are said, given as an object or as JSON; raises InvalidInput."""
    words = from_json(value, "lexicon", LEXICON)
    if not isinstance(words, dict) or len(words) > LEXICON_MAX:
        sent = f"{len(words)} words are" if isinstance(words, dict) else f"{shown_value(words)} is"
        raise InvalidInput(f"{sent} not accepted; send {LEXICON}", field="lexicon")
    lexicon: dict[str, str] = {}
    for key, respelling in words.items():
        word = _line(key, WORD_MAX_CHARS, f"the word {shown_value(key)}")
        if word in lexicon:
            raise InvalidInput(f"the word {shown(word)} is there twice; send it once", field="lexicon")
        lexicon[word] = _line(respelling, RESPELLING_MAX_CHARS, f"what is said for {shown(word)}")
    return lexicon


def lexicon_rules(lexicon: Mapping[str, str]) -> tuple[Rule, ...]:
    """Rules that say the caller's words: an entry in capitals as it is written, others in any case."""
    said = {_key(entry): words for entry, words in lexicon.items() if entry.strip()}
    if not said:
        return ()

    def say(match: re.Match[str]) -> str | None:
        found = _key(match[0])
        return said.get(found, caseless.get(found.lower()))

    caseless = {entry.lower(): words for entry, words in said.items() if not entry.isupper()}
    return (Rule(re.compile("|".join(map(_pattern, sorted(said, key=len, reverse=True)))), say),)


def _key(entry: str) -> str:
    return " ".join(entry.split())


def _pattern(entry: str) -> str:
    """The entry as whole words, with any white space between them."""
    words = r"\s+".join(map(re.escape, entry.split()))
    return _edge(entry[0], r"(?<!\w)") + (words if entry.isupper() else f"(?i:{words})") + _edge(entry[-1], r"(?!\w)")


def _edge(character: str, edge: str) -> str:
    """Letters of scripts that are written with spaces end at a word's edge."""
    return edge if character.isalnum() and len(split_words(character * 2)) == 1 else ""


def _line(value: Any, max_chars: int, what: str) -> str:
    """A word of the lexicon or what is said for it."""
    try:
        line = as_string(value).strip()
    except ValueError:
        line = ""
    if not 1 <= len(line) <= max_chars:
        raise InvalidInput(f"{what} is not accepted: {shown_value(value)}; send {LEXICON}", field="lexicon")
    return line
