"""French, Italian, Romanian and Catalan."""

from dataclasses import replace

from .moments import hours_and_minutes, two_numbers, with_first
from .numerals import gendered_ordinals, ordinal
from .plurals import after_two, romanian
from .tongue import Tongue, fixed, noun, nouns


def _french_ordinal(tongue: Tongue, n: int) -> str:
    return ordinal(tongue, n).replace("vingtsième", "vingtième").replace("centsième", "centième")


FRENCH = Tongue(
    converter="fr",
    minus="moins",
    point="virgule",
    dot="point",
    groups=" ",
    # num2words has them wrong for Switzerland and Belgium.
    fixes=((r"\bun (\w+illi(?:on|ard))s\b", r"un \1"), (r"\bun (millions|milliards)\b", "un million")),
    agree={
        "m": ((r"(illi(?:on|ard)s?)$", r"\1 de"),),
        "f": ((r"\bun$", "une"), (r"(illi(?:on|ard)s?)$", r"\1 de")),
    },
    following=((r" (?:heure|minute|seconde|semaine|année|fois|personne|page|question|nuit|journée)s?\b", "f"),),
    elide=((r"\bde (?=[aeiouy])", "d'"),),
    plural=after_two,
    to="à",
    percent=noun("-:pour cent"),
    units=nouns(
        {
            **{"km/h": "kilomètre à l'heure/kilomètres à l'heure", "km": "kilomètre/kilomètres", "m": "mètre/mètres"},
            **{"cm": "centimètre/centimètres", "mm": "millimètre/millimètres", "kg": "kilogramme/kilogrammes"},
            **{"g": "gramme/grammes", "l": "litre/litres", "L": "litre/litres", "h": "f:heure/heures"},
            **{"°C": "degré Celsius/degrés Celsius", "°": "degré/degrés", "min": "f:minute/minutes"},
        }
    ),
    currencies=nouns(
        {
            **{"€": "euro/euros", "EUR": "euro/euros", "$": "dollar/dollars", "USD": "dollar/dollars"},
            **{"£": "f:livre/livres", "GBP": "f:livre/livres", "¥": "yen/yens", "CHF": "franc suisse/francs suisses"},
        }
    ),
    cents=nouns(dict.fromkeys(("€", "EUR", "CHF"), "centime/centimes") | {"$": "cent/cents", "USD": "cent/cents"}),
    names_cents=False,
    magnitudes=nouns({"million": "million", "millions": "millions", "milliard": "milliard", "milliards": "milliards"}),
    of_magnitude="de",
    months=(
        *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre"),
        *("novembre", "décembre"),
    ),
    date=with_first("premier"),
    clock=lambda tongue, hour, minute, _: hours_and_minutes(tongue, hour, minute, tongue.units["h"]),
    clock_mark=":h",
    ordinals={
        r"(?:er|ᵉʳ)\b": _french_ordinal,
        r"(?:re|ère)\b": lambda tongue, n: "première" if n == 1 else _french_ordinal(tongue, n),
        r"(?:e|è|ème|ᵉ)\b": _french_ordinal,
    },
)

ITALIAN = Tongue(
    converter="it",
    minus="meno",
    point="virgola",
    dot="punto",
    fixes=((r"(ilion[ei]|iliard[oi]) e ", r"\1 "),),
    agree={
        "vowel": ((r"^uno$", "un'"),),
        "m": ((r"^uno$", "un"), (r"(ilion[ei]|iliard[oi])$", r"\1 di")),
        "f": ((r"^uno$", "una"), (r"(ilion[ei]|iliard[oi])$", r"\1 di")),
    },
    following=(
        (r" ora\b", "vowel"),
        (r" (?:settimana|persona|volta|pagina|notte)\b", "f"),
        (r" (?:giorno|minuto|secondo|anno|mese|euro|dollaro|chilometro|metro|chilo|litro)\b", "m"),
    ),
    to="a",
    percent=noun("n:per cento"),
    units=nouns(
        {
            **{"km/h": "chilometro all'ora/chilometri all'ora", "km": "chilometro/chilometri", "m": "metro/metri"},
            **{"cm": "centimetro/centimetri", "mm": "millimetro/millimetri", "kg": "chilogrammo/chilogrammi"},
            **{"g": "grammo/grammi", "l": "litro/litri", "L": "litro/litri", "h": "f:ora/ore"},
            **{"°C": "grado Celsius/gradi Celsius", "°": "grado/gradi", "min": "minuto/minuti"},
        }
    ),
    currencies=nouns(
        {
            **{"€": "euro/euro", "EUR": "euro/euro", "$": "dollaro/dollari", "USD": "dollaro/dollari"},
            **{"£": "f:sterlina/sterline", "GBP": "f:sterlina/sterline", "¥": "yen/yen"},
            **{"CHF": "franco svizzero/franchi svizzeri"},
        }
    ),
    cents=nouns(dict.fromkeys(("€", "EUR", "$", "USD", "CHF"), "centesimo/centesimi")),
    and_cents="e",
    names_cents=False,
    magnitudes=nouns({"milione": "milione", "milioni": "milioni", "miliardo": "miliardo", "miliardi": "miliardi"}),
    of_magnitude="di",
    months=(
        *("gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre"),
        *("novembre", "dicembre"),
    ),
    date=with_first("primo"),
    clock=lambda tongue, hour, minute, _: fixed(two_numbers(tongue, hour, minute, "e"), ((r"^uno\b", "una"),)),
    ordinals=gendered_ordinals("[º°](?!C)", "ª"),
)

