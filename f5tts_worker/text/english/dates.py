"""Dates: 2024-05-06, 5/6/2024, May 6, 2024, 6 May, the 1990s."""

import re
from functools import partial

from ..claims import Rule
from .number_words import cardinal, ordinal, plural, year
from .patterns import DASH, rule_pattern
from .sentences import full_stop

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_MONTH_OF = {month[:3].lower(): month for month in MONTHS}
_MONTH = (
    "(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?)"
)
_DAY = r"(?:3[01]|[12][0-9]|0?[1-9])(?:st|nd|rd|th)?(?![\w:/]|[.,][0-9])"
_YEAR = r"[12][0-9]{3}(?![\w:/%]|[.,][0-9])"

_WRITTEN_MONTH_FIRST = rule_pattern(
    rf"""(?<!\w)(?P<month>{_MONTH})\ (?:the\ )?(?P<day>{_DAY})(?:{DASH}(?P<last>{_DAY}))?
    (?P<comma>,?\ )?(?:(?<=\ )(?P<year>{_YEAR}))?"""
)
_WRITTEN_DAY_FIRST = rule_pattern(
    rf"""(?<![\w.,/:$-])(?P<the>the\ )?(?:(?P<first>{_DAY}){DASH})?(?P<day>{_DAY})(?:\ of)?[\ -](?P<month>{_MONTH})
    (?P<comma>,?[\ -])?(?:(?<=[\ -])(?P<year>{_YEAR}))?(?!\w)""",
    re.IGNORECASE,
)
_MONTH_AND_YEAR = rule_pattern(rf"(?<!\w)(?P<month>{_MONTH})(?P<comma>,?)\ (?P<year>{_YEAR})")
_ISO = rule_pattern(
    r"""(?<![\w./-])(?P<year>[12][0-9]{3})(?P<mark>[-/.])(?P<month>0?[1-9]|1[0-2])(?P=mark)(?P<day>0[1-9]|[12][0-9]|3[01]|[1-9])
    (?:(?P<time>T)(?=[0-9]{2}:)|(?![\w/-]|\.[0-9]))"""
)
_NUMBERS = rule_pattern(
    r"(?<![\w./-])(?P<first>[0-9]{1,2})(?P<mark>[-/.])(?P<second>[0-9]{1,2})(?P=mark)(?P<year>[12][0-9]{3}|(?<!\.)[0-9]{2})(?![\w/-]|\.[0-9])"
)
_DAY_AND_MONTH = rule_pattern(
    r"(?<![\w.,/$-])(?P<first>[0-9]{1,2})/(?P<second>[0-9]{1,2})(?P<year>)(?![\w/-]|[.,][0-9])"
)
_ON = re.compile(
    r"\b(?:on|by|until|till|due|ships?|shipped|since|starts?|starting|ends?|ending|begins?|opens?|"
    r"closes?|closed|expires?|arrives?|dated|due\ date|deadline|date|born)(?:\ on|:)?\s$",
    re.IGNORECASE,
)
_SCORED = re.compile(
    r"\b(?:got|gave|scored?|scoring|rated?|rating|give|a|an|with|won|lost|only|about|is|was)\s$|[0-9]\s$"
)
_PART_OF = re.compile(
    r"\s(?:of|inch|inches|cup|cups|tsp|tbsp|mile|miles|stars?|points?|people|users|hours?|majority)\b"
)
_SURE_DAY = re.compile(r"0[1-9]/[0-3][0-9]|1[0-2]/0[1-9]|[0-3][0-9]/0[1-9]|1?[0-9]/(?:1[3-57-9]|2[1-35-9]|31)")
"""Padded with a zero, or over what no one divides by."""
_MONTH_OF_YEAR = rule_pattern(
    r"(?<![\w.,/$-])(?P<month>0?[1-9]|1[0-2])/(?P<year>(?:19|20)[0-9]{2})(?![\w/-]|[.,][0-9])"
)
_DECADE = rule_pattern(r"(?<![\w.,$£€'])(?<![0-9]-)(?P<century>[12][0-9])?(?P<decade>[0-9])0(?P<mark>'?)s(?!\w)")
_SHORT_DECADE = rule_pattern(r"(?<!\w)'(?P<century>)(?P<decade>[2-9])0(?P<mark>)'?s(?!\w)")
_OF_LIFE = re.compile(r"\b(?:the|my|his|her|their|your|our|early|mid|late)[ -]$", re.IGNORECASE)
_LASTING = re.compile(r"\b(?:for|in|under|within|at|every|only|just|a|last|first|about|than|to)\s$", re.IGNORECASE)
_SEASON = rule_pattern(r"(?<![\w.,$£€/-])(?P<year>(?:19|20)[0-9]{2})/(?P<last>[0-9]{2})(?![\w/]|[.,][0-9])")
_SHORT_YEAR = rule_pattern(r"(?<!\w)'(?P<year>[0-9]{2})(?![\w'])")
_ERA = rule_pattern(
    r"(?<![\w.,$£€-])(?P<year>[0-9]{1,4})\ ?(?P<era>BCE?\b|CE\b|AD\b|B\.\ ?C\.(?:\ ?E\.)?|C\.\ ?E\.|A\.\ ?D\.)(?!\w)"
)
_ERA_BEFORE = rule_pattern(r"(?<!\w)AD\ (?P<year>[0-9]{1,4})(?!\w)")


