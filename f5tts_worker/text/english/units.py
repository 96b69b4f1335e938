"""Units: 5kg, 10 km/h, 20 MB, 50%, 20°C."""

import re

from ..claims import Rule
from .number_words import is_one, signed
from .patterns import COUNTED, DASH, NUM, SCALE, SIGN, alternatives, is_attribute, rule_pattern, scale
from .unit_names import PER, UNITS, WORDS, unit_words

_UNIT, _PER = alternatives(UNITS), alternatives(PER)
_START = r"(?<![\w.,$€£/-])"

_MEASURE = rule_pattern(
    rf"""{_START}(?P<low>{SIGN}{NUM})(?P<low_scale>{SCALE})?
    (?:{DASH}(?P<high>-?{NUM})(?P<high_scale>{SCALE})?|\ to\ (?P<to>-?{NUM}))?
    (?P<gap>[\ -]?)(?P<unit>{_UNIT})(?:\ ?/\ ?(?P<per>{_PER})(?!\w))?
    (?!\w|/\w|'s|\ (?:{COUNTED})\b)(?:(?<=[a-z])\.(?=\ [a-z]))?"""
)
_PLACE = rule_pattern(rf"{_START}(?P<degrees>{SIGN}{NUM})\ ?°\ ?(?P<side>[NSEW])(?!\w)")
_EACH = rule_pattern(
    rf"{_START}(?P<low>{SIGN}{NUM})\ ?(?P<unit>%|°[CF]?){DASH}(?P<high>-?{NUM})\ ?(?P<high_unit>%|°[CF]?)(?!\w)"
)
_DEGREES = rule_pattern(rf"{_START}(?P<low>{SIGN}{NUM})\ (?P<degrees>degrees?)\ (?P<scale>[CF])(?!\w)")
_ARC = rule_pattern(
    r"""(?<![\w.,])(?P<degrees>[0-9]{1,3})°\ ?(?P<minutes>[0-9]{1,2}(?:\.[0-9]+)?)'\ ?
    (?:(?P<seconds>[0-9]{1,2}(?:\.[0-9]+)?)(?:"|''))?\ ?(?P<side>[NSEW]\b)?"""
)
_SIDE = {"N": " north", "S": " south", "E": " east", "W": " west"}


def _measure(match: re.Match[str]) -> str | None:
    unit = match["unit"]
    if match["gap"] == " " and unit in WORDS and not _is_clear(match):
        return None
    low, high = match["low"], match["high"] or match["to"]
    said = signed(low) + scale(match["low_scale"])
    single = (is_one(low) and not match["low_scale"]) or match["gap"] == "-" or is_attribute(match)
    if high:
        said = f"{said} to {signed(high)}{scale(match['high_scale'])}"
        single = match["gap"] == "-" or is_attribute(match)
    per = f" per {unit_words(match['per'], single=True)}" if match["per"] else ""
    return f"{said} {unit_words(unit, single=single)}{per}"


def _place(match: re.Match[str]) -> str:
    return f"{_counted(match['degrees'], 'degree')}{_SIDE[match['side']]}"


def _each(match: re.Match[str]) -> str:
    """Say a unit with each number of a range, where it is written with each."""
    sides = ((match["low"], match["unit"]), (match["high"], match["high_unit"]))
    return " to ".join(f"{signed(side)} {unit_words(unit, single=is_one(side))}" for side, unit in sides)


def _degrees(match: re.Match[str]) -> str:
    return f"{signed(match['low'])} {match['degrees']} {'Celsius' if match['scale'] == 'C' else 'Fahrenheit'}"


_CLEAR = re.compile(
    r"\s?[0-9\ue000]|[.,;:!?)]*(?:\s*$|\s(?:x|×|by|tall|wide|long|deep|high|thick|and|or|of)\b|\s*[.,;)])"
)


def _is_clear(match: re.Match[str]) -> bool:
    """Whether a unit that is also a word or a name is meant as a unit: it ends what is said or counts a size."""
    return bool(_CLEAR.match(match.string, match.end()))


def _arc(match: re.Match[str]) -> str:
    parts = [_counted(match["degrees"], "degree"), _counted(match["minutes"], "minute")]
    if match["seconds"]:
        parts.append(_counted(match["seconds"], "second"))
    return " ".join(parts) + _SIDE.get(match["side"] or "", "")


def _counted(written: str, noun: str) -> str:
    return f"{signed(written)} {noun}{'' if is_one(written) else 's'}"


RULES = (
    Rule(_ARC, _arc),
    Rule(_PLACE, _place),
    Rule(_EACH, _each),
    Rule(_DEGREES, _degrees),
    Rule(_MEASURE, _measure),
)
