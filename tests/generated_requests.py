"""Generated requests: what callers send, what they send by mistake, and what is sent to see what happens.

They follow the fields of the request types, so that a field that is added is fuzzed too.
"""

import math
import types
from collections.abc import Iterable
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from generated_texts import (
    ODD,
    SPEAKERS,
    dialogues,
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

from f5tts_worker.contract import Request
from f5tts_worker.dispatch import ENDPOINTS
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
UNDONE = ("begun", "broken-record", "audio-only", "nobody", "../voices/ann", "a/b", "x" * 161, "", "jöb", ".hidden", "a.b")

Values = st.SearchStrategy[Any]

nested = st.sampled_from([400, 40]).map(lambda depth: _nest(depth))
anything: Values = st.one_of(
    st.sampled_from([None, "", " ", True, False, [], {}, [[]], {"": ""}, 0, -0.0, 1, -1, 10**30, -(10**30), 10**4_000]),
    st.sampled_from([1e308, -1e308, 5e-324, math.nan, math.inf, -math.inf, "NaN", "Infinity", "1e999", "0x10", "1_0", "٣"]),
    st.sampled_from(["../../etc/passwd", "..\\..\\x", "%2e%2e%2f", "..%00/", "~root", "CON", "a\x00b", ".", "..", "'; --"]),
    st.sampled_from(["\ud800", "half \udfff", "x" * 10_000, "é" * 10_000, "\u0301" * 300, "null", "None", "{}", "[1]"]),
    st.sampled_from(ODD),
    nested,
    st.text(max_size=12),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
        max_leaves=6,
    ),
)

_HOSTS = (
    *("127.0.0.1", "[::1]", "localhost", "169.254.169.254", "0x7f.1", "2130706433", "0177.0.0.1", "127.1", "0", "[::]"),
    *("[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[fe80::1%25eth0]", "10.0.0.1", "192.168.0.1", "100.64.0.1", "224.0.0.1"),
    *("127.0.0.1.", "localhost.", "LOCALHOST", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "１２７.0.0.1", "127。0。0。1", "xn--", "a" * 64 + ".test", "."),
    *("me:secret@127.0.0.1", "127.0.0.1@files.test", "127.0.0.1:9", "127.0.0.1:0", "127.0.0.1:99999", "127.0.0.1:x", ""),
    *("inside.test", "mixed.test", "nowhere.test", "files.test", "[", "[::1", "a b", "%6c%6f", "-", "_", "ex\x00ample.test"),
)
_SCHEMES = ("http", "https", "HTTP", "file", "ftp", "gopher", "data", "javascript", "jar", "dict", "x" * 300, "", "ht\ttp")
_PATHS = ("", "/", "/good.wav", "/latest/meta-data/", "/../../etc/passwd", "/?x=1#y", "/%00", "/ü", "/a b", ":80/x", "\r\nX: y")

urls: Values = st.one_of(
    st.builds("{}://{}{}".format, st.sampled_from(_SCHEMES), st.sampled_from(_HOSTS), st.sampled_from(_PATHS)),
    st.sampled_from(["file:///etc/passwd", "data:audio/wav;base64,UklGRg==", "//127.0.0.1/x", "http:/x", "http:\\\\x", "::"]),
    st.text(max_size=20),
)
files_urls: Values = st.sampled_from([*RECORDINGS, *NO_RECORDINGS]).map(lambda name: f"{FILES}/{name}")

_recordings = st.sampled_from(RECORDINGS).map(lambda name: f"{FILES}/{name}")
_voices = st.sampled_from([*SPEAKERS, "by hand", *(f"{name}.wav" for name in SPEAKERS)])
_new_voices = st.sampled_from(["ann", "eve", "Eve.WAV", "名前", "new voice", "a" * 100])
_texts = spoken_texts()

ACCEPTED: dict[str, Values] = {
    "text": st.one_of(_texts, odd_texts(), odd_texts()),
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
    "voice_file_url": st.one_of(_recordings, _recordings, files_urls),
    "audio_url": st.one_of(_recordings, _recordings, files_urls),
    "sample_rate": st.sampled_from(RATES),
    "caption_screen": st.sampled_from(["1080x1920", "64x64", "8192X8192", "720x8000"]),
    "timing_format": st.sampled_from(["all", "srt", "ASS, vtt", ["json", "csv"], ["srt", "srt"], "srt,vtt,csv,json,ass"]),
}
"""Of fields whose type does not say what they accept."""

