"""Spanish and Portuguese."""

from dataclasses import replace

from .moments import hours_and_minutes, two_numbers, with_first
from .numerals import gendered_ordinals, ordinal
from .tongue import Tongue, fixed, noun, nouns

_CLOCK_ARTICLES = ("la", "las", "los", "una")


def _spanish_clock(tongue: Tongue, hour: int, minute: int, before: str) -> str:
    if not minute:
        return hours_and_minutes(tongue, hour, minute, noun("f:hora/horas"))
    article = "" if before in _CLOCK_ARTICLES or before == "-" else "la" if hour == 1 else "las"
    between = "y" if minute < 10 else ""
    said = fixed(two_numbers(tongue, hour, minute, between), ((r"^(veinti)?uno", r"\1una"),))
    return f"{article} {said}"


SPANISH = Tongue(
    converter="es",
    minus="menos",
    point="coma",
    dot="punto",
    groups=". ",
    fixes=((r"veintiuno (?=mil)", "veintiún "), (r"\buno (?=mil)", "un ")),
    agree={
        "m": ((r"veintiuno$", "veintiún"), (r"\buno$", "un"), (r"(illón|illones)$", r"\1 de")),
        "f": (
            (r"uno$", "una"),
            (r"cientos\b", "cientas"),
            (r"quinientos\b", "quinientas"),
            (r"(illón|illones)$", r"\1 de"),
        ),
    },
    following=(
        (r" (?:\w{3,}as|hora|semana|persona|página|vez|veces|noches?)\b", "f"),
        (r" (?:\w{2,}[oe]s|día|días|año|mes)\b", "m"),
    ),
    to="a",
    percent=noun("n:por ciento"),
    units=nouns(
        {
            **{"km/h": "kilómetro por hora/kilómetros por hora", "km": "kilómetro/kilómetros", "m": "metro/metros"},
            **{"cm": "centímetro/centímetros", "mm": "milímetro/milímetros", "kg": "kilogramo/kilogramos"},
            **{"g": "gramo/gramos", "l": "litro/litros", "L": "litro/litros", "h": "f:hora/horas"},
            **{"°C": "grado Celsius/grados Celsius", "°": "grado/grados", "min": "minuto/minutos"},
        }
    ),
    currencies=nouns(
        {
            **{"€": "euro/euros", "EUR": "euro/euros", "$": "dólar/dólares", "US$": "dólar/dólares"},
            **{"USD": "dólar/dólares", "£": "f:libra/libras", "GBP": "f:libra/libras", "¥": "yen/yenes"},
            **{"MXN": "peso mexicano/pesos mexicanos", "CHF": "franco suizo/francos suizos"},
        }
    ),
    cents=nouns(dict.fromkeys(("€", "EUR"), "céntimo/céntimos"))
    | nouns(dict.fromkeys(("$", "US$", "USD", "MXN"), "centavo/centavos")),
    and_cents="con",
    names_cents=False,
    magnitudes=nouns({"millón": "millón", "millones": "millones", "mil": "mil"}),
    of_magnitude="de",
    months=(
        *("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre"),
        *("noviembre", "diciembre"),
    ),
    date=with_first("uno", "de"),
    clock=_spanish_clock,
    clock_word=r"(?:h\b|horas\b)",
    ordinals={
        r"\.?er\b": lambda tongue, n: fixed(ordinal(tongue, n), ((r"(primer|tercer)o$", r"\1"),)),
        **gendered_ordinals("[º]", "ª"),
    },
)

_TWO = ((r"\bdois$", "duas"), (r"\bum$", "uma"), (r"entos\b", "entas"), (r"(ilhão|ilhões|ilião|iliões)$", r"\1 de"))

PORTUGUESE = Tongue(
    converter="pt",
    minus="menos",
    point="vírgula",
    dot="ponto",
    groups=". ",
    # Commas would be pauses.
    fixes=((",", ""), (r"^um mil\b", "mil")),
    agree={"m": ((r"(ilhão|ilhões|ilião|iliões)$", r"\1 de"),), "f": _TWO},
    following=((r" (?:\w{2,}as|hora|semana|pessoa|vez|vezes|noites?)\b", "f"),),
    to="a",
    percent=noun("n:por cento"),
    units=nouns(
        {
            **{"km/h": "quilómetro por hora/quilómetros por hora", "km": "quilómetro/quilómetros", "m": "metro/metros"},
            **{"cm": "centímetro/centímetros", "mm": "milímetro/milímetros", "kg": "quilograma/quilogramas"},
            **{"g": "grama/gramas", "l": "litro/litros", "L": "litro/litros", "h": "f:hora/horas"},
            **{"°C": "grau Celsius/graus Celsius", "°": "grau/graus", "min": "minuto/minutos"},
        }
    ),
    currencies=nouns(
        {
            **{"€": "euro/euros", "EUR": "euro/euros", "$": "dólar/dólares", "US$": "dólar/dólares"},
            **{"USD": "dólar/dólares", "R$": "real/reais", "BRL": "real/reais", "£": "f:libra/libras"},
            **{"GBP": "f:libra/libras", "¥": "iene/ienes", "CHF": "franco suíço/francos suíços"},
        }
    ),
    cents=nouns(dict.fromkeys(("€", "EUR"), "cêntimo/cêntimos"))
    | nouns(dict.fromkeys(("$", "US$", "USD", "R$", "BRL"), "centavo/centavos")),
    and_cents="e",
    magnitudes=nouns(
        {"milhão": "milhão", "milhões": "milhões", "bilhão": "bilhão", "bilhões": "bilhões", "mil": "mil"}
    ),
    of_magnitude="de",
    months=(
        *("janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro"),
        *("novembro", "dezembro"),
    ),
    date=with_first("um", "de"),
    clock=lambda tongue, hour, minute, _: (
        fixed(
            two_numbers(tongue, hour, minute, "e"),
            ((r"^((?:vinte e )?)um e", r"\1uma e"), (r"^((?:vinte e )?)dois e", r"\1duas e")),
        )
        if minute
        else hours_and_minutes(tongue, hour, minute, tongue.units["h"])
    ),
    clock_mark=":h",
    ordinals=gendered_ordinals("[º°](?!C)", "ª"),
)

_BRAZILIAN = replace(
    PORTUGUESE,
    converter="pt_BR",
    units={
        sign: noun(f"{unit.gender}:" + "/".join(unit.forms).replace("quilóm", "quilôm"))
        for sign, unit in PORTUGUESE.units.items()
    },
    cents=nouns(dict.fromkeys(PORTUGUESE.cents, "centavo/centavos")),
    date=with_first("primeiro", "de"),
)

# Where a point is the decimal mark, as in the United States.
_AMERICAN_SPANISH = replace(SPANISH, decimal=".", groups=", ", point="punto")
_MEXICAN = replace(
    _AMERICAN_SPANISH,
    currencies={**SPANISH.currencies, "$": noun("peso/pesos"), "MX$": noun("peso/pesos"), "MXN": noun("peso/pesos")},
)

_POINTED = ("us", "pr", "gt", "hn", "ni", "sv", "pa", "do", "pe", "419")

IBERIAN = {
    "es": SPANISH,
    "es-mx": _MEXICAN,
    **dict.fromkeys(
        (f"es-{region}" for region in ["us", "pr", "gt", "hn", "ni", "sv", "pa", "do", "pe", "419"]), _AMERICAN_SPANISH
    ),
    "pt": PORTUGUESE,
    "pt-br": _BRAZILIAN,
}
