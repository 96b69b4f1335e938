"""Moments: dates and times of day."""

import re
from collections.abc import Callable

from ..claims import Rule
from .numerals import END, START, Written, ascii_digits, cardinal, counted, ordinal, year
from .tongue import Date, Fixes, Noun, Tongue, fixed

_BEFORE = re.compile(r"([^\W\d_]+)\s*\Z")
_LONGEST_WORD = 16


def moment_rules(tongue: Tongue) -> tuple[Rule, ...]:
    """Rules for dates and times, and for ordinals, which dates have too."""
    return (*_date_rules(tongue), *_clock_rules(tongue), *_ordinal_rules(tongue))


def word_before(match: re.Match[str]) -> str:
    """The word before a match, lower case."""
    found = _BEFORE.search(match.string[max(0, match.start() - _LONGEST_WORD) : match.start()])
    return found[1].lower() if found else ""


def _date_rules(tongue: Tongue) -> tuple[Rule, ...]:
    date = tongue.date
    if not date:
        return ()

    def say(match: re.Match[str]) -> str | None:
        groups = match.groupdict()
        name = groups.get("name")
        month = _months(tongue).index(name.lower()) + 1 if name else int(match["month"])
        day, written = int(match["day"]), groups.get("year")
        if not (1 <= month <= 12 and 1 <= day <= 31):
            return None
        return date(tongue, Date(day, month, int(written) if written else None, word_before(match)))

    day, month, of = r"(?P<day>\d{1,2})", r"(?P<month>\d{1,2})", r"(?P<year>\d{4})"
    of_year = rf"(?:[ \u00a0]{tongue.of_year})?" if tongue.of_year else ""
    patterns = [
        rf"{START}{of}(?P<mark>[-./]){month}(?P=mark){day}{END}(?!-\d)",
        rf"{START}{day}(?P<mark>[-./]){month}(?P=mark){of}{END}(?!-\d){of_year}",
    ]
    if tongue.dated:
        names = "|".join(tongue.months)
        patterns.append(
            rf"{START}{day}{tongue.day_mark}[ \u00a0](?P<name>(?i:{names}))\b(?:[ \u00a0]{of}{END}{of_year})?"
        )
    return tuple(Rule(re.compile(pattern), say) for pattern in patterns)


def _months(tongue: Tongue) -> list[str]:
    return [month.lower() for month in tongue.months]


def _clock_rules(tongue: Tongue) -> tuple[Rule, ...]:
    def say(match: re.Match[str]) -> str:
        said = _time(tongue, match["time"], word_before(match))
        if match["until"]:
            said += f" {tongue.to} " + _time(tongue, match["until"], "-")
        return said

    word = tongue.clock_word
    time = rf"(?:[01]?\d|2[0-4])(?:[{tongue.clock_mark}][0-5]\d(?!\d))(?::[0-5]\d(?!\d))?(?!:\d)"
    until = r"(?:[ \u00a0]?[-\u2013][ \u00a0]?(?P<until>TIME))?" if tongue.to else "(?P<until>(?!))?"
    plain = rf"{START}(?P<time>{time}){until.replace('TIME', time)}" + (rf"(?:[ \u00a0]?{word})?" if word else "")
    rules = [Rule(re.compile(plain + END), say)]
    if word:
        dotted = r"(?:[01]?\d|2[0-4])\.[0-5]\d(?!\d)"
        rules.append(
            Rule(re.compile(rf"{START}(?P<time>{dotted}){until.replace('TIME', dotted)}[ \u00a0]?{word}{END}"), say)
        )
    return tuple(rules)


def _time(tongue: Tongue, written: str, before: str) -> str:
    hour, minute, *second = (int(part) for part in re.split(r"\D", ascii_digits(written)))
    if tongue.clock:
        said = tongue.clock(tongue, hour, minute, before)
    else:
        said = f"{cardinal(tongue, hour)} {cardinal(tongue, minute)}"
    return " ".join([said, *(cardinal(tongue, part) for part in second)])


def _ordinal_rules(tongue: Tongue) -> tuple[Rule, ...]:
    def rule(behind: str) -> Rule:
        say = tongue.ordinals[behind]
        return Rule(re.compile(rf"{START}(\d{{1,4}}){behind}"), lambda match: say(tongue, int(match[1])))

    return tuple(map(rule, tongue.ordinals))


def hours_and_minutes(tongue: Tongue, hour: int, minute: int, thing: Noun) -> str:
    """A time as so many hours and a number: "quinze heures trente"."""
    said = counted(tongue, Written(False, str(hour), ""), thing)
    return f"{said} {cardinal(tongue, minute)}" if minute else said


def two_numbers(tongue: Tongue, hour: int, minute: int, between: str = "") -> str:
    """A time as its hour and minute, with a nought before a minute below ten."""
    nought = f"{cardinal(tongue, 0)} " if 0 < minute < 10 and not between else ""
    return (
        f"{cardinal(tongue, hour)} {between} {nought}{cardinal(tongue, minute)}" if minute else cardinal(tongue, hour)
    )


def day_month_year(tongue: Tongue, date: Date, day: str = "", between: str = "", end: str = "") -> str:
    """A date in that order: the day's number or word, the month's name, the year's number."""
    said = f"{day or cardinal(tongue, date.day)} {between} {tongue.months[date.month - 1]}"
    return f"{said} {between} {year(tongue, date.year)} {end}" if date.year is not None else said


def ordinal_day(tongue: Tongue, date: Date) -> str:
    """A date with num2words' ordinal for its day."""
    return day_month_year(tongue, date, ordinal(tongue, date.day))


def with_first(first: str, between: str = "") -> Callable[[Tongue, Date], str]:
    """Dates of numbers, but for the first of a month."""

    def say(tongue: Tongue, date: Date) -> str:
        return day_month_year(tongue, date, first if date.day == 1 else "", between)

    return say


def genitive_date(endings: Fixes, of_year: str) -> Callable[[Tongue, Date], str]:
    """Dates as they stand in a Slavic sentence: of the sixth of May, of the year."""

    def say(tongue: Tongue, date: Date) -> str:
        said = day_month_year(tongue, Date(date.day, date.month), fixed(ordinal(tongue, date.day), endings))
        return f"{said} {fixed(ordinal(tongue, date.year), endings)} {of_year}" if date.year else said

    return say


def ordinal_clock(
    zeroth: str, nominative: Fixes, locative: Fixes, prepositions: tuple[str, ...]
) -> Callable[[Tongue, int, int, str], str]:
    """Times by the hour's ordinal, which is feminine, and the minute."""

    def say(tongue: Tongue, hour: int, minute: int, before: str) -> str:
        said = fixed(ordinal(tongue, hour) if hour else zeroth, locative if before in prepositions else nominative)
        nought = f"{cardinal(tongue, 0)} " if minute < 10 else ""
        return f"{said} {nought}{cardinal(tongue, minute)}" if minute else said

    return say
