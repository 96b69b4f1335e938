"""Engine preview: exact word times, lines, and what it cannot speak."""

import threading
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spoken import Spoken, plan_text, speak

from f5tts_worker.engines import Line, SpeechOptions, Take
from f5tts_worker.engines.preview import LINE_CHARS, NO_CLONING, PreviewEngine
from f5tts_worker.errors import Cancelled, InvalidInput
from f5tts_worker.reference import Reference
from f5tts_worker.text.words import split_words

ENGINE = PreviewEngine()
SENTENCE = "Some people read aloud to learn a text, and others read aloud to be heard."
LONG = " ".join(f"{SENTENCE} Sentence {i} of many — or “few”." for i in range(20))


def _speak(text: str, *, speed: float = 1.0, **options: Any) -> Spoken:
    return speak(ENGINE, text, options=SpeechOptions(**options), speed=speed)


def _take(text: str, *, reference: Reference | None = None, speed: float = 1.0, seed: int = 1, **options: Any) -> Take:
    line = Line(text, reference, speed, seed)
    ((_, take),) = ENGINE.speak([line], SpeechOptions(**options), threading.Event())
    return take


TEXTS = {
    "a word": ("Hello", {}),
    "a sentence": (SENTENCE, {}),
    "white space": (" One\n\n two\tthree\u00a0four ", {}),
    "several chunks": (LONG, {}),
    "several chunks, fast": (LONG, {"speed": 2.5}),
    "several chunks, slow, Portuguese": (
        "Ninguém falou durante a primeira hora da viagem. " * 20,
        {"language": "pt-br"},
    ),
    "no full stops": ("and then another word " * 60, {}),
    "a word of several chunks": ("你好世界，我很好。今天天气很好！" * 60 + " 再见。", {"language": "zh"}),
    "a very long word": ("xyz" * LINE_CHARS + " and more", {}),
    "symbols between": ("One — two & three 🙂 ... four ?! five", {}),
}


@pytest.mark.parametrize(("text", "options"), TEXTS.values(), ids=TEXTS)
def test_every_word_has_its_time(text: str, options: dict[str, Any]) -> None:
    """The words are those that captions show, in order, inside the audio, certain, and speech is at 24 kHz."""
    speech = _speak(text, **options)
    assert speech.words is not None
    assert [word.text for word in speech.words] == split_words(text)
    edges = [edge for word in speech.words for edge in (word.start_ms, word.end_ms)]
    assert edges == sorted(edges)
    assert edges[0] >= 0
    assert edges[-1] <= speech.audio.duration_s * 1000 + 0.5  # rounded to ms
    assert {(word.score, word.source) for word in speech.words} == {(1.0, "native")}
    assert speech.audio.rate == 24_000
    assert speech.audio.samples.dtype == np.float32
    assert np.abs(speech.audio.samples).max() <= 1
    assert speech.warnings == [NO_CLONING]


PIECES = st.sampled_from(
    ["Hello", "world.", "of", "the", "—", "…", "🙂", "3.14", "“Yes!”", "你好。世界", "re-do", "\u200b"]
)


@settings(max_examples=30, deadline=None)
@given(st.lists(PIECES, max_size=30).map(" ".join), st.lists(PIECES, max_size=200).map("\n".join))
def test_any_text_has_its_times(text: str, more: str) -> None:
    """Whatever the text, there is a time for each word, in order and inside the audio."""
    speech = _speak(f"Well, {text} {more}")
    assert speech.words is not None
    assert [word.text for word in speech.words] == split_words(f"Well, {text} {more}")
    edges = [edge for word in speech.words for edge in (word.start_ms, word.end_ms)]
    assert edges == sorted(edges)
    assert edges[-1] <= speech.audio.duration_s * 1000 + 0.5  # rounded to ms


LINES = {
    "a sentence": SENTENCE,
    "white space": " One\n\n two\tthree\u00a0four ",
    "symbols between": "One — two & three 🙂 ... four ?! five",
    "Chinese": "你好世界，我很好。 再见。",
}


@pytest.mark.parametrize("text", LINES.values(), ids=LINES)
def test_a_line_has_the_times_of_its_words(text: str) -> None:
    """Those of what white space separates, in order, inside the take."""
    take = _take(text)
    assert take.words is not None
    assert [word.text for word in take.words] == text.split()
    edges = [edge for word in take.words for edge in (word.start_ms, word.end_ms)]
    assert edges == sorted(edges)
    assert edges[-1] <= take.audio.duration_s * 1000 + 0.5


@pytest.mark.parametrize("speed", [0.5, 1.0, 1.7, 3.0])
def test_a_line_lasts_about_as_long_as_expected(speed: float) -> None:
    """What a plan tells of an English text is what it takes, within a quarter."""
    expected = ENGINE.measure(None, speed).seconds(SENTENCE)
    assert _take(SENTENCE, speed=speed).audio.duration_s == pytest.approx(expected, rel=0.25)


def test_times_do_not_drift() -> None:
    """In the last of many chunks there still is sound where words are, and none between sentences."""
    speech = _speak("Stop now. " * 200)
    assert speech.words is not None
    assert speech.audio.duration_s > 100
    for word, following in pairwise(speech.words[-20:]):
        assert speech.audio.slice_ms(word.start_ms, word.end_ms).levels_db.max() > -30
        if word.text == "now.":
            assert following.start_ms - word.end_ms > 100
            assert speech.audio.slice_ms(word.end_ms + 10, following.start_ms - 10).levels_db.max() < -60


