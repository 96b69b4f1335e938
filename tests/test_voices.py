"""The voice library and its endpoints, on a folder and on a bucket."""

import contextlib
import http.client
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import numpy as np
import pytest
from conftest import SENTENCE, FileServer
from moto.server import ThreadedMotoServer

from f5tts_worker import espeak
from f5tts_worker.aligners import AlignerChain
from f5tts_worker.audio import Audio, decode_wav, encode
from f5tts_worker.dispatch import dispatch
from f5tts_worker.errors import VoiceNotFound
from f5tts_worker.job import Job
from f5tts_worker.settings import Settings
from f5tts_worker.storage import Storage, open_storage
from f5tts_worker.transcriber import Transcriber
from f5tts_worker.voices import KEPT_IN_MEMORY, VoiceLibrary, reference_key
from f5tts_worker.worker import Worker

S3 = {"aws_access_key_id": "AKIAEXAMPLE", "aws_secret_access_key": "secret", "aws_region": "us-east-1"}


@pytest.fixture(scope="module")
def s3_url() -> Iterator[str]:
    """A local S3 server."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["local", "s3"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings of a worker on each kind of store, empty."""
    common: dict[str, Any] = {
        "engine": "preview",
        "volume_dir": tmp_path / "volume",
        "warm_transcriber": "off",
        "allow_private_urls": True,
    }
    if request.param == "local":
        return Settings(storage="local", storage_dir=tmp_path / "storage", **common)
    url = request.getfixturevalue("s3_url")
    bucket = f"b-{tmp_path.name.lower().replace('_', '-')}"[:60].rstrip("-")
    client = boto3.client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="AKIAEXAMPLE",
        aws_secret_access_key="secret",
    )
    client.create_bucket(Bucket=bucket)
    return Settings(storage="s3", s3_bucket=bucket, aws_endpoint_url=url, **S3, **common)


def call(worker: Worker, endpoint: str, **fields: Any) -> dict[str, Any]:
    """The answer to a job that must succeed."""
    answer = dispatch({"endpoint": endpoint, **fields}, worker, Job("job"))
    assert "error" not in answer, answer
    return answer


def keys(storage: Storage, prefix: str) -> list[str]:
    """Everything directly below a prefix."""
    return [item.key for item in storage.scan(prefix)]


def test_upload_then_use(worker: Worker, files: FileServer, recording: Audio) -> None:
    """An mp3 becomes a voice: its wav for people, its reference for engines, its profile in the answer."""
    url = files.put("alice.mp3", encode(recording, "mp3"))
    answer = call(worker, "upload", voice_name="alice", voice_file_url=url, ref_text=SENTENCE, language="en")
    assert answer["status"] == answer["message"] == "Voice 'alice.wav' uploaded successfully"
    voice = answer["voice"]
    assert (voice["text"], voice["text_source"], voice["language"]) == (SENTENCE, "ref_text", "en")
    assert voice["duration_s"] == pytest.approx(recording.duration_s, abs=0.05)
    assert voice["report"]["chars_per_s"] == pytest.approx(len(SENTENCE) / voice["report"]["speech_s"], rel=0.05)
    assert call(worker, "get_voice", voice_name="alice")["voice"] == voice
    assert keys(worker.storage, "voices/") == ["voices/alice.wav"]
    assert decode_wav(worker.storage.get("voices/alice.wav") or b"").rate == 24_000
    reference = worker.voices.reference("alice")
    assert reference.text == SENTENCE
    assert reference.audio.rate == 24_000
    assert dispatch({"text": "Hi.", "voice": "alice"}, worker, Job("j"))["voice"] == "alice.wav"


def test_get_voice_and_delete_voice(worker: Worker, recording_wav: bytes) -> None:
    """get_voice links the reference; delete_voice says what it deleted, and nothing of the voice is left."""
    worker.voices.add("bob", recording_wav, ref_text="Some.", language=None)
    shown = call(worker, "get_voice", voice_name="bob.wav")
    assert shown["voice"]["text"] == "Some."
    assert "/voices/.meta/bob/reference-" in shown["reference_url"]
    deleted = call(worker, "delete_voice", voice_name="bob")
    assert "voices/bob.wav" in deleted["deleted"]
    assert keys(worker.storage, "voices/") + keys(worker.storage, "voices/.meta/bob/") == []
    assert dispatch({"endpoint": "get_voice", "voice_name": "bob"}, worker, Job("j"))["code"] == "voice_not_found"


