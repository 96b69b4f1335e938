"""Abbreviations: e.g., No. 5, vs., etc., Inc., w/."""

import re

from ..claims import Rule
from .patterns import alternatives, behind, rule_pattern
from .sentences import full_stop

_BEFORE_NUMBER = {
    "No": "number",
    "no": "number",
    "Nos": "numbers",
    "nos": "numbers",
    "№": "number",
    "Fig": "figure",
    "fig": "figure",
    "Figs": "figures",
    "Vol": "volume",
    "vol": "volume",
    "Ch": "chapter",
    "ch": "chapter",
    "Sec": "section",
    "sec": "section",
    "Art": "article",
    "p": "page",
    "pp": "pages",
    "pg": "page",
    "Ext": "extension",
    "ext": "extension",
    "Apt": "apartment",
    "Ste": "suite",
    "c": "circa",
    "ca": "circa",
    "Ca": "Circa",
    "Rte": "route",
    "rte": "route",
    "Bldg": "building",
    "Ep": "episode",
    "ep": "episode",
    "Eq": "equation",
    "Rm": "room",
}
_ANYWHERE = {
    "e.g": "for example",
    "eg": "for example",
    "i.e": "that is",
    "ie": "that is",
    "vs": "versus",
    "approx": "approximately",
    "dept": "department",
    "govt": "government",
    "est": "established",
    "avg": "average",
    "min": "minimum",
    "max": "maximum",
    "misc": "miscellaneous",
    "incl": "including",
    "excl": "excluding",
    "resp": "respectively",
    "cf": "compare",
    "tel": "telephone",
    "temp": "temperature",
    "qty": "quantity",
    "ref": "reference",
    "viz": "namely",
    "assn": "association",
    "intl": "international",
    "natl": "national",
    "mfg": "manufacturing",
}
_APART = ("for example", "that is", "namely")
_ENDING = {
    "etc": "et cetera",
    "Inc": "Incorporated",
    "Ltd": "Limited",
    "Corp": "Corporation",
    "Co": "Company",
    "Bros": "Brothers",
    "Jr": "Junior",
    "Sr": "Senior",
    "Esq": "Esquire",
    "al": "al",
    "Dept": "Department",
    "Univ": "University",
    "Assn": "Association",
}
_NUMBERED = rule_pattern(
    rf"(?<![\w.])(?P<short>{alternatives(_BEFORE_NUMBER)})(?:\.\ ?|\ (?<=№\ )|(?<=№))(?=\#?[0-9\ue000])"
)
_WORD = rule_pattern(rf"(?<![\w.])(?<![0-9]\ )(?P<short>{alternatives(_ANYWHERE)})\.(?!\w)", re.IGNORECASE)
_UNDOTTED = {"vs": "versus", "approx": "approximately", "etc": "et cetera", "aka": "also known as"}
_BARE = rule_pattern(rf"(?<![\w.])(?P<short>{alternatives(_UNDOTTED)})(?![\w.])")
_VERSUS = rule_pattern(r"(?<=[a-z]\ )v\.?(?=\ [A-Z])")
_LAST = rule_pattern(rf"(?<![\w.])(?P<short>{alternatives(_ENDING)})\.(?!\w)")
_JUNIOR = rule_pattern(r"(?<=[a-z]\ )(?P<short>Jr|Sr)(?![\w.])")
_SLASHED = {"w/o": "without", "w/in": "within", "b/c": "because", "y/o": "years old", "w/": "with"}
_WITH = rule_pattern(r"(?<![\w/])(?:w/o|w/in|b/c|y/o)(?!\w)|(?<![\w/])w/(?=[\ \w])")
_ALSO = rule_pattern(r"(?<![\w.])(?:a/k/a|AKA|a\.k\.a\.)(?!\w)")
_PERIODS = {"yr": "year", "wk": "week", "mo": "month"}
_PERIOD = rule_pattern(
    rf"(?=[ywm]){behind('last|next|this|per|every|each|past')}(?P<short>{alternatives(_PERIODS)})\b\.?"
)
_FEATURING = rule_pattern(r"(?<=[\w)]\ )(?:feat\.|ft\.|Feat\.|Ft\.)(?=\ [A-Z])")


def _last(match: re.Match[str]) -> str:
    return _ENDING[match["short"]] + full_stop(match)


def _spoken(match: re.Match[str]) -> str | None:
    if match["short"].isupper():
        return None
    words = _ANYWHERE[match["short"].lower()]
    comma = "," * (words in _APART and match.string[match.end() : match.end() + 1] == " ")
    return (words.capitalize() if match["short"][0].isupper() else words) + comma


def _period(match: re.Match[str]) -> str:
    return _PERIODS[match["short"]] + full_stop(match)


def _numbered(match: re.Match[str]) -> str:
    return f"{_BEFORE_NUMBER[match['short']]} "


RULES = (
    Rule(_NUMBERED, _numbered),
    Rule(_PERIOD, _period),
    Rule(_FEATURING, lambda match: "featuring"),
    Rule(_WORD, _spoken),
    Rule(_BARE, lambda match: _UNDOTTED[match["short"]]),
    Rule(_VERSUS, lambda match: "versus"),
    Rule(_LAST, _last),
    Rule(_JUNIOR, lambda match: _ENDING[match["short"]]),
    Rule(_WITH, lambda match: _SLASHED[match[0]]),
    Rule(_ALSO, lambda match: "also known as"),
)
