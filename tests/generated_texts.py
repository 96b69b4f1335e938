"""Generated texts: what people paste, with tags good and broken, and what somebody sends to see what happens."""

import json
from itertools import accumulate
from typing import Any, TypeVar

from hypothesis import strategies as st
from text_cases import CASES

T = TypeVar("T")

SPEAKERS = ("ann", "Zoë ü 🎙️", "o'neil & söhne (2)")
"""Voices of the library that is asked."""

SENTENCES = tuple(written for cases in CASES.values() for written, _ in cases)

TAGGED = (
    "Wait. [pause 300ms] Now.",
    "[pause: 0.2s]Go on [PAUSE 1] here.",
    'A break <break time="250ms"/> of SSML.',
    "[speed:1.5]Quickly now,[/speed] and slowly.",
    "[speed:0.5]Slow [speed:2]and fast[/speed] again.[/speed]",
    "un[speed:2]believ[/speed]able",
    "One.\n\nTwo.\n \nThree.",
    *(f"[voice:{name}]It is me.[/voice] Who is it?" for name in SPEAKERS),
    "[voice:ann]Say [speed:0.8]it.[/speed][/voice][voice:ann.wav]Again.[/voice]",
)

BROKEN_TAGS = (
    *("[pause]", "[pause 31s]", "[pause -1s]", "[pause 1e3]", "[pause 1", "[pause ٣s]", "[/pause]"),
    *("[pauze 1s]", "[voice:]", "[voice:nobody]x", "[voice:../x]y[/voice]", "[/voice]"),
    *("[voice:ann]never closed", "[voice ann]x", "[speed:9]x[/speed]", "[speed:NaN]x[/speed]"),
    *("[speed:1]x[/voice]", "[spead:1]x[/spead]", "[speed:1][/speed]", "<break/>", '<break time="1h"/>'),
    *('<break time="1s"', "<speak>Hello</speak>", "<b>bold</b>", "<!-- x -->", "<", "[", "]", "[[", "[]"),
    *("[/]", "[/", "[:]", "[a](b)", "[a](javascript:x)", "{x}", "{{", "</", "<>", "a < b > c"),
)

OTHER_SCRIPTS = (
    *(
        "今天天气很好，我们在3月5日见面。",
        "価格は¥1,200です。",
        "안녕하세요 2시 30분",
        "สวัสดีครับ 25 บาท",
        "กำ",
        "สระำอา",
    ),
    *("مرحبا، السعر ٢٥ دولارًا.", "שלום לכולם 12", "नमस्ते, ₹1,00,000", "Привет! 1 000 ₽", "Ελλάδα 3ος"),
    *("ქართული", "Straße für 3,50 €", "1.234,5 km", "le 1er mai à 15h30", "İstanbul ıI", "ﬁne ﬀ Ǆ ß ſ"),
    *("①②③ Ⅷ ½ ㎏ ℡", "𝒻𝒶𝓃𝒸𝓎 𝟙𝟚"),
)

ODD = (
    *("\u200b", "\ufeff", "\u202eabc\u202c", "\u2066x\u2069", "\x00", "\x1b[31m", "\x07", "\r\n", "\u2028"),
    *("\x85", "\t", "👨\u200d👩\u200d👧\u200d👦", "🏳️\u200d🌈", "👍🏽", "🇺🇸", "1️⃣", "\ufe0f", "\u200d", "e\u0301"),
    *("Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯a͗l", "\u0301", "\ue000", "\U000e0041", "\uffff", "\U0010ffff", "\ufdfa", "ﷺ" * 3),
    *("&#0;", "&#x110000;", "&#xD800;", "&nosuch;", "&amp;amp;", "Rs.", "$", "$-1", "$1,2,3", "1/0", "0/0"),
    *("00:00", "99:99", "32/13/2024", "2024-02-31", "1e999", "-0", "+", "1.2.3.4", "v1..2", "€", "5'9\"", "@"),
    *("#", "#1", "..", "…", "!?", "--", "—", "*", "**", "```", "|", "\\", "/", "%", "%s", "{0}", "http://"),
    *("https://a.b/?q=1#x", "a@b", "me@example.com", "www.", "1-800-FLOWERS", "+49 (0)30 123", "IIII"),
    *("MMXXIV", "MCMXCIX.", "0x1F", "1_000", "१२३", "٠", "〇", "二十", "10**30", "9" * 40, "0." + "1" * 60),
    *("9" * 400, "1,000,000,00", "€1.234,56", "$1.2.3", "1'234.50 CHF", "1,2.3,4 %", "-1--1-", "£.5.", "12.345,6-7"),
)

