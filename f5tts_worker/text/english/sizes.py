"""Sizes: 6'2", a 27" monitor, 1920x1080, 2x4, 10x."""

import re

from ..claims import Rule
from .number_words import is_one, number, paired
from .patterns import NUM, is_attribute, rule_pattern

_START = r"(?<![\w.,$€£-])"
_FEET = rule_pattern(r"""(?<![\w.,$'])(?P<feet>[0-9]{1,3})'\ ?(?P<inches>[0-9]{1,2}(?:\.[0-9]+)?)(?:"|''|(?![\w'"]))""")
_INCHES = rule_pattern(
    rf"""{_START}(?P<number>{NUM})"(?=\ ?(?:x|×|-|wide|tall|long|deep|high|thick|monitor|screen|TV|tv|display|laptop|
    tablet|pizza|wheels?|pipe)\b)"""
)
_SIDES = rule_pattern(
    rf"""{_START}(?P<first>{NUM})(?P<mark>['"])\ ?(?:x|×|by)\ ?(?P<second>{NUM})(?P=mark)
    (?:\ ?(?:x|×|by)\ ?(?P<third>{NUM})(?P=mark))?(?![\w'"])"""
)
_FEET_ALONE = rule_pattern(rf"{_START}(?P<feet>{NUM})'(?=\ (?:wide|tall|long|deep|high|thick|by)\b)")
_INCHES_LAST = rule_pattern(rf"""{_START}(?<!/)(?P<number>{NUM})"(?=[\s.,;:!?)]|$)""")
_SIZE = rule_pattern(rf"{_START}(?P<first>{NUM})(?P<more>(?:\ ?[x×]\ ?{NUM}){{1,3}})(?!\w|[.,][0-9])")
_BY = rule_pattern(r"(?<=\ue000)\ ?[x×]\ ?(?=[0-9\ue000])|(?<=[0-9])\ [x×]\ (?=[0-9\ue000])")
_TIMES = rule_pattern(rf"{_START}(?P<number>{NUM})[x×](?!\w)")
_TIMES_BEFORE = rule_pattern(r"(?<![\w.,-])[x×](?P<number>[0-9]{1,4})(?!\w|[.,][0-9])")

_REACH = 300
"""How far before a mark to look for open quotations, in characters."""


def _feet(match: re.Match[str]) -> str:
    return f"{_in_feet(match['feet'])} {_inches(match['inches'])}"


def _inches(written: str) -> str:
    return f"{number(written)} {'inch' if is_one(written) else 'inches'}"


def _sides(match: re.Match[str]) -> str:
    say = _in_feet if match["mark"] == "'" else _inches
    return " by ".join(say(side) for side in match.group("first", "second", "third") if side)


def _in_feet(written: str) -> str:
    return f"{number(written)} {'foot' if is_one(written) else 'feet'}"


def _inches_last(match: re.Match[str]) -> str | None:
    """Say 55" where no quotation is open."""
    before = match.string[max(0, match.start() - _REACH) : match.start()].rpartition("\n")[2]
    return _of_size(match) if before.count('"') % 2 == 0 else None


def _of_size(match: re.Match[str]) -> str:
    return f"{number(match['number'])} inch" if is_attribute(match) else _inches(match["number"])


def _size(match: re.Match[str]) -> str:
    sides = [match["first"], *re.findall(r"[0-9.,]+", match["more"])]
    is_screen = len(sides) == 2 and all(side.isdigit() and 3 <= len(side) <= 4 for side in sides)
    return " by ".join(paired(side) if is_screen else number(side) for side in sides)


RULES = (
    Rule(_FEET, _feet),
    Rule(_SIDES, _sides),
    Rule(_FEET_ALONE, lambda match: _in_feet(match["feet"])),
    Rule(_INCHES, _of_size),
    Rule(_INCHES_LAST, _inches_last),
    Rule(_SIZE, _size),
    Rule(_BY, lambda match: " by "),
    Rule(_TIMES, lambda match: f"{number(match['number'])} times"),
    Rule(_TIMES_BEFORE, lambda match: f"times {number(match['number'])}"),
)
