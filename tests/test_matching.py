"""Matching: what a recogniser heard, brought to what the caller wrote."""

import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from f5tts_worker.aligners.base import AlignmentError
from f5tts_worker.aligners.matching import (
    GUESSED_SCORE,
    HEARD_OTHERWISE_SCORE,
    MIN_WORD_MS,
    letters,
    match_words,
)
from f5tts_worker.words import Word


def heard(text: str, *, word_ms: int = 300, start_ms: int = 0) -> list[Word]:
    """Words one after another, each of the same length, all sure; a word `_` is a pause."""
    return [
        Word(word, start_ms + i * word_ms, start_ms + (i + 1) * word_ms, 1.0, "google")
        for i, word in enumerate(text.split())
        if word != "_"
    ]


def times(words: list[Word]) -> list[tuple[int, int]]:
    """From and to of each word."""
    return [(word.start_ms, word.end_ms) for word in words]


SAME = {
    "as written": ("the cat sat", "the cat sat"),
    "case and punctuation": ('"The Cat," SAT!', "the cat sat"),
    "accents": ("Café déjà vu", "cafe deja vu"),
    "full width": ("Ｆｕｌｌ ｗｉｄｔｈ", "full width"),
    "apostrophes": ("Don’t it's o'clock", "don't its oclock"),
    "misspelt": ("The colour of this paint", "the color of this paint"),
    "Cyrillic": ("Привет, мир", "привет мир"),
    "Hindi": ("नमस्ते दुनिया।", "नमस्ते दुनिया"),
    "Chinese, a character a word": ("你 好， 世 界。", "你 好 世 界"),
    "the caller's own digits": ("In 1984, 3.5%", "in 1984 3.5%"),
}


@pytest.mark.parametrize(("written", "said"), SAME.values(), ids=SAME)
def test_words_that_were_heard_have_their_times(written: str, said: str) -> None:
    """However a word is written, its time is that of the word that was heard, and its text stays the caller's."""
    words = match_words(written.split(), heard(said))
    assert [word.text for word in words] == written.split()
    assert times(words) == times(heard(said))
    assert all(word.score > 0.6 and word.source == "google" for word in words)


SPLIT = {
    "a compound heard as its parts": ("a state-of-the-art car", "a state of the art car", [300, 1200, 300]),
    "parts heard as a compound": ("a state of the art car", "a stateoftheart car", [300, 115, 47, 69, 69, 300]),
    "Chinese heard in words": ("你 好 世 界", "你好 世界", [150, 150, 150, 150]),
    "a number heard as words": ("it is $45 now", "it is forty five dollars now", [300, 300, 900, 300]),
    "words heard as a number": ("it is forty five dollars now", "it is $45 now", [300, 300, 94, 75, 131, 300]),
    "a sign heard as a word": ("Tom & Jerry", "tom and jerry", [300, 300, 300]),
    "another word": ("the big dog barks", "the large dog barks", [300, 300, 300, 300]),
    "a word too many": ("the dog barks", "the um dog barks", [300, 300, 300]),
}


@pytest.mark.parametrize(("written", "said", "lengths"), SPLIT.values(), ids=SPLIT)
def test_words_take_what_was_heard_in_their_place(written: str, said: str, lengths: list[int]) -> None:
    """Compounds, numbers, signs and misheard words take the time of what was heard where they stand."""
    words = match_words(written.split(), heard(said))
    assert [word.text for word in words] == written.split()
    assert [word.end_ms - word.start_ms for word in words] == lengths
    assert words[-1].end_ms == heard(said)[-1].end_ms


def test_a_score_says_how_a_word_was_found() -> None:
    """Heard words keep the recogniser's score, those heard otherwise have half, those unheard nearly none."""
    said = [Word(word.text, word.start_ms, word.end_ms, 0.8, "google") for word in heard("it costs forty five _ today")]
    words = match_words(["It", "costs", "$45", "only", "today"], said)
    assert [word.score for word in words] == [0.8, 0.8, HEARD_OTHERWISE_SCORE, HEARD_OTHERWISE_SCORE, 0.8]
    words = match_words(["It", "costs", "forty", "five", "only", "today"], said)
    assert [word.score for word in words] == [0.8, 0.8, 0.8, 0.8, GUESSED_SCORE, 0.8]


