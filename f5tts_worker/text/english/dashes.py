"""Dashes: a pause between words, which a comma makes."""

from ..claims import Rule
from .patterns import rule_pattern

_LAST = rule_pattern(r"(?:—|--)(?=[\"')\]]|\s*$|\n)")
_FIRST = rule_pattern(r"(?:^|(?<=\n))—\ ?")
_BETWEEN = rule_pattern(r"\ ?(?:—|(?<![\s-])--+|(?<=\s)--+(?=\s)|(?<=\s)–(?=\s)|–(?=[^\W\d]))\ ?")

RULES = (Rule(_LAST, lambda match: "-"), Rule(_FIRST, lambda match: ""), Rule(_BETWEEN, lambda match: ", "))
