"""Roman numerals: Henry VIII, World War II, Chapter IV."""

import re

from ..claims import Rule
from .number_words import cardinal, ordinal
from .patterns import rule_pattern

_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_ROMAN = r"(?=[IVXLC])(?:C{0,3}(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3}))(?!\w|'(?!s\b))"
_SHORT = r"(?=[IVX]{2})(?:X{0,2}(?:IX|IV|V?I{0,3}))(?!\w|'(?!s\b))"

_REIGNS = (
    "Albert|Alexander|Alexandra|Alfonso|Benedict|Boniface|Catherine|Charles|Christian|Clement|Constantine|Darius|"
    "Edward|Elizabeth|Ferdinand|Francis|Franz|Frederick|George|Gregory|Gustav|Haakon|Harald|Henri|Henry|Innocent|"
    "Ivan|James|Joao|John|Joseph|Juan|Leo|Leopold|Louis|Ludwig|Margrethe|Mary|Mehmed|Mehmet|Murad|Napoleon|"
    "Nicholas|Olaf|Otto|Paul|Pedro|Peter|Philip|Pius|Ptolemy|Ramesses|Ramses|Richard|Robert|Rudolf|Selim|Sixtus|"
    "Suleiman|Thutmose|Urban|Victor|Wilhelm|William|Xerxes|Davis|Michael|Thomas|David|Joan"
)
_TITLES = (
    "Act|Appendix|Article|Book|Canto|Chapter|Class|Division|Episode|Figure|Grade|Level|Lesson|Module|Page|Part|Phase|"
    "Scene|Season|Section|Series|Stage|Step|Table|Title|Tier|Tome|Type|Unit|Vol|Volume|War|Bowl|Olympiad|Apollo|"
    "Category|Factor|Group|Mark|Schedule|Amendment"
)
_LETTERED = ("Series", "Class", "Type", "Group", "Category", "Factor", "Grade", "Level")
"""What is rather called by the letter X than has so many."""
_NO_NAMES = (
    "The|This|That|These|Those|And|But|His|Her|Our|Your|Their|With|For|From|Not|Its|Are|Was|Were|You|She|They|When|"
    "What|Who|Why|How|Can|Will|Did|Does|Has|Had|May|Then|There|Here|Start|Get|Insert|Place|Into|Via|Each|Any|All"
)

_REIGN = rule_pattern(
    rf"(?<!\w)(?P<name>(?:{_REIGNS})(?:\ [A-Z][a-z]+)?)\ (?!I\b)(?P<number>{_SHORT}|[VX](?![\w'.])|XX)"
)
_TITLE = rule_pattern(
    rf"(?<!\w)(?P<title>(?:{_TITLES}|{_TITLES.upper()})\.?)\ (?P<number>{_ROMAN})(?:-(?P<last>{_ROMAN}))?"
)
_NAME = rule_pattern(
    rf"(?<![\w.])(?P<name>(?!(?:{_NO_NAMES})\b)(?:[A-Z][a-z]{{2,}}|GTA|HTC|NBA|WWE))\ (?P<number>{_SHORT})"
)
_ALONE = rule_pattern(r"(?<![\w.'])(?:VI{2,3}|X{0,2}I{2,3}|X{1,2}VI{0,3}|X{1,2}I[VX])(?![\w'.])")
_CENTURY = rule_pattern(rf"(?<!\w)(?P<number>{_ROMAN})(?P<th>th)?(?=\ (?:[Cc]entur(?:y|ies)|[Dd]ynasty))")


def roman(written: str) -> int:
    """The value of a Roman numeral."""
    values = [_VALUES[letter] for letter in written]
    return sum(-value if value < later else value for value, later in zip(values, [*values[1:], 0], strict=True))


def _title(match: re.Match[str]) -> str | None:
    if match["number"] in ("L", "C") or (match["number"] == "X" and match["title"].rstrip(".").title() in _LETTERED):
        return None
    number = roman(match["number"])
    last = f" to {_titled(match, roman(match['last']))}" if match["last"] else ""
    return f"{match['title']} {_titled(match, number)}{last}"


def _titled(match: re.Match[str], number: int) -> str:
    """Capitals, as for the title: World War Two."""
    return cardinal(number).title()


RULES = (
    Rule(_CENTURY, lambda match: ordinal(roman(match["number"]))),
    Rule(_TITLE, _title),
    Rule(_REIGN, lambda match: f"{match['name']} the {ordinal(roman(match['number'])).capitalize()}"),
    Rule(_NAME, lambda match: f"{match['name']} {cardinal(roman(match['number'])).title()}"),
    Rule(_ALONE, lambda match: cardinal(roman(match[0]))),
)