def test_speaks_lines_in_their_order() -> None:
    """Each line once, from the first to the last; what is spoken already is left out, and changes no other."""
    lines = plan_text(ENGINE, LONG).lines(1)
    assert len(lines) > 3
    takes = dict(ENGINE.speak(lines, SpeechOptions(), threading.Event()))
    assert list(takes) == list(range(len(lines)))
    rest = dict(ENGINE.speak(lines, SpeechOptions(), threading.Event(), {0, 2}))
    assert list(rest) == [1, *range(3, len(lines))]
    for i, take in rest.items():
        np.testing.assert_array_equal(take.audio.samples, takes[i].audio.samples)


@pytest.mark.parametrize("last", [0, 1, 2])
def test_stops_between_lines(last: int) -> None:
    """Once it is told to stop, no further line is spoken."""
    stop = threading.Event()
    takes = ENGINE.speak(plan_text(ENGINE, LONG).lines(1), SpeechOptions(), stop)
    assert [next(takes)[0] for _ in range(last)] == list(range(last))
    stop.set()
    with pytest.raises(Cancelled, match="send it again"):
        next(takes)


@pytest.mark.parametrize(("speed", "length"), [(0.5, 2.0), (0.7, 1.43), (1.5, 0.67), (2.0, 0.5), (2.56, 0.4)])
def test_speed_changes_the_length(speed: float, length: float) -> None:
    """Speech at twice the speed is half as long."""
    slow_or_fast = _speak(SENTENCE, speed=speed)
    assert slow_or_fast.audio.duration_s / _speak(SENTENCE).audio.duration_s == pytest.approx(length, rel=0.15)
    assert slow_or_fast.warnings == [NO_CLONING]


@pytest.mark.parametrize("speed", [2.5, 3.0])
def test_fast_words_have_room(speed: float) -> None:
    """However fast it was asked to speak, every word has a time of its own, and a warning tells the fastest pace."""
    text = "Hello there, my friend. This is a test! And now, the end."
    fast = _speak(text, speed=speed)
    assert fast.words
    assert min(word.end_ms - word.start_ms for word in fast.words) > 10
    assert ("engine preview speaks no faster than speed 2.57" in fast.warnings) == (speed == 3.0)


def test_says_when_it_cannot_speak_so_slowly() -> None:
    """Below its slowest pace a warning tells that pace, and the speech is no slower."""
    slowest = _speak(SENTENCE, speed=0.49)
    slower = _speak(SENTENCE, speed=0.3)
    assert slower.warnings == [NO_CLONING, "engine preview speaks no slower than speed 0.49"]
    assert slower.audio.duration_s == pytest.approx(slowest.audio.duration_s, rel=0.02)


LETTERS = {
    "English": ("Hello there", None, False),
    "a name": ("Hello from Москва!", None, False),
    "no letters": ("1 2 3", None, False),
    "accents": ("À éèê ñ ß", None, False),
    "Russian": ("Привет, мир! OK", None, True),
    "Chinese": ("你好", None, True),
    "Russian, and said so": ("Привет, мир!", "ru", False),
}


@pytest.mark.parametrize(("text", "language", "told"), LETTERS.values(), ids=LETTERS)
def test_says_when_a_text_is_not_english(text: str, language: str | None, told: bool) -> None:
    """A text that is mostly not in Latin letters is spoken with a warning, unless its language was sent."""
    warning = "most of the text is not in Latin letters, and was read as English; send its language"
    assert (warning in _speak(text, language=language).warnings) == told


def test_speaks_the_same_whatever_it_ignores() -> None:
    """Neither seed nor reference nor any option that it says it ignores changes a sample."""
    plain = _take(SENTENCE)
    ignored: dict[str, Any] = dict.fromkeys(ENGINE.ignores - {"quality"}, 1)  # that is a name for nfe_step
    others = [
        _take(SENTENCE, seed=2),
        _take(SENTENCE, reference=Reference(plain.audio, SENTENCE, "key")),
        _take(SENTENCE, **ignored),
        _take(SENTENCE, language="en"),
    ]
    for other in others:
        np.testing.assert_array_equal(other.audio.samples, plain.audio.samples)
        assert other.words == plain.words


UNKNOWN = {"xx": ["xex"], "eng": ["en", "en-gb", "nog"], "por-br": ["pt-br", "fr-fr", "fr-be"], "qqq": []}


@pytest.mark.parametrize(("language", "near"), UNKNOWN.items(), ids=UNKNOWN)
def test_names_languages_near_an_unknown_one(language: str, near: list[str]) -> None:
    """An unknown language is refused with what was sent, and the languages that look like it."""
    with pytest.raises(InvalidInput, match=r"^language: engine preview has no voice for") as refusal:
        _speak(SENTENCE, language=language)
    assert refusal.value.details == {"field": "language", "sent": language, "near": near}
    assert refusal.value.message.endswith(f"; near it: {', '.join(near)}" if near else "de, fr, es, zh")


@pytest.mark.parametrize("text", ["—", "...", "… — …", "-", "\u200b", "— " * 500, ""], ids=repr)
def test_refuses_what_cannot_be_spoken(text: str) -> None:
    """A text without a word is refused, rather than answered with silence."""
    with pytest.raises(InvalidInput, match=r"^text: (nothing in it can be spoken|there is nothing in it to say); send"):
        _speak(text)


def test_says_what_is_loaded() -> None:
    """Loading tells the model and where it runs."""
    info = ENGINE.load()
    assert info.model.startswith("espeak-ng 1.")
    assert (info.device, info.precision, info.attention_kernel) == ("cpu", "int16", None)
