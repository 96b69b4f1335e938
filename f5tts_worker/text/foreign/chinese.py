"""Chinese: whole numbers as they are read, in simplified characters. num2words has none."""

import re

from ..claims import Rule

_DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")
_MYRIADS = ("", "万", "亿", "万亿")


def chinese_digits(digits: str) -> str:
    """ASCII digits one by one, as of a year: 二零二四."""
    return "".join(_DIGITS[int(digit)] for digit in digits)


def chinese_cardinal(n: int) -> str:
    """A whole number below 10^16: 一百二十三."""
    if n == 0:
        return _DIGITS[0]
    said = ""
    for power in range(3, -1, -1):
        four = n // 10 ** (4 * power) % 10_000
        if four:
            gap = said and four < 1000
            said += ("零" if gap else "") + _four(four, power)
        elif said and not said.endswith("零") and n % 10 ** (4 * power):
            said += "零"
    said = said.replace("零零", "零")
    return said[1:] if said.startswith("一十") else said


def _four(n: int, power: int) -> str:
    said = ""
    for place in range(3, -1, -1):
        digit = n // 10**place % 10
        if digit:
            said += _DIGITS[digit] + _PLACES[place]
        elif said and n % 10**place and not said.endswith("零"):
            said += "零"
    return said + _MYRIADS[power]


_COUNTERS = "个個位名只隻本张張件条條块塊元天年周週岁歲次人家部台辆輛杯瓶碗间間层層倍种種份分点點万萬亿億千克公斤米小"

_CALL = "110|119|120|122|12306|12315|12345|10000|10010|10086"
"""Numbers that everybody knows: the police, the fire brigade, an ambulance, hotlines."""
_CALLED = "打电叫警救线话"
"""How the words for calling end."""


def chinese_rules() -> tuple[Rule, ...]:
    """Rules of its own: years, telephone numbers, fractions, and two of something."""

    def digits(match: re.Match[str]) -> str:
        return chinese_digits("".join(str(int(digit)) for digit in match[1]))

    def fraction(match: re.Match[str]) -> str | None:
        parts, whole = chinese_cardinal(int(match[2])), chinese_cardinal(int(match[1]))
        return f"{parts}分之{whole}" if 0 < int(match[1]) < int(match[2]) else None

    return (
        Rule(re.compile(r"(?<!\d)(?<!\d[.,])((?:1[1-9]|20)\d\d)(?=\s?年(?![前后後]))"), digits),
        Rule(re.compile(r"(?<![A-Za-z\d.,-])(1[3-9]\d{9})(?![\d.,])"), digits),
        Rule(re.compile(rf"(?<![A-Za-z\d.,-])({_CALL})(?=报警|急救|火警|热线|电话|救护)"), digits),
        Rule(
            re.compile(rf"(?:(?<=[{_CALLED}])|(?<=[{_CALLED}][:： 是]))({_CALL})(?![\d.,%A-Za-z]| ?[{_COUNTERS}])"),
            digits,
        ),
        Rule(re.compile(r"(?<![\d.,/])(\d{1,3})/(\d{1,4})(?![\d/])"), fraction),
        Rule(re.compile(rf"(?<![\dA-Za-z第])(?<!\d[.,:/-])2(?= ?[{_COUNTERS}])"), lambda _: "两"),
    )
