"""Number words: how numbers are said in English."""

import re
from functools import lru_cache

_LONGEST = 15
"""Digits of the longest number that is said as one: hundreds of trillions; a longer one is an identifier."""


@lru_cache(maxsize=4096)
def cardinal(number: int) -> str:
    """Say 45 as "forty-five", 101 as "one hundred and one"."""
    from num2words import num2words  # a quarter of a second to import

    return str(num2words(number)).replace(",", "")


@lru_cache(maxsize=1024)
def ordinal(number: int) -> str:
    """Say 21 as "twenty-first"."""
    from num2words import num2words

    return str(num2words(number, to="ordinal")).replace(",", "")


def spelled(digits: str) -> str:
    """Say each digit by itself: 007 as "zero zero seven"."""
    return " ".join(cardinal(int(digit)) for digit in digits)


def identifier(written: str) -> str:
    """Say the letters and digits of an identifier one by one."""
    return " ".join(cardinal(int(one)) if one in "0123456789" else one.upper() for one in written if one.isalnum())


def grouped(written: str) -> str:
    """Say the digits of an identifier one by one, with a comma between groups."""
    return ", ".join(spelled(group) for group in re.findall("[0-9]+", written))


def whole(written: str) -> str:
    """Say a whole number; digit by digit where it begins with a zero or is too long to be a number."""
    digits = re.sub("[^0-9]", "", written)
    if len(digits) > _LONGEST or (len(digits) > 1 and digits[0] == "0"):
        return spelled(digits)
    return cardinal(int(digits))


def number(written: str) -> str:
    """Say a number with its decimals: 3.14 as "three point one four"."""
    digits, point, decimals = written.partition(".")
    if not point:
        return whole(digits)
    return f"{whole(digits.lstrip('0') or '0')} point {spelled(decimals)}"


def signed(written: str) -> str:
    """Say a number with its sign."""
    sign = {"-": "minus ", "–": "minus ", "+": "plus ", "±": "plus or minus ", "~": "about "}.get(written[:1], "")
    return sign + number(written.lstrip("-–+±~ "))


def year(number: int) -> str:
    """Say 1999 as "nineteen ninety-nine", 2005 as "two thousand five"."""
    century, rest = divmod(number, 100)
    if number < 1000 or number >= 10_000 or (century % 10 == 0 and rest < 10):
        return cardinal(number) if rest == 0 or number < 1000 else f"{cardinal(number - rest)} {cardinal(rest)}"
    if rest == 0:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {'oh ' * (rest < 10)}{cardinal(rest)}"


def paired(digits: str) -> str:
    """Say the digits of a name in pairs: 747 as "seven forty-seven", 1080 as "ten eighty"."""
    if len(digits) == 4:
        return year(int(digits)) if int(digits) % 1000 else cardinal(int(digits))
    if digits[-2:] == "00":
        return cardinal(int(digits))
    return f"{cardinal(int(digits[:-2]))} {'oh ' * (digits[-2] == '0')}{cardinal(int(digits[-2:]))}"


def plural(words: str) -> str:
    """The plural of a number word: "nineties", "sixes", "two thousands"."""
    if words.endswith("y"):
        return words[:-1] + "ies"
    return words + ("es" if words.endswith("x") else "s")


def is_one(written: str) -> bool:
    """Whether what is counted is in the singular: 1, -1 and 1.0 are, 1.5 and 0 are not."""
    return bool(re.fullmatch(r"[-+]?\s?1", written))
