"""Every error code that a job can end with, raised over HTTP through the SDK's local API.

`cancelled` cannot be: that API stops no job (tests/test_serving.py has it). `transcriber_unavailable` is a warning of
`upload` and belongs to no failed job yet.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import FileServer
from local_api import LocalApi

from f5tts_worker.audio import Audio, encode
from f5tts_worker.dispatch import dispatch
from f5tts_worker.job import Job
from f5tts_worker.worker import Worker

SECRET = "wJalrXUtnFEMI-the-secret-key"


@pytest.fixture(scope="module")
def faulty(start_api: Callable[..., LocalApi]) -> LocalApi:
    """A worker whose engine fails on demand."""
    return start_api(Path(__file__).with_name("faulty_worker.py"))


@pytest.fixture(scope="module")
def no_bucket(start_api: Callable[..., LocalApi]) -> LocalApi:
    """A worker for S3 whose variables are not set."""
    return start_api(STORAGE="s3")


@pytest.fixture(scope="module")
def dead_bucket(start_api: Callable[..., LocalApi]) -> LocalApi:
    """A worker whose bucket refuses every connection."""
    return start_api(
        STORAGE="s3",
        S3_BUCKET="voices",
        AWS_ACCESS_KEY_ID="AKIAIOSFODNN7EXAMPLE",
        AWS_SECRET_ACCESS_KEY=SECRET,
        AWS_ENDPOINT_URL="http://127.0.0.1:9",
    )


@pytest.fixture(scope="module")
def strict(start_api: Callable[..., LocalApi]) -> LocalApi:
    """A worker as deployed, which fetches from public addresses only."""
    return start_api(ALLOW_PRIVATE_URLS="false")


@pytest.fixture(scope="module", autouse=True)
def _rob(api: LocalApi, files: FileServer, recording_wav: bytes) -> None:
    url = files.put("rob.wav", recording_wav)
    api.runsync(endpoint="upload", voice_name="rob", voice_file_url=url, ref_text="Some people.")


SPEAK = {"text": "Hello."}

# request -> what the error says: its code, what was wrong, what is accepted or what to do
BY_REQUEST: dict[str, tuple[dict[str, Any], list[str]]] = {
    "text missing": ({}, ["invalid_input: text: missing", "the text to speak"]),
    "text blank": ({"text": "  "}, ["invalid_input: text: missing"]),
    "unknown field": ({**SPEAK, "sped": 1}, ["invalid_input: sped: unknown field", "did you mean speed?"]),
    "number too high": ({**SPEAK, "speed": 9}, ["invalid_input: speed: 9 is not accepted", "from 0.3 to 3"]),
    "number as words": ({**SPEAK, "speed": "fast"}, ["invalid_input: speed: 'fast'", "from 0.3 to 3"]),
    "boolean for number": ({**SPEAK, "nfe_step": True}, ["invalid_input: nfe_step: True", "from 1 to 128"]),
    "not a boolean": (
        {**SPEAK, "remove_silence": "maybe"},
        ["invalid_input: remove_silence: 'maybe'", "true or false"],
    ),
    "near choice": ({**SPEAK, "audio_format": "mp33"}, ["invalid_input: audio_format", "did you mean mp3?"]),
    "bad timing format": ({**SPEAK, "timing_format": ["srt", "xyz"]}, ["invalid_input: timing_format", "srt, vtt"]),
    "two wrong fields": (
        {**SPEAK, "speed": 0, "seed": -1},
        ["invalid_input: speed: 0 is not accepted", "seed: -1 is not accepted"],
    ),
    "two voices": ({**SPEAK, "local_voice": "rob", "voice": "bob"}, ["invalid_input: voice", "send one"]),
    "unknown language": ({**SPEAK, "language": "qq"}, ["invalid_input: language", "en, en-gb"]),
    "unspeakable": ({"text": "\u200b\u200b"}, ["invalid_input: text"]),
    "key outside": (
        {**SPEAK, "local_voice": "../../etc/passwd"},
        ["invalid_input: local_voice", "no slash, backslash"],
    ),
    "job id outside": ({"endpoint": "download", "job_id": "../voices/rob"}, ["invalid_input: job_id"]),
    "prefix outside": ({"endpoint": "list_voices", "prefix": ".meta/"}, ["invalid_input: prefix"]),
    "key of another area": (
        {"endpoint": "upload", "voice_name": "x", "voice_key": "output/a.wav"},
        ["invalid_input: voice_key", "upload_url"],
    ),
    "no recording": ({"endpoint": "upload", "voice_name": "x"}, ["invalid_input: voice_file_url: missing"]),
    "extra field": ({"endpoint": "status", "verbose": True}, ["invalid_input: verbose", "this endpoint takes none"]),
    "text too long": (
        {"text": "a" * 20_001},
        ["text_too_long: the text has 20001 characters and 20000 are accepted; split"],
    ),
    "endpoint": ({"endpoint": "uplod"}, ["unknown_endpoint: no endpoint 'uplod'", "did you mean upload?", "status"]),
    "voice": ({**SPEAK, "local_voice": "bob.wav"}, ["voice_not_found: no voice 'bob.wav'; did you mean 'rob.wav'?"]),
    "voice of get_voice": ({"endpoint": "get_voice", "voice_name": "zzz"}, ["voice_not_found", "see list_voices"]),
    "voice of delete_voice": ({"endpoint": "delete_voice", "voice_name": "zzz"}, ["voice_not_found"]),
    "job": ({"endpoint": "download", "job_id": "nope"}, ["not_found: there is no audio of job nope", "check the id"]),
    "incoming file": (
        {"endpoint": "upload", "voice_name": "x", "voice_key": "incoming/" + "0" * 32},
        ["not_found: there is no file at incoming/000", "upload_url"],
    ),
    "captions": (
        {"endpoint": "download", "job_id": "x", "type": "timing"},
        ["not_found: there are no captions of job x; check the id"],
    ),
    "upload link": ({"endpoint": "upload_url", "voice_name": "x"}, ["storage_not_configured", "STORAGE=s3"]),
    "refused connection": (
        {"endpoint": "upload", "voice_name": "x", "voice_file_url": "http://127.0.0.1:9/a.wav"},
        ["download_failed: voice_file_url: 127.0.0.1 did not answer"],
    ),
}


@pytest.mark.parametrize(("request_", "says"), BY_REQUEST.values(), ids=BY_REQUEST)
def test_request_gets_its_error(api: LocalApi, request_: dict[str, Any], says: list[str]) -> None:
    """The error starts with its code and says what was wrong, what is accepted and what to do."""
    error = api.error(**request_)
    code = says[0].split(":")[0]
    assert error.startswith(f"{code}: ")
    assert [part for part in says if part not in error] == []


def test_words_that_cannot_be_timed(api: LocalApi) -> None:
    """An aligner that is not set up is named, with why, where no other may take its place."""
    job_id = api.runsync(**SPEAK)["job_id"]
    error = api.error(endpoint="timing", job_id=job_id, timing_method="google", timing_strict=True)
    assert error == "timing_unavailable: the words could not be timed: google: it is not set up on this worker"


@pytest.mark.parametrize(
    "body",
    [
        '{"input": "Hello."}',
        '{"input": ["Hello."]}',
        '{"input": {"text": "Hi.", "speed": NaN}}',
        '{"input": {"text": "\\ud800"}}',
    ],
    ids=["string", "list", "NaN", "lone surrogate"],
)
def test_odd_json_is_invalid_input(worker: Worker, body: str) -> None:
    """What is no object, no number or no text is refused with invalid_input."""
    assert dispatch(json.loads(body)["input"], worker, Job("odd"))["error"].startswith("invalid_input: ")


@pytest.mark.parametrize(
    "request_",
    [
        {"text": "Hi.", "f" * 1_000_000: 1},
        {"text": "Hi.", "a\x1b[31m\n": 1},
        {"text": "Hi.", **{f"unknown_{i}": i for i in range(5_000)}},
        {"text": "Hi.", "timing_format": ["x"] * 100_000},
        {"text": "Hi.", "voice_url": "x" * 1_000_000 + "://a/"},
        {"text": "Hi.", "local_voice": "x" * 1_000_000},
        {"endpoint": "e" * 1_000_000},
        {"text": "Hi.", "speed": [[[[1]]] * 1_000]},
    ],
    ids=["field", "control characters", "fields", "list", "scheme", "voice", "endpoint", "nested"],
)
def test_hostile_request_gets_a_short_error_soon(worker: Worker, request_: dict[str, Any]) -> None:
    """Whatever is sent, the error is bounded and printable, and the worker's one thread is free again at once."""
    began = time.process_time()
    error = dispatch(request_, worker, Job("hostile"))["error"]
    assert time.process_time() - began < 2
    assert len(error) < 1_200
    assert error.isprintable()


