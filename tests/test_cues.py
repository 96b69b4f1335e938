"""Cues: how words are grouped, and what always holds."""

import time
from itertools import pairwise

import pytest
from captioned import STYLES, paced, timed_texts
from hypothesis import given, settings
from hypothesis import strategies as st

from f5tts_worker.subtitles import PRESETS, STYLE_PRESETS, CaptionOptions, Cue, make_cues
from f5tts_worker.subtitles.screen import columns
from f5tts_worker.text.breaks import cheapest_ends
from f5tts_worker.words import Word

TALE = (
    "Three things happened that morning, and nobody was ready for them. First, the power went out — all of it. Then "
    "Dr. Smith's phone rang: “Don't open the door,” a voice said. He laughed! Who would believe 1,250.50 dollars "
    "could vanish overnight? Nobody. But they did 🎉"
)
ANY_OPTIONS = st.builds(
    CaptionOptions,
    style=st.sampled_from(STYLES),
    max_chars_per_line=st.integers(8, 60),
    max_lines=st.integers(1, 4),
    max_cue_s=st.floats(1, 10),
    look=st.sampled_from([*PRESETS.values()]),
)


def cues_of(text: str, style: str, **limits: int) -> list[str]:
    """The cues' texts, lines divided by |."""
    words, audio_ms = paced(text)
    options = CaptionOptions(style=style, look=PRESETS[STYLE_PRESETS[style]], **limits)
    return [cue.text.replace("\n", "|") for cue in make_cues(words, options, audio_ms)]


@settings(deadline=None, max_examples=150)
@given(timed_texts(), ANY_OPTIONS)
def test_every_word_is_shown_once_and_cues_are_in_order(
    timed: tuple[str, list[Word], int], options: CaptionOptions
) -> None:
    """Every word is in one cue, in order; no cue or line is empty, over the next one, or outside the audio."""
    _, words, audio_ms = timed
    cues = make_cues(words, options, audio_ms)
    assert [word for cue in cues for word in cue.words] == words
    assert all(line for cue in cues for line in cue.lines)
    assert all(0 <= cue.start_ms < cue.end_ms <= audio_ms for cue in cues)
    assert all(cue.end_ms <= following.start_ms for cue, following in pairwise(cues))


@settings(deadline=None, max_examples=150)
@given(timed_texts(), ANY_OPTIONS)
def test_limits_are_kept_where_a_word_allows(timed: tuple[str, list[Word], int], options: CaptionOptions) -> None:
    """A line of several words is within the width; a cue of several spoken words within its lines and seconds."""
    _, words, audio_ms = timed
    for cue in make_cues(words, options, audio_ms):
        spoken = [word for word in cue.words if word.start_ms < word.end_ms]
        if options.style == "words":
            assert len(spoken) == 1 or not any(word.start_ms < word.end_ms for word in words)
        if options.style == "pop":
            assert len(spoken) <= 3
        if options.style in ("lines", "karaoke"):
            limit = options.max_chars_per_line
            assert all(len(line) == 1 or columns(text) <= limit for line, text in lines_of(cue))
            assert len(spoken) <= 1 or len(cue.lines) <= options.max_lines
            assert len(spoken) <= 1 or cue.end_ms - cue.start_ms <= max(
                options.max_cue_s * 1000 + 1, spoken[-1].end_ms - cue.start_ms
            )
            assert len(spoken) <= 1 or spoken[-1].end_ms - spoken[0].start_ms <= options.max_cue_s * 1000 + 1


def lines_of(cue: Cue) -> list[tuple[tuple[Word, ...], str]]:
    """Lines as words and as text."""
    return list(zip(cue.lines, cue.text.split("\n"), strict=True))


@settings(deadline=None, max_examples=60)
@given(timed_texts(), st.sampled_from(STYLES))
def test_a_spoken_word_is_on_the_screen_while_it_is_spoken(timed: tuple[str, list[Word], int], style: str) -> None:
    """A cue lasts from the start of its first spoken word to the end of its last, at least."""
    _, words, audio_ms = timed
    for cue in make_cues(words, CaptionOptions(style=style), audio_ms):
        spoken = [word for word in cue.words if word.start_ms < word.end_ms]
        if spoken:
            assert cue.start_ms == spoken[0].start_ms
            assert cue.end_ms >= spoken[-1].end_ms


def test_lines_read_well() -> None:
    """Cues end with sentences and clauses, and so do their lines; a shortened title stays with its name."""
    assert cues_of(TALE, "lines") == [
        "Three things happened that morning,|and nobody was ready for them.",
        "First, the power went out — all of it.",
        "Then Dr. Smith's phone rang: “Don't open|the door,” a voice said. He laughed!",
        "Who would believe 1,250.50 dollars could|vanish overnight? Nobody. But they did 🎉",
    ]
    assert cues_of(TALE, "lines", max_chars_per_line=24)[2:6] == [
        "First, the power|went out — all of it.",
        "Then Dr. Smith's|phone rang:",
        "“Don't open the door,”|a voice said.",
        "He laughed! Who would|believe 1,250.50",
    ]


def test_pop_is_short() -> None:
    """One to three words, none over a comma, a full stop or a pause."""
    assert cues_of("Well, this is how it works: one, two or three of them. Extraordinarily simple!", "pop") == [
        "Well,",
        "this is how",
        "it works:",
        "one,",
        "two or three",
        "of them.",
        "Extraordinarily",
        "simple!",
    ]


