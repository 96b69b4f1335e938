"""Speakers in captions: cues are one speaker's, and readers that are not ours find who that is."""

import html
from dataclasses import replace
from itertools import groupby, pairwise

import ass
import pysubs2
import pytest
import webvtt
from captioned import NAMES, STYLES, captions_of, dialogues
from hypothesis import given, settings
from hypothesis import strategies as st

from f5tts_worker.subtitles import FORMATS, CaptionOptions, make_cues
from f5tts_worker.words import Word

LIGHT = settings(deadline=None, max_examples=80)
Timed = tuple[str, list[Word], int]
"""A text, its words, and the length of the audio."""


def said(*words: tuple[str, str, int, int]) -> list[Word]:
    """Words, each with its speaker, start and end."""
    return [Word(text, start_ms, end_ms, 1.0, "native", speaker) for speaker, text, start_ms, end_ms in words]


@LIGHT
@given(dialogues(), st.sampled_from(STYLES))
def test_every_word_is_shown_once_by_its_speaker(timed: Timed, style: str) -> None:
    """Every word is in one cue, in order, with none of another speaker; cues follow one another inside the audio."""
    _, words, audio_ms = timed
    cues = make_cues(words, CaptionOptions(style=style), audio_ms)
    assert [word for cue in cues for word in cue.words] == words
    assert all({word.speaker for word in cue.words} == {cue.speaker} for cue in cues)
    edges = [0, *(ms for cue in cues for ms in (cue.start_ms, cue.end_ms)), audio_ms]
    assert edges == sorted(edges)
    assert all(cue.start_ms < cue.end_ms for cue in cues)


@LIGHT
@given(dialogues(), st.sampled_from(STYLES))
def test_a_change_of_speaker_costs_nothing(timed: Timed, style: str) -> None:
    """The cues of a dialogue are those of each turn by itself, up to the next turn."""
    _, words, audio_ms = timed
    spoken = [word for word in words if word.start_ms < word.end_ms]
    turns = [[*turn] for _, turn in groupby(spoken, key=lambda word: word.speaker)]
    until = [*(turn[0].start_ms for turn in turns[1:]), audio_ms]
    options = CaptionOptions(style=style)
    alone = [cue for turn, end_ms in zip(turns, until, strict=False) for cue in make_cues(turn, options, end_ms)]
    assert make_cues(spoken, options, audio_ms) == alone


UNSPOKEN = {
    "in a pause": (
        [("a", "Hi", 0, 400), ("b", "🎉", 400, 400), ("a", "you", 1_000, 1_500)],
        [("a", "Hi", 0, 400), ("b", "🎉", 400, 1_000), ("a", "you", 1_000, 1_500)],
    ),
    "without a pause, in half of the word before": (
        [("a", "Hi", 0, 400), ("b", "🎉", 400, 400), ("a", "you", 400, 1_500)],
        [("a", "Hi", 0, 200), ("b", "🎉", 200, 400), ("a", "you", 400, 1_500)],
    ),
    "two share": (
        [("a", "Hi", 0, 400), ("b", "🎉", 400, 400), ("c", "!", 400, 400), ("a", "you", 1_000, 1_500)],
        [("a", "Hi", 0, 400), ("b", "🎉", 400, 700), ("c", "!", 700, 1_000), ("a", "you", 1_000, 1_500)],
    ),
    "first, in half of the word behind": (
        [("b", "🎉", 0, 0), ("a", "Hi", 0, 1_500)],
        [("b", "🎉", 0, 750), ("a", "Hi", 750, 1_500)],
    ),
    "last, up to the end": (
        [("a", "Hi", 0, 400), ("b", "🎉", 400, 400)],
        [("a", "Hi", 0, 400), ("b", "🎉", 400, 1_500)],
    ),
    "a bracket opens nothing of another speaker": (
        [("a", "Hi", 0, 400), ("a", "(", 400, 400), ("b", "you", 400, 1_500)],
        [("a", "Hi (", 0, 400), ("b", "you", 400, 1_500)],
    ),
    "an emoji before the first word of a turn": (
        [("a", "Hi", 0, 400), ("b", "🎉", 400, 400), ("b", "you", 400, 1_500)],
        [("a", "Hi", 0, 400), ("b", "🎉 you", 400, 1_500)],
    ),
}


