"""Transcriber: a real faster-whisper model, small enough to be made here, and models that are not there."""

import logging
import re
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sounds import human_recording, tone
from tiny_whisper import tiny_whisper

from f5tts_worker.errors import Cancelled, TranscriberUnavailable
from f5tts_worker.job import STOP
from f5tts_worker.lease import Lease
from f5tts_worker.transcriber import Transcriber, download_folder


@pytest.fixture(scope="module")
def model() -> Path:
    """The folder of a model that hears noise."""
    return tiny_whisper()


@pytest.fixture(scope="module")
def loaded(model: Path) -> Transcriber:
    """A transcriber that is ready."""
    transcriber = Transcriber(str(model), model)
    transcriber.load()
    return transcriber


def test_loads_when_asked(model: Path, tmp_path: Path) -> None:
    """It is cold until it is loaded, and then ready."""
    transcriber = Transcriber(str(model), tmp_path)
    assert (transcriber.state, transcriber.problem) == ("cold", None)
    transcriber.load()
    assert (transcriber.state, transcriber.problem) == ("ready", None)


@pytest.mark.parametrize(
    ("asked", "heard"),
    [("pt", "pt"), ("pt-br", "pt"), ("pt_BR", "pt"), ("EN-gb", "en"), ("zh-CN", "zh")],
)
def test_speaks_whispers_language_codes(loaded: Transcriber, asked: str, heard: str) -> None:
    """A language code with a region is that of its base language."""
    transcript = loaded.transcribe(human_recording(), asked)
    assert transcript.language == heard
    assert transcript.text == " ".join(transcript.text.split()) != ""


@pytest.mark.parametrize("asked", [None, "", "xx", "tlh"])
def test_guesses_a_language_it_is_not_told(loaded: Transcriber, asked: str | None) -> None:
    """Without a language, or with one that it does not know, the model says which it hears."""
    transcript = loaded.transcribe(human_recording(), asked)
    assert re.fullmatch("[a-z]{2,3}", transcript.language)
    assert transcript.language != asked


def test_hears_audio_of_any_rate(loaded: Transcriber) -> None:
    """Audio is brought to the model's rate, and very little of it is no error."""
    for rate, length_ms in ((8_000, 50), (48_000, 3_000)):
        assert isinstance(loaded.transcribe(tone(length_ms, rate), "en").text, str)


def test_finds_a_model_by_its_name_in_the_folder(model: Path, tmp_path: Path) -> None:
    """A model put into the folder's `faster-whisper` is used by its name, without asking a hub."""
    shutil.copytree(model, tmp_path / "faster-whisper" / "ours")
    transcriber = Transcriber("ours", tmp_path)
    transcriber.load()
    assert transcriber.state == "ready"


def test_waits_for_what_loads_in_the_background(model: Path, tmp_path: Path) -> None:
    """A job that comes while the model loads waits for it, and is answered."""
    transcriber = Transcriber(str(model), tmp_path)
    transcriber.load_in_background()
    assert transcriber.transcribe(human_recording(), "en").language == "en"
    assert transcriber.state == "ready"


def test_loads_once(model: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Threads that ask at the same time share one model."""
    transcriber = Transcriber(str(model), tmp_path)
    together = threading.Barrier(4)

    def ask() -> None:
        together.wait()
        transcriber.load()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    with caplog.at_level(logging.INFO, "f5tts_worker.resident"):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [" ready in " in record.getMessage() for record in caplog.records] == [True]


def _truncated(model: Path, folder: Path) -> str:
    shutil.copytree(model, folder / "broken")
    weights = folder / "broken" / "model.bin"
    weights.write_bytes(weights.read_bytes()[:100_000])
    return str(folder / "broken")


def _without_weights(model: Path, folder: Path) -> str:
    shutil.copytree(model, folder / "empty", ignore=shutil.ignore_patterns("model.bin"))
    return str(folder / "empty")


BROKEN = {
    "truncated": (_truncated, "model broken could not be loaded: RuntimeError"),
    "without weights": (_without_weights, "model empty could not be loaded: RuntimeError"),
    "unknown name": (lambda *_: "no-such-model-folder", "model no-such-model-folder could not be loaded: ValueError"),
}


@pytest.mark.parametrize(("make", "problem"), BROKEN.values(), ids=BROKEN)
def test_says_why_it_is_unavailable(
    make: Callable[[Path, Path], str], problem: str, model: Path, tmp_path: Path
) -> None:
    """A model that does not load makes it unavailable, soon; the problem names model and error, and no path, and who
    asks for a transcript learns it."""
    transcriber = Transcriber(make(model, tmp_path), tmp_path)
    started = time.monotonic()
    transcriber.load()
    assert transcriber.state == "unavailable"
    with pytest.raises(TranscriberUnavailable, match=rf"\({problem}\); send its text as ref_text"):
        transcriber.transcribe(tone(1_000))
    assert time.monotonic() - started < 10


def test_a_stopped_job_waits_for_no_download(tmp_path: Path) -> None:
    """A job that needs the model while another worker downloads it ends when it is stopped; the loading goes on."""
    stop = threading.Event()
    transcriber = Transcriber("tiny", tmp_path)

    def transcribe() -> None:
        token = STOP.set(stop)
        try:
            with pytest.raises(Cancelled):
                transcriber.transcribe(human_recording())
        finally:
            STOP.reset(token)

    with Lease(download_folder(tmp_path) / ".download", "downloading tiny"):
        job = threading.Thread(target=transcribe)
        job.start()
        stop.set()
        job.join(10)
        assert (job.is_alive(), transcriber.state) == (False, "loading")
    transcriber.load()
    assert transcriber.state == "unavailable"  # the hub is out of reach here
