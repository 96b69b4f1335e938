"""Numbers: cardinals, ordinals, decimals, negatives, ranges and years."""

import re

from ..claims import Rule
from .number_words import cardinal, number, ordinal, signed, spelled, whole, year
from .patterns import COUNTED, DASH, INT, NUM, SCALE, SIGN, behind, rule_pattern, scale

_START = r"(?<![\w.,$€£-])"
_ORDINAL = rule_pattern(
    rf"(?<![\w.,])(?P<number>{INT})(?:(?:{DASH}|\ to\ )(?P<high>[0-9]+)(?=st|nd|rd|th))?"
    r"(?:st|nd|rd|th|ST|ND|RD|TH)(?!\w)"
)
_RANGE = rule_pattern(
    rf"(?<![\w.,$€£/-])(?P<low>{NUM})(?P<low_scale>{SCALE})?{DASH}(?P<high>{NUM})(?P<high_scale>{SCALE})?"
    r"(?![\w%/-]|[.,][0-9])"
)
_SCALED = rule_pattern(rf"{_START}(?P<number>{SIGN}{NUM})(?P<scale>{SCALE})(?P<plus>\+?)(?!\w)")
_AMOUNTS = (
    "over|about|nearly|almost|around|roughly|approximately|hit|hits|reached|surpassed|raised|earned|spent|made|paid|sold|"
    "worth"
)
_ABOUT = rule_pattern(
    rf"(?=[0-9]{{1,3}}[KMB])(?i:{behind(_AMOUNTS)})(?P<number>[0-9]{{1,3}})(?P<scale>[KMB])(?P<plus>\+?)(?!\w|-)"
)
_YEAR = rule_pattern(r"(?<![\w.,$€£#/-])(?P<year>1[1-9][0-9]{2}|20[0-9]{2})(?P<letter>[ab]?)(?![\w%/]|[.,-][0-9])")
_COUNTED = re.compile(
    r"\s(?!(?:was|is|has|his|this|as|its|does|us|plus|across|perhaps|always|[a-z]*less|[a-z]*ous|versus|vs|series)\b)"
    r"(?:[a-z]{2,}s|people|men|women|children|feet|percent|more|other|different|fewer|of|new)\b"
)
_EARLY_YEAR = rule_pattern(r"(?<=\b[Ii]n\ )(?P<year>10[0-9]{2})(?P<letter>)(?![\w%/]|[.,-][0-9])")
_ITEM = rule_pattern(r"(?:^|(?<=\n))(?P<number>[0-9]{1,3})\)(?=\ )")
_POINTED = rule_pattern(
    rf"(?<![\w.,$€£-])(?P<number>[1-9][0-9]{{0,2}}(?:\.[0-9]{{3}})+)(?=\ (?:{COUNTED}|visitors|members|customers)\b)"
)
"""A full stop between the thousands, as many countries write it."""
_NUMBER = rule_pattern(rf"(?<![\w.,])(?P<number>{SIGN}{NUM})(?P<plus>\+(?!\w))?(?!\w|[.,][0-9])")
_DIGITS = re.compile("[0-9]+")


def _ordinal(match: re.Match[str]) -> str:
    low = ordinal(int(re.sub("[, ]", "", match["number"])[:15]))
    return f"{low} to {ordinal(int(match['high'][:15]))}" if match["high"] else low


def _range(match: re.Match[str]) -> str:
    low, high = match["low"], match["high"]
    if _is_year(low) and (_is_year(high) or (len(high) == 2 and high.isdigit())):
        return f"{year(int(low))} to {year(int(high)) if len(high) == 4 else whole(high)}"
    return f"{number(low)}{scale(match['low_scale'])} to {number(high)}{scale(match['high_scale'])}"


def _is_year(written: str) -> bool:
    return len(written) == 4 and written.isdigit() and 1100 <= int(written) < 2100


def _scaled(match: re.Match[str]) -> str:
    return signed(match["number"]) + scale(match["scale"]) + " plus" * bool(match["plus"])


def _year(match: re.Match[str]) -> str | None:
    if _COUNTED.match(match.string, match.end()) and not match["letter"]:
        return None
    return f"{year(int(match['year']))} {match['letter']}".strip()


def _number(match: re.Match[str]) -> str:
    return signed(match["number"]) + " plus" * bool(match["plus"])


def _digits(match: re.Match[str]) -> str:
    digits = match[0]
    return cardinal(int(digits)) if len(digits) < 4 and digits[0] != "0" else spelled(digits)


EARLY_RULES = (Rule(_ORDINAL, _ordinal), Rule(_RANGE, _range), Rule(_SCALED, _scaled), Rule(_ABOUT, _scaled))
"""What is a number though letters touch it."""
RULES = (
    Rule(_ITEM, lambda match: f"{whole(match['number'])}."),
    Rule(_POINTED, lambda match: whole(match["number"])),
    Rule(_EARLY_YEAR, _year),
    Rule(_YEAR, _year),
    Rule(_NUMBER, _number),
    Rule(_DIGITS, _digits),
)
