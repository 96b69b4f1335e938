"""Acronyms: FBI and U.S.A. are spelled, NASA is said, CEOs are several."""

import re

from ..claims import Rule
from .capitals import is_common, is_loud, is_spelled
from .patterns import rule_pattern
from .sentences import SENTENCE_STARTS

_DOTTED = rule_pattern(r"(?<![\w.])(?P<letters>[A-Z]\.(?:\ ?[A-Z]\.)*(?:[A-Z]\b(?!\.))?)(?P<more>'?s\b)?")
_SMALL_DOTTED = rule_pattern(r"(?<![\w.])(?P<letters>Ph\.\ ?D\.?|[a-z]\.k\.a\.)")
_WORD = rule_pattern(r"(?<![\w'])(?P<word>[A-Z]{2,12}+)(?P<more>s|'s)?(?![\w]|'[a-zA-Z])")
_PAIR = rule_pattern(r"(?<![\w])(?P<first>[A-Z]{1,4})&(?P<second>[A-Z]{1,4})(?P<more>'?s)?(?!\w)")
_MIXED = {
    "WWI": "World War One",
    "WWII": "World War Two",
    "WW1": "World War One",
    "WW2": "World War Two",
    "PhD": "P H D",
    "PhDs": "P H D's",
    "MSc": "M S C",
    "BSc": "B S C",
    "IoT": "I O T",
    "mRNA": "M R N A",
}
_THE = re.compile(r"\b[Tt]he\s$")
_CAPITALS_BEFORE = re.compile(r"(?<!\w)([A-Z']{2,15})\s$")
_CAPITALS_BEHIND = re.compile(r"\s([A-Z']{2,15})(?!\w)")
_ARTICLE = rule_pattern(r"(?<![\w.])A(?=\ [A-Z]{2,})")
_REACH = 160
"""How far around a word to look for small letters, in characters."""
_KNOWN = rule_pattern(rf"(?<!\w)(?:{'|'.join(_MIXED)})(?!\w)")

_SENTENCE_BEHIND = re.compile(rf"""["')\]]*(?:\s*$|\n|\s+["']?(?:I|{SENTENCE_STARTS})\b)""")
_NAME_BEHIND = re.compile(rf"\ ?(?!(?:{SENTENCE_STARTS})\b)[A-Z][a-z]+")
_NAME_BEFORE = re.compile(
    r"(?:^|[\n\"(.!?]\s?|\b[A-Z][a-z]+\s|,\s|\b(?:by|and|with|of|from|to|author|president|actor)\s)$"
)
_NO_NAME = re.compile(r"\b(?:Plan|Vitamin|Option|Part|Type|Group|Hepatitis|Team|Malcolm)\s$")


def spelled_letters(word: str) -> str:
    """A word's letters as capitals, each a word."""
    return " ".join(word.upper())


def _plural(more: str | None) -> str:
    """The ending of several, which is not a letter of its own."""
    return "'s" if more else ""


def _dotted(match: re.Match[str]) -> str | None:
    letters = [letter for letter in match["letters"] if letter.isalpha()]
    if len(letters) == 1:
        return _initial(match, letters[0])
    is_last = match[0].endswith(".") and _SENTENCE_BEHIND.match(match.string, match.end())
    return " ".join(letters) + _plural(match["more"]) + "." * bool(is_last)


def _names(match: re.Match[str]) -> bool:
    """Whether initials belong to the name behind them: J.K. Rowling."""
    return bool(_NAME_BEHIND.match(match.string, match.end()))


def _initial(match: re.Match[str], letter: str) -> str | None:
    """The letter without its full stop, where it is a name's."""
    before = match.string[max(0, match.start() - 16) : match.start()]
    is_name = letter != "I" and _names(match) and _NAME_BEFORE.search(before) and not _NO_NAME.search(before)
    return letter if is_name else None


def _pair(match: re.Match[str]) -> str:
    return f"{spelled_letters(match['first'])} and {spelled_letters(match['second'])}{_plural(match['more'])}"


def _word(match: re.Match[str]) -> str | None:
    word = match["word"]
    is_organisation = word == "WHO" and _THE.search(match.string, max(0, match.start() - 5), match.start())
    if is_organisation or is_spelled(word, shouted=_is_shouted(match)):
        return spelled_letters(word) + _plural(match["more"])
    return None


def _is_shouted(match: re.Match[str]) -> bool:
    """Whether all of the line is in capitals, or a common word beside this one is."""
    before = _CAPITALS_BEFORE.search(match.string, max(0, match.start() - 16), match.start())
    behind = _CAPITALS_BEHIND.match(match.string, match.end())
    return any(beside and is_common(beside[1]) for beside in (before, behind)) or is_loud(_line(match))


def _article(match: re.Match[str]) -> str | None:
    """An "a" among words that are all in capitals is no letter."""
    return "a" if is_loud(_line(match)) else None


def _line(match: re.Match[str]) -> str:
    """What stands around a match in its line, as far as tells whether all of it is in capitals."""
    string, start, end = match.string, match.start(), match.end()
    before = string[max(0, start - _REACH) : start].rpartition("\n")[2]
    after = string[end : end + _REACH].partition("\n")[0]
    return re.split(r"[.!?]\s", before)[-1] + match[0] + re.split(r"[.!?](?:\s|$)", after)[0]


NAME_RULES = (Rule(_KNOWN, lambda match: _MIXED[match[0]]),)
RULES = (
    Rule(_ARTICLE, _article),
    Rule(_SMALL_DOTTED, lambda match: "P H D" if match[0][0] == "P" else "also known as"),
    Rule(_DOTTED, _dotted),
    Rule(_PAIR, _pair),
    Rule(_WORD, _word),
)
