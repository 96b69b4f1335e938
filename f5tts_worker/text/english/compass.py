"""Compass: the letters of streets, such as 123 N. Main St. and 5 W 42nd St."""

from ..claims import Rule
from .patterns import rule_pattern

_SIDES = {
    "N": "North",
    "S": "South",
    "E": "East",
    "W": "West",
    "NE": "Northeast",
    "NW": "Northwest",
    "SE": "Southeast",
    "SW": "Southwest",
}
_STREETS = (
    "St|Ave?|Blvd|Rd|Dr|Ln|Hwy|Pkwy|Ct|Pl|Sq|Street|Avenue|Boulevard|Road|Drive|Lane|Highway|Parkway|Court|Place|"
    "Square|Way|Terrace|Circle|Trail|Broadway"
)
_NAME = rf"(?:[A-Z][a-z']{{1,20}}\ |[0-9]{{1,3}}(?:st|nd|rd|th)\ ){{1,3}}(?:{_STREETS})\b"
_SIDE = rule_pattern(
    rf"""(?<![\w.'])(?P<side>[NS][EW]|[NSEW])(?:\.\ ?|\ )(?={_NAME})
    | (?<=[0-9]\ )(?P<numbered>[NS][EW]|[NSEW])(?:\.\ ?|\ )(?=[0-9]{{1,3}}(?:st|nd|rd|th)\b|Broadway\b)"""
)

RULES = (Rule(_SIDE, lambda match: f"{_SIDES[match['side'] or match['numbered']]} "),)
