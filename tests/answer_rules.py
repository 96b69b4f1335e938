"""Answer rules: what holds for every answer, whatever was asked."""

import json
import math
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import unquote, urlsplit

from fuzzed_worker import SECRETS, Asked

from f5tts_worker import errors
from f5tts_worker.audio import AUDIO_FORMATS
from f5tts_worker.caption_fields import WORDS_IN_ANSWER, TimingAnswer
from f5tts_worker.contract import Response
from f5tts_worker.dispatch import ANSWER_MAX_BYTES, DEFAULT_ENDPOINT, ENDPOINTS
from f5tts_worker.endpoints.tts import TtsResponse
from f5tts_worker.text.words import split_words

SLOWEST_S = 20.0
"""A bound for what hangs, and none for what is slow: a machine may do other things meanwhile."""
ERROR_MAX_CHARS, DETAILS_MAX_CHARS = 1_200, 6_000

JOINER = "\u200d"
"""Of emoji; a voice may have it in its name."""

CODES = {kind.code for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.WorkerError)}
BUGS = {"internal_error"}


def check_answer(asked: Asked) -> None:
    """Assert that an answer is what it has to be."""
    answer = asked.answer
    assert isinstance(answer, dict)
    posted = json.dumps(answer, allow_nan=False, ensure_ascii=False)
    assert json.loads(posted) == answer
    assert len(posted.encode()) <= ANSWER_MAX_BYTES
    assert "error id" not in posted, "something failed inside the worker"
    assert asked.seconds < SLOWEST_S
    assert not asked.strays
    _check_privacy(posted.replace(asked.links, ""), asked)
    _check_files(asked)
    (_check_error if "error" in answer else _check_success)(asked)


def outcome(answer: dict[str, Any]) -> str:
    """What became of a job, in a word."""
    return str(answer.get("code", "answered"))


def _check_privacy(shown: str, asked: Asked) -> None:
    for secret in (str(asked.home), str(Path(__file__).parent.parent), "Traceback", *SECRETS):
        assert secret not in shown


def _check_error(asked: Asked) -> None:
    answer = asked.answer
    assert set(answer) == {"error", "code", "details"}
    assert answer["code"] in CODES - BUGS
    assert answer["error"].startswith(f"{answer['code']}: ")
    assert len(answer["error"]) <= ERROR_MAX_CHARS
    assert answer["error"].replace(JOINER, "").isprintable()
    assert len(json.dumps(answer["details"])) <= DETAILS_MAX_CHARS


def _check_files(asked: Asked) -> None:
    """Audio is there with the record that says that it is finished, or is not there."""
    for key in asked.made:
        assert not Path(key).name.startswith(".partial-")
        area, _, name = key.partition("/")
        assert key.count("/") == (3 if name.startswith(".meta/") else 1)
        job_id, _, ending = name.partition(".")
        if area == "output" and ending in AUDIO_FORMATS:
            assert json.loads(asked.made[f"output/{job_id}.json"])["state"] == "done"
    if "error" in asked.answer:
        assert not [key for key in asked.made if key.startswith("timings/")]


def _check_success(asked: Asked) -> None:
    answer = dict(asked.answer)
    metrics = answer.pop("metrics")
    assert all(isinstance(seconds, float) and seconds >= 0 for seconds in metrics.values())
    kind = _endpoint(asked.request)
    assert _sent(asked.request) <= {*ENDPOINTS[kind].request.fields(), "endpoint"}, "a typo has no effect"
    response = get_type_hints(ENDPOINTS[kind].handle)["return"]
    assert _parsed(response, answer).to_json() == answer
    for name, link in _links(answer):
        assert link.startswith(asked.links), name
    more = {"tts": _check_speech, "timing": _check_words, "preview_text": _check_preview, "list_voices": _check_page}
    more.get(kind, lambda _: None)(asked)
    if link := str(answer.get("audio_url") or answer.get("timing_url") or ""):
        size = _file(link).stat().st_size if _file(link).exists() else len(asked.made[link.removeprefix(asked.links)])
        assert size == answer.get("size", size) > 0


def _endpoint(request: dict[str, Any]) -> str:
    return (request.get("endpoint") or DEFAULT_ENDPOINT).strip().lower()


def _sent(request: dict[str, Any]) -> set[str]:
    """The fields that hold anything."""
    return {name for name, value in request.items() if value is not None and str(value).strip()}


def _parsed(response: type[Response], answer: dict[str, Any]) -> Response:
    """The answer as its endpoint's type; a field that the type has not is gone in it."""
    if response is TtsResponse:
        timing = {name: answer[name] for name in TimingAnswer.model_fields if name in answer}
        answer = {name: value for name, value in answer.items() if name not in timing}
        answer |= {"timing": timing} if timing else {}
    return response.model_validate_json(json.dumps(answer))


def _links(answer: Any, name: str = "") -> list[tuple[str, str]]:
    """Every link of an answer."""
    if isinstance(answer, dict):
        inside = name == "timing_files"
        return [found for key, value in answer.items() for found in _links(value, "_url" if inside else key)]
    return [(name, answer)] if name.endswith("_url") and isinstance(answer, str) else []


def _file(link: str) -> Path:
    return Path(unquote(urlsplit(link).path))


def _check_speech(asked: Asked) -> None:
    answer = asked.answer
    assert answer["duration"] > 0
    assert answer["audio_url"].endswith(f"/output/{answer['job_id']}.{answer['audio_format']}")
    if "timing_error" in answer:
        assert answer["timing_error"]["code"] in CODES - BUGS
    if "words" in answer:
        _check_words(asked)


def _check_words(asked: Asked) -> None:
    """Words are those of the text, one after the other, and within the audio."""
    answer = asked.answer
    words = answer["words"]
    shown = split_words(answer["text"])
    assert answer["word_count"] == len(shown)
    assert [word["word"] for word in words] == shown[:WORDS_IN_ANSWER]
    times = [at for word in words for at in (word["start_ms"], word["end_ms"])]
    assert times == sorted(times)
    assert all(0 <= at <= math.ceil(answer["duration"] * 1000) for at in times)
    assert all(0 <= word["score"] <= 1 for word in words)


def _check_preview(asked: Asked) -> None:
    """All of the text is in the map, once and in its order, at the place that is said."""
    answer = asked.answer
    pieces = [piece for chunk in answer["chunks"] for piece in chunk["map"]]
    assert "".join("".join(piece["shown"].split()) for piece in pieces) == "".join(answer["text"].split())
    assert answer["word_count"] == len(split_words(answer["text"]))
    for chunk in answer["chunks"]:
        assert "".join(chunk["shown"].split()) == "".join("".join(piece["shown"].split()) for piece in chunk["map"])
        assert chunk["estimated_s"] >= 0
    sent = asked.request.get("text")
    if isinstance(sent, str) and sent.strip():
        text = sent.strip()
        assert all(text[piece["start"] :].startswith(piece["shown"]) for piece in pieces)
        places = [at for piece in pieces for at in (piece["start"], piece["start"] + len(piece["shown"]))]
        assert places == sorted(places)


def _check_page(asked: Asked) -> None:
    answer = asked.answer
    assert answer["count"] == len(answer["voices"])
    names = [voice["name"] for voice in answer["voices"]]
    assert names == sorted(names)
