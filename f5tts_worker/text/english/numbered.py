"""Numbered: what has a number for its name, such as Apt. 4B, step 1/3, order #A-10293 and PIN 1234."""

import re

from ..claims import Rule
from .number_words import cardinal, identifier, paired, spelled
from .patterns import MULTIPLIED, rule_pattern

_THINGS = (
    r"apt\.?|apartment|room|rm\.?|gate|exit|unit|no\.|nos\.|number|type|fig\.?|figs\.|figure|form|flight|seat|platform|"
    r"building|bldg\.?|class|suite|ste\.?|floor|section|sec\.|bus|tram|train|route|rte\.?|row|block|lot|terminal|track|"
    r"pier|bay|zone|stall|hall|level|grade|step|part|table|appendix|chapter|ch\.|page|question|problem|exercise|"
    r"article|rule|title|schedule|model|highway|hwy\.?|line|phase|tier|division|group|area|sector|cell|ward|locker|"
    r"desk|booth|dock|hangar|runway|interstate|studio|series|category|mark|vitamin|house|stage|stand|stop|box|door|"
    r"entrance|lane|lab|clause|paragraph|exhibit|tower|cabin|berth|slip|court"
)
_THING = re.compile(rf"(?<!\w)(?:{_THINGS})\ ?\#?$", re.IGNORECASE)
_REACH = 14
"""Characters before a number that tell what it is of."""
_LETTERED = rule_pattern(
    rf"""(?<=[\ \#])(?P<digits>[0-9]{{1,4}})-?(?P<letter>[A-Za-z])
    (?!\w|-\w|[.,][0-9]|'|\ (?:{MULTIPLIED})\b)"""
)
_STEPS = re.compile(
    r"\b(?:step|part|day|page|chapter|episode|ep\.?|lesson|slide|round|week|question|level|volume|vol\.?|stage|"
    r"phase|module|video|photo|track|disc|section|item|task)\ $",
    re.IGNORECASE,
)
_STEP = rule_pattern(r"(?<=\ )(?P<step>[0-9]{1,4})/(?P<steps>[0-9]{1,4})(?![\w/]|[.,][0-9])")
_CODES = re.compile(
    r"\b(?:passwords?|passcode|pass\ code|code|PIN|pin|ID|OTP|zip|Zip|ZIP|postcode|postal\ code)"
    r"(?:\ (?:is|was|number|no\.)|:|\ is:)?\ \#?$"
)
_CODE = rule_pattern(
    r"(?<=[\ \#])(?P<code>[0-9]{4,12})"
    r"(?![\w/:%]|[.,-][0-9]|\ (?!(?:is|was|has|as|works|opens)\b)(?:[a-z]+s|people|million|billion)\b)"
)
_ORDER = rule_pattern(r"(?<![\w&\#])\#\ ?(?P<order>[A-Z]{1,3}-?[0-9]{3,12}(?:-[A-Z0-9]{1,8}){0,2})(?![\w-])")


def _before(match: re.Match[str], reach: int = _REACH) -> str:
    return match.string[max(0, match.start() - reach) : match.start()]


def _lettered(match: re.Match[str]) -> str | None:
    if not _THING.search(_before(match)):
        return None
    digits = match["digits"]
    if digits[0] == "0":
        return f"{spelled(digits)} {match['letter'].upper()}"
    said = paired(digits) if len(digits) > 2 else cardinal(int(digits))
    return f"{said} {match['letter'].upper()}"


def _step(match: re.Match[str]) -> str | None:
    step, steps = int(match["step"]), int(match["steps"])
    return f"{cardinal(step)} of {cardinal(steps)}" if step <= steps and _STEPS.search(_before(match)) else None


def _code(match: re.Match[str]) -> str | None:
    return spelled(match["code"]) if _CODES.search(_before(match, 24)) else None


RULES = (
    Rule(_ORDER, lambda match: f"number {identifier(match['order'])}"),
    Rule(_LETTERED, _lettered),
    Rule(_STEP, _step),
    Rule(_CODE, _code),
)