ROMANIAN = Tongue(
    converter="ro",
    minus="minus",
    point="virgulă",
    dot="punct",
    groups=". ",
    agree={
        "m": ((r"^unu$", "un"),),
        "f": ((r"^unu$", "o"), (r"\bunu$", "una"), (r"\bdoi$", "două"), (r"\bdoisprezece$", "douăsprezece")),
        "n": ((r"^unu$", "un"), (r"\bdoi$", "două"), (r"\bdoisprezece$", "douăsprezece")),
    },
    plural=romanian,
    to="până la",
    percent=noun("-:la sută"),
    units=nouns(
        {
            "km/h": "m:kilometru pe oră/kilometri pe oră/de kilometri pe oră/kilometri pe oră",
            "km": "m:kilometru/kilometri/de kilometri/kilometri",
            "m": "m:metru/metri/de metri/metri",
            "cm": "m:centimetru/centimetri/de centimetri/centimetri",
            "kg": "n:kilogram/kilograme/de kilograme/kilograme",
            "g": "n:gram/grame/de grame/grame",
            "°C": "n:grad Celsius/grade Celsius/de grade Celsius/grade Celsius",
        }
    ),
    currencies=nouns(
        {
            **{"€": "m:euro/euro/de euro/euro", "EUR": "m:euro/euro/de euro/euro"},
            **{"$": "m:dolar/dolari/de dolari/dolari", "USD": "m:dolar/dolari/de dolari/dolari"},
            **{
                "lei": "m:leu/lei/de lei/lei",
                "leu": "m:leu/lei/de lei/lei",
                "RON": "m:leu/lei/de lei/lei",
                "£": "f:liră/lire/de lire/lire",
            },
        }
    ),
    cents=nouns(dict.fromkeys(("lei", "RON"), "m:ban/bani/de bani/bani"))
    | nouns(dict.fromkeys(("€", "EUR", "$", "USD"), "m:cent/cenți/de cenți/cenți")),
    and_cents="și",
    months=(
        *("ianuarie", "februarie", "martie", "aprilie", "mai", "iunie", "iulie", "august", "septembrie", "octombrie"),
        *("noiembrie", "decembrie"),
    ),
    date=with_first("întâi"),
    clock=lambda tongue, hour, minute, _: fixed(
        two_numbers(tongue, hour, minute, "și"),
        ((r"^doi\b", "două"), (r"^(douăzeci și )doi\b", r"\1două"), (r"^doisprezece", "douăsprezece")),
    ),
)

CATALAN = Tongue(
    converter="ca",
    minus="menys",
    point="coma",
    dot="punt",
    to="a",
    percent=noun("-:per cent"),
    currencies=nouns({"€": "euro/euros", "$": "dòlar/dòlars"}),
)

ROMANCE = {
    "fr": FRENCH,
    "fr-ch": replace(FRENCH, converter="fr_CH", groups=" '’", any_mark=True),
    "fr-be": replace(FRENCH, converter="fr_BE"),
    "it": ITALIAN,
    "it-ch": replace(ITALIAN, groups="'’", any_mark=True),
    "ro": ROMANIAN,
    "ca": CATALAN,
}
