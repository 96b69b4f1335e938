"""Tongue: what is to be known of a language to read its figures out."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Fixes = tuple[tuple[str, str], ...]
"""Patterns with what to put in their place."""


@dataclass(frozen=True)
class Noun:
    """What is counted, in the forms that its number asks for."""

    forms: tuple[str, ...]
    """By `Tongue.plural`; the last one also stands behind a number with decimals."""
    gender: str = "m"


def noun(written: str) -> Noun:
    """A noun from its gender and forms, as in "f:Stunde/Stunden"; masculine where no gender is given."""
    gender, _, forms = written.rpartition(":")
    return Noun(tuple(forms.split("/")), gender or "m")


def nouns(written: Mapping[str, str]) -> dict[str, Noun]:
    """The nouns of a table."""
    return {sign: noun(forms) for sign, forms in written.items()}


def one_or_more(n: int) -> int:
    """One, or any other number."""
    return 0 if n == 1 else 1


def fixed(text: str, fixes: Fixes) -> str:
    """A text with what is wrong in it put right."""
    for wrong, right in fixes:
        text = re.sub(wrong, right, text)
    return text


@dataclass(frozen=True, eq=False)
class Tongue:
    """A language's marks in numbers, and its words around them."""

    converter: str
    """num2words' name of the language."""
    minus: str
    point: str
    """Said for the decimal mark."""
    dot: str
    """Said for a full stop between digits that is none of the marks: version 3.5."""
    decimal: str = ","
    groups: str = "."
    """What stands between thousands; no-break spaces always may."""
    any_mark: bool = False
    """Whether point and comma both are the decimal mark, as in Switzerland."""
    digitwise: bool = False
    """Whether decimals are said one by one: "Komma eins vier"."""
    limit: int = 10**12
    """From here on digit by digit: num2words knows no word, or a wrong one."""
    tight: bool = False
    """Whether it is written without spaces."""
    hundreds: tuple[str, str] | None = None
    """Said for the hundred of 1100 to 1999, and what joins the rest to it: "neunzehnhundert"."""
    fixes: Fixes = ()
    """Where num2words is wrong or says what nobody does."""
    agree: Mapping[str, Fixes] = field(default_factory=dict)
    """Gender -> how a number ends before a noun of it."""
    following: Fixes = ()
    """What may be written behind a number -> its gender."""
    elide: Fixes = ()
    """What happens where number and noun meet."""
    plural: Callable[[int], int] = one_or_more
    wholes: Noun | None = None
    """What the whole part of a decimal counts, where a language says so: "две целых"."""
    parts: tuple[Noun, ...] = ()
    """And its tenths, hundredths and thousandths."""
    to: str = ""
    """Said between the ends of a range."""
    percent: Noun | None = None
    percent_first: str = ""
    """Said before the number instead."""
    units: Mapping[str, Noun] = field(default_factory=dict)
    currencies: Mapping[str, Noun] = field(default_factory=dict)
    cents: Mapping[str, Noun] = field(default_factory=dict)
    """Currency's sign -> its hundredth part."""
    and_cents: str = ""
    names_cents: bool = True
    """Whether the hundredths are named: not in "zwölf Euro fünfzig"."""
    magnitudes: Mapping[str, Noun] = field(default_factory=dict)
    """Written between a number and its currency -> million, milliard."""
    of_magnitude: str = ""
    months: tuple[str, ...] = ()
    """As they are said and written in a date."""
    day_mark: str = ""
    """What a day's number has behind it before a month's name, as a pattern."""
    of_year: str = ""
    """What may stand behind a date and is said with it, as a pattern."""
    date: "Callable[[Tongue, Date], str] | None" = None
    dated: bool = False
    """Whether the day has a word of its own before a month's name: "6. Mai"."""
    clock: "Callable[[Tongue, int, int, str], str] | None" = None
    """Hour, minute and what is written before them -> how the time is said."""
    clock_mark: str = ":"
    clock_word: str = ""
    """What may stand behind a time and is said with it, as a pattern."""
    ordinals: "Mapping[str, Callable[[Tongue, int], str]]" = field(default_factory=dict)
    """Pattern of what is behind a number -> how the ordinal is said."""


@dataclass(frozen=True)
class Date:
    """A day of a year or of any."""

    day: int
    month: int
    year: int | None = None
    before: str = ""
    """The word that is written before it, lower case."""
