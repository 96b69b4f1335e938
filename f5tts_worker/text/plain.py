"""Plain: a text as rules read it, without what only a screen shows, and where each of its characters stands."""

import html
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Plain:
    """The characters that rules read."""

    text: str
    places: Sequence[int]
    """Where each of them stands in the caller's text, and where that ends; never falling."""

    def between(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of `text` that stands between two places of the caller's text."""
        return bisect_left(self.places, start), bisect_left(self.places, end)


def as_written(text: str) -> Plain:
    """A text with each of its characters."""
    return Plain(text, range(len(text) + 1))


_ALIKE = {
    "'": "‘’‚‛ʼ′",
    '"': "“”„‟″«»",
    "-": "‐‑−﹣－",
    "–": "‒",
    "—": "―⸺⸻",
    "...": "…",
    " ": "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
    "\n": "\r\v\f\u0085\u2028\u2029",
    "/": "⁄∕",
    "": "\u00ad\u180e\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060"
    "\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff",
}
_FOLDED = {character: plain for plain, characters in _ALIKE.items() for character in characters}

_ODD = re.compile(
    r"""
      &(?:\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8}[0-9]{0,2});  # an HTML entity
    | </?(?:a|b|i|u|p|em|strong|br|div|span|li|ul|ol|h[1-6]|code|pre|small|sub|sup)(?:\ [^<>]{0,300})?\ ?/?>
    | (?:^|(?<=\n))[\ \t]{0,8}(?:\#{1,6}\ |>\ |[•◦▪‣·●○■→⇒*+–—-]\ +(?=\S))  # a heading, a quotation, an item of a list
    | (?:^|(?<=\n))(?:-{3,}|\*{3,}|_{3,}|={3,}|`{3,}\w{0,12})(?=\s|$)
    | (?<![\w*])\*{1,3}(?=[^\s*])(?![*.,)]) | (?<=[^\s*])\*{1,3}(?![\w*])  # **bold**, *it*, a note*
    | (?<![^\W_])_{1,3}(?=[^\W_]) | (?<=[^\W_])_{1,3}(?!\w) | (?<=[.,!?"'])_{1,3}(?!\w)
    | ~~ | `+
    | [^\x20-\x7e\n]
    """,
    re.VERBOSE,
)
_LINK = re.compile(r"!?\[([^\[\]\n]{1,300})\]\((?:https?://|/|\#)[^\s()]{0,500}\)")


LINE_END = "\x1e"
"""Stands behind a line that ends without a mark, and goes on in no other: a heading, an item of a list."""

_LINE = re.compile(r"(?P<last>\S)[^\S\n]*\n\s*(?=\S)")
_MARKED = re.compile(r"[.,;:!?…。，、；：！？/|\\—–-][\"')\]]*$")
_ITEM = re.compile(r"[^\S\n]*(?:[•◦▪‣·●○■→⇒*+–—>-]|\#{1,6}|[0-9]{1,3}[.)])\s")
_GOES_ON = re.compile(
    r"(?<!\w)(?:a|an|and|as|at|because|but|by|for|from|if|in|into|is|my|nor|of|on|or|our|so|than|that|the|their|to|was|"
    r"when|which|who|with|your)$",
    re.IGNORECASE,
)
_WRAPPED_CHARS = 30
"""A line that is longer and goes on with a small letter was broken to fit a screen."""


def plain(text: str) -> Plain:
    """A text without mark-up, with the plain forms of quotes, hyphens, spaces and digits, and its lines' ends."""
    return _with_line_ends(text, _without_markup(text))


def _with_line_ends(text: str, plain: Plain) -> Plain:
    ends = [match.end("last") for match in _LINE.finditer(plain.text) if _is_line_end(text, plain, match)]
    if not ends:
        return plain
    characters: list[str] = []
    places: list[int] = []
    for start, end in pairwise([0, *ends]):
        characters += [plain.text[start:end], LINE_END]
        places += [*plain.places[start:end], plain.places[end - 1]]
    return Plain("".join([*characters, plain.text[ends[-1] :]]), [*places, *plain.places[ends[-1] :]])


def _is_line_end(text: str, plain: Plain, match: re.Match[str]) -> bool:
    """Whether what ends at a line's break is said with a pause behind it."""
    start = match.string.rfind("\n", max(0, match.start() - _WRAPPED_CHARS), match.end("last"))
    line = match.string[max(start + 1, match.start() - _WRAPPED_CHARS) : match.end("last")]
    if _MARKED.search(line):
        return False
    if _ITEM.match(text, text.rfind("\n", 0, plain.places[match.end()]) + 1):
        return True
    is_wrapped = len(line) > _WRAPPED_CHARS and match.string[match.end()].islower()
    return not is_wrapped and not _GOES_ON.search(line)


def _without_markup(text: str) -> Plain:
    characters: list[str] = []
    places: list[int] = []
    done = 0
    for start, end, said in _odd(text):
        characters.append(text[done:start] + said)
        places += [*range(done, start), *[start] * len(said)]
        done = end
    if not characters:
        return as_written(text)
    return Plain("".join([*characters, text[done:]]), [*places, *range(done, len(text) + 1)])


def _odd(text: str) -> list[tuple[int, int, str]]:
    """What is not plain, in order: where it begins and ends, and its plain form."""
    links = [
        edge
        for link in _LINK.finditer(text)
        for edge in ((link.start(), link.start(1), ""), (link.end(1), link.end(), ""))
    ]
    found = [(match.start(), match.end(), _plain_form(match[0])) for match in _ODD.finditer(text)]
    kept: list[tuple[int, int, str]] = []
    for odd in sorted(links + found):
        if not kept or odd[0] >= kept[-1][1]:
            kept.append(odd)
    return kept


def _plain_form(odd: str) -> str:
    if odd.startswith("&"):
        return "".join(map(_plain_character, html.unescape(odd)))
    return _plain_character(odd) if (len(odd) == 1 and not odd.isascii()) or ord(odd[0]) < 32 else ""


def _plain_character(character: str) -> str:
    if character in _FOLDED:
        return _FOLDED[character]
    if unicodedata.category(character) == "Cc":
        return character if character == "\n" else " "
    plain_one = unicodedata.normalize("NFKC", character)
    return plain_one if plain_one.isascii() and plain_one.isalnum() and _is_dressed(character) else character


def _is_dressed(character: str) -> bool:
    """Whether it is a Latin letter or digit in another dress, such as full width, bold or a ligature."""
    return unicodedata.name(character, "").startswith(("FULLWIDTH", "MATHEMATICAL", "LATIN SMALL LIGATURE", "CIRCLED"))
