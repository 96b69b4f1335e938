"""Titles and streets: Dr. Smith, St. Louis, Main St."""

import re

from ..claims import Rule
from .patterns import alternatives, rule_pattern
from .sentences import full_stop

_TITLES = {
    "Mr": "Mister",
    "Mrs": "Missus",
    "Ms": "Miz",
    "Dr": "Doctor",
    "Drs": "Doctors",
    "Prof": "Professor",
    "Rev": "Reverend",
    "Gen": "General",
    "Col": "Colonel",
    "Maj": "Major",
    "Capt": "Captain",
    "Lt": "Lieutenant",
    "Sgt": "Sergeant",
    "Cpl": "Corporal",
    "Pvt": "Private",
    "Adm": "Admiral",
    "Cmdr": "Commander",
    "Sen": "Senator",
    "Rep": "Representative",
    "Gov": "Governor",
    "Pres": "President",
    "Hon": "Honorable",
    "Supt": "Superintendent",
    "St": "Saint",
    "Mt": "Mount",
    "Ft": "Fort",
}
_UNDOTTED = "Mr|Mrs|Ms|Dr|Prof|St|Mt"
_STREETS = {
    "St": "Street",
    "Ave": "Avenue",
    "Blvd": "Boulevard",
    "Rd": "Road",
    "Dr": "Drive",
    "Ln": "Lane",
    "Hwy": "Highway",
    "Pkwy": "Parkway",
    "Ct": "Court",
    "Pl": "Place",
    "Sq": "Square",
    "Ste": "Suite",
    "Apt": "Apartment",
}

_NAME = r"(?=\ (?:\"?[A-Z][\w']|[A-Z]\.))"
_STREET = rule_pattern(
    rf"(?P<before>(?<=\w)\ )(?P<short>{alternatives(_STREETS)})"
    r"(?:\.(?!\w)|(?=,|\s*$|\ (?:and|in|at|on|near|NW|NE|SW|SE|N|S|E|W)\b)|(?<!Dr)(?<!Ct)(?<!Pl)(?=\ [a-z]))"
)
_STREET_NAME = re.compile(r"(?:[A-Z][a-z]+(?:'s)?|[0-9](?:st|nd|rd|th)|\ue000)$")
_TITLE = rule_pattern(
    rf"(?<![\w.&])(?:(?P<always>Mrs?|Ms|Drs?)\.(?=\ (?:\w|&|and\b))"
    rf"|(?P<dotted>{alternatives(_TITLES)})\.{_NAME}|(?P<bare>{_UNDOTTED})(?!\.){_NAME})"
)


def _street(match: re.Match[str]) -> str | None:
    before = match.string[max(0, match.start() - 16) : match.start()]
    if not _STREET_NAME.search(before) or re.match(r"\ [A-Z][a-z]", match.string[match.end() : match.end() + 3]):
        return None
    return f" {_STREETS[match['short']]}{full_stop(match)}"


RULES = (
    Rule(_STREET, _street),
    Rule(_TITLE, lambda match: _TITLES[match["always"] or match["dotted"] or match["bare"]]),
)
