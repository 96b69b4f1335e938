"""Swedish, Danish, Norwegian and Icelandic."""

from collections.abc import Callable
from dataclasses import replace

from .moments import day_month_year, ordinal_day, two_numbers
from .numerals import ordinal
from .tongue import Date, Tongue, noun, nouns


def _scandinavian_clock(tongue: Tongue, hour: int, minute: int, _: str) -> str:
    return two_numbers(tongue, hour, minute)


SWEDISH = Tongue(
    converter="sv",
    minus="minus",
    point="komma",
    dot="punkt",
    groups=" ",
    hundreds=("hundra", ""),
    fixes=(("ttt", "tt"), ("förtio", "fyrtio"), (r"(ilj(?:on|ard)(?:er)?)(?=[a-zåäö])(?!er)", r"\1 ")),
    agree={"m": ((r"^ett$", "en"),)},
    to="till",
    percent=noun("n:procent"),
    units=nouns(
        {
            **{"km/h": "m:kilometer i timmen", "km": "m:kilometer", "m": "m:meter", "cm": "m:centimeter"},
            **{
                "mm": "m:millimeter",
                "kg": "n:kilo",
                "g": "n:gram",
                "l": "m:liter",
                "°C": "m:grad Celsius/grader Celsius",
            },
            **{"°": "m:grad/grader"},
        }
    ),
    currencies=nouns(
        {
            **{"kr": "krona/kronor", "SEK": "krona/kronor", "€": "euro", "EUR": "euro", "$": "dollar", "USD": "dollar"},
            **{"£": "n:pund"},
        }
    ),
    cents=nouns({"kr": "n:öre", "SEK": "n:öre", "€": "cent", "EUR": "cent", "$": "cent", "USD": "cent"}),
    and_cents="och",
    months=(
        *("januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober"),
        *("november", "december"),
    ),
    dated=True,
    date=ordinal_day,
    clock=_scandinavian_clock,
    ordinals={r":[ae]\b": ordinal},
)


def _spelled_right(wrong: str, right: str) -> Callable[[Tongue, Date], str]:
    """Dates with a day that num2words spells wrongly."""

    def say(tongue: Tongue, date: Date) -> str:
        return day_month_year(tongue, date, ordinal(tongue, date.day).replace(wrong, right))

    return say


DANISH = Tongue(
    converter="da",
    minus="minus",
    point="komma",
    dot="punktum",
    hundreds=(" hundrede", " og "),
    # num2words: "ettusinde og nihundrede og nioghalvfems", "en millioner".
    fixes=(
        (r"\ben (mill?|mill?i)(on|ard)er", r"en \1\2"),
        (r"tusinde og (?=\w*hundrede)", "tusind "),
        ("tusinde og", "tusind og"),
        (r"(?<=\w)(hundrede|tusind)", r" \1"),
        (r"tusind(?=\w)", "tusind "),
    ),
    agree={"m": ((r"^et$", "en"),)},
    to="til",
    percent=noun("m:procent"),
    units=nouns(
        {
            **{"km/t": "m:kilometer i timen", "km/h": "m:kilometer i timen", "km": "m:kilometer", "m": "m:meter"},
            **{"cm": "m:centimeter", "kg": "n:kilo", "g": "n:gram", "°C": "m:grad celsius/grader celsius"},
            **{"°": "m:grad/grader"},
        }
    ),
    currencies=nouns(
        {
            **{"kr.": "krone/kroner", "kr": "krone/kroner", "DKK": "krone/kroner", "€": "euro", "EUR": "euro"},
            **{"$": "dollar", "USD": "dollar", "£": "n:pund"},
        }
    ),
    cents=nouns({"kr.": "øre", "kr": "øre", "DKK": "øre", "€": "cent", "EUR": "cent", "$": "cent"}),
    and_cents="og",
    months=(
        *("januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober"),
        *("november", "december"),
    ),
    dated=True,
    day_mark=r"\.",
    date=_spelled_right("tredivete", "tredivte"),
    clock=_scandinavian_clock,
)

NORWEGIAN = replace(
    DANISH,
    converter="no",
    groups=" .",
    hundreds=(" hundre", " og "),
    # num2words: "en tusen", "en hundre", "to million", "en millard".
    fixes=(
        (r"\ben (?=tusen|hundre)", "ett "),
        ("illard", "illiard"),
        (r"(?<!\ben )(illi(?:on|ard))(?!er)\b", r"\1er"),
        (r"\ben (\w*illi(?:on|ard))er\b", r"en \1"),
    ),
    agree={"n": ((r"^en$", "ett"),)},
    percent=noun("m:prosent"),
    units=nouns(
        {
            **{"km/t": "m:kilometer i timen", "km": "m:kilometer", "m": "m:meter", "cm": "m:centimeter"},
            **{"kg": "n:kilo", "g": "n:gram", "°C": "m:grad celsius/grader celsius", "°": "m:grad/grader"},
        }
    ),
    currencies=nouns(
        {
            **{"kr.": "krone/kroner", "kr": "krone/kroner", "NOK": "krone/kroner", "€": "euro", "EUR": "euro"},
            **{"$": "dollar", "USD": "dollar", "£": "n:pund"},
        }
    ),
    cents=nouns({"kr.": "øre", "kr": "øre", "NOK": "øre", "€": "cent", "EUR": "cent", "$": "cent"}),
    months=(
        *("januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober"),
        *("november", "desember"),
    ),
    date=_spelled_right("trettførste", "trettende"),
)

ICELANDIC = Tongue(converter="is", minus="mínus", point="komma", dot="punktur", percent=noun("-:prósent"), to="til")

NORDIC = {"sv": SWEDISH, "da": DANISH, "no": NORWEGIAN, "is": ICELANDIC}