FILES: dict[str, tuple[Callable[[Audio], bytes], dict[str, Any], list[str]]] = {
    "no audio": (lambda _: b"<html>not found</html>", {}, ["invalid_audio", "wav, mp3, flac"]),
    "too short": (lambda a: encode(Audio(a.samples[:8000], a.rate), "wav"), {}, ["invalid_audio", "1 to 600 s"]),
    "silent": (
        lambda a: encode(Audio(a.samples * 1e-4, a.rate), "wav"),
        {},
        ["invalid_audio: the recording is silent"],
    ),
    "distorted": (lambda a: encode(Audio(a.samples * 100, a.rate), "wav"), {}, ["invalid_audio", "distorted"]),
    "eleven minutes": (lambda a: encode(_minutes(a, 11), "opus"), {}, ["audio_too_long", "600 s", "cut it"]),
    "text for a cut recording": (
        lambda a: encode(_minutes(a, 0.5), "wav"),
        {"ref_text": "Some people."},
        ["invalid_input: ref_text", "at most 12 s of audio", "leave ref_text out"],
    ),
    "a click": (lambda a: encode(_click(a), "wav"), {}, ["invalid_audio: only 0.01 s of the recording"]),
    "51 MB": (lambda _: bytes(51 * 1024 * 1024), {}, ["download_too_large", "over 50 MB", "mp3"]),
}


