"""German: ordinals before nouns, days without a year, and halves, as the words around them ask for."""

import re

from ..claims import Rule
from .moments import word_before
from .numerals import START, cardinal, ordinal, year
from .tongue import Tongue

_FEMININE = (
    *("Ausgabe", "Auflage", "Bundesliga", "Ebene", "Etage", "Folge", "Hälfte", "Klasse", "Liga", "Person", "Phase"),
    *("Reihe", "Runde", "Seite", "Sekunde", "Staffel", "Stelle", "Stufe", "Tasse", "Woche", "Stunde", "Minute"),
)
_MASCULINE = (
    *("Band", "Geburtstag", "Gang", "Mann", "Monat", "Platz", "Preis", "Rang", "Satz", "Schritt", "Spieltag", "Stock"),
    *("Tag", "Teil", "Versuch", "Weltkrieg", "Liter", "Meter", "Kilometer", "Teelöffel", "Esslöffel", "Löffel"),
)
_NEUTER = (
    *("Halbjahr", "Jahr", "Jahrhundert", "Jahrtausend", "Kapitel", "Kind", "Mal", "Quartal", "Semester", "Stockwerk"),
    *("Kilo", "Pfund", "Gramm", "Glas"),
)
_STRONG = {**dict.fromkeys(_FEMININE, ""), **dict.fromkeys(_MASCULINE, "r"), **dict.fromkeys(_NEUTER, "s")}
"""Noun -> what an ordinal without an article adds to its -e."""

_WEAK_E = frozenset({"der", "die", "das", "dieser", "diese", "dieses", "jede", "jeder", "jedes", "ins", "eine"})
_WEAK_N = frozenset(
    {
        *("den", "dem", "des", "am", "im", "vom", "zum", "zur", "beim", "ans", "einer", "eines", "einem", "einen"),
        *("diesen", "diesem", "jeden", "jedem", "meinem", "meinen", "meiner", "seinem", "seinen", "seiner", "ihrem"),
        *("ihren", "ihrer", "unserem", "unseren", "unserer", "ihres", "meines", "seines"),
    }
)
_OWN = frozenset({"ein", "mein", "dein", "sein", "ihr", "unser", "kein"})
_DAY_BEFORE = frozenset(
    {
        *(
            "am",
            "vom",
            "zum",
            "bis",
            "ab",
            "seit",
            "den",
            "der",
            "dem",
            "und",
            "oder",
            "montag",
            "dienstag",
            "mittwoch",
        ),
        *("donnerstag", "freitag", "samstag", "sonntag", "datum", "stichtag"),
    }
)
_SENTENCE = "Aber|Auch|Da|Dann|Das|Der|Die|Doch|Du|Ein|Eine|Er|Es|Ich|Ihr|Im|In|Jetzt|Mehr|Nun|So|Sie|Und|Wir|Wer|Was"
"""What begins a sentence more often than it is a noun behind an ordinal."""
_BOTTOMS = frozenset({2, 3, 4, 5, 6, 8, 10})
"""Of fractions; with others it is more often two numbers."""


def german_rules(tongue: Tongue) -> tuple[Rule, ...]:
    """Rules of its own."""

    def counted_noun(match: re.Match[str]) -> str | None:
        ending = _ending(word_before(match), match["noun"])
        return None if ending is None else ordinal(tongue, int(match["n"])) + ending

    def day(match: re.Match[str]) -> str | None:
        month, number, before = int(match["month"]), int(match["day"]), word_before(match)
        if not (1 <= month <= 12 and 1 <= number <= 31 and before in _DAY_BEFORE):
            return None
        ending = "" if before == "der" else "n"
        of_year = f" {year(tongue, int(match['year']))}" if match["year"] else ""
        return f"{ordinal(tongue, number)}{ending} {ordinal(tongue, month)}{ending}{of_year}"

    def fraction(match: re.Match[str]) -> str | None:
        top, bottom = int(match["top"]), int(match["bottom"])
        if match["whole"]:
            return _mixed(tongue, int(match["whole"]), top, bottom)
        return _fraction(tongue, top, bottom, match["noun"])

    behind = rf"(?= (?!(?:{_SENTENCE})\b)(?P<noun>[A-ZÄÖÜ][a-zäöüß]+))"
    # The second point is also the sentence's where that ends.
    ends = r"(?:\.(?: ?(?P<year>(?:1[5-9]|20)\d\d)\b|(?= ?[a-zäöü,–-]))|(?=\.(?![\w.])))"
    measure = rf"(?= (?P<noun>{'|'.join(_STRONG)})\b|)"
    return (
        Rule(re.compile(rf"{START}(?P<n>\d{{1,3}})\.{behind}"), counted_noun),
        Rule(re.compile(rf"{START}(?P<day>\d\d?)\.(?P<month>\d\d?){ends}"), day),
        Rule(
            re.compile(rf"{START}(?:(?P<whole>\d{{1,2}}) )?(?P<top>\d)/(?P<bottom>\d\d?)(?![\w/]|[.,]\d){measure}"),
            fraction,
        ),
    )


def _ending(before: str, noun: str) -> str | None:
    """What an ordinal has behind its -e between two words, None where it is none."""
    strong = _STRONG.get(noun, "n" if noun.removesuffix("s") in _STRONG else None)
    feminine = strong == "" or (strong is None and re.search(r"(?:ung|heit|keit|schaft|ion|tät|ik)$", noun))
    if before in _WEAK_N or (before == "der" and feminine):
        return "n"
    if before in _WEAK_E:
        return ""
    if before in _OWN:
        return strong or ("" if feminine else "r")
    return strong


def _fraction(tongue: Tongue, top: int, bottom: int, noun: str | None) -> str | None:
    if not 0 < top < bottom or bottom not in _BOTTOMS:
        return None
    if bottom > 2:
        return f"{'ein' if top == 1 else cardinal(tongue, top)} {ordinal(tongue, bottom).capitalize()}l"
    if noun is None:
        return "ein halb"
    return f"ein{'e' if noun in _FEMININE else ''} halbe{_STRONG[noun]}"


def _mixed(tongue: Tongue, whole: int, top: int, bottom: int) -> str | None:
    if (top, bottom) == (1, 2):
        return f"{'ein' if whole == 1 else cardinal(tongue, whole)}einhalb"
    part = _fraction(tongue, top, bottom, None)
    return part and f"{cardinal(tongue, whole)} {part}"
