"""Quantities: amounts of money, percentages, measures, and the ranges of all of them."""

import re
from collections.abc import Iterable

from ..claims import Rule
from .numerals import END, LETTER, START, Written, counted, number_pattern, parse, read, year
from .tongue import Noun, Tongue, fixed

_DASH = r"[\u00a0 ]?[-\u2013\u2014~\uff5e][\u00a0 ]?"
_GAP = r"[\u00a0\u202f ]?"
_MINUS = r"(?P<minus>(?<![\w.,)])[-\u2212])?"


def quantity_rules(tongue: Tongue) -> tuple[Rule, ...]:
    """Rules for numbers with what they count, those with the most around them first."""
    return (*_money_rules(tongue), *_percent_rules(tongue), *_unit_rules(tongue), *_range_rules(tongue))


def span_pattern(tongue: Tongue) -> str:
    """One number or two with a dash between."""
    number = number_pattern(tongue)
    return rf"{START}(?P<low>{number})(?:{_DASH}(?P<high>{number}))?" if tongue.to else rf"{START}(?P<low>{number})"


def _any_of(signs: Iterable[str]) -> str:
    return "|".join(re.escape(sign) for sign in sorted(signs, key=len, reverse=True))


def _signs(signs: Iterable[str]) -> str:
    """Signs, of which one with a full stop is taken without it where a sentence may end."""
    return _any_of(signs).replace(r"\.", r"\.(?=[,;:)]|[\u00a0 ]?[^\W_A-Z]|\u00a0)")


def _low(tongue: Tongue, match: re.Match[str]) -> str:
    """The first number of a range and the word behind it, if it is one."""
    groups = match.groupdict()
    return f"{read(tongue, parse(tongue, match['low']))} {tongue.to} " if groups.get("high") else ""


def _last(tongue: Tongue, match: re.Match[str]) -> Written:
    return parse(tongue, match.groupdict().get("high") or match["low"])


def _money_rules(tongue: Tongue) -> tuple[Rule, ...]:
    if not tongue.currencies:
        return ()
    span, signs = span_pattern(tongue), _signs(tongue.currencies)
    times = rf"(?:{_GAP}(?P<times>{_any_of(tongue.magnitudes)})(?![{LETTER}]))?" if tongue.magnitudes else ""

    def say(match: re.Match[str]) -> str:
        minus = f"{tongue.minus} " if match.groupdict().get("minus") else ""
        return minus + _low(tongue, match) + _money(tongue, match)

    inner = rf"{span.removeprefix(START)}(?:,[-\u2013\u2014]+)?{times}"
    lead = rf"(?<![{LETTER}$]){_MINUS}"
    # A sign between two numbers belongs to the one that it touches, or else to the one before it.
    behind = "".join(rf"(?<!{re.escape(end)} )" for end in (",-", ",–", *tongue.magnitudes)) + r"(?<!\d )"
    dollars = _any_of(sign for sign in tongue.currencies if re.fullmatch("[A-Z]{3}", sign)) or "(?!)"
    patterns = (
        rf"{lead}\${inner} ?(?P<sign>{dollars})(?![{LETTER}])",  # $5 MXN
        rf"(?<!\d){lead}(?P<sign>{signs})(?=\d){inner}{END}",
        rf"{behind}(?<!\d){lead}(?P<sign>{signs}){_GAP}{inner}{END}",
        rf"{START}{inner}{_GAP}(?P<sign>{signs})(?![{LETTER}])",
        rf"{lead}(?P<sign>{signs}){_GAP}{inner}{END}",
    )
    return tuple(Rule(re.compile(pattern), say) for pattern in patterns)


def _money(tongue: Tongue, match: re.Match[str]) -> str:
    number, sign, times = _last(tongue, match), match["sign"], match.groupdict().get("times")
    thing = tongue.currencies[sign]
    if times:
        many = thing.forms[min(2, len(thing.forms) - 1)]
        said = f"{counted(tongue, number, tongue.magnitudes[times])} {tongue.of_magnitude} {many}"
        return fixed(" ".join(said.split()), tongue.elide)
    if len(number.fraction) != 2:
        return counted(tongue, number, thing)
    if sign not in tongue.cents:
        return counted(tongue, Written(number.negative, number.whole, number.fraction.rstrip("0")), thing)
    return _with_cents(tongue, number, thing, tongue.cents[sign])


def _with_cents(tongue: Tongue, number: Written, thing: Noun, cent: Noun) -> str:
    whole = counted(tongue, Written(number.negative, number.whole, ""), thing)
    if number.fraction == "00":
        return whole
    cents = Written(number.negative and number.whole == "0", number.fraction.lstrip("0"), "")
    if number.whole == "0":
        return counted(tongue, cents, cent)
    named = counted(tongue, cents, cent) if tongue.names_cents else read(tongue, cents)
    return f"{whole} {tongue.and_cents} {named}"


def _percent_rules(tongue: Tongue) -> tuple[Rule, ...]:
    def say(match: re.Match[str]) -> str | None:
        if tongue.percent_first:
            number = _last(tongue, match)
            minus = f"{tongue.minus} " if number.negative else ""
            positive = read(tongue, Written(False, number.whole, number.fraction))
            return f"{minus}{tongue.percent_first} {_low(tongue, match)}{positive}"
        return _low(tongue, match) + counted(tongue, _last(tongue, match), tongue.percent) if tongue.percent else None

    span, sign = span_pattern(tongue), "[%\uff05\u066a]"
    rules = (Rule(re.compile(rf"{span}{_GAP}{sign}"), say),)
    return (*rules, Rule(re.compile(rf"{sign}{_GAP}{span}{END}"), say)) if tongue.percent_first else rules


def _unit_rules(tongue: Tongue) -> tuple[Rule, ...]:
    if not tongue.units:
        return ()

    def say(match: re.Match[str]) -> str:
        return _low(tongue, match) + counted(tongue, _last(tongue, match), tongue.units[match["unit"]])

    pattern = rf"{span_pattern(tongue)}{_GAP}(?P<unit>{_signs(tongue.units)})(?![{LETTER}\d/²³])"
    return (Rule(re.compile(pattern), say),)


def _range_rules(tongue: Tongue) -> tuple[Rule, ...]:
    def say(match: re.Match[str]) -> str | None:
        low, high = parse(tongue, match["low"]), parse(tongue, match["high"])
        rising = len(low.whole) <= 4 and len(high.whole) <= 4 and int(low.whole) < int(high.whole)
        if "-" in match["dash"] and not rising:
            return None
        return f"{_end(tongue, low)} {tongue.to} {_end(tongue, high)}"

    number = number_pattern(tongue)
    # One of three numbers with hyphens is not the end of a range: 555-12-34.
    pattern = rf"(?<!\d-){START}(?P<low>{number})(?P<dash>{_DASH})(?P<high>{number}){END}(?!-\d)"
    return (Rule(re.compile(pattern), say),) if tongue.to else ()


def _end(tongue: Tongue, number: Written) -> str:
    """An end of a range, which may be a year."""
    yearly = len(number.whole) == 4 and not number.fraction and not number.negative and number.whole[0] != "0"
    return year(tongue, int(number.whole)) if yearly else read(tongue, number)
