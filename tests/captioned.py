"""Texts with word times, and their captions."""

from dataclasses import replace
from itertools import accumulate

from hypothesis import strategies as st

from f5tts_worker.names import is_voice_name
from f5tts_worker.subtitles import PRESETS, STYLE_PRESETS, CaptionOptions, Captions, make_cues
from f5tts_worker.text.words import split_words
from f5tts_worker.words import Word

STYLES = tuple(STYLE_PRESETS)

# What some format, player or spreadsheet gives a meaning.
MARKS = (
    *(
        "<b>",
        "</i>",
        "<font",
        "color=red>",
        "<c.x>",
        "<00:00:01.000>",
        "a<b",
        "3<5",
        "<",
        ">",
        "<v",
        "Bob>",
        "&",
        "&lt;",
    ),
    *(
        "&amp;",
        "&#65;",
        "-->",
        "--",
        "00:00:01,000",
        "00:01.000",
        "{b}",
        "{\\an8}",
        "{",
        "}",
        "{y:i}",
        "\\N",
        "\\n",
        "\\h",
    ),
    *(
        "\\",
        "\\{",
        "a\\",
        '"',
        '"quoted"',
        "'",
        ",",
        ";",
        "a,b",
        "=1+1",
        "+1",
        "-1",
        "@x",
        "#",
        "7",
        "1234",
        "NOTE",
        "STYLE",
    ),
    *("WEBVTT", "Dialogue:", "[Events]", "Format:", ";x", "!:", "\u200b", "a\u200db", "\u200f", "\u202eabc", "\ufeff"),
    *(
        "שלום",
        "مرحبا",
        "é",
        "e\u0301",
        "नमस्ते",
        "中文。",
        "（日本語）",
        "ー",
        "👩‍👩‍👧",
        "𝕏",
        "🎉",
        "—",
        "«",
        "»",
        "...",
        "ß",
        "ŉ",
    ),
)
SPACES = (" ", "  ", "\n", "\n\n", "\t", "\u2028", "\u2029", "\x85", "\xa0", "\u3000", "\x0b", "\x0c", "\x1c", "\r\n")

_TOKENS = st.one_of(
    st.sampled_from(MARKS),
    st.text("abcdefghij.,!?", min_size=1, max_size=9),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6),
    st.text("x", min_size=40, max_size=50),
)


@st.composite
def texts(draw: st.DrawFn, max_words: int = 40) -> str:
    """A text of at least one word."""
    tokens = draw(st.lists(_TOKENS, min_size=1, max_size=max_words))
    text = "".join(token + draw(st.sampled_from(SPACES)) for token in tokens)
    return text if text.split() else "x"


@st.composite
def timed_texts(draw: st.DrawFn, max_words: int = 40, shortest_ms: int = 1) -> tuple[str, list[Word], int]:
    """A text, its words with times as an aligner gives them, some not spoken, and the length of the audio."""
    text = draw(texts(max_words))
    words, now_ms = [], 0
    for word in split_words(text):
        start_ms = now_ms + draw(st.sampled_from((0, 0, 0, 20, 150, 400, 2_000)))
        now_ms = start_ms + draw(st.one_of(st.just(0), st.integers(shortest_ms, 900), st.just(9_000)))
        words.append(Word(word, start_ms, now_ms, 0.5, "native"))
    return text, words, now_ms + draw(st.integers(1, 3_000))


# What a voice may be called, with whatever a format gives a meaning.
NAMES = (
    *(
        "anna",
        "Bob Miller, Jr.",
        "a,b",
        "a;b",
        '"Q"',
        "<v Bob>",
        "a > b",
        "a --> b",
        "the end --",
        "--",
        "&amp;",
        "R&B",
    ),
    *(
        "{\\an8}",
        "\\N",
        "v.loud",
        "0:00:01.00",
        "👩‍👩‍👧",
        "שלום",
        "中文",
        "a\xa0b",
        "two  blanks",
        "Default",
        "Speaker 2",
        "!",
    ),
)
_SPEAKERS = st.one_of(st.sampled_from(NAMES), st.text(max_size=8).filter(is_voice_name), st.none())


@st.composite
def dialogues(draw: st.DrawFn, max_words: int = 30) -> tuple[str, list[Word], int]:
    """A timed text of several voices, one of them without a name at times; a turn has one word or several."""
    text, words, audio_ms = draw(timed_texts(max_words, shortest_ms=100))
    cast = draw(st.lists(_SPEAKERS, min_size=2, max_size=9, unique=True))
    speaker, spoken = cast[0], []
    for word in words:
        speaker = draw(st.one_of(st.just(speaker), st.sampled_from(cast)))
        spoken.append(replace(word, speaker=speaker))
    return text, spoken, audio_ms + 1_000


def captions_of(text: str, words: list[Word], audio_ms: int, style: str, **options: object) -> Captions:
    """Captions in a style, with its own preset."""
    base = CaptionOptions(style=style, look=PRESETS[STYLE_PRESETS[style]])
    chosen = replace(base, **options)
    return Captions(words, make_cues(words, chosen, audio_ms), chosen, text, audio_ms, "native", 0.9)


def paced(text: str) -> tuple[list[Word], int]:
    """Words at an even pace with pauses behind punctuation; marks alone are not spoken. The audio's length too."""
    texts = split_words(text)
    lengths = [80 + 45 * len(word) if any(map(str.isalnum, word)) else 0 for word in texts]
    gaps = [450 if word[-1] in ".!?" else 200 if word[-1] in ",;:" else 40 for word in texts]
    ends = [*accumulate(length + gap for length, gap in zip(lengths, gaps, strict=True))]
    words = [
        Word(word, end - gap - length, end - gap, 1.0, "native")
        for word, length, gap, end in zip(texts, lengths, gaps, ends, strict=True)
    ]
    return words, ends[-1]


MARKED = (" ".join(MARKS), *paced(" ".join(MARKS)))
"""Text, words and length of a text of all the marks."""
NAMED = (
    " ".join(["yes"] * len(NAMES)),
    [Word("yes", 300 * i, 300 * i + 250, 1.0, "native", name) for i, name in enumerate(NAMES)],
    300 * len(NAMES),
)
"""The same of a text in which everybody has a word."""
