"""espeak: the same samples always, and a place for every word."""

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from f5tts_worker.audio import Audio
from f5tts_worker.espeak import WPM_DEFAULT, WPM_MAX, WPM_MIN, EspeakError, speak, version, voice_for, voices

ENGLISH = voice_for("en") or ""
TEXT = "The quick brown fox jumps over the lazy dog, and the end of the story is near."
SENTENCE = TEXT.split()

VOICES = {
    "en": "gmw/en-US",
    "EN": "gmw/en-US",
    "en-us": "gmw/en-US",
    "en-gb": "gmw/en",
    "en_GB": "gmw/en",
    "en-au": "gmw/en-US",  # espeak has no Australian voice
    "zh": "sit/cmn",
    "zh-tw": "sit/cmn",
    "pt": "roa/pt",
    "pt-br": "roa/pt-BR",
    "pt_BR": "roa/pt-BR",
    "de": "gmw/de",
    "xx": None,
    "xx-yy": None,
}


@pytest.mark.parametrize(("language", "voice"), VOICES.items(), ids=VOICES)
def test_finds_the_voice_of_a_language(language: str, voice: str | None) -> None:
    """A language code has its own voice, else that of its base language, else none."""
    assert voice_for(language) == voice


def test_every_listed_voice_speaks() -> None:
    """Every voice in the list can be chosen, and a good hundred of languages have one."""
    assert len(voices()) > 100
    assert all(speak(["1"], voice).audio.duration_s > 0 for voice in sorted(set(voices().values())))


def test_says_its_version() -> None:
    """The version is that of the library."""
    assert version().startswith("1.")


def test_speaks_the_same_way_always() -> None:
    """The same text gives the same samples, whatever was spoken in between."""
    first = speak(SENTENCE, ENGLISH)
    for words, voice, pace in (
        (["Guten", "Tag."], "gmw/de", 300),
        (SENTENCE, "gmw/en", WPM_DEFAULT),
        ([], ENGLISH, 90),
    ):
        speak(words, voice, pace)
        again = speak(SENTENCE, ENGLISH)
        np.testing.assert_array_equal(again.audio.samples, first.audio.samples)
        assert again.starts_ends == first.starts_ends