WILD: dict[str, Values] = {
    "text": st.one_of(wild_texts(), wild_texts(), repeated_texts(), anything),
    "dialogue": wild_dialogues(anything),
    "lexicon": wild_lexicons(anything),
    "title": wild_texts(600),
    "job_id": st.sampled_from(UNDONE),
    "voice_url": st.one_of(urls, files_urls),
    "voice_file_url": st.one_of(urls, files_urls),
    "audio_url": st.one_of(urls, files_urls),
    "local_voice": st.sampled_from(["nobody", "an", "ANN", "garbage", ".meta", ".meta/ann/profile", "ann.wav.wav", "..", "a/b"]),
    "voice_name": st.sampled_from(["nobody", "an", "garbage", ".meta", "a/b", "..", "\u202ewav.exe", "x" * 201, ".wav", "a\\b"]),
    "timing_format": st.lists(anything, max_size=12),
}
"""Near misses of those."""

SOURCES: dict[str, tuple[tuple[str, ...], ...]] = {
    "tts": (("text",), ("text",), ("dialogue",)),
    "preview_text": (("text",), ("text",), ("dialogue",)),
    "upload": (("voice_name", "voice_file_url"),),
    "timing": (("job_id",), ("job_id",), ("audio_url", "text"), ("audio_url",)),
}
"""What endpoints need of which their types say that it may be absent."""
_RIVALS = frozenset({"text", "dialogue", "job_id", "audio_url", "voice_file_url", "voice_key", "voice_url", "ref_text"})
"""Not sent beside a source, but by mistake."""

WIDEST = 10**9
"""Of numbers without bounds."""


def _nest(depth: int) -> Any:
    value: Any = "x"
    for i in range(depth):
        value = [value] if i % 2 else {"voice": value}
    return value


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
        low, high = _note(notes, "ge", -WIDEST), _note(notes, "le", WIDEST)
        between = st.integers(low, high) if kind is int else st.floats(low, high)
        numbers = st.one_of(st.sampled_from([kind(low), kind(high)]), between)
        return st.one_of(numbers, numbers.map(str), numbers.map(float))
    if kind is str and (pattern := _note(notes, "pattern", None)):
        longest = _note(notes, "max_length", 10_000)
        return st.from_regex(pattern, fullmatch=True).filter(lambda text: len(text) <= longest)
    return st.text(min_size=1, max_size=min(40, _note(notes, "max_length", 40))) if kind is str else anything


