"""Parts: the caller's words at the times of what is said for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from f5tts_worker.parts import Part, shown_words, whole_part
from f5tts_worker.text.pieces import Piece
from f5tts_worker.words import Word


def heard(*times: tuple[str, int, int]) -> list[Word]:
    """Words as an aligner finds them."""
    return [Word(text, start, end, 0.5, "x") for text, start, end in times]


def part(*pieces: tuple[str, str], start_ms: int = 0, end_ms: int = 1_000, speaker: str | None = None) -> Part:
    """A part of (shown, said)."""
    return Part(
        start_ms=start_ms, end_ms=end_ms, pieces=tuple(Piece(shown, said) for shown, said in pieces), speaker=speaker
    )


def times(words: list[Word]) -> list[tuple[str, int, int]]:
    """What of words is compared."""
    return [(word.text, word.start_ms, word.end_ms) for word in words]


CASES = {
    "as written": ([("Hello", "Hello"), ("you", "you")], [("Hello", 0, 300), ("you", 320, 500)], None),
    "one word said as three": (
        [("$45", "forty-five dollars"), ("now", "now")],
        [("forty-five", 100, 400), ("dollars", 420, 800), ("now", 800, 900)],
        [("$45", 100, 800), ("now", 800, 900)],
    ),
    "two words said as three": (
        [("$45 million", "forty-five million dollars")],
        [("forty-five", 0, 300), ("million", 300, 600), ("dollars", 600, 1_000)],
        [("$45", 0, 300), ("million", 300, 1_000)],
    ),
    "nothing said": (
        [("Hi", "Hi"), ("🙂", ""), ("you", "you")],
        [("Hi", 0, 300), ("you", 400, 500)],
        [("Hi", 0, 300), ("🙂", 300, 300), ("you", 400, 500)],
    ),
    "a mark left of what is not said": (
        [("Hi", "Hi"), ("🙂.", ".")],
        [("Hi", 0, 300), (".", 300, 600)],
        [("Hi", 0, 300), ("🙂.", 300, 300)],
    ),
    "nothing said at the start": ([("🙂", ""), ("Hi", "Hi")], [("Hi", 50, 300)], [("🙂", 0, 0), ("Hi", 50, 300)]),
    "a mark that takes no time": (
        [("a", "a"), ("–", "–"), ("b", "b")],
        [("a", 0, 100), ("–", 100, 100), ("b", 150, 200)],
        [("a", 0, 100), ("–", 100, 100), ("b", 150, 200)],
    ),
    "silent words inside": (
        [("x-y", "x — y")],
        [("x", 100, 200), ("—", 200, 200), ("y", 300, 400)],
        [("x-y", 100, 400)],
    ),
}


@pytest.mark.parametrize(("pieces", "found", "expected"), CASES.values(), ids=CASES)
def test_shown_words_have_the_times_of_what_is_said(
    pieces: list[tuple[str, str]], found: list[tuple[str, int, int]], expected: list[tuple[str, int, int]] | None
) -> None:
    """A shown word begins with the first and ends with the last word that is said for it."""
    words = shown_words([part(*pieces)], [heard(*found)], "x")
    assert times(words) == (expected or found)
    assert {word.source for word in words} == {"x"}


def test_a_word_parted_between_two_parts_is_shown_once() -> None:
    """What goes on in the next part belongs to the word that began."""
    words = shown_words(
        [part(("10^9", "one thousand"), end_ms=900), part(("", "million"), ("ok", "ok"), start_ms=900, end_ms=2_000)],
        [heard(("one", 0, 200), ("thousand", 200, 800)), heard(("million", 950, 1_200), ("ok", 1_300, 1_500))],
        "x",
    )
    assert times(words) == [("10^9", 0, 1_200), ("ok", 1_300, 1_500)]


def test_words_carry_their_speaker() -> None:
    """Who says a part says its words, the silent ones too."""
    words = shown_words(
        [part(("Hi", "Hi"), speaker="ann"), part(("🙂", ""), ("Ho", "Ho"), speaker="bob", start_ms=500)],
        [heard(("Hi", 0, 300)), heard(("Ho", 600, 700))],
        "x",
    )
    assert [(word.text, word.speaker, word.start_ms) for word in words] == [
        ("Hi", "ann", 0),
        ("🙂", "bob", 500),
        ("Ho", "bob", 600),
    ]


@given(st.text(max_size=60))
def test_a_whole_part_says_what_is_written(text: str) -> None:
    """Of a text that nobody has read for us every word is said and shown as it is."""
    whole = whole_part(text, 1_000)
    found = [Word(word, i, i + 1, 1.0, "x") for i, word in enumerate(whole.said_words)]
    assert times(shown_words([whole], [found], "x")) == times(found)