def test_speaks_the_same_way_in_threads() -> None:
    """Two threads that speak at the same time do not disturb one another."""
    texts = [SENTENCE, SENTENCE[::-1]]
    alone = [speak(text, ENGLISH).audio.samples for text in texts]
    together = threading.Barrier(2)
    heard: list[list[Audio]] = [[], []]

    def go_on(i: int) -> None:
        together.wait()
        heard[i] = [speak(texts[i], ENGLISH).audio for _ in range(5)]

    threads = [threading.Thread(target=go_on, args=(i,)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(audios) for audios in heard] == [5, 5]
    for i in range(2):
        for audio in heard[i]:
            np.testing.assert_array_equal(audio.samples, alone[i])


SPOKEN = {
    "of the": ["the", "end", "of", "the", "world"],
    "symbols": ["I", "&", "you", "→", "me", "❤", "us"],
    "numbers": ["It", "costs", "$5.20", "or", "1,000", "%"],
    "abbreviations": ["Dr.", "Smith", "vs.", "e.g.", "the", "U.S.A."],
    "emoji": ["Hello", "🙂", "world"],
    "quotes": ['"Hello,"', "(he)", "said,", "'well'", "[done]"],
    "hyphens": ["a", "well-known", "mother-in-law", "—really—", "x/y"],
    "markup": ["<b>bold</b>", "&amp;", "[[h@loU]]", "C:\\dir"],
    "combining": ["cafe\u0301", "nai\u0308ve", "A\u030angstro\u0308m"],
    "same again": ["that", "that", "that", "that", "had", "had"],
    "NUL": ["one", "t\0wo", "three"],
    "zero-width": ["a\u200bb", "\u200bc", "d\u200d"],
    "300 without a comma": ["word"] * 300,
    "200 numbers": ["1234567890", "1999", "42", "7"] * 50,
    "200 short": ["a", "I"] * 100,
}


@pytest.mark.parametrize("words", SPOKEN.values(), ids=SPOKEN)
def test_every_spoken_word_has_its_time(words: list[str]) -> None:
    """Words that are spoken have bounds with sound between them, one behind the other."""
    spoken = speak(words, ENGLISH)
    samples = spoken.audio.samples
    assert len(spoken.starts_ends) == len(words)
    for word, (start, end) in zip(words, spoken.starts_ends, strict=True):
        assert end - start > spoken.audio.rate // 50, word
        assert np.abs(samples[start:end]).max() > 0.01, word
    edges = [edge for bounds in spoken.starts_ends for edge in bounds]
    assert edges == sorted(edges)
    assert edges[-1] <= len(samples)


UNSPOKEN = {
    "dash": ["one", "—", "two"],
    "dots": ["one", "...", "two"],
    "first": ["...", "two"],
    "last": ["one", "…"],
    "alone": ["—"],
    "several": ["-", "—", "...", "one", "?", "…"],
    "none": [],
}


@pytest.mark.parametrize("words", UNSPOKEN.values(), ids=UNSPOKEN)
def test_an_unspoken_word_has_a_place(words: list[str]) -> None:
    """A word of punctuation has an empty stretch between its neighbours."""
    spoken = speak(words, ENGLISH)
    lengths = [end - start for start, end in spoken.starts_ends]
    assert [length > 0 for length in lengths] == [word.isalpha() for word in words]
    edges = [edge for bounds in spoken.starts_ends for edge in bounds]
    assert edges == sorted(edges)
    assert not edges or edges[-1] <= len(spoken.audio.samples)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Z", "Cs"]), min_size=1, max_size=12), max_size=12))
def test_any_words_have_places(words: list[str]) -> None:
    """Whatever the words are, there is a place for each, in order and inside the audio."""
    spoken = speak(words, ENGLISH)
    edges = [edge for bounds in spoken.starts_ends for edge in bounds]
    assert len(edges) == 2 * len(words)
    assert edges == sorted(edges)
    assert not edges or (edges[0] >= 0 and edges[-1] <= len(spoken.audio.samples))


def test_a_pause_belongs_to_no_word() -> None:
    """The silence at a sentence's end is behind the word's end, and the next word's sound is at its start."""
    spoken = speak(["Stop.", "Go."], ENGLISH)
    (_, end), (start, _) = spoken.starts_ends
    rate, samples = spoken.audio.rate, spoken.audio.samples
    assert start - end > 0.2 * rate
    assert np.abs(samples[end:start]).max() < 1e-3
    assert np.abs(samples[start : start + rate // 20]).max() > 1e-3


def test_a_symbol_is_not_part_of_the_word_before() -> None:
    """What is spoken for a symbol is in the symbol's time: the word before ends where it would without it."""
    (_, alone), *_ = speak(["Hello", "world"], ENGLISH).starts_ends
    for symbol in ("&", "🙂", "→"):
        (_, end), *_ = speak(["Hello", symbol, "world"], ENGLISH).starts_ends
        assert end == pytest.approx(alone, rel=0.3), symbol


@pytest.mark.parametrize(
    ("pace", "share"), [(WPM_MIN, 2.1), (WPM_DEFAULT, 1.0), (350, 0.5), (WPM_MAX, 0.4), (WPM_MIN // 2, 2.1)]
)
def test_speaks_at_a_pace(pace: int, share: float) -> None:
    """Twice the words a minute take half the time; below the slowest pace nothing gets slower."""
    usual = speak(SENTENCE, ENGLISH).audio.duration_s
    assert speak(SENTENCE, ENGLISH, pace).audio.duration_s / usual == pytest.approx(share, rel=0.15)


def test_refuses_a_voice_that_it_does_not_have() -> None:
    """An unknown voice is an error that names it, and the next text is spoken all the same."""
    with pytest.raises(EspeakError, match="no voice nowhere/xx"):
        speak(["Hello"], "nowhere/xx")
    assert speak(["Hello"], ENGLISH).audio.duration_s > 0.2
