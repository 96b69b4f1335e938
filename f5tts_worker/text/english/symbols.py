"""Symbols: &, +, =, #5, arrows and slashes."""

import re

from ..claims import TAKEN, Rule
from .number_words import cardinal, whole
from .patterns import rule_pattern

_NUMBER_SIGN = rule_pattern(r"(?<![\w&])\#\ ?(?P<number>[0-9][0-9,]*)(?!\w)")
_POWER = rule_pattern(r"(?<=[\w\ue000])(?:\^(?P<number>-?[0-9]{1,4})|(?P<raised>[²³]))(?!\w)")
_POWERS = {"²": "squared", "³": "cubed", "2": "squared", "3": "cubed"}
_MARKED = {
    "&": " and ",
    "+": " plus ",
    "=": " equals ",
    "×": " times ",
    "÷": " divided by ",
    "@": " at ",
    "©": " copyright ",
    "§": " section ",
    "¶": " paragraph ",
    "°": " degrees ",
    "≈": " approximately ",
    "≠": " not equal to ",
    "≤": " less than or equal to ",
    "≥": " greater than or equal to ",
    "±": " plus or minus ",
    "√": " square root of ",
    "∞": " infinity ",
    "π": " pi ",
    "∑": " sum of ",
    "µ": " micro ",
    "→": " to ",
    "⇒": " to ",
    "➜": " to ",
    "➡": " to ",
    "←": " from ",
    "↔": " to and from ",
    "%": " percent ",
    "^": " ",
    "_": " ",
    "|": " ",
    "\\": " backslash ",
    "€": " euros ",
    "£": " pounds ",
    "$": " dollars ",
    "¥": " yen ",
    "¢": " cents ",
    "²": " squared ",
    "³": " cubed ",
    "<": " less than ",
    ">": " greater than ",
    "#": " number ",
    "№": " number ",
    "•": " ",
    "·": " ",
    "†": " ",
    "‡": " ",
    "™": "",
    "®": "",
    "℠": "",
    "~": " ",
    "*": " ",
    "[": " ",
    "]": " ",
    "{": " ",
    "}": " ",
    "↑": " up ",
    "↓": " down ",
}
_SYMBOL = rule_pattern(rf"[{re.escape(''.join(_MARKED))}]")
_ABOUT = rule_pattern(r"(?<!\w)~\ ?(?=[0-9$€£\ue000])")
_AND_OR = rule_pattern(r"(?<!\w)(?P<first>and|AND)/(?P<second>or|OR)(?!\w)")
_OR = rule_pattern(r"(?<=[A-Za-z])\ ?/\ ?(?=[A-Za-z])|(?<=\w)/(?=\w)|(?<=\ue000)\ ?/\ ?(?=\w)")
_SLASH = rule_pattern(r"/+")
_GRADE = rule_pattern(r"(?<=\b[A-F])-(?=\s|[,.!?)]|$)")
_ARROW = rule_pattern(r"(?<![\w-])[-=]{1,2}>|[→⇒➜➡]\ufe0f?")
_LESS = rule_pattern(r"<(?=\ ?[0-9$€£\ue000])|>(?=\ ?[0-9$€£\ue000])")
_SIGN = rule_pattern(r"(?<=\w)(?P<sharp>\#|\+\+)(?!\w)")


def _or(match: re.Match[str]) -> str:
    """A slash between two words leaves a choice; between capitals it is not said."""
    around = match.string[match.start() - 1 : match.start()] + match.string[match.end() : match.end() + 1]
    return " " if around.isupper() or TAKEN in around else " or "


def _power(match: re.Match[str]) -> str:
    if match["raised"] or match["number"] in ("2", "3"):
        return f" {_POWERS[match['raised'] or match['number']]}"
    exponent = int(match["number"])
    return f" to the power of {'minus ' * (exponent < 0)}{cardinal(abs(exponent))}"


RULES = (
    Rule(_NUMBER_SIGN, lambda match: f"number {whole(match['number'])}"),
    Rule(_SIGN, lambda match: " sharp" if match["sharp"] == "#" else " plus plus"),
    Rule(_GRADE, lambda match: " minus"),
    Rule(_ARROW, lambda match: " to "),
    Rule(_ABOUT, lambda match: "about "),
    Rule(_LESS, lambda match: "less than " if match[0] == "<" else "greater than "),
    Rule(_POWER, _power),
    Rule(_AND_OR, lambda match: "and or"),
    Rule(_OR, _or),
    Rule(_SLASH, lambda match: " "),
    Rule(_SYMBOL, lambda match: _MARKED[match[0]]),
)