SEPARATORS = (" ", "", "\n", "\n\n", ", ", " - ", "\t", "\u00a0", "\u3000")


def evenly(*choices: st.SearchStrategy[T]) -> st.SearchStrategy[T]:
    """One of them, each as likely as the next; one_of gives as many shares to a choice as it has choices of its own."""
    return st.sampled_from(choices).flatmap(lambda chosen: chosen)


_plain = st.sampled_from([*SENTENCES, *TAGGED, *OTHER_SCRIPTS])
_numbers = st.one_of(st.integers(-(10**14), 10**14).map(str), st.floats(-1e9, 1e9).map(str))
_letters = st.text(st.characters(exclude_characters="[<", exclude_categories=["Cs"]), max_size=8)
_figures = st.text("0123456789.,:/-+$€£%°'\"#&@()xKMBap ", min_size=1, max_size=12)
_words = st.sampled_from(sorted({word for sentence in SENTENCES for word in sentence.split()}))
_odd = evenly(_plain, _words, st.sampled_from(ODD), _letters, _numbers, _figures)
_wild = evenly(_odd, st.sampled_from(BROKEN_TAGS), st.text(max_size=8))


def spoken_texts(max_chars: int = 200) -> st.SearchStrategy[str]:
    """What can be spoken."""
    return st.lists(_plain, min_size=1, max_size=3).map(" ".join).filter(lambda text: len(text) <= max_chars)


def _side_by_side(pieces: st.SearchStrategy[str], max_chars: int) -> st.SearchStrategy[str]:
    """As many as fit."""

    def join(parts: list[str]) -> str:
        lengths = accumulate(map(len, parts))
        return "".join(part for part, length in zip(parts, lengths, strict=True) if length <= max_chars)

    parted = st.builds(str.__add__, pieces, st.sampled_from(SEPARATORS))
    return st.lists(parted, min_size=1, max_size=8).map(join)


def odd_texts(max_chars: int = 200) -> st.SearchStrategy[str]:
    """What can mostly be spoken: whatever people paste, side by side."""
    return _side_by_side(_odd, max_chars)


def wild_texts(max_chars: int = 300) -> st.SearchStrategy[str]:
    """The same with broken tags and broken characters."""
    return _side_by_side(_wild, max_chars)


def repeated_texts(max_chars: int = 20_000) -> st.SearchStrategy[str]:
    """The same again and again: what a pattern that goes back over its tracks would take ages for."""
    pieces = evenly(_wild, st.text(min_size=1, max_size=3)).filter(bool)
    return st.builds(lambda piece, share: piece * max(1, int(max_chars * share / len(piece))), pieces, st.floats(0, 1))


def _entries(texts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"voice": st.sampled_from([*SPEAKERS, "ann.wav"]), "text": texts},
        optional={
            "speed": st.sampled_from([0.3, 1, "1.5", 3.0, None, ""]),
            "pause_after_ms": st.sampled_from([0, 200, "300", 5_000, None]),
        },
    )


def dialogues(max_lines: int = 3) -> st.SearchStrategy[Any]:
    """Lines that can be spoken, as a list or as its JSON."""
    lines = st.lists(_entries(evenly(spoken_texts(100), odd_texts(100))), min_size=1, max_size=max_lines)
    return st.one_of(lines, lines.map(json.dumps))


def wild_dialogues(anything: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Lines that lack parts, have others, or hold what no part may."""
    part = st.sampled_from(["voice", "text", "speed", "pause_after_ms", "txt", "Voice", "", "pause"])
    entry = evenly(_entries(wild_texts(80)), st.dictionaries(part, anything, max_size=4), anything)
    lines = st.lists(entry, max_size=3)
    return evenly(
        lines,
        lines.map(lambda entries: json.dumps(entries)[1:]),
        st.sampled_from([501, 5_000]).map(lambda count: [{"voice": "ann", "text": "No."}] * count),
        anything,
    )


def lexicons() -> st.SearchStrategy[Any]:
    """A few words and how to say them, as an object or as its JSON."""
    words = st.dictionaries(_words, st.sampled_from(["so", "this way", "SEQUEL"]), min_size=1, max_size=4)
    return st.one_of(words, words.map(json.dumps))


def wild_lexicons(anything: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Words that are patterns, blanks, twice the same, or no words."""
    key = evenly(
        st.sampled_from([*ODD, ".*", "(", "a|b", "[", "$^", "ß", "SS", " a  b ", "x" * 61]), st.text(max_size=6)
    )
    return evenly(st.dictionaries(key, evenly(anything, wild_texts(40)), max_size=4), anything)
