"""Fractions: 1/2, 2 1/2, ½; ratings such as 8/10; ratios such as 16:9."""

import re
import unicodedata

from ..claims import Rule
from .number_words import cardinal, number, ordinal, whole
from .patterns import alternatives, rule_pattern
from .unit_names import SAFE, unit_words

_SET_PHRASES = {
    "24/7": "twenty-four seven",
    "24-7": "twenty-four seven",
    "24/7/365": "twenty-four seven three sixty-five",
    "9/11": "nine eleven",
    "50/50": "fifty-fifty",
    "20/20": "twenty twenty",
}
_PHRASE = rule_pattern(rf"(?<![\w.,/-])(?:{alternatives(_SET_PHRASES)})(?![\w/]|[.,][0-9])")
_VULGAR = "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_UNIT = rf"(?:\ ?(?P<unit>{alternatives(SAFE)})(?!\w)(?:\.(?=\ [a-z]))?)?"
_SIGNED = rule_pattern(rf"(?<![\w.,])(?P<whole>[0-9]{{1,6}})?\ ?(?P<fraction>[{_VULGAR}]){_UNIT}")
_WRITTEN = rule_pattern(
    r"(?<![\w.,/$-])(?:(?P<whole>[0-9]{1,6})(?:\ |-|\ and\ ))?"
    rf"(?P<above>[0-9]{{1,4}})/(?P<below>[0-9]{{1,4}})(?P<th>ths?|rds?|nds?)?{_UNIT}(?![\w/]|[.,][0-9])"
)
_RATING = re.compile(r"(?:\b(?:rat(?:ed?|ing)|scored?|gave|give|got|solid|a|it|passed|won)\s(?:it\s)?(?:a\s)?|:\s)$")
_RATED = re.compile(r"\s(?:stars?|points?|people|users|customers|dentists|doctors|times|days|games|would|on)\b")
_POINTS = rule_pattern(
    r"(?<![\w.,/$-])(?P<above>[0-9]{1,4}\.[0-9]{1,3})/(?P<below>[0-9]{1,4}(?:\.0)?)(?![\w/]|[.,][0-9])"
)
_RATIO = rule_pattern(
    r"(?<![\w.,:/-])(?P<first>[0-9]{1,4}):(?P<second>[0-9]{1,4})(?P<third>:[0-9]{1,4})?(?![\w:]|[.,][0-9])"
)


def _fraction(above: int, below: int) -> str:
    """Say a fraction: 3/4 as "three quarters"."""
    if below in (2, 4):
        name, names = ("half", "halves") if below == 2 else ("quarter", "quarters")
    else:
        name = ordinal(below)
        names = name + "s"
    return f"{cardinal(above)} {name if above == 1 else names}"


def _mixed(units: str, above: int, below: int) -> str:
    said = {(1, 2): "a half", (1, 4): "a quarter"}.get((above, below)) or _fraction(above, below)
    return f"{whole(units)} and {said}"


def _signed(match: re.Match[str]) -> str:
    above, _, below = unicodedata.normalize("NFKC", match["fraction"]).partition("⁄")
    return _said(match["whole"], int(above), int(below)) + _unit(match)


def _said(units: str | None, above: int, below: int) -> str:
    return _mixed(units, above, below) if units else _fraction(above, below)


def _written(match: re.Match[str]) -> str | None:
    above, below = int(match["above"]), int(match["below"])
    if match["whole"]:
        return _mixed(match["whole"], above, below) + _unit(match) if 0 < above < below else None
    if _is_score(match, above, below):
        return f"{cardinal(above)} out of {cardinal(below)}"
    return _fraction(above, below) + _unit(match)


def _points(match: re.Match[str]) -> str:
    return f"{number(match['above'])} out of {number(match['below'].removesuffix('.0'))}"


def _unit(match: re.Match[str]) -> str:
    """The unit of a fraction: one half cup, two and a half cups."""
    return f" {unit_words(match['unit'], single=not match['whole'])}" if match["unit"] else ""


def _is_score(match: re.Match[str], above: int, below: int) -> bool:
    if above >= below or below < 2 or above == 0:
        return True
    before = match.string[max(0, match.start() - 16) : match.start()]
    return bool(
        below in (5, 10, 20, 50, 100)
        and not match["th"]
        and (_RATING.search(before) or _RATED.match(match.string, match.end()))
    )


def _ratio(match: re.Match[str]) -> str:
    return " to ".join(whole(part) for part in match[0].split(":"))


RULES = (
    Rule(_PHRASE, lambda match: _SET_PHRASES[match[0]]),
    Rule(_SIGNED, _signed),
    Rule(_POINTS, _points),
    Rule(_WRITTEN, _written),
    Rule(_RATIO, _ratio),
)
