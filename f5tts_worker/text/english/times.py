"""Times: 3:30pm, 15:00, 10:30:15, 5pm-7pm."""

import re

from ..claims import Rule
from .number_words import cardinal, whole
from .patterns import DASH, rule_pattern
from .sentences import ends_sentence

_HOUR, _MINUTES = r"(?:2[0-4]|1[0-9]|0?[0-9])", r"[0-5][0-9]"
_HALF = r"\ ?(?:[aApP]\.\ ?[mM](?!\w)\.?|[aApP][mM](?!\w))"
_TIME = rf"{_HOUR}:{_MINUTES}"

_RANGE = rule_pattern(
    rf"""(?<![\w.,:/$-])(?P<first>{_HOUR}(?:[:.]{_MINUTES})?)(?P<first_half>{_HALF})?(?:{DASH}|\ to\ )
    (?P<last>{_HOUR}(?:[:.]{_MINUTES})?)(?P<half>{_HALF})"""
)
_OF_DAY = rule_pattern(rf"(?<![\w.,:/$-])(?P<time>{_HOUR}(?:[:.]{_MINUTES})?)(?P<half>{_HALF})")
_SECONDS = rule_pattern(
    rf"(?<![\w.,:/-])(?P<hour>{_HOUR}):(?P<minute>{_MINUTES}):(?P<second>{_MINUTES})(?:\.[0-9]+)?(?P<half>{_HALF})?(?P<zulu>Z?)(?![\w:])"
)
_CLOCK = rule_pattern(
    rf"""(?<![\w.,:/$-])(?P<first>{_TIME})(?:{DASH}(?P<last>{_TIME}))?(?:\ ?(?P<hours>h|hrs|hours)\b)?(?:\ o'clock)?
    (?![\w:]|[.,][0-9])"""
)
_OCLOCK = rule_pattern(r"(?<![\w.,:-])(?P<hour>[0-9]{1,2})(?=\ o'?clock\b)")
_TOOK = re.compile(r"\b(?:took|takes|in|lasted|lasts|for|of|ran|run|time:?|after|is)\s$")
_NOON = rule_pattern(r"(?<=\bnoon)[-–](?=[0-9])|(?<=\bmidnight)[-–](?=[0-9])|(?<=[mM.0-9])[-–](?=(?:noon|midnight)\b)")
_AGO = rule_pattern(r"(?<![\w.,$-])(?P<minutes>[0-9]{1,3})\ ?m(?=\ (?:ago|later)\b)")
_LASTING = rule_pattern(
    r"(?<![\w.,-])(?=[0-9]{1,3}(?:h|m|min)\ ?[0-9]{1,2}[ms])(?:(?P<hour>[0-9]{1,3})h\ ?)?"
    r"(?:(?P<minute>[0-9]{1,3})m(?:in)?\ ?)?(?:(?P<second>[0-9]{1,3})s(?:ec)?)?(?!\w)"
)


def clock(written: str) -> str:
    """Say a time of day without its half: 9:05 as "nine oh five", 15:00 as "fifteen hundred"."""
    hour, _, minute = written.replace(".", ":").partition(":")
    if not int(minute or 0):
        return cardinal(int(hour))
    return f"{cardinal(int(hour))} {'oh ' * (int(minute) < 10)}{cardinal(int(minute))}"


def _on_the_hour(written: str) -> str:
    hour, _, minute = written.partition(":")
    if int(minute):
        return clock(written)
    if int(hour) in (0, 24):
        return "midnight"
    return f"{cardinal(int(hour))} o'clock" if int(hour) <= 12 else f"{cardinal(int(hour) - 12)} P M"


def _half(match: re.Match[str], written: str) -> str:
    """AM or PM as letters; the full stop that ends the sentence stays."""
    at_end = match.end() == match.end("half") and written.endswith(".") and ends_sentence(match)
    return _letters(written) + "." * at_end


def _range(match: re.Match[str]) -> str:
    half = match["first_half"]
    first = clock(match["first"]) + (_letters(half) if half else "")
    return f"{first} to {clock(match['last'])}{_half(match, match['half'])}"


def _letters(written: str) -> str:
    return " " + " ".join(letter for letter in written.upper() if letter in "APM")


def _of_day(match: re.Match[str]) -> str:
    return clock(match["time"]) + _half(match, match["half"])


def _seconds(match: re.Match[str]) -> str:
    hour, minute, second = (int(match[name]) for name in ("hour", "minute", "second"))
    seconds = _many(second, "second")
    if (
        (hour or minute or second)
        and not (match["half"] or match["zulu"])
        and _TOOK.search(match.string[max(0, match.start() - 10) : match.start()])
    ):
        return _duration(hour, minute, second)
    said = f"{cardinal(hour)} {'oh ' * (0 < minute < 10)}{cardinal(minute)} and {seconds}"
    return said + (_half(match, match["half"]) if match["half"] else "") + " U T C" * bool(match["zulu"])


def _clock(match: re.Match[str]) -> str:
    if match["hours"]:
        return f"{clock(match['first'])} {'' if int(match['first'][-2:]) else 'hundred '}hours"
    if match["last"]:
        return f"{_on_the_hour(match['first'])} to {_on_the_hour(match['last'])}"
    if match[0].endswith("clock"):
        return f"{clock(match['first'])} o'clock"
    return _on_the_hour(match["first"])


def _lasting(match: re.Match[str]) -> str:
    parts = [(match[name], name) for name in ("hour", "minute", "second") if match[name]]
    return " ".join(_many(int(written), name) for written, name in parts)


def _duration(hour: int, minute: int, second: int) -> str:
    """Say 3:05:10 as a time that passes."""
    parts = [_many(n, name) for n, name in ((hour, "hour"), (minute, "minute"), (second, "second")) if n]
    return " and ".join([" ".join(parts[:-1])] * (len(parts) > 1) + parts[-1:])


def _many(number: int, name: str) -> str:
    return f"{cardinal(number)} {name}{'s' * (number != 1)}"


RULES = (
    Rule(_LASTING, _lasting),
    Rule(_NOON, lambda match: " to "),
    Rule(_AGO, lambda match: _many(int(match["minutes"]), "minute")),
    Rule(_RANGE, _range),
    Rule(_OF_DAY, _of_day),
    Rule(_SECONDS, _seconds),
    Rule(_CLOCK, _clock),
    Rule(_OCLOCK, lambda match: whole(match["hour"])),
)
