"""Fixtures: a worker in this process, a worker behind the SDK's local API, and files served over HTTP."""

import http.server
import os
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"  # read when the hub's client is imported, once

import pytest
from local_api import LocalApi

from f5tts_worker import espeak
from f5tts_worker.audio import Audio, encode
from f5tts_worker.settings import KNOWN, Settings
from f5tts_worker.worker import Worker

ROOT = Path(__file__).resolve().parent.parent
SENTENCE = "Some people read aloud to learn a text, and others read aloud to be heard."


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings come from the tests alone, and no model hub is asked for anything."""
    for name in KNOWN:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture
def exact_convolutions() -> Iterator[None]:
    """cuDNN in single precision, and not the shortened one that it takes by itself."""
    import torch

    with torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
        yield


@pytest.fixture(scope="session")
def recording() -> Audio:
    """About four seconds of speech that says SENTENCE."""
    return espeak.speak(SENTENCE.split(), espeak.voice_for("en-gb") or "").audio


@pytest.fixture(scope="session")
def recording_wav(recording: Audio) -> bytes:
    """The recording as a file."""
    return encode(recording, "wav")


@pytest.fixture(scope="session")
def long_recording_wav() -> bytes:
    """About twenty seconds of speech: too long to be kept whole."""
    return encode(espeak.speak((SENTENCE + " ").split() * 5, espeak.voice_for("en-gb") or "").audio, "wav")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a worker on a folder, whose transcriber finds no model."""
    return Settings(
        engine="preview",
        storage="local",
        storage_dir=tmp_path / "storage",
        volume_dir=tmp_path / "volume",
        warm_transcriber="off",
        warm_aligner="off",
        allow_private_urls=True,
    )


@pytest.fixture
def worker(settings: Settings) -> Worker:
    """A loaded worker on a folder."""
    return Worker.load(settings)


class FileServer:
    """Serves what is put into it."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder = folder
        self._url = url

    def put(self, name: str, data: bytes) -> str:
        """Serve `data` as `name`; returns its address."""
        (self._folder / name).write_bytes(data)
        return f"{self._url}/{name}"


class _QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FileServer]:
    """An HTTP server on this machine."""
    folder = tmp_path_factory.mktemp("files")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_QuietHandler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield FileServer(folder, f"http://127.0.0.1:{server.server_address[1]}")
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def start_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., LocalApi]]:
    """Starts workers behind the SDK's local API: start_api(program=..., ENGINE=..., ...)."""
    started: list[LocalApi] = []

    def start(program: Path = ROOT / "handler.py", **environment: str) -> LocalApi:
        folder = tmp_path_factory.mktemp("api")
        base = {name: value for name, value in os.environ.items() if name not in KNOWN}
        defaults = {
            "ENGINE": "preview",
            "STORAGE": "local",
            "STORAGE_DIR": str(folder / "storage"),
            "VOLUME_DIR": str(folder / "volume"),
            "WARM_TRANSCRIBER": "off",
            "WARM_ALIGNER": "off",
            "ALLOW_PRIVATE_URLS": "true",
            "HF_HUB_OFFLINE": "1",
            "PYTHONPATH": str(ROOT),
        }
        api = LocalApi([sys.executable, str(program)], {**base, **defaults, **environment}, folder)
        started.append(api)
        return api

    yield start
    for api in started:
        api.stop()


@pytest.fixture(scope="session")
def api(start_api: Callable[..., LocalApi]) -> LocalApi:
    """A worker on a folder, behind the SDK's local API."""
    return start_api()
