"""Sums: 2+2=4, x^2 + 3x = 10, 5 * 3."""

import re

from ..claims import Rule
from .number_words import number, ordinal
from .patterns import NUM, rule_pattern

_POWERS = {"²": "squared", "³": "cubed"}
_OPERATORS = {
    "+": "plus",
    "-": "minus",
    "–": "minus",
    "*": "times",
    "x": "times",
    "×": "times",
    "·": "times",
    "÷": "divided by",
    "/": "divided by",
    "=": "equals",
    "?": "what",
    "^": "to the power of",
}
_OPERATORS |= {
    "<": "is less than",
    ">": "is greater than",
    "≠": "is not equal to",
    "≈": "is approximately",
    "≤": "is less than or equal to",
    "≥": "is greater than or equal to",
    "<=": "is less than or equal to",
    ">=": "is greater than or equal to",
    "!=": "is not equal to",
    "==": "equals",
}
_ATOM = rf"(?:{NUM}(?:[a-zA-Z](?!\w))?|[a-zA-Z](?!\w))(?:\^-?[0-9]{{1,4}}|[²³])?"
_OPERATOR = r"\ ?(?:[=<>!]=|[-+*/x×÷=<>≠≈≤≥–·])\ ?"
_SUM = rule_pattern(rf"(?<![\w.,])-?{_ATOM}(?:{_OPERATOR}-?{_ATOM}){{1,30}}+(?:\ ?=(?:\ ?\?)?)?(?!\w|%|[.,][0-9])")
_SUM_PART = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?|\.[0-9]+|[a-zA-Z]|[=<>!]=|[^\s\w.,]|[²³]")
_POWER = rule_pattern(rf"(?<![\w.,$-])(?P<base>{NUM}|[a-zA-Z])\^(?P<exponent>-?[0-9]{{1,4}})(?!\w|\^|[.,][0-9])")
_CLEAR = re.compile(r"[=+×÷≠≈≤≥·<>^]|(?<=\d) ?\* ?(?=\d)")


def _sum(match: re.Match[str]) -> str | None:
    if not _CLEAR.search(match[0]) or not re.search("[0-9]", match[0]):
        return None
    parts = _SUM_PART.findall(match[0])
    return " ".join(_sum_part(parts, i) for i in range(len(parts)))


def _sum_part(parts: list[str], i: int) -> str:
    """Say a number, a letter or an operator of a sum."""
    part, before, behind = parts[i], (parts[i - 1] if i else ""), (parts[i + 1] if i + 1 < len(parts) else "")
    if before == "^" and part in ("2", "3"):
        return "squared" if part == "2" else "cubed"
    if part in _POWERS:
        return _POWERS[part]
    if part[0].isdigit() or part[0] == ".":
        return number(part)
    if part == "^" and behind in ("2", "3"):
        return ""
    is_sign = part == "x" and before[-1:].isdigit() and behind[:1].isdigit()
    return part if part.isalpha() and not is_sign else _OPERATORS.get(part, "")


def _power(match: re.Match[str]) -> str:
    base, exponent = match["base"], match["exponent"]
    said_base = base if base.isalpha() else number(base)
    if exponent in ("2", "3"):
        return f"{said_base} {'squared' if exponent == '2' else 'cubed'}"
    said = f"minus {number(exponent[1:])}" if exponent[0] == "-" else ordinal(int(exponent))
    return f"{said_base} to the {said}"


RULES = (Rule(_SUM, _sum), Rule(_POWER, _power))
