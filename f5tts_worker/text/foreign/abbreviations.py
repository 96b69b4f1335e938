"""Abbreviations that stand before names and numbers, and what is said for them."""

import re
from collections.abc import Mapping

from ..claims import Rule

_NUMBER_ES = dict.fromkeys(("n.º", "nº", "n°", "n.°", "núm."), "número")

_BY_LANGUAGE: Mapping[str, Mapping[str, str]] = {
    "de": {
        **{"z. B.": "zum Beispiel", "z.B.": "zum Beispiel", "d. h.": "das heißt", "d.h.": "das heißt"},
        **{"bzw.": "beziehungsweise", "ca.": "circa", "Nr.": "Nummer", "Dr.": "Doktor", "Prof.": "Professor"},
        **{"usw.": "und so weiter", "inkl.": "inklusive"},
    },
    "fr": {
        **dict.fromkeys(("n°", "nº"), "numéro"),
        **{"M.": "monsieur", "MM.": "messieurs", "Mme": "madame", "Mlle": "mademoiselle", "p. ex.": "par exemple"},
    },
    "es": {
        **_NUMBER_ES,
        **{"Sr.": "señor", "Sra.": "señora", "Srta.": "señorita", "Sres.": "señores", "Dr.": "doctor"},
        **{"Dra.": "doctora", "Ud.": "usted", "Uds.": "ustedes", "p. ej.": "por ejemplo", "EE. UU.": "Estados Unidos"},
        **{"EE.UU.": "Estados Unidos", "etc.": "etcétera"},
    },
    "it": {
        **dict.fromkeys(("n.º", "nº", "n°"), "numero"),
        **{"Sig.": "signor", "Sig.ra": "signora", "Dott.": "dottor", "Prof.": "professor", "ecc.": "eccetera"},
    },
    "pt": {
        **_NUMBER_ES,
        **{"Sr.": "senhor", "Sra.": "senhora", "Dr.": "doutor", "Dra.": "doutora", "p. ex.": "por exemplo"},
    },
    "nl": {
        **{"dhr.": "de heer", "mevr.": "mevrouw", "nr.": "nummer", "bijv.": "bijvoorbeeld", "enz.": "enzovoort"},
        **{"ca.": "circa", "dr.": "dokter", "prof.": "professor"},
    },
}


_LAST = frozenset({"usw.", "etc.", "ecc.", "enz."})
"""Those that a sentence often ends with; their point is then the sentence's."""


def abbreviation_rules(base: str) -> tuple[Rule, ...]:
    """Rules for the abbreviations of a language."""
    said = {form: full for short, full in _BY_LANGUAGE.get(base, {}).items() for form in (short, _capital(short))}
    written = "|".join(_pattern(short) for short in sorted(said, key=len, reverse=True))
    pattern = re.compile(rf"(?<![^\W_])(?<![^\W_][.'-])(?P<short>{written})")
    return (Rule(pattern, lambda match: said.get(match[0]) or said[f"{match[0]}."]),) if said else ()


def _capital(short: str) -> str:
    return short[0].upper() + short[1:]


def _pattern(short: str) -> str:
    if short in _LAST:
        return re.escape(short[:-1]) + r"(?:\.(?=[ ]?[^\W_A-ZÄÖÜÁÉÍÓÚ]|,)|(?=\.))"
    return re.escape(short) + (r"(?=[ ]?[^\W_])" if short[-1] in ".º°" else r"\b")
