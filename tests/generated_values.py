"""Generated values: what a request's field accepts, and what it most likely refuses.

They follow the field's own type and bounds, so that a field that is added is fuzzed too.
"""

import math
import types
from collections.abc import Iterable
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from generated_junk import Values, anything, urls
from generated_texts import (
    SPEAKERS,
    dialogues,
    evenly,
    lexicons,
    odd_texts,
    repeated_texts,
    spoken_texts,
    wild_dialogues,
    wild_lexicons,
    wild_texts,
)
from hypothesis import strategies as st
from pydantic.fields import FieldInfo

from f5tts_worker.mastering import RATES

FILES = "http://files.test"
"""Stands for the address of the server that has the files."""
RECORDINGS = ("good.wav", "good.mp3", "loud.opus", "quiet.flac")
NO_RECORDINGS = (
    *("empty.wav", "page.html", "noise.wav", "silence.wav", "cut.wav", "huge-header.wav", "many-channels.wav"),
    *("no-rate.wav", "cut.mp3", "text.wav", "missing.wav", "picture.png", "long.opus", "one-sample.wav"),
)
DONE = ("done-wav", "done-mp3", "done-flac", "done-ogg", "done-opus", "done-timed", "captions-only")
"""Jobs that are finished."""
UNDONE = (
    *("begun", "broken-record", "audio-only", "nobody", "../voices/ann", "a/b", "x" * 161, ""),
    *("jöb", ".hidden", "a.b"),
)

files_urls: Values = st.sampled_from([*RECORDINGS, *NO_RECORDINGS]).map(lambda name: f"{FILES}/{name}")

_recordings = st.sampled_from(RECORDINGS).map(lambda name: f"{FILES}/{name}")
_voices = st.sampled_from([*SPEAKERS, "by hand", *(f"{name}.wav" for name in SPEAKERS)])
_no_voices = st.sampled_from(
    [
        *("nobody", "an", "ANN", "garbage", "ann.wav.wav", ".wav", ".meta", ".meta/ann/profile", "..", "\u202ewav.exe"),
        *("a/b", "a\\b", "../voices/ann", "ann/../ann", "x/../../../x", "/ann", "ann/", "a\x00", "x" * 201, "é" * 101),
    ]
)
_texts = spoken_texts()

ACCEPTED: dict[str, Values] = {
    "text": evenly(_texts, odd_texts(), odd_texts()),
    "dialogue": dialogues(),
    "lexicon": lexicons(),
    "ref_text": _texts,
    "title": wild_texts(60),
    "language": st.sampled_from(["en", "en-gb", "de", "pt-br", "fr", "es", "it", "zh", "th", "EN_US", "ja"]),
    "local_voice": _voices,
    "voice_name": _voices,
    "cursor": _voices,
    "prefix": st.sampled_from(["a", "Z", "o'", "by ", ""]),
    "job_id": st.sampled_from(DONE),
    "voice_url": _recordings,
    "voice_file_url": evenly(_recordings, _recordings, files_urls),
    "audio_url": evenly(_recordings, _recordings, files_urls),
    "sample_rate": st.sampled_from(RATES),
    "caption_screen": st.sampled_from(["1080x1920", "64x64", "8192X8192", "720x8000"]),
    "timing_format": st.sampled_from(
        ["all", "srt", "ASS, vtt", ["json", "csv"], ["srt", "srt"], "srt,vtt,csv,json,ass"]
    ),
}
"""Of fields whose type does not say what they accept."""

WILD: dict[str, Values] = {
    "text": evenly(wild_texts(), wild_texts(), repeated_texts(), anything),
    "dialogue": wild_dialogues(anything),
    "lexicon": wild_lexicons(anything),
    "title": wild_texts(600),
    "job_id": st.sampled_from(UNDONE),
    "voice_url": evenly(urls, files_urls),
    "voice_file_url": evenly(urls, files_urls),
    "audio_url": evenly(urls, files_urls),
    "local_voice": _no_voices,
    "voice_name": _no_voices,
    "cursor": _no_voices,
    "prefix": _no_voices,
    "timing_format": st.lists(anything, max_size=12),
}
"""Near misses of those."""

