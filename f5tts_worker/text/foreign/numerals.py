"""Numerals: numbers as a language writes and says them."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

from num2words import num2words

from .chinese import chinese_cardinal
from .plurals import after_two
from .tongue import Noun, Tongue, fixed

LONGEST = 16
"""Digits that are made a number of; no language's limit has more."""

LETTER = "A-Za-z_\u00aa\u00ba\u00c0-\u02af\u0370-\u052f"
"""Scripts whose words a digit belongs to when it touches them; others put numbers beside letters: 第3回, 5개."""

_ARABIC_POINT, _ARABIC_GROUP = "\u066b", "\u066c"
_WIDE = {"\uff0c": ",", "\uff0e": "."}

START = rf"(?<![{LETTER}\d])(?<!\d[.,:/])"
END = rf"(?![{LETTER}\d])"
# A hyphen joins words and numbers, but in Chinese and Japanese, which have none, it is a minus also behind a word.
SIGN = r"(?:(?<![.,:/)%-])(?:(?<!\w)|(?<=[\u3040-\u30ff\u4e00-\u9fff]))[-\u2212])?"


@dataclass(frozen=True)
class Written:
    """A number's parts."""

    negative: bool
    whole: str
    fraction: str
    """Both in ASCII digits."""


@cache
def number_pattern(tongue: Tongue) -> str:
    """A number with or without marks. No part of it is unbounded but for runs of digits, so that no text takes long."""
    point, mark = tongue.decimal, "." if tongue.decimal == "," else ","
    groups = tongue.groups + "\u00a0\u202f\u066c"
    # The marks of other languages are understood where they can be nothing else: 1,234,567 or 1,234.50 in German.
    other = rf"\d{{1,3}}(?:(?:[{point}]\d{{3}}){{2,5}}(?!\d)(?:[{mark}]\d++)?|[{point}]\d{{3}}[{mark}]\d++)"
    grouped = rf"\d{{1,3}}(?:(?:[{groups}]\d{{3}}(?!\d)){{1,5}}|(?:[{mark}]\d{{3}}(?!\d)){{2,5}})"
    grouped += rf"|\d{{1,3}}[{mark}]\d{{3}}(?=[{point}]\d)"
    if tongue.decimal == ".":  # lakhs and crores
        grouped += r"|\d{1,2}(?:,\d\d){1,4},\d{3}(?!\d)"
    marks = point + "\u066b" + (mark if tongue.any_mark else "")
    own = rf"(?:{grouped}|\d++)(?:[{marks}]\d++)?"
    return rf"{SIGN}(?:{other}|{own})(?![.,]?\d)"


def parse(tongue: Tongue, text: str) -> Written:
    """The parts of what number_pattern matched."""
    digits = ascii_digits(text).replace(_ARABIC_POINT, tongue.decimal).replace(_ARABIC_GROUP, "")
    point, mark = tongue.decimal, "." if tongue.decimal == "," else ","
    if tongue.any_mark:
        digits = digits.replace(mark, point)
    if digits.count(point) > 1 or 0 <= digits.find(point) < digits.find(mark):
        point = mark
    whole, _, fraction = digits.lstrip("-\u2212").partition(point)
    return Written(digits[0] in "-\u2212", re.sub(r"\D", "", whole), fraction)


def ascii_digits(text: str) -> str:
    """A text with the digits and wide marks of other scripts as ASCII has them."""
    return "".join(str(unicodedata.decimal(one)) if one.isdecimal() else _WIDE.get(one, one) for one in text)


@cache
def _converted(tongue: Tongue, n: int) -> str:
    if tongue.converter == "zh":
        return chinese_cardinal(n)
    if tongue.hundreds and n in range(1100, 2000, 100):
        return _converted(tongue, n // 100) + tongue.hundreds[0]
    return fixed(str(num2words(n, lang=tongue.converter)), tongue.fixes)


def cardinal(tongue: Tongue, n: int) -> str:
    """A whole number in words."""
    return _converted(tongue, n) if n < tongue.limit else spelled(tongue, str(n))


def year(tongue: Tongue, n: int) -> str:
    """A year in words; so are numbers read that look like one."""
    if not tongue.hundreds or not 1100 < n < 2000 or n % 100 == 0:
        return cardinal(tongue, n)
    return cardinal(tongue, n - n % 100) + tongue.hundreds[1] + cardinal(tongue, n % 100)


@cache
def ordinal(tongue: Tongue, n: int) -> str:
    """num2words' ordinal, which not every language has right."""
    return str(num2words(n, lang=tongue.converter, to="ordinal"))


def gendered_ordinals(masculine: str, feminine: str) -> dict[str, Callable[[Tongue, int], str]]:
    """Ordinals that end in -o and -a: 1.º, 2ª; a degree sign is often written for the º, but not only for that."""
    return {
        rf"\.?{masculine}": ordinal,
        rf"\.?{feminine}": lambda tongue, n: " ".join(f"{word[:-1]}a" for word in ordinal(tongue, n).split()),
    }


def spelled(tongue: Tongue, digits: str) -> str:
    """Digits one by one."""
    return " ".join(_converted(tongue, int(digit)) for digit in digits)


def whole_number(tongue: Tongue, digits: str) -> str:
    """A run of digits in words; a code or a telephone number digit by digit."""
    coded = len(digits) > LONGEST or (digits[0] == "0" and len(digits) > 1)
    return spelled(tongue, digits) if coded else cardinal(tongue, int(digits))


@lru_cache(maxsize=4096)
def read(tongue: Tongue, number: Written, gender: str = "") -> str:
    """A number in words, which end as a noun of the gender wants."""
    if number.fraction:
        said = _decimal(tongue, number)
    else:
        said = fixed(whole_number(tongue, number.whole), tongue.agree.get(gender, ()))
    return f"{tongue.minus} {said}" if number.negative else said


def _decimal(tongue: Tongue, number: Written) -> str:
    fraction, size = number.fraction, len(number.fraction)
    if tongue.wholes:
        whole = counted(tongue, Written(False, number.whole, ""), tongue.wholes)
        if size <= len(tongue.parts):
            return f"{whole} {counted(tongue, Written(False, str(int(fraction)), ''), tongue.parts[size - 1])}"
    else:
        whole = f"{whole_number(tongue, number.whole)} {tongue.point}"
    if tongue.digitwise or size > 3:
        return f"{whole} {spelled(tongue, fraction)}"
    zeros = size - len(fraction.lstrip("0"))
    rest = [cardinal(tongue, int(fraction))] if zeros < size else []
    return " ".join([whole, *[cardinal(tongue, 0)] * zeros, *rest])


@lru_cache(maxsize=4096)
def counted(tongue: Tongue, number: Written, thing: Noun) -> str:
    """A number with what it counts."""
    fraction = bool(number.fraction) and not (tongue.plural is after_two and number.whole in {"0", "1"})
    form = len(thing.forms) - 1 if fraction else tongue.plural(int(number.whole[-15:]))
    said = f"{read(tongue, number, thing.gender)} {thing.forms[min(form, len(thing.forms) - 1)]}"
    return fixed(said, tongue.elide).rstrip()