def month_name(written: str) -> str:
    """The full name of a month."""
    return _MONTH_OF[written[:3].lower()]


def _day(written: str) -> str:
    return ordinal(int(re.sub("[a-z]", "", written.lower())))


def _month_first(match: re.Match[str]) -> str | None:
    if match["month"] == "May" and match["comma"] == " " and not match["year"] and _counts(match):
        return None
    last = f" to {_day(match['last'])}" if match["last"] else ""
    return f"{month_name(match['month'])} {_day(match['day'])}{last}" + _year_behind(match)


def _counts(match: re.Match[str]) -> bool:
    """Whether a number counts what follows: "May 5 people join?"."""
    return bool(re.compile("(?:people|of|more)\\b").match(match.string, match.end()))


def _day_first(match: re.Match[str]) -> str:
    first = f"{_day(match['first'])} to " if match["first"] else ""
    the = match["the"] or "the "
    return f"{the}{first}{_day(match['day'])} of {month_name(match['month'])}" + _year_behind(match)


def _year_behind(match: re.Match[str]) -> str:
    """The year behind a day and a month; what separates them from other words stays."""
    return f", {year(int(match['year']))}" if match["year"] else (match["comma"] or "").replace("-", " ")


def _month_and_year(match: re.Match[str]) -> str:
    return f"{month_name(match['month'])} {year(int(match['year']))}"


def _iso(match: re.Match[str]) -> str | None:
    said = _calendar_date(int(match["day"]), int(match["month"]), int(match["year"]))
    return said + " at " if match["time"] else said


def _calendar_date(day: int, month: int, year_: int | None, *, day_first: bool = False) -> str:
    named = f"the {ordinal(day)} of {MONTHS[month - 1]}" if day_first else f"{MONTHS[month - 1]} {ordinal(day)}"
    return named if year_ is None else f"{named}, {year(year_)}"


def _numbers(match: re.Match[str], *, day_first: bool) -> str | None:
    first, second = int(match["first"]), int(match["second"])
    day, month = (first, second) if (day_first and second <= 12) or first > 12 else (second, first)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return _calendar_date(day, month, _full_year(match["year"]), day_first=day_first)


def _day_and_month(match: re.Match[str], *, day_first: bool) -> str | None:
    """Say 07/04 as a date, and 12/31 where it is no part of something and no score."""
    if _PART_OF.match(match.string, match.end()) or match[0] == "24/7":
        return None
    before = match.string[max(0, match.start() - 16) : match.start()]
    is_date = _ON.search(before) or (_SURE_DAY.fullmatch(match[0]) and not _SCORED.search(before))
    return _numbers(match, day_first=day_first) if is_date else None


def _full_year(written: str) -> int | None:
    """The year of two digits: 40 and later are of the last century."""
    if len(written) != 2:
        return int(written) if written else None
    return int(written) + (1900 if int(written) >= 40 else 2000)


def _decade(match: re.Match[str]) -> str | None:
    century, tens = match["century"], int(match["decade"]) * 10
    if not century:
        return plural(cardinal(tens)) if tens >= 20 and _is_decade(match, tens) else None
    if tens == 0:
        return f"{cardinal(int(century))} hundreds" if int(century) % 10 else plural(cardinal(int(century) * 100))
    return f"{cardinal(int(century))} {plural(cardinal(tens))}"


def _is_decade(match: re.Match[str], tens: int) -> bool:
    """Whether 90s is a decade and not a time of ninety seconds."""
    if match["mark"] or match[0].startswith("'") or _OF_LIFE.search(match.string, 0, match.start()):
        return True
    return tens >= 50 and not _LASTING.search(match.string, 0, match.start())


def _season(match: re.Match[str]) -> str | None:
    first, last = int(match["year"]), int(match["last"])
    return f"{year(first)} {cardinal(last)}" if (first + 1) % 100 == last else None


def _short_year(match: re.Match[str]) -> str:
    number = int(match["year"])
    return f"{'oh ' * (number < 10)}{cardinal(number)}"


def _era(match: re.Match[str]) -> str:
    return f"{year(int(match['year']))} {' '.join(re.findall('[A-Z]', match['era']))}{full_stop(match)}"


def _rules(*, day_first: bool) -> tuple[Rule, ...]:
    return (
        Rule(_ISO, _iso),
        Rule(_NUMBERS, partial(_numbers, day_first=day_first)),
        Rule(_DAY_AND_MONTH, partial(_day_and_month, day_first=day_first)),
        Rule(_MONTH_OF_YEAR, lambda match: f"{MONTHS[int(match['month']) - 1]} {year(int(match['year']))}"),
        Rule(_WRITTEN_DAY_FIRST, _day_first),
        Rule(_WRITTEN_MONTH_FIRST, _month_first),
        Rule(_MONTH_AND_YEAR, _month_and_year),
        Rule(_SEASON, _season),
        Rule(_DECADE, _decade),
        Rule(_SHORT_DECADE, _decade),
        Rule(_SHORT_YEAR, _short_year),
        Rule(_ERA, _era),
        Rule(_ERA_BEFORE, lambda match: f"A D {year(int(match['year']))}"),
    )


RULES = _rules(day_first=False)
BRITISH_RULES = _rules(day_first=True)
