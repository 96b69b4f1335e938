"""Patterns: the parts that the rules' patterns are made of. Each begins and ends in one way: rules stay linear."""

import re
from collections.abc import Iterable

BEGIN = r"(?<![\w.,])"
"""What no word and no number runs into."""
END = r"(?![\w])"

INT = r"(?:[0-9]{1,3}(?:,[0-9]{3}(?![0-9]))++|[1-9][0-9]{0,2}(?:\ 000(?![\w]))++|[0-9]++)"
NUM = rf"(?:{INT}(?:\.[0-9]++)?|\.[0-9]++)"
"""1,234 or 3.14 or .5"""
SIGN = r"(?:(?<![\w)\]%.°\ue000])[-–+±~]\ ?(?=[.0-9$€£¥])|)"
"""A sign, if one stands there: a hyphen behind a word is none."""
DASH = r"(?:\ ?[-–]\ ?|—)"

UNITS_OF_TEN = r"hundred|thousand|million|billion|trillion|quadrillion"
COUNTED = "views|subs|subscribers|followers|users|people|downloads|likes|plays|streams|copies|dollars|euros|pounds"
MULTIPLIED = (
    f"{COUNTED}|visitors|customers|viewers|fans|members|parameters|params|tokens|steps|rows|records|requests|jobs|homes|"
    "households|acres|miles|tons|barrels|years|hours|words|points|votes|voters|residents|workers|employees|students|"
    "children|men|women|times|installs|clicks|impressions|hits|comments|shares|posts|tweets|videos|songs|books|cars|"
    "trees|jobs|lives|units|readers|listeners|players|sales|searches|orders|visits|species|Americans|iterations|samples"
)
"""What there are so many of that their number is written with a letter."""
_MANY = rf"\+?\ (?:(?:new|more|monthly|daily|weekly|active|total|other|unique|paid|US|U\.S\.)\ )?(?:{MULTIPLIED})\b"
_LETTERS = rf"""
    (?:k(?!\w) | (?<=[0-9][0-9])K(?!\w) | (?<=\.[0-9])[KMBT](?!\w) | (?<=\.[0-9][0-9])[MBT](?!\w)
    | [KMBT](?={_MANY}) | [KMB](?=[-–][0-9.]{{1,6}}[KMB]{_MANY}) | m(?=\ (?:{COUNTED})\b))"""
"""Letters for thousand, million, billion and trillion, where they can be no name: Apt. 4B is not four billion."""
SCALE = rf"(?:[\ -]?(?:{UNITS_OF_TEN})\b|{_LETTERS}|\ ?(?:bn|mn|mln|tn)(?!\w))"
_SCALES = {"k": "thousand", "b": "billion", "bn": "billion", "t": "trillion", "tn": "trillion"}
_SCALES |= dict.fromkeys(("m", "mm", "mn", "mln"), "million")


def scale(written: str | None) -> str:
    """Say what a number is multiplied by: " thousand" for k, "" for nothing."""
    word = (written or "").strip(" -").lower()
    return f" {_SCALES.get(word, word)}" if word else ""


def rule_pattern(pattern: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """Compile a pattern that is written with spaces for reading."""
    return re.compile(pattern, flags | re.VERBOSE)


def behind(words: str) -> str:
    """A pattern of what stands behind one of some words and a space."""
    return "(?:" + "|".join(rf"(?<=\b{word}\ )" for word in words.split("|")) + ")"


def alternatives(words: Iterable[str]) -> str:
    """A pattern of words as they are written, the longest first."""
    return "|".join(sorted((re.escape(word) for word in words), key=len, reverse=True))


_ARTICLE = re.compile(r"\b[Aa]n?\s$")
_NOUN = re.compile(
    r"[\ -](?!(?:a|an|and|as|at|but|by|each|for|from|if|in|is|more|of|off|on|or|per|than|to|with)\b)[a-z]{2}"
)
_THING = re.compile(
    r"\ (?:bill|note|coin|gift\ card|bulb|charger|battery|bag|bottle|can|screen|monitor|drive|card|race|walk|"
    r"camera|pack|jug|motor|engine|speaker|dumbbell|kettlebell|file|tank|laptop|TV|tablet|pizza|wheel|pipe)\b"
)


def is_attribute(match: re.Match[str]) -> bool:
    """Whether an amount belongs to the noun behind it: "a $45 ticket" is a forty-five dollar ticket."""
    before = match.string[max(0, match.start() - 4) : match.start()]
    is_one = _ARTICLE.search(before) and _NOUN.match(match.string, match.end())
    return bool(is_one or _THING.match(match.string, match.end()))
