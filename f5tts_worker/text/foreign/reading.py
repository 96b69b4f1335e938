"""Reading: a language's rules in the order in which they may claim a text."""

import re
from collections.abc import Callable

from ..claims import Rule
from .abbreviations import abbreviation_rules
from .chinese import chinese_rules
from .french import french_rules
from .german import german_rules
from .moments import moment_rules
from .numerals import (
    END,
    LETTER,
    START,
    ascii_digits,
    cardinal,
    number_pattern,
    parse,
    read,
    spelled,
    whole_number,
    year,
)
from .quantities import quantity_rules
from .tongue import Tongue

_LONGEST = 12
"""Digits; what has more and no mark between them is a code or a telephone number."""

_OWN: dict[str, Callable[[Tongue], tuple[Rule, ...]]] = {
    "zh": lambda _: chinese_rules(),
    "de": german_rules,
    "fr": french_rules,
}


def reading_rules(tongue: Tongue) -> tuple[Rule, ...]:
    """What is written around a number first, then numbers, then digits wherever they stand."""
    base = tongue.converter.partition("_")[0]
    rules = (
        *abbreviation_rules(base),
        *moment_rules(tongue),
        *(_OWN[base](tongue) if base in _OWN else ()),
        *quantity_rules(tongue),
        *_number_rules(tongue),
    )
    return tuple(Rule(rule.pattern, _spaced(tongue, rule.say)) for rule in rules)


def _spaced(tongue: Tongue, say: Callable[[re.Match[str]], str | None]) -> Callable[[re.Match[str]], str | None]:
    def spaced(match: re.Match[str]) -> str | None:
        said = say(match)
        return None if said is None else ("" if tongue.tight else " ").join(said.split())

    return spaced


def _gender(tongue: Tongue, behind: str) -> str:
    """The gender of what is written behind a number, where that is known."""
    return next((gender for pattern, gender in tongue.following if re.match(pattern, behind)), "")


def _number_rules(tongue: Tongue) -> tuple[Rule, ...]:
    def telephone(match: re.Match[str]) -> str:
        return spelled(tongue, re.sub(r"\D", "", ascii_digits(match[0])))

    def dotted(match: re.Match[str]) -> str:
        return f" {tongue.dot} ".join(whole_number(tongue, part) for part in ascii_digits(match[0]).split("."))

    def number(match: re.Match[str]) -> str:
        if match[0].isdecimal():
            digits = ascii_digits(match[0])
            if len(digits) > _LONGEST:
                return spelled(tongue, digits)
            if len(digits) == 4 and digits[0] != "0":
                return year(tongue, int(digits))
        return read(tongue, parse(tongue, match[0]), _gender(tongue, match.string[match.end() : match.end() + 24]))

    def digits(match: re.Match[str]) -> str:
        written = ascii_digits(match[0])
        return spelled(tongue, written) if len(written) > _LONGEST else whole_number(tongue, written)

    def always(match: re.Match[str]) -> str:
        return f"{cardinal(tongue, 24)} {cardinal(tongue, 7)}"

    return (
        Rule(re.compile(rf"{START}24/7{END}(?!/)"), always),
        Rule(
            re.compile(rf"(?<![\w+])(?<!\d[ \u00a0.,])(?:\+(?=\d)|(?=0\d))\d[\d\u00a0 ()/-]{{4,25}}\d{END}"), telephone
        ),
        Rule(re.compile(rf"{START}{number_pattern(tongue)}{END}"), number),
        Rule(re.compile(rf"{START}\d++(?:\.\d++)++{END}"), dotted),
        Rule(re.compile(rf"(?<=[{LETTER}])\d++|(?<!\d)\d++(?=[{LETTER}])"), telephone),
        Rule(re.compile(r"\d++"), digits),
    )
