"""Versions: v2.5.1, Python 3.11.4, and addresses of the Internet Protocol."""

import re

from ..claims import Rule
from .number_words import paired, spelled, whole
from .patterns import rule_pattern

_ADDRESS = rule_pattern(
    r"(?<![\w.,-])(?:[0-9]{1,3}\.){3}[0-9]{1,3}"
    r"(?P<port>:[0-9]{1,5})?(?P<mask>/[0-9]{1,2})?(?![\w]|\.[0-9])"
)
_VERSION = rule_pattern(
    r"(?<![\w.,-])(?P<v>v\.?\ ?|V(?=[0-9]+\.[0-9]))(?P<number>[0-9]{1,6}(?:\.[0-9]{1,6}){0,5})"
    r"(?P<more>\.x\b)?(?!\w|\.[0-9])"
)
_DOTTED = rule_pattern(r"(?<![\w.,$-])(?P<number>[0-9]{1,6}+(?:\.[0-9]{1,6}+){2,5}+)(?!\w|\.[0-9])")
_STANDARD = rule_pattern(r"(?<![\w.])(?P<letter>[A-Z])\.(?P<number>[0-9]{3})(?!\w|[.,][0-9])")
_NAMED = rule_pattern(
    r"(?P<name>\b[Vv]ersion\ |\bPython\ |\biOS\ |\bmacOS\ |\bAndroid\ )"
    r"(?P<number>[0-9]{1,6}\.[0-9]{1,6})(?!\w|[.,][0-9])"
)


def _address(match: re.Match[str]) -> str:
    said = " dot ".join(spelled(part) for part in re.split(r"[:/]", match[0])[0].split("."))
    port = f" port {spelled(match['port'][1:])}" if match["port"] else ""
    return said + port + (f" slash {whole(match['mask'][1:])}" if match["mask"] else "")


def _version(match: re.Match[str]) -> str:
    return f"version {_points(match['number'])}{' point X' * bool(match['more'])}"


def _points(dotted: str) -> str:
    return " point ".join(whole(part) for part in dotted.split("."))


RULES = (
    Rule(_STANDARD, lambda match: f"{match['letter']} {paired(match['number'])}"),
    Rule(_ADDRESS, _address),
    Rule(_VERSION, _version),
    Rule(_DOTTED, lambda match: _points(match["number"])),
    Rule(_NAMED, lambda match: match["name"] + _points(match["number"])),
)
