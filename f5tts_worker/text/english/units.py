"""Units: 5kg, 10 km/h, 20 MB, 50%, 20°C."""

import re

from ..claims import Rule
from .number_words import is_one, signed
from .patterns import COUNTED, DASH, NUM, SCALE, SIGN, alternatives, is_attribute, rule_pattern, scale
from .sentences import SENTENCE_STARTS
from .unit_names import LETTERS, PER, UNITS, WORDS, unit_words

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
_BARE_DEGREES = rule_pattern(rf"{_START}(?P<low>{SIGN}[0-9]{{2,3}}(?:\.[0-9])?)(?P<scale>[CF])(?!\w|-|'|\.[0-9A-Z])")
_WARM = re.compile(
    r"\b(?:at|to|was|is|hit|hits|reached|around|about|below|above|under|over|[Ii]t's|oven|fever)(?:\ of)?\s$"
)
_OUTSIDE = re.compile(r"\s(?:outside|inside|today|tonight|weather|heat|oven|fever|degrees)\b")
_ARC = rule_pattern(
    r"""(?<![\w.,])(?P<degrees>[0-9]{1,3})°\ ?(?P<minutes>[0-9]{1,2}(?:\.[0-9]+)?)'\ ?
    (?:(?P<seconds>[0-9]{1,2}(?:\.[0-9]+)?)(?:"|''))?\ ?(?P<side>[NSEW]\b)?"""
)
_SIDE = {"N": " north", "S": " south", "E": " east", "W": " west"}


def _measure(match: re.Match[str]) -> str | None:
    unit = match["unit"]
    if not _is_unit(match):
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


def _bare_degrees(match: re.Match[str]) -> str | None:
    """Say 98.6F, which has no sign of degrees, where no name of letter and number is likely."""
    before = match.string[max(0, match.start() - _REACH) : match.start()]
    is_warm = "." in match["low"] or _WARM.search(before) or _OUTSIDE.match(match.string, match.end())
    return f"{signed(match['low'])} degrees {'Celsius' if match['scale'] == 'C' else 'Fahrenheit'}" if is_warm else None


_CLEAR = re.compile(r"[.,;:!?)]*(?:\s*$|\s(?:x|×|by|tall|wide|long|deep|high|thick|and|or|of|ago|later)\b|\s*[.,;)])")
_MORE = re.compile(r"\s?[0-9\ue000]")
_INCHES = re.compile(
    r"\s(?:x|×|by|tall|wide|long|deep|high|thick|of|pipe|screen|monitor|diameter|display|wheels?)\b"
    r"|[.,;:!?)]*\s*$|\s*[.,;)]"
)
_FEET = re.compile(r"(?:\b(?:ft|foot|feet)\.?|'|\bin\.?\s(?:x|×|by))\s$")
_INITIAL = re.compile(rf"\.(?!\s*$|\n|[\"')\]]|\s+[\"'(]?(?:I|{SENTENCE_STARTS})\b)")
_VOLTS = re.compile(
    r"(?:[0-9]\ ?V(?:AC|DC)?(?:,|\ and|\ at|\ @|\ /|/)?\ ?"
    r"|\b(?:draws?|drawing|pulls?|current\ of|rated\ (?:at|for)|limited\ to|supplies|up\ to)\ )$"
)
_AMPS = re.compile(
    r"[\ -](?:fuses?|(?:circuit\ )?breakers?|circuits?|chargers?|current|sockets?|outlets?|plugs?|suppl(?:y|ies)|"
    r"adapters?|relays?|service|at\ [0-9]|of\ current)\b"
)
_REACH = 16


def _is_unit(match: re.Match[str]) -> bool:
    """Whether what is written like a unit is meant as one: "in" is a word too, N and J are initials."""
    unit, string, end = match["unit"], match.string, match.end()
    before = string[max(0, match.start() - _REACH) : match.start()]
    if unit == "A":
        return bool(_VOLTS.search(before) or _AMPS.match(string, end))
    if unit in LETTERS and _INITIAL.match(string, end):
        return False
    if match["gap"] != " " or unit not in WORDS:
        return True
    if unit == "in":
        return bool(match[0].endswith(".") or _INCHES.match(string, end) or _FEET.search(before))
    return bool(_CLEAR.match(string, end) or (unit in ("s", "h") and _MORE.match(string, end)))


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
    Rule(_BARE_DEGREES, _bare_degrees),
    Rule(_MEASURE, _measure),
)
