"""Day and month names: Mon., Jan., Sept."""

import re

from ..claims import Rule
from .dates import MONTHS, month_name
from .patterns import alternatives, rule_pattern
from .sentences import full_stop

_DAYS = {
    "Mon": "Monday",
    "Tue": "Tuesday",
    "Tues": "Tuesday",
    "Wed": "Wednesday",
    "Thu": "Thursday",
    "Thur": "Thursday",
    "Thurs": "Thursday",
    "Fri": "Friday",
    "Sat": "Saturday",
    "Sun": "Sunday",
}
_MONTHS = "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
_ANY_MONTH = rf"(?:{'|'.join(MONTHS)}|{_MONTHS})"
_DAY_NAMES = alternatives(_DAYS)

_MONTH = rule_pattern(
    rf"""(?<![\w.])(?P<dated>{_MONTHS})\.(?=,?\ ?[0-9])
    | (?:(?<=\b(?:in|by|of)\ )|(?<=\b(?:last|next|this)\ ))(?P<named>{_MONTHS})\.?(?!\w)"""
)
_MONTH_RANGE = rule_pattern(rf"(?<![\w.])(?P<low>{_ANY_MONTH})\b\.?\ ?[-–]\ ?(?P<high>{_ANY_MONTH})(?![\w'])\.?")
_FULL_DAYS = "|".join(dict.fromkeys(_DAYS.values()))
_DAY_RANGE = rule_pattern(
    rf"(?<![\w.])(?P<low>{_FULL_DAYS}|{_DAY_NAMES})\b\.?\ ?[-–]\ ?(?P<high>{_FULL_DAYS}|{_DAY_NAMES})(?![\w'])\.?"
)
_DAY = rule_pattern(
    rf"""(?<![\w.])(?P<dated>{_DAY_NAMES})\.?(?=,?\ (?:[0-9]|at\b|(?:{_MONTHS}|June|July|May)\b|\ue000))
    | (?<![\w.])(?P<first>{_DAY_NAMES})\.?(?=\ ?[-–]\ ?(?:{_DAY_NAMES})\b)
    | (?:(?<=\b(?:on|by)\ )|(?<=[-–])|(?<=[-–]\ )|(?<=\b(?:next|last|this)\ )|(?<=\bevery\ ))
      (?P<named>{_DAY_NAMES})\.?(?!\w)"""
)


def _month(match: re.Match[str]) -> str:
    return month_name(match["dated"] or match["named"]) + full_stop(match)


def _month_range(match: re.Match[str]) -> str:
    return f"{month_name(match['low'])} to {month_name(match['high'])}{full_stop(match)}"


def _day_range(match: re.Match[str]) -> str:
    low, high = (_DAYS.get(match[name], match[name]) for name in ("low", "high"))
    return f"{low} to {high}{full_stop(match)}"


def _day(match: re.Match[str]) -> str:
    return _DAYS[match["dated"] or match["first"] or match["named"]] + full_stop(match)


RULES = (Rule(_MONTH_RANGE, _month_range), Rule(_DAY_RANGE, _day_range), Rule(_MONTH, _month), Rule(_DAY, _day))