def test_overwrite_replaces_everything(worker: Worker, recording: Audio) -> None:
    """A second upload is heard at once, also by a worker that had used the first, and leaves no file of it."""
    other = Worker(
        **{
            name: getattr(worker, name)
            for name in ("settings", "engine", "engine_info", "storage", "transcriber", "fetcher", "aligners")
        }
    )
    worker.voices.add("bob", encode(recording, "wav"), ref_text="First.", language=None)
    assert other.voices.reference("bob").text == "First."
    half = Audio(recording.samples[: len(recording.samples) // 2], recording.rate)
    worker.voices.add("bob", encode(half, "wav"), ref_text="Second.", language=None)
    assert other.voices.reference("bob").text == "Second."
    assert other.voices.reference("bob").audio.duration_s < recording.duration_s * 0.6
    assert len(keys(worker.storage, "voices/.meta/bob/")) == 3


class TestWithoutProfile:
    """A bucket that holds only voices/*.wav from before."""

    def test_text_beside_it_is_used(self, worker: Worker, recording_wav: bytes) -> None:
        """NAME.txt is the text, with or without a byte order mark, and the profile is saved."""
        worker.storage.put("voices/old.wav", recording_wav, "audio/wav")
        worker.storage.put("voices/old.txt", b"\xef\xbb\xbfSome people\nread.", "text/plain")
        assert worker.voices.reference("old").text == "Some people read."
        profile = call(worker, "get_voice", voice_name="old")["voice"]
        assert profile["text_source"] == "txt"
        assert call(worker, "get_voice", voice_name="old")["voice"] == profile

    def test_change_by_hand_is_noticed(self, worker: Worker, recording: Audio) -> None:
        """A wav or a text that is replaced by hand is read anew."""
        worker.storage.put("voices/old.wav", encode(recording, "wav"), "audio/wav")
        assert worker.voices.reference("old").text is None
        worker.storage.put("voices/old.txt", b"Added later.", "text/plain")
        assert worker.voices.reference("old").text == "Added later."
        half = Audio(recording.samples[: len(recording.samples) // 2], recording.rate)
        worker.storage.put("voices/old.wav", encode(half, "wav"), "audio/wav")
        assert worker.voices.reference("old").audio.duration_s < recording.duration_s * 0.6

    def test_any_format_under_the_name(self, worker: Worker, recording: Audio) -> None:
        """A file called .wav that is an mp3 works."""
        worker.storage.put("voices/old.wav", encode(recording, "mp3"), "audio/wav")
        assert worker.voices.reference("old").audio.duration_s == pytest.approx(recording.duration_s, abs=0.2)

    def test_broken_one_is_named(self, worker: Worker) -> None:
        """A file that is no audio fails the job that uses it, with its name, and is still listed."""
        worker.storage.put("voices/old.wav", b"not audio", "audio/wav")
        error = dispatch({"text": "Hi.", "voice": "old"}, worker, Job("j"))["error"]
        assert error.startswith("invalid_audio: voice 'old.wav': ")
        assert call(worker, "list_voices")["count"] == 1

    def test_upload_takes_its_place(self, worker: Worker, recording_wav: bytes) -> None:
        """An upload over it wins over the profile that was made of it."""
        worker.storage.put("voices/old.wav", recording_wav, "audio/wav")
        worker.voices.reference("old")
        worker.voices.add("old", recording_wav, ref_text="New.", language=None)
        assert worker.voices.reference("old").text == "New."


def test_voice_replaced_after_a_look(worker: Worker, recording_wav: bytes) -> None:
    """A profile that was read just before another worker replaced the voice leads to the voice that is there now."""
    worker.voices.add("bob", recording_wav, ref_text="First.", language=None)
    seen = worker.voices.peek("bob")
    worker.voices.add("bob", recording_wav, ref_text="Second.", language=None)
    assert worker.voices.reference("bob", seen).text == "Second."


def test_list_pages_by_name(worker: Worker) -> None:
    """Pages follow one another without gap or repetition, by prefix too; other files are no voices."""
    for name in ("ann", "bea", "bob", "Cid", "zoë 2"):
        worker.storage.put(f"voices/{name}.wav", b"x", "audio/wav")
    worker.storage.put("voices/ann.txt", b"x", "text/plain")
    worker.storage.put("voices/.meta/ann/profile.json", b"{}", "application/json")
    first = call(worker, "list_voices", limit="2")
    second = call(worker, "list_voices", limit=2, cursor=first["next_cursor"])
    last = call(worker, "list_voices", limit=2, cursor=second["next_cursor"])
    names = [[voice["name"] for voice in page["voices"]] for page in (first, second, last)]
    assert names == [["Cid.wav", "ann.wav"], ["bea.wav", "bob.wav"], ["zoë 2.wav"]]
    assert last["next_cursor"] is None
    assert call(worker, "list_voices", prefix="b")["count"] == 2
    whole = call(worker, "list_voices")
    assert (whole["status"], whole["count"], whole["next_cursor"]) == ("success", 5, None)


def test_every_listed_voice_can_be_asked_for(worker: Worker) -> None:
    """Names written by hand are listed, paged and found as they are; what could never be asked for is left out."""
    usable = ["a..b", "e\u0301 decomposed", "\u00e9 composed", "trail."]
    for name in [*usable, "x.wav", " lead", "zero\u200bwidth"]:
        worker.storage.put(f"voices/{name}.wav", b"x", "audio/wav")
    listed, cursor = [], None
    while True:
        page = call(worker, "list_voices", limit=1, cursor=cursor)
        listed += [voice["name"] for voice in page["voices"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(listed) == sorted(f"{name}.wav" for name in usable)
    for name in listed:
        assert dispatch({"endpoint": "get_voice", "voice_name": name}, worker, Job("j"))["code"] == "invalid_audio"


def test_list_with_details(worker: Worker, recording_wav: bytes) -> None:
    """Details bring each profile; a recording that was put there by hand has none yet."""
    worker.voices.add("bob", recording_wav, ref_text="Some.", language=None)
    worker.storage.put("voices/old.wav", recording_wav, "audio/wav")
    bob, old = call(worker, "list_voices", details="true")["voices"]
    assert bob["profile"]["text"] == "Some."
    assert bob["profile"]["report"]["source_rate_hz"] == 22_050
    assert old["profile"] is None
    assert "profile" not in call(worker, "list_voices")["voices"][0]


@pytest.mark.parametrize("settings", ["s3"], indirect=True)
def test_upload_through_a_presigned_put(worker: Worker, recording_wav: bytes) -> None:
    """upload_url's link takes the file, `upload` takes its key, and the incoming file is gone afterwards."""
    ticket = call(worker, "upload_url", voice_name="bob", content_type="audio/wav")
    assert ticket["voice_key"].startswith("incoming/")
    parts = urlsplit(ticket["upload_url"])
    connection = http.client.HTTPConnection(parts.netloc)
    connection.request(ticket["method"], f"{parts.path}?{parts.query}", recording_wav, ticket["headers"])
    assert connection.getresponse().status == 200
    connection.close()
    call(worker, "upload", voice_name="bob", voice_key=ticket["voice_key"], ref_text="Some.")
    assert worker.voices.reference("bob").text == "Some."
    assert keys(worker.storage, "incoming/") == []


def test_failed_upload_keeps_the_old_voice(worker: Worker, files: FileServer, recording_wav: bytes) -> None:
    """An upload that fails changes nothing of the voice it was to replace."""
    worker.voices.add("bob", recording_wav, ref_text="Some.", language=None)
    before = {key: worker.storage.get(key) for key in keys(worker.storage, "voices/.meta/bob/")}
    url = files.put("broken", b"no audio")
    assert "error" in dispatch({"endpoint": "upload", "voice_name": "bob", "voice_file_url": url}, worker, Job("j"))
    assert {key: worker.storage.get(key) for key in keys(worker.storage, "voices/.meta/bob/")} == before


class _Stops:
    """A store that is lost after some writes, as for a worker that is killed there."""

    def __init__(self, storage: Storage, writes: int) -> None:
        self._storage = storage
        self._left = writes

    def __getattr__(self, name: str) -> Any:
        if name in ("put", "delete"):
            self._left -= 1
            if self._left < 0:
                raise ConnectionError("killed here")
        return getattr(self._storage, name)


@pytest.mark.parametrize("writes", range(6))
@pytest.mark.parametrize("settings", ["local"], indirect=True)
def test_worker_killed_in_an_upload(settings: Settings, recording: Audio, writes: int) -> None:
    """After any number of the writes of an upload a reader finds the old voice whole or the new voice whole."""
    storage, transcriber = open_storage(settings), Transcriber("none", settings.models)
    half = Audio(recording.samples[: len(recording.samples) // 2], recording.rate)
    VoiceLibrary(storage, transcriber, AlignerChain([])).add(
        "bob", encode(recording, "wav"), ref_text="whole", language=None
    )
    killed = VoiceLibrary(_Stops(storage, writes), transcriber, AlignerChain([]))
    with contextlib.suppress(ConnectionError):
        killed.add("bob", encode(half, "wav"), ref_text="half", language=None)
    reference = VoiceLibrary(storage, transcriber, AlignerChain([])).reference("bob")
    assert (reference.text == "half") == (reference.audio.duration_s < recording.duration_s * 0.6)
    assert (reference.text == "half") == (writes >= 3)


def _read_until(done: threading.Event, library: VoiceLibrary) -> list[tuple[str | None, float]]:
    """Every (text, seconds) that a reader of the voice gets."""
    seen = []
    while not done.is_set():
        with contextlib.suppress(VoiceNotFound):
            reference = library.reference("bob")
            seen.append((reference.text, round(reference.audio.duration_s, 2)))
    return seen


@pytest.mark.parametrize("settings", ["local"], indirect=True)
def test_readers_beside_writers_see_whole_voices(settings: Settings) -> None:
    """While two workers overwrite a voice, every read gives a text with the audio that says it."""
    storage, transcriber = open_storage(settings), Transcriber("none", settings.models)
    voice = espeak.voice_for("en") or ""
    texts = ("one two three four five six seven eight nine", "one two three four")
    uploads = {text: encode(espeak.speak(text.split(), voice).audio, "wav") for text in texts}

    def write(text: str) -> None:
        for _ in range(12):
            VoiceLibrary(storage, transcriber, AlignerChain([])).add("bob", uploads[text], ref_text=text, language=None)

    done = threading.Event()
    with ThreadPoolExecutor(4) as pool:
        readers = [
            pool.submit(_read_until, done, VoiceLibrary(storage, transcriber, AlignerChain([]))) for _ in range(2)
        ]
        for writer in [pool.submit(write, text) for text in texts]:
            writer.result()
        done.set()
        seen = {pair for reader in readers for pair in reader.result()}
    assert {text for text, _ in seen} == set(texts)
    assert len(seen) == 2
    assert VoiceLibrary(storage, transcriber, AlignerChain([])).reference("bob").text in texts


@pytest.mark.parametrize("settings", ["local"], indirect=True)
def test_memory_is_bounded(worker: Worker, recording_wav: bytes) -> None:
    """A used voice stays in memory and is not read again; more than KEPT_IN_MEMORY push the oldest out."""
    worker.voices.add("bob", recording_wav, ref_text="Some.", language=None)
    first = worker.voices.reference("bob")
    assert worker.voices.reference("bob") is first
    for i in range(KEPT_IN_MEMORY):
        worker.voices.add(f"v{i}", recording_wav, ref_text=f"{i}", language=None)
        worker.voices.reference(f"v{i}")
    again = worker.voices.reference("bob")
    assert again is not first
    np.testing.assert_array_equal(again.audio.samples, first.audio.samples)


@pytest.mark.parametrize("settings", ["local"], indirect=True)
def test_unreadable_profile_counts_as_absent(worker: Worker, recording_wav: bytes) -> None:
    """A profile that somebody broke is made again from the wav."""
    worker.voices.add("bob", recording_wav, ref_text="Some.", language=None)
    worker.storage.put("voices/.meta/bob/profile.json", b"{broken", "application/json")
    profile = worker.voices.profile("bob")
    assert worker.storage.head(reference_key(profile))
