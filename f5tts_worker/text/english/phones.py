"""Phones: telephone numbers and other digits in groups, said one by one."""

import re

from ..claims import Rule
from .number_words import grouped, spelled, whole
from .patterns import rule_pattern

_SEPARATOR = r"[\ .-]"
_EXTENSION = r"(?:(?P<comma>,?)\ ?(?:ext\.?|extension|x)\ ?(?P<extension>[0-9]{1,6}))?"
_AMERICAN = rule_pattern(
    rf"""(?<![\w.,/-])(?:(?P<plus>\+?)(?P<country>[0-9]{{1,3}}){_SEPARATOR}?)?
    (?:\((?P<area>[0-9]{{3}})\)\ ?|(?P<area2>[0-9]{{3}}){_SEPARATOR})
    (?P<rest>[0-9]{{3}}{_SEPARATOR}[0-9]{{4}}){_EXTENSION}(?![\w/-]|[.,][0-9])"""
)
_ABROAD = rule_pattern(r"(?<![\w.,/-])\+(?P<groups>[0-9]{1,4}(?:[\ .-]?\(?[0-9]{1,5}\)?){1,7})(?![\w/%:]|[.,-][0-9])")
_NATIONAL = rule_pattern(r"(?<![\w.,/-])(?P<groups>\(?0[0-9]{1,5}\)?(?:[\ -][0-9]{2,5}){1,4})(?![\w/%:]|[.,-][0-9])")
_LOCAL = rule_pattern(r"(?<![\w.,/$-])(?P<groups>[2-9][0-9]{2}-[0-9]{4})(?![\w/%-]|[.,][0-9])")
_CARD = rule_pattern(
    r"(?<![\w.,/$-])(?P<groups>[0-9]{4}(?:[\ -][0-9]{4}){2,4}|[0-9]{4}\ [0-9]{6}\ [0-9]{5})(?![\w/%-]|[.,][0-9])"
)
_GROUPS = rule_pattern(r"(?<![\w.,/$-])(?P<groups>[0-9]{1,7}+(?:-[0-9]{1,7}+){2,6}+)(?![\w/%-]|[.,][0-9])")
_WORD = rule_pattern(r"(?<![\w.,/$-])(?P<country>1-)?(?P<area>[0-9]{3})-(?=[A-Z][A-Z-]{2,})")
_ZIP = rule_pattern(r"(?<=\b[A-Z]{2}\ )(?P<groups>[0-9]{5}(?:-[0-9]{4})?)(?![\w-]|[.,][0-9]|\ [a-z]+s\b)")
_ALARM = rule_pattern(r"(?<![\w.,$-])(?<!Porsche\ )911(?![\w-]|[.,][0-9]|\ [a-z]+s\b|\ people\b)")
_EMERGENCY = rule_pattern(
    r"(?P<verb>\b(?:[Cc]all(?:ed|ing)?|[Dd]ial(?:l?ed|l?ing)?|[Tt]ext(?:ed|ing)?|[Pp]hone[d]?|CALL|DIAL)\ )"
    r"(?P<digits>[0-9]{3})(?![\w-]|[.,][0-9])"
)


def _american(match: re.Match[str]) -> str:
    country = f"{'plus ' * bool(match['plus'])}{spelled(match['country'])}, " if match["country"] else ""
    extension = f"{match['comma']} extension {whole(match['extension'])}" if match["extension"] else ""
    return f"{country}{spelled(match['area'] or match['area2'])}, {grouped(match['rest'])}{extension}"


def _abroad(match: re.Match[str]) -> str | None:
    if sum(character.isdigit() for character in match["groups"]) < 8:
        return None
    return f"plus {grouped(match['groups'])}"


def _national(match: re.Match[str]) -> str | None:
    return grouped(match["groups"]) if sum(character.isdigit() for character in match["groups"]) >= 9 else None


def _groups(match: re.Match[str]) -> str:
    return grouped(match["groups"])


def _word(match: re.Match[str]) -> str:
    return f"{'one, ' * bool(match['country'])}{spelled(match['area'])}, "


RULES = (
    Rule(_AMERICAN, _american),
    Rule(_CARD, _groups),
    Rule(_ABROAD, _abroad),
    Rule(_NATIONAL, _national),
    Rule(_LOCAL, _groups),
    Rule(_GROUPS, _groups),
    Rule(_WORD, _word),
    Rule(_ZIP, _groups),
    Rule(_ALARM, lambda match: spelled(match[0])),
    Rule(_EMERGENCY, lambda match: match["verb"] + spelled(match["digits"])),
)
