"""German and Dutch."""

from dataclasses import replace

from .moments import day_month_year, hours_and_minutes
from .numerals import ordinal, year
from .tongue import Date, Tongue, noun, nouns

_WEAK_E = ("der", "dieser", "jener")
_STRONG_M = ("seit", "ab", "nach", "vor")
_STRONG = ("", "und", "oder", "ist", "war", "datum")


def _german_date(tongue: Tongue, date: Date) -> str:
    """The day is "der sechste" and "ein sechster", and in the cases that most words before it ask for "sechsten"."""
    ending = (
        "" if date.before in _WEAK_E else "r" if date.before in _STRONG else "m" if date.before in _STRONG_M else "n"
    )
    return day_month_year(tongue, date, ordinal(tongue, date.day) + ending)


GERMAN = Tongue(
    converter="de",
    minus="minus",
    point="Komma",
    dot="Punkt",
    digitwise=True,
    hundreds=("hundert", ""),
    agree={"m": ((r"eins$", "ein"),), "f": ((r"^eins$", "eine"), (r"eins$", "eine"))},
    following=(
        (r" (?:Stunde|Minute|Sekunde|Woche|Person|Frage|Seite|Nacht|Million|Milliarde)\b", "f"),
        (r" (?:Tag|Monat|Jahr|Mal|Kind|Mann|Stück|Meter|Kilometer|Liter|Kilo|Grad|Euro|Dollar|Prozent)\b", "m"),
    ),
    to="bis",
    percent=noun("n:Prozent"),
    units=nouns(
        {
            **{"km/h": "m:Kilometer pro Stunde", "km": "m:Kilometer", "m": "m:Meter", "cm": "m:Zentimeter"},
            **{
                "mm": "m:Millimeter",
                "kg": "Kilogramm",
                "g": "Gramm",
                "l": "Liter",
                "L": "Liter",
                "h": "f:Stunde/Stunden",
            },
            **{
                "°C": "Grad Celsius",
                "°": "Grad",
                "min": "f:Minute/Minuten",
                "Min.": "f:Minute/Minuten",
                "Min": "f:Minute/Minuten",
            },
        }
    ),
    currencies=nouns(
        {
            **{"€": "Euro", "EUR": "Euro", "$": "Dollar", "US$": "Dollar", "USD": "Dollar", "£": "Pfund"},
            **{"GBP": "Pfund", "¥": "Yen", "CHF": "Schweizer Franken", "Fr.": "Franken", "Fr": "Franken"},
        }
    ),
    cents=nouns(dict.fromkeys(("€", "EUR", "$", "US$", "USD"), "Cent") | {"CHF": "Rappen", "Fr.": "Rappen"}),
    names_cents=False,
    magnitudes=nouns(
        {
            **{"Million": "f:Million/Millionen", "Millionen": "f:Million/Millionen", "Mio.": "f:Million/Millionen"},
            **{"Milliarde": "f:Milliarde/Milliarden", "Milliarden": "f:Milliarde/Milliarden"},
            **{"Mrd.": "f:Milliarde/Milliarden"},
        }
    ),
    months=(
        *("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober"),
        *("November", "Dezember"),
    ),
    dated=True,
    day_mark=r"\.",
    date=_german_date,
    clock=lambda tongue, hour, minute, _: hours_and_minutes(tongue, hour, minute, noun("Uhr")),
    clock_word=r"Uhr\b",
    ordinals={
        r"er(?:\b|(?=Jahre))": lambda tongue, n: f"{year(tongue, n)}er",
        r"ern\b": lambda tongue, n: f"{year(tongue, n)}ern",
    },
)


DUTCH = Tongue(
    converter="nl",
    minus="min",
    point="komma",
    dot="punt",
    groups=". ",
    hundreds=("honderd", ""),
    fixes=((r"(?<=\w)één", "een"),),
    agree={"m": ((r"^één$", "één"),)},
    to="tot",
    percent=noun("procent"),
    units=nouns(
        {
            **{"km/h": "kilometer per uur", "km/u": "kilometer per uur", "km": "kilometer", "m": "meter"},
            **{"cm": "centimeter", "mm": "millimeter", "kg": "kilo", "g": "gram", "l": "liter", "L": "liter"},
            **{"°C": "graad Celsius/graden Celsius", "°": "graad/graden"},
        }
    ),
    currencies=nouns({"€": "euro", "EUR": "euro", "$": "dollar", "USD": "dollar", "£": "pond", "¥": "yen"}),
    cents=nouns({"€": "cent", "EUR": "cent", "$": "cent", "USD": "cent"}),
    names_cents=False,
    magnitudes=nouns({"miljoen": "miljoen", "miljard": "miljard", "mln.": "miljoen", "mld.": "miljard"}),
    months=(
        *("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober"),
        *("november", "december"),
    ),
    date=day_month_year,
    clock=lambda tongue, hour, minute, _: hours_and_minutes(tongue, hour, minute, noun("uur")),
    clock_word=r"uur\b",
    ordinals={r"(?:e|de|ste)\b": ordinal},
)


_SWISS = replace(GERMAN, groups="'’ ", any_mark=True)

GERMANIC = {
    "de": GERMAN,
    "de-at": replace(GERMAN, groups=". ", months=("Jänner", *GERMAN.months[1:])),
    "de-ch": _SWISS,
    "de-li": _SWISS,
    "nl": DUTCH,
}
