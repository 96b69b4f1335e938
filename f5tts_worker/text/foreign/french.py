"""French: round the clock."""

import re

from ..claims import Rule
from .numerals import END, START, Written, cardinal, counted
from .tongue import Noun, Tongue, noun

_OVER = {"h": noun("f:heure/heures"), "j": noun("jour/jours")}


def french_rules(tongue: Tongue) -> tuple[Rule, ...]:
    """Rules of its own."""

    def over(thing: Noun | None, number: str) -> str:
        return counted(tongue, Written(False, number, ""), thing) if thing else cardinal(tongue, int(number))

    def round_the_clock(match: re.Match[str]) -> str:
        return f"{over(_OVER.get(match['unit'] or ''), match['part'])} sur {cardinal(tongue, int(match['whole']))}"

    pattern = rf"{START}(?P<part>\d\d?) ?(?P<unit>[hj])(?:eures|ours)? ?/ ?(?P<whole>\d\d?)(?: ?[hj])?{END}"
    always = rf"{START}(?P<part>24|7)(?P<unit>)/(?P<whole>(?P=part)){END}"
    return Rule(re.compile(pattern), round_the_clock), Rule(re.compile(always), round_the_clock)
