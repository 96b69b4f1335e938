"""A worker with voices and jobs, asked again and again from the same state, and what each question left behind."""

import contextlib
import ipaddress
import json
import os
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from conftest import FileServer
from generated_texts import SPEAKERS
from generated_values import FILES

from f5tts_worker.aligners import AlignerChain
from f5tts_worker.aligners.offline import OfflineAligner
from f5tts_worker.audio import Audio, encode
from f5tts_worker.dispatch import dispatch
from f5tts_worker.job import Job
from f5tts_worker.net import Fetcher
from f5tts_worker.records import JobRecord
from f5tts_worker.settings import Settings
from f5tts_worker.worker import Worker

BUCKET = ("127.0.0.1", 9)
"""Nothing answers there; links can be signed all the same."""

_BUCKET_SETTINGS: dict[str, Any] = {
    "s3_bucket": "voices",
    "aws_access_key_id": "AKIAIOSFODNN7EXAMPLE",
    "aws_secret_access_key": "wJalrXUtnFEMI-the-secret-key",
    "aws_endpoint_url": f"http://{BUCKET[0]}:{BUCKET[1]}",
}
SECRETS = (_BUCKET_SETTINGS["aws_secret_access_key"],)

INSIDE = {"localhost": ["127.0.0.1"], "inside.test": ["10.0.0.1"], "mixed.test": ["93.184.216.34", "127.0.0.1"]}
"""Names that lead into somebody's own network."""


@dataclass(frozen=True)
class Asked:
    """One job."""

    request: Any
    """As it was generated."""
    answer: Any
    seconds: float
    made: dict[str, bytes]
    """Files of the store that are there now and were not, by key."""
    strays: list[str]
    """Files anywhere else, and connections that nobody should make."""
    home: Path
    """The folder around all files."""
    links: str
    """What links begin with."""


class FuzzedWorker:
    """Three workers on one state: one that fetches files, one as deployed, one with a bucket."""

    def __init__(self, folder: Path, files: FileServer, recording: Audio) -> None:
        self._folder = folder
        self._store = folder / "storage"
        self._temp, self._here = folder / "temp", folder / "here"
        for made in (self._temp, self._here):
            made.mkdir()
        self._files = put_files(files, recording)
        self._contacts = Contacts()
        worker = Worker.load(_settings(folder, storage="local", storage_dir=self._store))
        worker = replace(worker, aligners=AlignerChain([OfflineAligner()]))  # whisperx takes half a minute to load
        worker.aligners.load()
        self._strict = replace(worker, fetcher=Fetcher(resolve=_resolve_inside))
        self._open = replace(worker, fetcher=Fetcher(allowed=lambda _: True, resolve=self._resolve_files))
        self._bucket = Worker.load(_settings(folder, storage="s3", **_BUCKET_SETTINGS))
        self._fill(recording)
        self._before = _read_all(self._store)
        self._stamps = _stamps(self._store)

    def ask(self, request: Any, job_id: str = "fuzz", *, strict: bool = False) -> Asked:
        """Answer one request, and put everything back."""
        bucket = isinstance(request, dict) and request.get("endpoint") == "upload_url"
        worker = self._bucket if bucket else self._strict if strict else self._open
        raw = json.loads(json.dumps(request).replace(FILES, self._files))
        began = time.monotonic()
        with self._contacts.watched({BUCKET} if strict else {BUCKET, _address(self._files)}):
            answer = dispatch(raw, worker, Job(job_id))
        return Asked(
            request=request,
            answer=answer,
            seconds=time.monotonic() - began,
            made=self._put_back(),
            strays=[*self._contacts.refused(), *_emptied(self._temp), *_emptied(self._here)],
            home=self._folder,
            links=f"http://{BUCKET[0]}:{BUCKET[1]}/" if bucket else f"{self._store.as_uri()}/",
        )

    @contextlib.contextmanager
    def at_home(self) -> Iterator[None]:
        """Where temporary files, and those without a folder, are found."""
        before, tempfile.tempdir = tempfile.tempdir, str(self._temp)
        try:
            with contextlib.chdir(self._here):
                yield
        finally:
            tempfile.tempdir = before

    def _fill(self, recording: Audio) -> None:
        """Voices and jobs."""
        for name in SPEAKERS:
            self._must({"endpoint": "upload", "voice_name": name, "voice_file_url": f"{FILES}/good.wav"})
        self._open.storage.put("voices/by hand.wav", encode(recording, "wav"), "audio/wav")
        self._open.storage.put("voices/garbage.wav", b"RIFF\x00", "audio/wav")
        for audio_format in ("wav", "mp3", "flac", "ogg", "opus"):
            self._must({"text": "All done.", "audio_format": audio_format}, f"done-{audio_format}")
        self._must({"text": "It costs $45, or so.", "return_word_timings": True}, "done-timed")
        self._must({"endpoint": "timing", "job_id": "done-wav", "timing_format": "all"}, "captions-only")
        self._open.storage.put("output/broken-record.json", b'{"job_id": ', "application/json")
        self._open.storage.put("output/audio-only.wav", encode(recording, "wav"), "audio/wav")
        record = self._open.records.read("done-wav")
        assert isinstance(record, JobRecord)
        self._open.records.write(record.model_copy(update={"job_id": "begun", "state": "started"}))

    def _must(self, request: dict[str, Any], job_id: str = "fill") -> None:
        raw = json.loads(json.dumps(request).replace(FILES, self._files))
        answer = dispatch(raw, self._open, Job(job_id))
        assert "error" not in answer, answer

    def _resolve_files(self, host: str, port: int) -> list[str]:
        if (host, port) != _address(self._files):
            raise OSError("no such host")
        return [host]

    def _put_back(self) -> dict[str, bytes]:
        """Bring the store back to what it was; returns what was new in it."""
        now = _stamps(self._store)
        new = {key: (self._store / key).read_bytes() for key in now if now[key] != self._stamps.get(key)}
        for key in new.keys() - self._before.keys():
            (self._store / key).unlink()
        for key in self._stamps.keys() - now.keys() | new.keys() & self._before.keys():
            path = self._store / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self._before[key])
            os.utime(path, ns=(self._stamps[key][0], self._stamps[key][0]))
        return new


