"""Polish, Czech, Slovak, Serbian and Slovene."""

from collections.abc import Callable

from .moments import day_month_year, genitive_date, hours_and_minutes, ordinal_clock, two_numbers
from .numerals import ordinal
from .plurals import czech, east_slavic, polish, slovene
from .tongue import Date, Tongue, fixed, noun, nouns

_POLISH_GENITIVE = ((r"trzeci\b", "trzeciego"), (r"drugi\b", "drugiego"), (r"y\b", "ego"))
_POLISH_LOCATIVE = ((r"trzeci\b", "trzecim"), (r"drugi\b", "drugim"), (r"y\b", "ym"))
_ZLOTY, _POLISH_DOLLAR = "m:złoty/złote/złotych/złotego", "m:dolar/dolary/dolarów/dolara"

POLISH = Tongue(
    converter="pl",
    minus="minus",
    point="przecinek",
    dot="kropka",
    groups=" .",
    agree={"f": ((r"\bdwa$", "dwie"), (r"^jeden$", "jedna")), "n": ((r"^jeden$", "jedno"),)},
    plural=polish,
    percent=noun("m:procent/procent/procent/procent"),
    units=nouns(
        {
            "km/h": "m:kilometr na godzinę/kilometry na godzinę/kilometrów na godzinę/kilometra na godzinę",
            "km": "m:kilometr/kilometry/kilometrów/kilometra",
            "m": "m:metr/metry/metrów/metra",
            "cm": "m:centymetr/centymetry/centymetrów/centymetra",
            "mm": "m:milimetr/milimetry/milimetrów/milimetra",
            "kg": "m:kilogram/kilogramy/kilogramów/kilograma",
            "g": "m:gram/gramy/gramów/grama",
            "l": "m:litr/litry/litrów/litra",
            "°C": "m:stopień Celsjusza/stopnie Celsjusza/stopni Celsjusza/stopnia Celsjusza",
            "°": "m:stopień/stopnie/stopni/stopnia",
        }
    ),
    currencies=nouns(
        {
            **{"zł": _ZLOTY, "PLN": _ZLOTY, "$": _POLISH_DOLLAR, "USD": _POLISH_DOLLAR, "€": "n:euro", "EUR": "n:euro"},
            "£": "m:funt/funty/funtów/funta",
        }
    ),
    cents=nouns(dict.fromkeys(("zł", "PLN"), "m:grosz/grosze/groszy/grosza"))
    | nouns(dict.fromkeys(("$", "USD", "€", "EUR"), "m:cent/centy/centów/centa")),
    magnitudes=nouns(
        {
            **{"tys.": "m:tysiąc/tysiące/tysięcy/tysiąca", "mln": "m:milion/miliony/milionów/miliona"},
            **{"mld": "m:miliard/miliardy/miliardów/miliarda"},
        }
    ),
    months=(
        *("stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września"),
        *("października", "listopada", "grudnia"),
    ),
    dated=True,
    of_year=r"(?:roku\b|r\.)",
    date=genitive_date(_POLISH_GENITIVE, "roku"),
    clock=ordinal_clock(
        "zerowy",
        ((r"trzeci\b", "trzecia"), (r"drugi\b", "druga"), (r"y\b", "a")),
        ((r"trzeci\b", "trzeciej"), (r"drugi\b", "drugiej"), (r"y\b", "ej")),
        ("o", "po", "od", "do", "około", "przed"),
    ),
    ordinals={
        r"(?<=\d{4})(?= roku\b)": lambda tongue, n: fixed(ordinal(tongue, n), _POLISH_LOCATIVE),
        r"(?<=\d{4})(?= r\.)": lambda tongue, n: fixed(ordinal(tongue, n), _POLISH_GENITIVE),
    },
)

_CZECH_DAYS = (
    *("prvního", "druhého", "třetího", "čtvrtého", "pátého", "šestého", "sedmého", "osmého", "devátého", "desátého"),
    *("jedenáctého", "dvanáctého", "třináctého", "čtrnáctého", "patnáctého", "šestnáctého", "sedmnáctého"),
    *("osmnáctého", "devatenáctého", "dvacátého"),
)
_SLOVAK_DAYS = (
    *("prvého", "druhého", "tretieho", "štvrtého", "piateho", "šiesteho", "siedmeho", "ôsmeho", "deviateho"),
    *("desiateho", "jedenásteho", "dvanásteho", "trinásteho", "štrnásteho", "pätnásteho", "šestnásteho"),
    *("sedemnásteho", "osemnásteho", "devätnásteho", "dvadsiateho"),
)


