"""`preview_text` says what `tts` would say, and how long it would take."""

from itertools import pairwise
from typing import Any

import pytest
from spoken import WatchedEngine

from f5tts_worker.dispatch import dispatch
from f5tts_worker.engines.preview import NO_CLONING
from f5tts_worker.job import Job
from f5tts_worker.text.words import split_words
from f5tts_worker.worker import Worker

LONG = "The year 1999 was long, and Dr. Smith paid $45 for 3.5 kg of it. " * 20


def call(worker: Worker, endpoint: str, job_id: str = "job", **fields: Any) -> dict[str, Any]:
    """The answer to a job that must succeed."""
    answer = dispatch({"endpoint": endpoint, **fields}, worker, Job(job_id))
    assert "error" not in answer, answer
    return answer


@pytest.fixture(autouse=True)
def _voices(worker: Worker, recording_wav: bytes) -> None:
    for name in ("ann", "bob"):
        worker.voices.add(name, recording_wav, ref_text="Some people.", language=None)


REQUESTS: dict[str, dict[str, Any]] = {
    "a sentence": {"text": "It costs $45 today."},
    "several chunks": {"text": LONG},
    "pauses": {"text": "[pause 1s]One.[pause 2s]Two.\n\nThree.", "paragraph_pause_ms": 700},
    "voices": {"text": "So. [voice:ann]Is it [speed:2]really[/speed] $5?[/voice] Yes.", "voice": "bob"},
    "dialogue": {"dialogue": [{"voice": "ann", "text": "Is it $5?"}, {"voice": "bob", "text": "No.", "speed": 0.8}]},
    "as written": {"text": "It costs money at SQL & Co.", "normalize": "false", "lexicon": '{"SQL": "sequel"}'},
    "what is not said": {"text": "One. 😀 [pause 1s]😀[pause 1s] Two."},
    "slow": {"text": "It costs $45 today, and no more.", "speed": 0.6},
}


@pytest.mark.parametrize("fields", REQUESTS.values(), ids=REQUESTS)
def test_says_what_is_spoken(worker: Worker, fields: dict[str, Any]) -> None:
    """The chunks are the lines that the engine gets for the same fields, and nothing is spoken or stored for them."""
    engine = WatchedEngine(worker.engine)
    worker.engine = engine
    preview = call(worker, "preview_text", **fields)
    assert engine.lines == []
    assert list(worker.storage.scan("output/")) == []
    answer = call(worker, "tts", **fields)
    said = [chunk for chunk in preview["chunks"] if chunk["said"]]
    assert [(chunk["said"], chunk["speed"]) for chunk in said] == [(line.text, line.speed) for line in engine.lines]
    voices = [line.reference and line.reference.key for line in engine.lines]
    keys = {worker.voices.reference(name).key: name for name in ("ann", "bob")}
    assert [chunk["voice"] for chunk in said] == [keys.get(voice or "") for voice in voices]
    assert preview["text"] == answer["text"]
    assert set(preview["warnings"]) <= set(answer["warnings"])
    assert preview["estimated_s"] == pytest.approx(answer["duration"], rel=0.25, abs=0.3)


@pytest.mark.parametrize("fields", REQUESTS.values(), ids=REQUESTS)
def test_the_map_is_whole(worker: Worker, fields: dict[str, Any]) -> None:
    """Each of the text's words is in one piece, in order, at its place in what was sent; pieces make up the chunk."""
    preview = call(worker, "preview_text", **fields)
    pieces = [piece for chunk in preview["chunks"] for piece in chunk["map"]]
    assert "".join("".join(piece["shown"].split()) for piece in pieces) == "".join(preview["text"].split())
    assert preview["word_count"] == len(split_words(preview["text"]))
    for chunk in preview["chunks"]:
        assert chunk["shown"].split() == " ".join(piece["shown"] for piece in chunk["map"]).split()
        assert not chunk["said"] or chunk["said"] == " ".join(" ".join(p["said"] for p in chunk["map"]).split())
    if text := fields.get("text"):
        assert all(text[piece["start"] :].startswith(piece["shown"]) for piece in pieces)
        assert all(one["start"] + len(one["shown"]) <= other["start"] for one, other in pairwise(pieces))


def test_estimate_and_pauses_add_up(worker: Worker) -> None:
    """The whole is the chunks and the silences."""
    preview = call(worker, "preview_text", **REQUESTS["pauses"])
    assert preview["pause_before_ms"] == 1_000
    assert [chunk["pause_after_ms"] for chunk in preview["chunks"]] == [2_000, 700, 0]
    parts = sum(chunk["estimated_s"] + chunk["pause_after_ms"] / 1000 for chunk in preview["chunks"])
    assert preview["estimated_s"] == pytest.approx(1.0 + parts, abs=0.02)


def test_warnings_come_before_the_money_is_spent(worker: Worker) -> None:
    """What tts would warn of, this does."""
    assert call(worker, "preview_text", text="Hello.", speed=0.3)["warnings"] == [
        NO_CLONING,
        "engine preview speaks no slower than speed 0.49",
    ]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({}, "invalid_input: text: missing"),
        ({"text": "..."}, "invalid_input: text: nothing in it can be spoken"),
        ({"text": "[pause 1s"}, "invalid_input: text: "),
        ({"text": "Hi.", "dialogue": [{"voice": "ann", "text": "Hi."}]}, "invalid_input: dialogue: "),
        ({"text": "Hello.", "voice": "carl"}, "voice_not_found: "),
        ({"text": "word " * 5_000}, "text_too_long: "),
        ({"text": "Hello.", "sped": 1}, "invalid_input: sped: "),
    ],
    ids=["nothing", "symbols", "open tag", "two texts", "no such voice", "too long", "unknown field"],
)
def test_refuses_what_tts_refuses(worker: Worker, fields: dict[str, Any], says: str) -> None:
    """With the same error."""
    errors = [dispatch({"endpoint": name, **fields}, worker, Job("j"))["error"] for name in ("preview_text", "tts")]
    assert errors[0] == errors[1]
    assert errors[0].startswith(says)
