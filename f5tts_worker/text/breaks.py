"""Breaks: how well a text can be parted at a place, and the cheapest way through all of its places."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from math import inf

# What a break costs: nothing behind a sentence, most where it would split what belongs together.
AFTER_SENTENCE, AFTER_CLAUSE, ANYWHERE, NEVER = 0.0, 1.0, 4.0, 20.0
AFTER_SHORT = 5.5  # of, and, the, un, der: in many languages short words lean on the next one

_SENTENCE_END = frozenset(".!?…‼⁇⁈⁉‽。！？．｡։؟۔।॥።፧။។៕།༎᠃")
_CLAUSE_END = frozenset(",;:–—―，、；：､،؛՝፣፤፥၊")
_DASH = re.compile(r"(?:^|\s|-)-$")
_NO_START = re.compile("[ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ々ゝゞヽヾ]")  # kinsoku: never first on a line
_BULLETS = frozenset("•‣▪◦")

# Abbreviations, by what makes their full stop no sentence's end.
_BEFORE_NAME = re.compile(
    "mr|mrs|ms|messrs|dr|prof|st|ste|mt|ft|rev|hon|gen|col|maj|capt|cmdr|lt|sgt|cpl|gov|sen|rep|pres|supt|insp"
    "|mme|mlle|sra|srta|dra|dott|sig|hr|fr|nr|vs|cf|ca|bzw|approx"
)
_BEFORE_NUMBER = re.compile(
    "no|nos|nr|núm|n|vol|vols|p|pp|pg|fig|figs|art|sec|ch|chap|eq|op|ver|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct"
    "|nov|dec"
)
_BEFORE_SMALL = re.compile("etc|inc|ltd|co|corp|bros|jr|sr|al|dept|est|ave|blvd|rd|min|max|usw|ff|resp")

_DOTTED = re.compile(r"(?:^|[^\w.])((?:[^\W\d_]++\.)+)$")  # letters with a full stop behind them: Dr. U.S. z.B.
_FIRST_WORD = re.compile(r"\W*(\w++)(\.?)")
_STARTERS = re.compile(
    "a|after|all|an|and|as|at|but|for|from|he|her|here|his|how|however|i|if|in|it|its|many|my|no|nobody|now|on"
    "|one|our|she|so|some|that|the|their|then|there|these|they|this|those|to|we|what|when|where|who|why|yes|you"
    "|your"
)


def break_cost(before: str, after: str) -> float:
    """The cost of a break between two words, or lines of them."""
    if _belongs_before(before, after) or _opens(before) or _is_abbreviation(before, after):
        return NEVER
    mark = _last_mark(before)
    if mark in _SENTENCE_END:
        return AFTER_CLAUSE if _goes_on(after) else AFTER_SENTENCE  # "Why?" he asked
    if mark or _DASH.search(before) or after[0] in _BULLETS:
        return AFTER_CLAUSE
    return ANYWHERE if len(before.rsplit(maxsplit=1)[-1]) > 3 else AFTER_SHORT


def ends_sentence(word: str) -> bool:
    """Whether a sentence may end with this word."""
    return _last_mark(word) in _SENTENCE_END


def _last_mark(word: str) -> str:
    """The last sentence's or clause's mark behind the last letter or digit; quotes and brackets may follow it."""
    for char in reversed(word):
        if char in _SENTENCE_END or char in _CLAUSE_END:
            return char
        if char.isalnum():
            break
    return ""


def _goes_on(after: str) -> bool:
    match = _FIRST_WORD.match(after)
    return match is not None and match[1][0].islower()


def _belongs_before(before: str, after: str) -> bool:
    """Whether what follows is a mark or a picture by itself, which stays with the word before it."""
    if _NO_START.match(after):
        return True
    mark, kind = after.split(maxsplit=1)[0], unicodedata.category(after[0])
    if any(map(str.isalnum, mark)):
        return False
    if kind == "Pd":
        return not ends_sentence(before)  # behind a sentence it opens what somebody else says
    return kind in ("Pe", "Pf", "So") or after[0] in _SENTENCE_END or after[0] in _CLAUSE_END


def _opens(before: str) -> bool:
    """Whether a bracket, a quotation mark or a bullet stands alone, before what it opens."""
    alone = len(before) == 1 or before[-2].isspace()
    return alone and (unicodedata.category(before[-1]) in ("Ps", "Pi") or before[-1] in _BULLETS)


def _is_abbreviation(before: str, after: str) -> bool:
    """Whether the full stop belongs to an abbreviation that leans on what follows."""
    dotted, following = _DOTTED.search(before), _FIRST_WORD.match(after)
    if dotted is None or following is None:
        return False
    written, first = dotted[1][:-1], following[1]
    word = written.casefold()
    if first[0].isdigit():
        return bool(_BEFORE_NUMBER.fullmatch(word) or _BEFORE_NAME.fullmatch(word))
    if _BEFORE_SMALL.fullmatch(word):
        return first[0].islower()
    letters = written.split(".")
    initials = max(map(len, letters)) <= 2 if len(letters) > 1 else len(written) == 1 and written.isupper()
    starts = bool(first[0].isupper() and _STARTERS.fullmatch(first.casefold()) and not following[2])
    return bool((initials and written != "I") or _BEFORE_NAME.fullmatch(word)) and not starts  # So am I. Bob too.


def cheapest_ends(count: int, cost: Callable[[int, int], float | None]) -> list[int]:
    """Ends of the stretches that `count` things are divided into, the last of which is `count`.

    `cost` of (start, end) is None where a stretch is too long; then all longer ones are, and a single one never is.
    """
    best, start_of = [0.0, *[inf] * count], [0] * (count + 1)
    for start in range(count):
        for end in range(start + 1, count + 1):
            price = cost(start, end)
            if price is None:
                break
            if best[start] + price < best[end]:
                best[end], start_of[end] = best[start] + price, start
    ends = []
    while count:
        ends.append(count)
        count = start_of[count]
    return ends[::-1]


def cheapest_places(costs: Sequence[float], width: Callable[[int, int], int], grain: int) -> list[int]:
    """Of the places behind each thing the cheapest in every stretch of `grain`, and those beside longer things.

    Divisions are then looked for among fewer places: 20,000 letters take no longer than 20,000 words.
    """
    places: list[int] = []
    start = 0
    for end in range(1, len(costs) + 1):
        while end - start > 1 and width(start, end) > grain:
            start = min(range(end - 1, start, -1), key=lambda place: costs[place - 1])
            places.append(start)
    return [*places, len(costs)]