UNHEARD = {
    "in a gap": ("one two three", "one _ three", [(0, 300), (300, 600), (600, 900)]),
    "two in a gap, by their letters": ("one a bcd two", "one _ two", [(0, 300), (300, 375), (375, 600), (600, 900)]),
    "in a long pause": ("one no two", "one _ _ _ _ two", [(0, 300), (300, 700), (1500, 1800)]),
    "where there is no gap": ("one two three", "one three", [(0, 150), (150, 300), (300, 600)]),
    "at the start": ("so one two", "_ one two", [(100, 300), (300, 600), (600, 900)]),
    "at the start, no gap": ("zzz one two", "one two", [(0, 150), (150, 300), (300, 600)]),
    "at the end": ("one two so", "one two", [(0, 300), (300, 600), (600, 800)]),
}


@pytest.mark.parametrize(("written", "said", "expected"), UNHEARD.values(), ids=UNHEARD)
def test_a_word_that_was_not_heard_is_placed_by_its_length(
    written: str, said: str, expected: list[tuple[int, int]]
) -> None:
    """A word that nobody heard stands between its neighbours, in the gap or, without one, in a neighbour's time."""
    assert times(match_words(written.split(), heard(said))) == expected


def test_what_is_not_spoken_takes_no_time() -> None:
    """An emoji or a dash stands behind the word before it; at the start, before the first."""
    words = match_words(["🎉", "One", "—", "two", "🙂"], heard("one _ two", start_ms=500))
    assert times(words) == [(500, 500), (500, 800), (800, 800), (1100, 1400), (1400, 1400)]


@pytest.mark.parametrize(
    ("written", "said", "says"),
    [
        ("one two three", "", "nothing was heard"),
        ("one two three", "— …", "nothing was heard"),
        ("one two three four", "quick brown fox", "only 0% of the text was heard"),
        ("one a b c d e f g h j", "one zzz", "only 25% of the text was heard"),
        ("🎉 —", "one two", "nothing in the text is spoken"),
    ],
)
def test_another_text_is_refused(written: str, said: str, says: str) -> None:
    """Where less than three tenths of the text were heard, the times would be invented."""
    with pytest.raises(AlignmentError, match=f"^{says}$"):
        match_words(written.split(), heard(said))


def test_no_words_have_no_times() -> None:
    """An empty text has an empty result, whatever was heard."""
    assert match_words([], heard("one two")) == []


def test_a_long_text_takes_no_minutes() -> None:
    """Twenty minutes of a text in which every tenth word was misheard are matched in seconds."""
    text = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in "bdfgklmnprst"] * 6
    said = " ".join("xyz" if i % 10 == 7 else word for i, word in enumerate(text))
    began = time.monotonic()
    words = match_words(text, heard(said))
    assert time.monotonic() - began < 20
    assert times(words) == times(heard(said))


some_words = st.lists(
    st.one_of(
        st.text(min_size=1, max_size=6).map(lambda text: "".join(text.split()) or "x"),
        st.sampled_from(
            ["the", "The,", "$45", "state-of-the-art", "state", "of", "art", "🎉", "—", "你", "好", "five"]
        ),
    ),
    max_size=12,
)
some_times = st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 800)), min_size=12, max_size=12)


@given(written=some_words, said=some_words, at=some_times, ordered=st.booleans())
@settings(max_examples=300, deadline=None)
def test_anything_gives_one_word_each_in_order(
    written: list[str], said: list[str], at: list[tuple[int, int]], ordered: bool
) -> None:
    """Whatever was written and heard, the result is the caller's words, forwards and apart, or an AlignmentError."""
    spans = sorted(at) if ordered else at
    said_words = [
        Word(text, start, start + length, 0.9, "google") for text, (start, length) in zip(said, spans, strict=False)
    ]
    try:
        words = match_words(written, said_words)
    except AlignmentError:
        return
    assert [word.text for word in words] == written
    assert all(0 <= word.start_ms <= word.end_ms and 0 <= word.score <= 1 for word in words)
    assert all(a.end_ms <= b.start_ms for a, b in itertools.pairwise(words))


@given(written=some_words)
@settings(max_examples=100, deadline=None)
def test_what_was_heard_as_written_is_unchanged(written: list[str]) -> None:
    """A text that was heard word for word has the recogniser's own times."""
    spoken = [word for word in written if letters(word)]
    if not spoken:
        return
    said = heard(" ".join("x" for _ in spoken))
    said = [Word(text, word.start_ms, word.end_ms, 1.0, "google") for text, word in zip(spoken, said, strict=True)]
    words = [word for word in match_words(written, said) if letters(word.text)]
    assert times(words) == times(said)
    assert min(word.end_ms - word.start_ms for word in words) >= MIN_WORD_MS
