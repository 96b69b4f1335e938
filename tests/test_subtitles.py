"""Subtitle files: read back by readers that are not ours, and compared whole."""

import csv
import html
import io
import json
import re
import subprocess
import unicodedata
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import ass
import pysubs2
import pytest
import webvtt
from captioned import MARKED, NAMED, STYLES, captions_of, dialogues, timed_texts
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from f5tts_worker.audio import ffmpeg_path
from f5tts_worker.subtitles import FORMATS, Captions, Look
from f5tts_worker.words import Word

ANY_CAPTIONS = st.tuples(timed_texts() | dialogues(), st.sampled_from(STYLES)).map(
    lambda pair: captions_of(*pair[0], pair[1])
)
MARKED_CAPTIONS = {style: captions_of(*MARKED, style) for style in STYLES}
LIGHT = settings(deadline=None, max_examples=80)
LIGHTER = settings(
    deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

BRACES = str.maketrans("❴❵", "{}")
"""SubRip has no escape for braces."""

Shown = list[tuple[int, int, str]]
"""Start, end and lines of each cue."""


def plain(text: str) -> str:
    """The text without what shows nothing; readers differ in what they make of that."""
    return "".join(char for char in text if unicodedata.category(char) not in ("Cc", "Cf") or char == "\n")


def expected(captions: Captions) -> Shown:
    """What a reader has to find."""
    return [(cue.start_ms, cue.end_ms, plain(cue.text)) for cue in captions.cues]


def read_srt(text: str) -> Shown:
    """SubRip as its users describe it: blocks between empty lines."""
    blocks = [block.split("\n") for block in text.removesuffix("\n").split("\n\n")]
    assert [block[0] for block in blocks] == [str(number) for number in range(1, len(blocks) + 1)]
    times = [
        [pysubs2.time.timestamp_to_ms(re.split("[:,]", time)) for time in block[1].split(" --> ")] for block in blocks
    ]
    texts = [plain("\n".join(block[2:])).translate(BRACES) for block in blocks]
    return [(start, end, text) for (start, end), text in zip(times, texts, strict=True)]


def read_by_pysubs2(text: str, name: str) -> Shown | None:
    """By pysubs2, but for what it guesses wrong: a line with two times is a cue's, a number at the end an index."""
    if text.count("-->") < len(re.findall(r"\d\d[.,]\d\d\d.*\d\d[.,]\d\d\d", text)) or re.search(r"\n\d+\n$", text):
        return None
    events = pysubs2.SSAFile.from_string(text, format_=name).events
    texts = [plain(event.text.replace(r"\N", "\n").translate(BRACES)) for event in events]
    return [(event.start, event.end, shown) for event, shown in zip(events, texts, strict=True)]


def read_vtt(text: str) -> Shown:
    """By webvtt-py, which leaves the escapes."""
    return [
        (start_ms(cue.start), start_ms(cue.end), plain(html.unescape(re.sub("<[^>]*>", "", cue.raw_text))))
        for cue in webvtt.from_string(text, strict=True)
    ]


def start_ms(stamp: str) -> int:
    """A time of WebVTT."""
    return pysubs2.time.timestamp_to_ms(re.split("[:.]", stamp))


def read_ass(text: str) -> Shown:
    """By the ass package, with the text read as libass does."""
    events = ass.parse_file(io.StringIO(text)).events
    return [(ms(event.start), ms(event.end), plain(unstyled(event.text))) for event in events]


def ms(time: object) -> int:
    """A timedelta in milliseconds."""
    return round(time.total_seconds() * 1000)


def unstyled(text: str) -> str:
    r"""The text that libass shows: \{ and \} are braces, {...} is hidden, \N is a line break."""
    pieces = re.findall(r"\\[{}N]|\{[^}]*\}|.", text, re.DOTALL)
    return "".join("\n" if p == r"\N" else p[1] if p in (r"\{", r"\}") else "" if p[0] == "{" else p for p in pieces)


def one_line(shown: Shown) -> Shown:
    """Without line breaks: ASS has its own."""
    return [(start, end, re.sub(r"\s", "", text)) for start, end, text in shown]


def farthest(found: Shown, wanted: Shown) -> int:
    """The largest difference of two times in milliseconds."""
    pairs = zip(found, wanted, strict=True)
    return max(max(abs(cue[0] - want[0]), abs(cue[1] - want[1])) for cue, want in pairs)


def with_all_marks(test: Callable[..., None]) -> Callable[..., None]:
    """Try a text of all the marks first, in every style, and one of all the names."""
    for captions in (*MARKED_CAPTIONS.values(), captions_of(*NAMED, "karaoke")):
        test = example(captions)(test)
    return test


@LIGHT
@with_all_marks
@given(ANY_CAPTIONS)
def test_files_are_clean_text(captions: Captions) -> None:
    """Every file is UTF-8 without a byte order mark or a carriage return, and ends with a newline."""
    for name, kind in FORMATS.items():
        text = kind.render(captions)
        assert text.encode().decode() == text
        assert not text.startswith("\ufeff")
        assert text.endswith("\n")
        if name in ("srt", "vtt", "ass"):
            assert not [char for char in text if unicodedata.category(char) == "Cc" and char != "\n"]


@LIGHT
@with_all_marks
@given(ANY_CAPTIONS)
def test_srt_reads_back(captions: Captions) -> None:
    """Times to the millisecond and every word, by the format's rules and by pysubs2."""
    text = FORMATS["srt"].render(captions)
    assert read_srt(text) == expected(captions)
    assert text.count("-->") == len(captions.cues)
    if by_pysubs2 := read_by_pysubs2(text, "srt"):
        assert one_line(by_pysubs2) == one_line(expected(captions))


@LIGHT
@with_all_marks
@given(ANY_CAPTIONS)
def test_vtt_reads_back(captions: Captions) -> None:
    """Times to the millisecond and every word, by webvtt-py and pysubs2; times inside a cue rise within it."""
    text = FORMATS["vtt"].render(captions)
    assert read_vtt(text) == expected(captions)
    assert text.count("-->") == len(captions.cues)
    if by_pysubs2 := read_by_pysubs2(text, "vtt"):
        assert [cue[:2] for cue in by_pysubs2] == [cue[:2] for cue in expected(captions)]
    for cue in webvtt.from_string(text):
        inside = re.findall(r"<(\d\d:\d\d:\d\d\.\d\d\d)>", cue.raw_text)
        times = [start_ms(time) for time in (cue.start, *inside, cue.end)]
        assert all(before < after for before, after in pairwise(times))


@LIGHT
@with_all_marks
@given(ANY_CAPTIONS)
def test_csv_and_json_hold_every_word(captions: Captions) -> None:
    """Both have the words as the caller wrote them, with their times; the cues of JSON point to them."""
    rows = list(csv.reader(io.StringIO(FORMATS["csv"].render(captions), newline="")))
    named = any(word.speaker is not None for word in captions.words)
    assert rows[0] == ["word", "start_time", "end_time", "confidence", "start_ms", "end_ms", *["speaker"] * named]
    assert [(row[0], int(row[4]), int(row[5]), *row[6:]) for row in rows[1:]] == [
        (word.text, word.start_ms, word.end_ms, *[word.speaker or ""] * named) for word in captions.words
    ]
    assert [row[1:4] for row in rows[1:]] == [
        [f"{value:.3f}" for value in (word.start_ms / 1000, word.end_ms / 1000, word.score)] for word in captions.words
    ]
    data = json.loads(FORMATS["json"].render(captions))
    assert [Word(*word.values()) for word in data["words"]] == captions.words
    assert [(cue["start_ms"], cue["end_ms"], cue["text"], cue.get("speaker")) for cue in data["cues"]] == [
        (cue.start_ms, cue.end_ms, cue.text, cue.speaker) for cue in captions.cues
    ]
    assert all(("speaker" in row) == named for row in [*data["words"], *data["cues"]])
    assert [tuple(captions.words[slice(*cue["words"])]) for cue in data["cues"]] == [cue.words for cue in captions.cues]
    assert (data["text"], data["duration_ms"]) == (captions.text, captions.audio_ms)


@LIGHT
@example(MARKED, "lines")
@example(MARKED, "pop")
@given(timed_texts(shortest_ms=20), st.sampled_from(STYLES))
def test_ass_reads_back(timed: tuple[str, list[Word], int], style: str) -> None:
    """Every word, times to the centisecond, by the ass package and by pysubs2; no event is empty or over the next."""
    captions = captions_of(*timed, style, look=Look())
    text = FORMATS["ass"].render(captions)
    found, wanted = one_line(read_ass(text)), one_line(expected(captions))
    assert [cue[2] for cue in found] == [cue[2] for cue in wanted]
    if any(word.start_ms < word.end_ms for word in captions.words):  # else cues may be shorter than a centisecond
        assert farthest(found, wanted) <= 5
    assert all(start < end for start, end, _ in found)
    assert all(cue[1] <= following[0] for cue, following in pairwise(found))
    events = pysubs2.SSAFile.from_string(text, format_="ass").events
    assert [(event.start, event.end) for event in events] == [cue[:2] for cue in found]


@LIGHT
@example(MARKED)
@given(timed_texts(shortest_ms=20))
def test_karaoke_does_not_drift(timed: tuple[str, list[Word], int]) -> None:
    r"""The \k of the words before it put every spoken word where it is said, to the centisecond's rounding."""
    captions = captions_of(*timed, "karaoke")
    events = ass.parse_file(io.StringIO(FORMATS["ass"].render(captions))).events
    for cue, event in zip(captions.cues, events, strict=True):
        now_ms, found = ms(event.start), []
        for tags, text in re.findall(
            r"\{((?:\\k\d+|\}\{|\\fs\d+\}\{)+)\}((?:\\[{}N]|[^{\\]|\\(?![{}N]))*)", event.text
        ):
            *gaps, own = (int(value) for value in re.findall(r"\\k(\d+)", tags))
            now_ms += 10 * sum(gaps)
            found.append((now_ms, now_ms + 10 * own, text))
            now_ms += 10 * own
        assert len(found) == len(cue.words)
        for word, (start, end, _) in zip(cue.words, found, strict=True):
            assert word.start_ms == word.end_ms or (abs(start - word.start_ms) <= 5 and abs(end - word.end_ms) <= 5)


@pytest.mark.parametrize("name", ["srt", "vtt", "ass"])
@LIGHTER
@example(captions=MARKED_CAPTIONS["lines"])
@example(captions=MARKED_CAPTIONS["karaoke"])
@example(captions=captions_of(*NAMED, "words"))
@given(captions=ANY_CAPTIONS)
def test_ffmpeg_reads_it(name: str, captions: Captions, tmp_path: Path) -> None:
    """ffmpeg finds every cue at its time, and every word as libass would show it."""
    path = tmp_path / f"captions.{name}"
    path.write_text(FORMATS[name].render(captions), encoding="utf-8", newline="")
    command = [ffmpeg_path(), "-nostdin", "-v", "error", "-i", str(path), "-f", "ass", "-"]
    result = subprocess.run(command, capture_output=True, check=True, timeout=60)
    found = one_line(read_ass(result.stdout.decode()))
    if name == "srt":
        found = [(start, end, text.translate(BRACES)) for start, end, text in found]
    wanted = one_line(read_ass(path.read_text(encoding="utf-8")) if name == "ass" else expected(captions))
    assert [cue[2] for cue in found] == [cue[2] for cue in wanted]
    assert farthest(found, wanted) <= 10  # ffmpeg cuts to centiseconds


@pytest.mark.parametrize("style", STYLES)
def test_a_word_that_shows_nothing_ends_no_cue(style: str) -> None:
    """A cue of a control character alone is no empty line, which would end it: readers find the next one."""
    words = [Word("\x1b", 0, 500, 1.0, "native"), Word("hello.", 2_000, 2_500, 1.0, "native")]
    captions = captions_of("\x1b hello.", words, 3_000, style)
    texts = [(start, end, text.strip()) for start, end, text in expected(captions)]
    assert "\n\n\n" not in FORMATS["srt"].render(captions)
    for found in (read_srt(FORMATS["srt"].render(captions)), read_vtt(FORMATS["vtt"].render(captions))):
        assert [(start, end, text.strip()) for start, end, text in found] == texts
