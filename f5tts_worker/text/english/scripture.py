"""Scripture: chapter and verse, John 3:16-18, and books with a number, 1 Corinthians."""

import re

from ..claims import Rule
from .number_words import ordinal, whole
from .patterns import DASH, rule_pattern

_NUMBERED = "Samuel|Kings|Chronicles|Corinthians|Thessalonians|Timothy|Peter|John|Maccabees|Sam|Cor|Thess|Tim|Pet"
_BOOKS = (
    "Genesis|Exodus|Leviticus|Numbers|Deuteronomy|Joshua|Judges|Ruth|Ezra|Nehemiah|Esther|Job|Psalms?|Proverbs|"
    "Ecclesiastes|Isaiah|Jeremiah|Lamentations|Ezekiel|Daniel|Hosea|Joel|Amos|Obadiah|Jonah|Micah|Nahum|Habakkuk|"
    "Zephaniah|Haggai|Zechariah|Malachi|Matthew|Mark|Luke|Acts|Romans|Galatians|Ephesians|Philippians|Colossians|"
    "Titus|Philemon|Hebrews|James|Jude|Revelation|Gen|Ex|Ps|Isa|Matt|Rom|Gal|Eph|Phil|Heb|Rev|Quran|Surah"
)
_VERSE = rule_pattern(
    rf"(?<=[a-z.]\ )(?P<chapter>[0-9]{{1,3}}):(?P<verse>[0-9]{{1,3}})"
    rf"(?:{DASH}(?P<last>[0-9]{{1,3}}))?(?![\w:]|[.,][0-9])"
)
_BOOK = re.compile(rf"\b(?:{_BOOKS}|{_NUMBERED})\.?\s$")
_NUMBERED_BOOK = rule_pattern(rf"(?<![\w.,$-])(?P<number>[123])\ (?=(?:{_NUMBERED})\b)(?!(?:John|Peter)\b(?!\ [0-9]))")


def _verse(match: re.Match[str]) -> str | None:
    if not _BOOK.search(match.string, max(0, match.start() - 16), match.start()):
        return None
    last = f" to {whole(match['last'])}" if match["last"] else ""
    return f"{whole(match['chapter'])} {whole(match['verse'])}{last}"


RULES = (
    Rule(_VERSE, _verse),
    Rule(_NUMBERED_BOOK, lambda match: f"{ordinal(int(match['number'])).title()} "),
)
