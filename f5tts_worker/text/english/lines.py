"""Lines: a short pause where a line ends that has no mark of its own, such as a heading or an item of a list."""

from ..claims import Rule
from ..plain import LINE_END
from .patterns import rule_pattern

RULES = (Rule(rule_pattern(LINE_END), lambda match: ","),)