def _settings(folder: Path, **others: Any) -> Settings:
    """Settings of a worker that loads no model."""
    quiet: dict[str, Any] = {"warm_transcriber": "off", "warm_aligner": "off"}
    return Settings(engine="preview", volume_dir=folder / "volume", **quiet, **others)


class Contacts:
    """Refuses every connection but those to known places."""

    def __init__(self) -> None:
        self._known: set[tuple[str, int]] | None = None
        self._others: list[str] = []
        sys.addaudithook(self._look)

    @contextlib.contextmanager
    def watched(self, known: set[tuple[str, int]]) -> Iterator[None]:
        """For the time of a job."""
        self._known = known
        try:
            yield
        finally:
            self._known = None

    def refused(self) -> list[str]:
        """What was refused since this was last asked."""
        found, self._others = self._others, []
        return found

    def _look(self, event: str, details: tuple[Any, ...]) -> None:
        if self._known is None or event not in ("socket.connect", "socket.getaddrinfo"):
            return
        address = details[1][:2] if event == "socket.connect" else details[:2]
        if address not in self._known:
            self._others.append(f"{event} {address}")
            raise PermissionError("no connection is made from here")


def _resolve_inside(host: str, port: int) -> list[str]:
    """The address of a number in any spelling, or of a known name; no name server is asked."""
    if host in INSIDE:
        return INSIDE[host]
    if ":" in host:
        return [str(ipaddress.ip_address(host))]
    return [socket.inet_ntoa(socket.inet_aton(host))]


def _address(url: str) -> tuple[str, int]:
    host, port = url.removeprefix("http://").split(":")
    return host, int(port)


def _stamps(folder: Path) -> dict[str, tuple[int, int]]:
    found = {path.relative_to(folder).as_posix(): path.stat() for path in folder.rglob("*") if path.is_file()}
    return {key: (stat.st_mtime_ns, stat.st_size) for key, stat in found.items()}


def _read_all(folder: Path) -> dict[str, bytes]:
    return {key: (folder / key).read_bytes() for key in _stamps(folder)}


def _emptied(folder: Path) -> list[str]:
    """What lies in a folder, which is empty then."""
    found = sorted(folder.rglob("*"), reverse=True)
    for path in found:
        path.rmdir() if path.is_dir() else path.unlink()
    return [path.relative_to(folder.parent).as_posix() for path in found]


def _header(channels: int = 1, rate: int = 24_000, size: int = 2**32 - 1) -> bytes:
    """The head of a 16-bit wav."""
    numbers = [(16, 4), (1, 2), (channels, 2), (rate, 4), (rate * channels * 2 % 2**32, 4), (channels * 2 % 2**16, 2)]
    described = b"".join(number.to_bytes(length, "little") for number, length in [*numbers, (16, 2)])
    length = size.to_bytes(4, "little")
    return b"RIFF" + length + b"WAVEfmt " + described + b"data" + length


def put_files(files: FileServer, recording: Audio) -> str:
    """Serve recordings, and what is none; returns the address of the server."""
    wav = encode(recording, "wav")
    noise = np.random.default_rng(1).bytes(100_000)
    silence = Audio(np.zeros(3 * recording.rate, np.float32), recording.rate)
    made: dict[str, Callable[[], bytes]] = {
        "good.wav": lambda: wav,
        "good.mp3": lambda: encode(recording, "mp3"),
        "loud.opus": lambda: encode(Audio(np.clip(recording.samples * 2, -1, 1), recording.rate), "opus"),
        "quiet.flac": lambda: encode(Audio(recording.samples * 0.05, recording.rate), "flac"),
        "empty.wav": lambda: b"",
        "page.html": lambda: b"<html><body>Download here</body></html>",
        "noise.wav": lambda: noise,
        "silence.wav": lambda: encode(silence, "wav"),
        "cut.wav": lambda: wav[: len(wav) // 2],
        "huge-header.wav": lambda: _header() + noise,
        "many-channels.wav": lambda: _header(channels=65_535) + noise,
        "no-rate.wav": lambda: _header(rate=0, size=len(noise)) + noise,
        "cut.mp3": lambda: encode(recording, "mp3")[:3_000],
        "text.wav": lambda: "No audio, but 日本語. ".encode() * 100,
        "picture.png": lambda: b"\x89PNG\r\n\x1a\n" + noise[:1_000],
        "long.opus": lambda: encode(Audio(np.tile(recording.samples, 8), recording.rate), "opus"),
        "one-sample.wav": lambda: encode(Audio(recording.samples[:1], recording.rate), "wav"),
    }
    addresses = [files.put(name, make()) for name, make in made.items()]
    return addresses[0].rpartition("/")[0]
