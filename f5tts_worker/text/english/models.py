"""Models: names of letters and digits, such as GPT-4, B2B, COVID-19, H2O, 4K and MP3."""

import re

from ..claims import Rule
from .acronyms import spelled_letters
from .capitals import SAID, is_spelled
from .number_words import cardinal, identifier, number, paired, plural, spelled
from .patterns import rule_pattern

_MIXED = rule_pattern(
    r"(?<![\w.])(?=[A-Za-z]++[0-9]|[0-9]++[A-Za-z])(?P<name>[A-Za-z0-9]{2,24}+)(?P<plural>'s)?(?!\w|-\w|[.,][0-9])"
)
_JOINED = rule_pattern(
    r"(?<![\w.$-])(?P<name>[A-Za-z][A-Za-z0-9]{0,11}(?:\.[0-9]{1,3})?(?:-[A-Za-z0-9]{1,12}(?:\.[0-9]{1,3})?){0,3}-[0-9]{1,5}(?:\.[0-9]{1,3})?[A-Za-z]{0,5}"
    r"|(?=[0-9-]{0,40}[A-Z])(?=[A-Z-]{0,40}[0-9])[A-Z0-9]{1,8}(?:-[A-Z0-9]{1,8}){1,4}|[0-9]{1,4}[A-Z]{1,3}-[a-z]{2,12})"
    r"(?P<plural>'?s)?(?!\w|-\w|[.,][0-9])"
)
_COMPOUND = rule_pattern(r"(?<![\w.$-])(?P<number>[0-9]{1,6})-(?=[a-z]{2,})")
_NAMED = rule_pattern(
    r"(?P<name>\b(?:Boeing|Airbus|Flight|flight|Route|Area|Room|room|Highway|Interstate|"
    r"Peugeot|Porsche|Ferrari|RTX|GTX|Ryzen|Windows))\ (?P<number>[0-9]{3,4})(?!\w|[.,][0-9]|-)"
)
_RUN = re.compile(r"[A-Za-z]+|[0-9]+(?:\.[0-9]+)?")
_AIRLINER = rule_pattern(
    r"(?<![\w.,$-])(?P<number>7[0-9]7)-(?P<more>[0-9]|[0-9]00)(?P<end>ER|LR|F)?(?![\w-]|[.,][0-9])"
)
_X86 = rule_pattern(r"(?<![\w.-])[xX](?P<number>86|64)(?!\w|-\w|[.,][0-9])")
_NAMES = {"K8s": "Kubernetes", "k8s": "Kubernetes", "K8S": "Kubernetes"}
_KNOWN = rule_pattern(rf"(?<![\w.])(?:{'|'.join(_NAMES)})(?!\w)")
_PENSION = rule_pattern(r"(?<![\w.])401\(?[kK]\b\)?")
_ID_LENGTH, _NAME_LENGTH = 8, 16
_SCREENS = "videos?|resolution|TVs?|monitors?|displays?|screens?|footage|cameras?|UHD|HDR|quality|gaming|content"
"""What has lines to count: 4K of them, where 4K of others are four thousand."""
_RESOLUTIONS = rule_pattern(
    rf"""(?<![\w.])(?P<number>[48](?=[kK](?!\ (?!{_SCREENS})[a-z]+s\b|\ people\b))
    | [0-9]{{1,2}}(?=[kK]\ (?:{_SCREENS}|runs?|races?)\b)
    | (?<=\b(?:run|ran)\ )[0-9]{{1,2}} | (?<=\b(?:run|ran)\ a\ )[0-9]{{1,2}}
    | (?<=\brunning\ )[0-9]{{1,2}})[kK](?!\w)"""
)
_LINES = rule_pattern(r"(?<![\w.])(?P<number>[0-9]{3,4})(?P<scan>[pi])(?P<rate>60|30|120)?(?!\w)")


def _name(match: re.Match[str]) -> str:
    name = match["name"]
    runs = _RUN.findall(name)
    if len(name) > _NAME_LENGTH or (len(name) >= _ID_LENGTH and len(runs) * 2 > len(name)):
        return identifier(name)
    if runs[-1] == "s" and len(runs) > 1:
        return " ".join([*map(_run, runs[:-2]), plural(_run(runs[-2]))])
    return " ".join(map(_run, runs)) + "'s" * bool(match["plural"])


def _run(run: str) -> str:
    if run[0].isdigit():
        return _digits(run)
    if len(run) == 1:
        return run.upper()
    if run.isupper() and run not in SAID and (is_spelled(run) or len(run) <= 3):
        return spelled_letters(run)
    return run


def _digits(run: str) -> str:
    if "." in run or (len(run) < 3 and run[0] != "0"):
        return number(run)
    return paired(run) if len(run) in (3, 4) and run[0] != "0" else spelled(run)


def _compound(match: re.Match[str]) -> str:
    digits = match["number"]
    return (cardinal(int(digits)) if digits[0] != "0" else spelled(digits)) + "-"


def _lines(match: re.Match[str]) -> str:
    rate = f" {cardinal(int(match['rate']))}" if match["rate"] else ""
    return f"{paired(match['number'])} {match['scan']}{rate}"


def _airliner(match: re.Match[str]) -> str:
    end = f" {spelled_letters(match['end'])}" if match["end"] else ""
    return f"{paired(match['number'])} {cardinal(int(match['more']))}{end}"


RESOLUTION_RULES = (
    Rule(_AIRLINER, _airliner),
    Rule(_X86, lambda match: f"x {cardinal(int(match['number']))}"),
    Rule(_KNOWN, lambda match: _NAMES[match[0]]),
    Rule(_PENSION, lambda match: "four oh one K"),
    Rule(_LINES, _lines),
    Rule(_RESOLUTIONS, lambda match: f"{cardinal(int(match['number']))} K"),
)
RULES = (
    Rule(_NAMED, lambda match: f"{_run(match['name'])} {paired(match['number'])}"),
    Rule(_JOINED, _name),
    Rule(_MIXED, _name),
    Rule(_COMPOUND, _compound),
)
