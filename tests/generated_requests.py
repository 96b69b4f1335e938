"""Generated requests: what callers send, what they send by mistake, and what is sent to see what happens."""

from typing import Any

from generated_junk import Values, anything
from generated_texts import ODD, evenly, repeated_texts
from generated_values import ACCEPTED, accepted, misspelled, refused
from hypothesis import strategies as st
from pydantic.fields import FieldInfo

from f5tts_worker.contract import Request
from f5tts_worker.dispatch import ENDPOINTS

SOURCES: dict[str, tuple[tuple[str, ...], ...]] = {
    "tts": (("text",), ("text", "return_word_timings"), ("text", "audio_format"), ("dialogue",)),
    "preview_text": (("text",), ("text", "language"), ("text", "lexicon"), ("dialogue",)),
    "upload": (("voice_name", "voice_file_url"),),
    "timing": (("job_id",), ("job_id",), ("audio_url", "text"), ("audio_url",)),
}
"""What endpoints need of which their types say that it may be absent."""
OF_ENDPOINT: dict[tuple[str, str], Values] = {
    ("upload", "voice_name"): st.sampled_from(["ann", "eve", "Eve.WAV", "名前", "new voice", "a" * 100]),
    ("preview_text", "text"): evenly(ACCEPTED["text"], ACCEPTED["text"], repeated_texts()),
}
"""What they accept beside that."""
_RIVALS = frozenset({"text", "dialogue", "job_id", "audio_url", "voice_file_url", "voice_key", "voice_url", "ref_text"})
"""Not sent beside a source, but by mistake."""

_left_empty = st.sampled_from([None, "", " "])


@st.composite
def _good_fields(draw: st.DrawFn, endpoint: str) -> dict[str, Any]:
    """A request that is most likely answered."""
    fields = ENDPOINTS[endpoint].request.model_fields
    required = tuple(name for name, field in fields.items() if field.is_required())
    needed = draw(st.sampled_from(SOURCES.get(endpoint, (required,))))
    sent = {name: draw(_accepted_by(endpoint, name, fields[name])) for name in needed}
    more = sorted(set(fields) - set(sent) - _RIVALS)
    chosen = draw(st.lists(st.sampled_from(more), max_size=5, unique=True)) if more else []
    return sent | {name: draw(evenly(*[accepted(name, fields[name])] * 5, _left_empty)) for name in chosen}


def _accepted_by(endpoint: str, name: str, field: FieldInfo) -> Values:
    return OF_ENDPOINT[endpoint, name] if (endpoint, name) in OF_ENDPOINT else accepted(name, field)


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
    name = draw(evenly(known, known.flatmap(misspelled), st.sampled_from(ODD), st.text(max_size=8)))
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
    names = evenly(st.sampled_from(sorted(fields) or ["text"]), st.sampled_from(ODD), st.text(max_size=6))
    sent = draw(st.lists(names, max_size=6, unique=True))
    return {name: draw(refused(name, fields[name]) if name in fields else anything) for name in sent}


def _named(endpoint: str) -> Values:
    """The ways to name an endpoint."""
    also = [endpoint] * 6 + [endpoint.upper(), f" {endpoint} "]
    return st.sampled_from([*also, None, ""] if endpoint == "tts" else also)


def requests(endpoint: str) -> st.SearchStrategy[dict[str, Any]]:
    """Inputs of jobs for an endpoint: half of them good ones."""
    good, slips, junk = _good_fields(endpoint), _slips(endpoint), _junk(endpoint)
    fields = evenly(good, good, good, slips, slips, junk)
    return st.builds(lambda sent, name: {**sent, "endpoint": name}, fields, _named(endpoint))


no_requests: Values = evenly(
    anything,
    st.builds(lambda sent, name: {**sent, "endpoint": name}, _good_fields("tts"), anything),
    st.sampled_from(sorted(ENDPOINTS)).flatmap(misspelled).map(lambda name: {"endpoint": name, "text": "Hello."}),
    st.lists(anything, max_size=2),
    st.dictionaries(st.text(max_size=6), anything, max_size=40),
)
"""Inputs without an endpoint, or with one that does not exist."""
