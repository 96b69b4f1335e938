"""Money: $45, €3.5M, 99¢, 45 USD."""

import re

from ..claims import Rule
from .currencies import CODES, NAMED, SIGNS, Currency
from .number_words import is_one, number, whole
from .patterns import BEGIN, DASH, END, NUM, SCALE, alternatives, is_attribute, rule_pattern, scale

_SIGN, _CODE = alternatives(SIGNS), "|".join(CODES)
_SCALE = rf"(?:{SCALE}|\ ?[mMB](?!\w)|(?:[kKT]|mm|MM)(?!\w))"
_TO = rf"(?:{DASH}|\ to\ )"
_BEFORE = rule_pattern(
    rf"""(?<![\w$])(?P<minus>-?)(?P<sign>{_SIGN}|(?:{_CODE})\ ?)\ ?(?P<minus_behind>-?)
    (?P<low>{NUM}(?:,[0-9]{{2}}(?![0-9]))?)(?P<low_scale>{_SCALE})?
    (?:{_TO}(?P<again>(?P=sign))?(?P<high>{NUM})(?P<high_scale>{_SCALE})?)?
    (?P<plus>\+?){END}(?:\ (?:USD|AUD|CAD)\b)?"""
)
_AFTER = rule_pattern(
    rf"""{BEGIN}(?P<minus>-?)(?P<low>{NUM})(?P<low_scale>{_SCALE})?(?:{_TO}(?P<high>{NUM})(?P<high_scale>{_SCALE})?)?
    \ ?(?P<sign>[€£₹₽₺₴₪$]|(?:{_CODE})\b)(?!\w)(?P<again>)(?P<plus>)(?P<minus_behind>)"""
)
_BEHIND = rule_pattern(
    rf"""{BEGIN}(?P<minus>-?)(?P<low>{NUM})(?P<low_scale>{_SCALE})?(?P<high>)(?P<high_scale>)
    \ (?P<sign>[€£₹₽₺₴₪$]|(?<!(?:19|20)[0-9]{{2}}\ )(?:{_CODE}))(?=\ [0-9])(?P<again>)(?P<plus>)(?P<minus_behind>)"""
)
"""A sign between two numbers with spaces is of the first."""
_CENTS = rule_pattern(
    rf"{BEGIN}(?P<number>{NUM})(?:\ ?¢|c(?=\ (?:each|apiece|per|off|only|a\ (?:piece|pop|pound|can|bottle))\b))"
)
_DEAL = rule_pattern(rf"(?<![\w.,/$-])(?P<number>[0-9]{{1,2}})/(?=(?:{_SIGN})[0-9])")
_ALONE = rule_pattern(r"[$€£¥](?=\ (?:sign|symbol|amount|bill|value)s?\b)")
_PERIODS = {"yr": "year", "mo": "month", "wk": "week", "hr": "hour", "h": "hour", "kg": "kilogram", "lb": "pound"}
_PER = rule_pattern(
    rf"(?<=\ue000)\ ?/\ ?(?:(?P<short>{'|'.join(_PERIODS)})\b|"
    r"(?=(?:hour|day|week|month|year|night|person|user|seat|piece)\b))"
)
_SIGNS_ALONE = rule_pattern(r"\${2,}+|\$(?=[A-Za-z])")

_COMMA = re.compile(",(?=[0-9]{2}$)")


def _with_point(figure: str) -> str:
    """A figure written as in much of Europe, 1.234,56, as it is written in English."""
    return figure.replace(".", "").replace(",", ".") if _COMMA.search(figure) else figure


def _money(match: re.Match[str]) -> str:
    currency = NAMED[match["sign"].strip()]
    low, low_scale = _with_point(match["low"]), scale(match["low_scale"])
    high, high_scale = match["high"], scale(match["high_scale"])
    if not high:
        words = _amount(match, currency, low, low_scale)
    elif match["again"]:
        words = f"{_amount(match, currency, low, low_scale)} to {_amount(match, currency, high, high_scale)}"
    else:
        words = f"{number(low)}{low_scale} to {number(high)}{high_scale} {currency.many}"
    return "minus " * bool(match["minus"] or match["minus_behind"]) + words + " plus" * bool(match["plus"])


def _amount(match: re.Match[str], currency: Currency, written: str, scaled: str) -> str:
    units, _, cents = written.partition(".")
    if is_attribute(match) and (scaled or not cents):
        return f"{number(written)}{scaled} {currency.one}"
    is_rate = match["sign"] in CODES and units in ("", "0")
    if scaled or is_rate or not (currency.cent and len(cents) == 2):
        return f"{number(written)}{scaled} {currency.one if is_one(written + scaled) else currency.many}"
    return _with_cents(currency, units or "0", cents)


def _with_cents(currency: Currency, units: str, cents: str) -> str:
    parts = []
    if int(units.replace(",", "")[:20]) or not int(cents):
        parts.append(f"{whole(units)} {currency.one if is_one(units) else currency.many}")
    if int(cents):
        parts.append(f"{whole(cents.lstrip('0'))} {currency.cent if int(cents) == 1 else currency.cents}")
    return " and ".join(parts)


def _say_cents(match: re.Match[str]) -> str:
    return f"{number(match['number'])} {'cent' if is_one(match['number']) else 'cents'}"


RULES = (
    Rule(_ALONE, lambda match: NAMED[match[0]].one),
    Rule(_DEAL, lambda match: f"{number(match['number'])} for "),
    Rule(_BEHIND, _money),
    Rule(_BEFORE, _money),
    Rule(_AFTER, _money),
    Rule(_CENTS, _say_cents),
    Rule(_PER, lambda match: f" per {_PERIODS.get(match['short'], '')}"),
    Rule(_SIGNS_ALONE, lambda match: " "),
)