def _day_from(days: tuple[str, ...], thirtieth: str) -> Callable[[Tongue, Date], str]:
    """Dates with the days in the genitive, of which num2words has none: tens and ones are words of their own."""

    def say(tongue: Tongue, date: Date) -> str:
        if date.day <= 20:
            return day_month_year(tongue, date, days[date.day - 1])
        tens = thirtieth if date.day >= 30 else days[19]
        ones = days[date.day % 10 - 1] if date.day % 10 else ""
        return day_month_year(tongue, date, f"{tens} {ones}")

    return say


_HOUR, _CROWN = "f:hodina/hodiny/hodin", "f:koruna/koruny/korun/koruny"

CZECH = Tongue(
    converter="cs",
    minus="minus",
    point="celá",
    dot="tečka",
    groups=" .",
    fixes=(("dvěstě", "dvě stě"),),
    agree={
        "m": ((r"\bjedna$", "jeden"),),
        "f": ((r"\bdva$", "dvě"),),
        "n": ((r"^jedna$", "jedno"), (r"\bdva$", "dvě")),
    },
    plural=czech,
    wholes=noun("f:celá/celé/celých"),
    to="až",
    percent=noun("n:procento/procenta/procent/procenta"),
    units=nouns(
        {
            "km/h": "m:kilometr za hodinu/kilometry za hodinu/kilometrů za hodinu/kilometru za hodinu",
            "km": "m:kilometr/kilometry/kilometrů/kilometru",
            "m": "m:metr/metry/metrů/metru",
            "cm": "m:centimetr/centimetry/centimetrů/centimetru",
            "kg": "m:kilogram/kilogramy/kilogramů/kilogramu",
            "g": "m:gram/gramy/gramů/gramu",
            "°C": "m:stupeň Celsia/stupně Celsia/stupňů Celsia/stupně Celsia",
        }
    ),
    currencies=nouns(
        {
            **{"Kč": _CROWN, "CZK": _CROWN, "€": "n:euro/eura/eur/eura", "EUR": "n:euro/eura/eur/eura"},
            **{"$": "m:dolar/dolary/dolarů/dolaru", "USD": "m:dolar/dolary/dolarů/dolaru"},
        }
    ),
    cents=nouns(dict.fromkeys(("Kč", "CZK"), "m:haléř/haléře/haléřů/haléře"))
    | nouns(dict.fromkeys(("$", "USD", "€", "EUR"), "m:cent/centy/centů/centu")),
    months=(
        *("ledna", "února", "března", "dubna", "května", "června", "července", "srpna", "září", "října"),
        *("listopadu", "prosince"),
    ),
    dated=True,
    day_mark=r"\.",
    date=_day_from(_CZECH_DAYS, "třicátého"),
    clock=lambda tongue, hour, minute, _: (
        fixed(two_numbers(tongue, hour, minute), ((r"^dva\b", "dvě"),))
        if minute
        else hours_and_minutes(tongue, hour, 0, noun(_HOUR))
    ),
)

SLOVAK = Tongue(
    converter="sk",
    minus="mínus",
    point="celých",
    dot="bodka",
    groups=" .",
    # num2words leaves no space behind a million.
    fixes=((r"(mili(?:ón(?:y|ov)?|ard[ay]?|árd))(?=\w)", r"\1 "),),
    agree={"f": ((r"^jeden$", "jedna"), (r"^dva$", "dve")), "n": ((r"^jeden$", "jedno"), (r"^dva$", "dve"))},
    plural=czech,
    wholes=noun("f:celá/celé/celých"),
    to="až",
    percent=noun("n:percento/percentá/percent/percenta"),
    currencies=nouns(
        {
            **{"€": "n:euro/eurá/eur/eura", "EUR": "n:euro/eurá/eur/eura"},
            **{"$": "m:dolár/doláre/dolárov/dolára", "USD": "m:dolár/doláre/dolárov/dolára"},
        }
    ),
    cents=nouns(dict.fromkeys(("$", "USD", "€", "EUR"), "m:cent/centy/centov/centa")),
    months=(
        *("januára", "februára", "marca", "apríla", "mája", "júna", "júla", "augusta", "septembra", "októbra"),
        *("novembra", "decembra"),
    ),
    dated=True,
    day_mark=r"\.",
    date=_day_from(_SLOVAK_DAYS, "tridsiateho"),
    clock=lambda tongue, hour, minute, _: two_numbers(tongue, hour, minute),
)

SLAVIC = {
    "pl": POLISH,
    "cs": CZECH,
    "sk": SLOVAK,
    # num2words calls a milliard "bilion".
    "sr": Tongue(
        converter="sr",
        minus="minus",
        point="zapeta",
        dot="tačka",
        limit=10**9,
        plural=east_slavic,
        percent=noun("-:posto"),
        to="do",
    ),
    "sl": Tongue(
        converter="sl",
        minus="minus",
        point="vejica",
        dot="pika",
        plural=slovene,
        to="do",
        percent=noun("m:odstotek/odstotka/odstotki/odstotkov/odstotka"),
    ),
}