LAYOUTS = {
    "no word is alone on the last line": ("one two three four five six", 20, 2, ["one two three|four five six"]),
    "a line ends with the clause": ("Not today, she said to the man", 26, 2, ["Not today,|she said to the man"]),
    "a long word has its own line": ("a pneumonoultramicroscopic b", 12, 3, ["a|pneumonoultramicroscopic|b"]),
    "Japanese is broken anywhere": ("今日は晴れ今日は晴れ", 12, 2, ["今日は晴れ|今日は晴れ"]),
    "but not before a small kana": ("ああああしょああああ", 12, 2, ["ああああ|しょああああ"]),
    "one line": ("one two three four", 9, 1, ["one two", "three", "four"]),
}


@pytest.mark.parametrize(("text", "max_chars", "max_lines", "expected"), LAYOUTS.values(), ids=LAYOUTS)
def test_lays_lines_out(text: str, max_chars: int, max_lines: int, expected: list[str]) -> None:
    """Lines are few, alike, and end where the text pauses."""
    assert cues_of(text, "lines", max_chars_per_line=max_chars, max_lines=max_lines) == expected


NOT_SPOKEN = {
    "emoji belongs to what came before": ("Hi 🎉 you", ["Hi 🎉", "you"]),
    "a bracket opens what follows": ("Hi ( you )", ["Hi", "( you )"]),
    "French quotation marks": ("Il dit « oui » .", ["Il", "dit", "« oui » ."]),
    "a dash after a sentence opens the next": ("No. — Yes", ["No.", "— Yes"]),
    "at the start": ("🎉 Hi", ["🎉 Hi"]),
}


@pytest.mark.parametrize(("text", "expected"), NOT_SPOKEN.values(), ids=NOT_SPOKEN)
def test_what_is_not_spoken_joins_its_neighbour(text: str, expected: list[str]) -> None:
    """A mark or an emoji of its own has no cue of its own."""
    assert cues_of(text, "words") == expected


def test_nothing_spoken_is_spread_over_the_audio() -> None:
    """Emoji alone are shown one after another, evenly; more of them than milliseconds share cues."""
    words = [Word(text, 0, 0, 0.0, "native") for text in ["🎉", "😀", "🎈"]]
    assert [(cue.start_ms, cue.end_ms, cue.text) for cue in make_cues(words, CaptionOptions(), 1_000)] == [
        (0, 333, "🎉"),
        (333, 666, "😀"),
        (666, 1_000, "🎈"),
    ]
    assert [cue.text for cue in make_cues(words, CaptionOptions(), 2)] == ["🎉", "😀 🎈"]
    assert make_cues(words, CaptionOptions(), 0) == make_cues([], CaptionOptions(), 1_000) == []


def test_times_that_overlap_are_cut() -> None:
    """Words over one another or past the end of the audio, which no aligner should give, are cut; none is lost."""
    words = [
        Word(text, *times, 1.0, "native") for text, times in (("a", (0, 600)), ("b", (400, 900)), ("c", (850, 880)))
    ]
    words.append(Word("d", 900, 2_000, 1.0, "native"))
    assert [(cue.start_ms, cue.end_ms, cue.text) for cue in make_cues(words, CaptionOptions(), 1_000)] == [
        (0, 600, "a"),
        (600, 900, "b c"),
        (900, 1_000, "d"),
    ]


STAYS = {
    "no gap": ((100, 500), (500, 900), 500),
    "a gap that would flicker is closed": ((100, 500), (690, 900), 690),
    "a word that was read stays no longer": ((100, 500), (900, 1_000), 500),
    "a word too short to read stays": ((100, 120), (900, 1_000), 350),  # "hello": 5 characters at 20/s
}


@pytest.mark.parametrize(("first", "second", "end_ms"), STAYS.values(), ids=STAYS)
def test_how_long_a_cue_stays(first: tuple[int, int], second: tuple[int, int], end_ms: int) -> None:
    """A cue stays in the silence behind it as long as it takes to read, and up to the next one if that is near."""
    words = [Word("hello", *first, 1.0, "native"), Word("you", *second, 1.0, "native")]
    assert make_cues(words, CaptionOptions(), 2_000)[0].end_ms == end_ms


@settings(deadline=None, max_examples=50)
@given(st.lists(st.lists(st.integers(0, 20), min_size=3, max_size=3), min_size=1, max_size=9))
def test_cheapest_ends_are_the_cheapest(prices: list[list[int]]) -> None:
    """The dynamic programme finds what trying every division finds."""

    def cost(start: int, end: int) -> float | None:
        return prices[start][end - start - 1] if end - start <= 3 else None

    def total(ends: list[int]) -> float:
        return sum(cost(start, end) or 0 for start, end in pairwise([0, *ends]))

    def divisions(start: int) -> list[list[int]]:
        if start == len(prices):
            return [[]]
        ends = range(start + 1, min(start + 3, len(prices)) + 1)
        return [[end, *rest] for end in ends for rest in divisions(end)]

    assert total(cheapest_ends(len(prices), cost)) == min(map(total, divisions(0)))


@pytest.mark.parametrize("style", STYLES)
def test_a_long_text_takes_no_time(style: str) -> None:
    """The longest text there may be (20,000 characters) is grouped within a second: 0.1 s was measured."""
    words, audio_ms = paced(TALE * 75)
    began = time.process_time()
    make_cues(words, CaptionOptions(style=style), audio_ms)
    assert time.process_time() - began < 1