def _click(audio: Audio) -> Audio:
    samples = np.zeros(5 * audio.rate, np.float32)
    samples[audio.rate] = 1.0
    return Audio(samples, audio.rate)


def _minutes(audio: Audio, minutes: float) -> Audio:
    repeats = int(minutes * 60 / audio.duration_s) + 1
    return Audio(np.tile(audio.samples, repeats), audio.rate)


@pytest.mark.parametrize(("make", "fields", "says"), FILES.values(), ids=FILES)
def test_file_gets_its_error(
    api: LocalApi,
    files: FileServer,
    recording: Audio,
    make: Callable[[Audio], bytes],
    fields: dict[str, Any],
    says: list[str],
) -> None:
    """A file that cannot become a voice is refused, and no voice is left behind."""
    url = files.put("bad", make(recording))
    error = api.error(endpoint="upload", voice_name="bad", voice_file_url=url, **fields)
    assert [part for part in says if part not in error] == []
    assert api.runsync(endpoint="list_voices", prefix="bad")["voices"] == []


def test_missing_file_is_download_failed(api: LocalApi, files: FileServer) -> None:
    """The answer of the other side is passed on."""
    url = files.put("there", b"") + "-not"
    assert "answered HTTP 404" in api.error(endpoint="upload", voice_name="x", voice_file_url=url)


def test_web_page_is_download_failed(api: LocalApi, files: FileServer) -> None:
    """A share link that opens a page is told apart from a file that is no audio."""
    url = files.put("share.html", b"<html>Download here</html>")
    error = api.error(endpoint="upload", voice_name="x", voice_file_url=url)
    assert error.startswith("download_failed: voice_file_url: 127.0.0.1 delivered a web page")


def test_taken_name_is_voice_exists(api: LocalApi, files: FileServer) -> None:
    """overwrite=false keeps the voice that is there, before anything is fetched."""
    error = api.error(
        endpoint="upload", voice_name="ROB.wav".lower(), voice_file_url="http://127.0.0.1:9/", overwrite="false"
    )
    assert error.startswith("voice_exists: there is a voice 'rob.wav' already")


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/latest/", "http://localhost/", "file:///etc/passwd", "ftp://a/b"]
)
def test_private_address_is_url_not_allowed(strict: LocalApi, url: str) -> None:
    """A deployed worker fetches nothing from its own network, for a voice or for one-off cloning."""
    for request in ({"endpoint": "upload", "voice_name": "x", "voice_file_url": url}, {**SPEAK, "voice_url": url}):
        assert strict.error(**request).startswith("url_not_allowed: ")


@pytest.mark.parametrize(
    "request_",
    [
        SPEAK,
        {"endpoint": "list_voices"},
        {"endpoint": "download", "job_id": "x"},
        {"endpoint": "upload_url", "voice_name": "x"},
    ],
    ids=["tts", "list_voices", "download", "upload_url"],
)
def test_no_bucket_is_storage_not_configured(no_bucket: LocalApi, request_: dict[str, Any]) -> None:
    """A worker without a bucket starts, and each job that needs one says which variables are missing."""
    error = no_bucket.error(**request_)
    assert error.startswith("storage_not_configured: ")
    assert "S3_BUCKET, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY not set" in error


def test_dead_bucket_is_storage_error_without_secrets(dead_bucket: LocalApi) -> None:
    """A bucket that does not answer fails the job, and no key is in the error, the status or the log."""
    error = dead_bucket.error(endpoint="list_voices")
    status = dead_bucket.runsync(endpoint="status")
    assert error.startswith("storage_error: could not list files in the bucket")
    assert status["storage"]["reachable"] is False
    for text in (error, json.dumps(status), dead_bucket.log):
        assert SECRET not in text
        assert "AKIAIOSFODNN7EXAMPLE" not in text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("engine", "engine_error"),
        ("gpu memory", "out_of_memory"),
        ("memory", "out_of_memory"),
        ("bug", "internal_error"),
    ],
)
def test_failing_engine_gets_its_code(faulty: LocalApi, text: str, code: str) -> None:
    """However an engine fails, the caller gets a code and the next job is served."""
    assert faulty.error(text=text).startswith(f"{code}: ")
    assert faulty.runsync(text="Still there.")["status"] == "completed"


def test_internal_error_has_an_id_that_is_in_the_log(faulty: LocalApi) -> None:
    """The caller sees neither traceback nor path, only an id; the log has both beside that id."""
    error = faulty.error(text="bug")
    error_id = error.rsplit(" ", 1)[-1]
    assert "secret" not in error
    assert "Traceback" not in error
    assert f"internal error {error_id}" in faulty.log
    assert "KeyError" in faulty.log