WIDEST = 10**9
"""Of numbers without bounds."""


def _bare(annotation: Any, metadata: Iterable[Any]) -> tuple[Any, list[Any]]:
    """A field's type without None and notes, and its notes."""
    notes = [note for one in metadata for note in (one.metadata if isinstance(one, FieldInfo) else [one])]
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        return _bare(inner, [*notes, *more])
    if get_origin(annotation) in (Union, types.UnionType):
        return _bare(next(kind for kind in get_args(annotation) if kind is not type(None)), notes)
    return annotation, notes


def _note(notes: list[Any], name: str, default: Any) -> Any:
    return next((value for note in notes if (value := getattr(note, name, None)) is not None), default)


def _bounds(notes: list[Any]) -> tuple[Any, Any]:
    return _note(notes, "ge", -WIDEST), _note(notes, "le", WIDEST)


def _inside(kind: type[int | float], low: Any, high: Any) -> Values:
    """Numbers as tools send them."""
    between: Values = st.integers(low, high) if kind is int else st.floats(low, high)
    numbers = evenly(st.sampled_from([kind(low), kind(high)]), between)
    return evenly(numbers, numbers.map(str), numbers.map(float))


def _outside(low: Any, high: Any) -> Values:
    """What is just out of bounds, or just no number."""
    near = [low - 1, high + 1, math.nextafter(low, -math.inf), math.nextafter(high, math.inf), low + 0.5]
    return st.sampled_from([*near, f"{high + 1}", f"{high}.5", f"{low}ms", "one", "1,5"])


def accepted(name: str, field: FieldInfo) -> Values:
    """What a field accepts, in the ways in which tools send it."""
    kind, notes = _bare(field.annotation, field.metadata)
    if name in ACCEPTED:
        return ACCEPTED[name]
    if get_origin(kind) is Literal:
        return st.sampled_from(get_args(kind)).flatmap(lambda word: st.sampled_from([word, word.upper(), f" {word} "]))
    if kind is bool:
        return st.sampled_from([True, False, "true", "False", "yes", "0", 1])
    if kind in (int, float):
        return _inside(kind, *_bounds(notes))
    if kind is str and (pattern := _note(notes, "pattern", None)):
        longest = _note(notes, "max_length", 10_000)
        return st.from_regex(pattern, fullmatch=True).filter(lambda text: len(text) <= longest)
    return st.text(min_size=1, max_size=min(40, _note(notes, "max_length", 40))) if kind is str else anything


def refused(name: str, field: FieldInfo) -> Values:
    """What a field most likely refuses."""
    kind, notes = _bare(field.annotation, field.metadata)
    near = [WILD[name], WILD[name]] if name in WILD else []
    if kind in (int, float):
        near = [_outside(*_bounds(notes))]
    elif get_origin(kind) is Literal:
        near = [st.sampled_from(get_args(kind)).flatmap(misspelled)]
    elif kind is str and (longest := _note(notes, "max_length", None)):
        near.append(st.sampled_from([longest - 1, longest, longest + 1]).map(lambda length: "a " * (length // 2) + "a"))
    return evenly(*near, anything)


def misspelled(word: str) -> st.SearchStrategy[str]:
    """A name with a slip in it."""
    at = st.integers(0, max(len(word) - 2, 0))
    return evenly(
        at.map(lambda i: word[:i] + word[i + 1 :]),
        at.map(lambda i: word[: i + 1] + word[i:]),
        at.map(lambda i: word[:i] + word[i : i + 2][::-1] + word[i + 2 :]),
        st.sampled_from([word.title(), word.replace("_", "-"), f"{word}s", f"{word}\u200b", f" {word}", f"{word}[0]"]),
    )