@pytest.mark.parametrize(("words", "expected"), UNSPOKEN.values(), ids=UNSPOKEN)
@pytest.mark.parametrize("style", STYLES)
def test_what_is_not_spoken_is_its_speakers(
    style: str, words: list[tuple[str, str, int, int]], expected: list[tuple[str, str, int, int]]
) -> None:
    """An emoji or a mark stands with words of its own speaker; a turn of nothing else has a cue of its own."""
    cues = make_cues(said(*words), CaptionOptions(style=style), 1_500)
    assert [(cue.speaker, cue.text, cue.start_ms, cue.end_ms) for cue in cues] == expected


def test_where_there_is_no_time_nothing_is_lost() -> None:
    """Between words of a millisecond, an emoji of another speaker stands with the word before."""
    words = said(("a", "Hi", 0, 1), ("b", "🎉", 1, 1), ("a", "you", 1, 2))
    assert [cue.text for cue in make_cues(words, CaptionOptions(), 2)] == ["Hi 🎉", "you"]


@LIGHT
@given(dialogues(), st.sampled_from(STYLES))
def test_vtt_names_the_speakers(timed: Timed, style: str) -> None:
    """webvtt-py finds each cue's voice and its text without it."""
    captions = captions_of(*timed, style)
    found = webvtt.from_string(FORMATS["vtt"].render(captions), strict=True)
    voices = [cue.voice and html.unescape(cue.voice).strip() for cue in found]
    assert voices == [cue.speaker for cue in captions.cues]
    assert not [cue.text for cue in found if "<v" in cue.text]


@LIGHT
@given(dialogues(), st.sampled_from(STYLES))
def test_ass_names_the_speakers(timed: Timed, style: str) -> None:
    """The ass package and pysubs2 find each event's speaker, but for commas, and one style to each of them."""
    captions = captions_of(*timed, style)
    text = FORMATS["ass"].render(captions)
    document, subtitles = ass.parse_string(text), pysubs2.SSAFile.from_string(text, format_="ass")
    names = [(cue.speaker or "").replace(",", ";") for cue in captions.cues]
    assert [event.name for event in document.events] == [event.name for event in subtitles.events] == names
    pairs = {(cue.speaker, event.style) for cue, event in zip(captions.cues, document.events, strict=True)}
    assert len(pairs) == len({speaker for speaker, _ in pairs}) == len({style for _, style in pairs})
    assert [style.name for style in document.styles] == [*subtitles.styles]
    assert {event.style for event in document.events} <= {*subtitles.styles}
    assert document.events[0].style == document.styles[0].name == "Default"


@LIGHT
@given(dialogues(), st.sampled_from(STYLES))
def test_srt_names_nobody(timed: Timed, style: str) -> None:
    """SubRip has the cues as they are spoken, whoever speaks them."""
    captions = captions_of(*timed, style)
    cues = [
        replace(cue, lines=tuple(tuple(replace(word, speaker=None) for word in line) for line in cue.lines))
        for cue in captions.cues
    ]
    assert FORMATS["srt"].render(captions) == FORMATS["srt"].render(replace(captions, cues=cues))


@pytest.mark.parametrize("name", NAMES)
def test_a_name_keeps_its_marks(name: str) -> None:
    """Whatever a voice may be called, it is read back, is no part of the text, and ends no field, tag or cue."""
    captions = captions_of("Hi you", said(("x", "Hi", 0, 400), (name, "you", 400, 900)), 900, "lines")
    (_, cue) = webvtt.from_string(FORMATS["vtt"].render(captions), strict=True)
    assert (html.unescape(cue.voice).strip(), cue.text) == (name, "you")
    assert FORMATS["vtt"].render(captions).count("-->") == 2
    (_, event) = ass.parse_string(FORMATS["ass"].render(captions)).events
    assert (event.style, event.name, event.text) == ("Speaker 2", name.replace(",", ";"), "you")


def test_a_name_of_several_lines_is_one_line() -> None:
    """A name that no voice has, with line breaks in it, ends no cue and no event."""
    captions = captions_of("Hi", said((" An\nna\r\n", "Hi", 0, 400)), 900, "words")
    assert [cue.voice for cue in webvtt.from_string(FORMATS["vtt"].render(captions))] == ["An na"]
    assert [event.name for event in ass.parse_string(FORMATS["ass"].render(captions)).events] == ["An na"]


def test_turns_are_in_order() -> None:
    """A speaker who comes back has the style of before; times of cues meet at the change."""
    words = said(("a", "One.", 0, 500), ("b", "Two.", 500, 1_000), ("a", "Three.", 1_000, 1_500))
    captions = captions_of("One. Two. Three.", words, 1_500, "lines")
    events = ass.parse_string(FORMATS["ass"].render(captions)).events
    assert [event.style for event in events] == ["Default", "Speaker 2", "Default"]
    assert all(before.end == after.start for before, after in pairwise(events))