def refused(name: str, field: FieldInfo) -> Values:
    """What a field most likely refuses."""
    kind, notes = _bare(field.annotation, field.metadata)
    near = [WILD[name], WILD[name]] if name in WILD else []
    if kind in (int, float):
        low, high = _note(notes, "ge", -WIDEST), _note(notes, "le", WIDEST)
        outside = [low - 1, high + 1, math.nextafter(low, -math.inf), math.nextafter(high, math.inf), f"{high}.5", low + 0.5]
        near = [st.sampled_from([*outside, f"{high + 1}", f"{low}ms", "one", "1,5"])]
    elif get_origin(kind) is Literal:
        near = [st.sampled_from(get_args(kind)).flatmap(_misspelled)]
    elif kind is str and (longest := _note(notes, "max_length", None)):
        near.append(st.sampled_from([longest - 1, longest, longest + 1]).map(lambda length: "a " * (length // 2) + "a"))
    return st.one_of(*near, anything)


def _misspelled(word: str) -> st.SearchStrategy[str]:
    """A name with a slip in it."""
    at = st.integers(0, max(len(word) - 2, 0))
    return st.one_of(
        at.map(lambda i: word[:i] + word[i + 1 :]),
        at.map(lambda i: word[: i + 1] + word[i:]),
        at.map(lambda i: word[:i] + word[i : i + 2][::-1] + word[i + 2 :]),
        st.sampled_from([word.title(), word.replace("_", "-"), f"{word}s", f"{word}\u200b", f" {word}", f"{word}[0]"]),
    )


@st.composite
def _good_fields(draw: st.DrawFn, endpoint: str) -> dict[str, Any]:
    """A request that is most likely answered."""
    fields = ENDPOINTS[endpoint].request.model_fields
    required = tuple(name for name, field in fields.items() if field.is_required())
    needed = draw(st.sampled_from(SOURCES.get(endpoint, (required,))))
    sent = {name: draw(_accepted_by(endpoint, name, fields[name])) for name in needed}
    more = sorted(set(fields) - set(sent) - _RIVALS)
    chosen = draw(st.lists(st.sampled_from(more), max_size=5, unique=True)) if more else []
    return sent | {name: draw(st.one_of(accepted(name, fields[name]), st.sampled_from([None, ""]))) for name in chosen}


def _accepted_by(endpoint: str, name: str, field: FieldInfo) -> Values:
    return _new_voices if (endpoint, name) == ("upload", "voice_name") else accepted(name, field)


@st.composite
def _slips(draw: st.DrawFn, endpoint: str) -> dict[str, Any]:
    """A good request with one or two things wrong."""
    sent = draw(_good_fields(endpoint))
    for _ in range(draw(st.integers(1, 2))):
        slip = draw(st.sampled_from([_wrong_value, _wrong_value, _wrong_value, _wrong_name, _left_out, _rival]))
        sent = draw(slip(ENDPOINTS[endpoint].request, sent))
    return sent


@st.composite
def _wrong_value(draw: st.DrawFn, request: type[Request], sent: dict[str, Any]) -> dict[str, Any]:
    known = sorted(request.model_fields)
    name = draw(st.sampled_from([*sent, *sent, *known] or ["x"]))
    field = request.model_fields.get(name)
    return {**sent, name: draw(refused(name, field) if field else anything)}


@st.composite
def _wrong_name(draw: st.DrawFn, request: type[Request], sent: dict[str, Any]) -> dict[str, Any]:
    known = st.sampled_from(sorted(request.fields()) or ["endpoint"])
    name = draw(st.one_of(known, known.flatmap(_misspelled), st.sampled_from(ODD), st.text(max_size=8)))
    return {**sent, name: draw(anything)}


@st.composite
def _left_out(draw: st.DrawFn, request: type[Request], sent: dict[str, Any]) -> dict[str, Any]:
    out = draw(st.sampled_from([*sent, "text"]))
    return {name: value for name, value in sent.items() if name != out}


@st.composite
def _rival(draw: st.DrawFn, request: type[Request], sent: dict[str, Any]) -> dict[str, Any]:
    known = [name for name in sorted(request.fields()) if name in _RIVALS or name in request.aliases]
    if not known:
        return sent
    name = draw(st.sampled_from(known))
    return {**sent, name: draw(accepted(name, request.model_fields[request.aliases.get(name, name)]))}


@st.composite
def _junk(draw: st.DrawFn, endpoint: str) -> dict[str, Any]:
    """Fields of the endpoint, and others, that hold anything."""
    fields = ENDPOINTS[endpoint].request.model_fields
    names = st.one_of(st.sampled_from(sorted(fields) or ["text"]), st.sampled_from(ODD), st.text(max_size=6))
    sent = draw(st.lists(names, max_size=6, unique=True))
    return {name: draw(refused(name, fields[name]) if name in fields else anything) for name in sent}


def _named(endpoint: str) -> Values:
    """The ways to name an endpoint."""
    also = [endpoint] * 6 + [endpoint.upper(), f" {endpoint} "]
    return st.sampled_from([*also, None, ""] if endpoint == "tts" else also)


def requests(endpoint: str) -> st.SearchStrategy[dict[str, Any]]:
    """Inputs of jobs for an endpoint: half of them good ones."""
    good, slips, junk = _good_fields(endpoint), _slips(endpoint), _junk(endpoint)
    fields = st.one_of(good, good, good, slips, slips, junk)
    return st.builds(lambda sent, name: {**sent, "endpoint": name}, fields, _named(endpoint))


no_requests: Values = st.one_of(
    anything,
    st.builds(lambda sent, name: {**sent, "endpoint": name}, _good_fields("tts"), anything),
    st.sampled_from(sorted(ENDPOINTS)).flatmap(_misspelled).map(lambda name: {"endpoint": name, "text": "Hello."}),
    st.lists(anything, max_size=2),
    st.dictionaries(st.text(max_size=6), anything, max_size=40),
)
"""Inputs without an endpoint, or with one that does not exist."""
