"""What a worker has loaded when it takes its first job: what that job needs, and the rest after its answer."""

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from tiny_f5 import tiny_settings
from waiting import wait_until

from f5tts_worker.dispatch import dispatch
from f5tts_worker.f5 import places
from f5tts_worker.f5.half import make_half_copy
from f5tts_worker.job import Job
from f5tts_worker.settings import Settings
from f5tts_worker.worker import Worker

ROOT = Path(__file__).resolve().parent.parent

NOT_AT_READY = [
    *("f5_tts", "x_transformers", "torchdiffeq", "vocos", "transformers", "librosa", "torchaudio", "scipy"),
    *("whisperx", "faster_whisper", "ctranslate2", "nltk", "google.cloud.speech", "numba", "matplotlib", "pandas"),
    *("torch._dynamo", "torch._inductor", "sympy", "pypinyin", "rjieba", "boto3", "huggingface_hub"),
]
"""Each takes between a tenth of a second and half a minute to import."""


def test_nothing_that_the_first_job_can_do_without(tmp_path: Path) -> None:
    """A worker on F5-TTS, loaded and warm, with everything else to be loaded in the background."""
    program = f"""
import os, sys
os.environ["RUNPOD_LOG_LEVEL"] = "INFO"
from pathlib import Path
import handler, runpod
from tiny_f5 import tiny_settings
from waiting import wait_until
from f5tts_worker import worker
folder = Path({str(tmp_path)!r})
worker.REST_AFTER_S = 60
loaded = worker.Worker.load(tiny_settings(folder, warm_transcriber="background", warm_aligner="background"))
handler.fitness_checks(loaded)[0]()
print([name for name in {NOT_AT_READY} if name in sys.modules])
"""
    search = {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "PATH": "/usr/bin:/bin", "HF_HUB_OFFLINE": "1"}
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=search, capture_output=True, text=True, check=False
    )
    assert result.stdout.strip().splitlines()[-1:] == ["[]"], result.stderr[-2000:]


def wait_until_loading(worker: Worker) -> None:
    """Until both have left the state in which they are made."""
    wait_until(lambda: "cold" not in (worker.transcriber.state, worker.aligners.states()["offline"]))


@pytest.fixture
def waiting(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Worker:
    """A worker that would wait for its first job for ever."""
    monkeypatch.setattr("f5tts_worker.worker.REST_AFTER_S", 600)
    return Worker.load(settings.model_copy(update={"warm_transcriber": "background", "warm_aligner": "background"}))


@pytest.mark.parametrize("cache_fp16", [False, True])
def test_weights_are_read_ahead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache_fp16: bool) -> None:
    """The checkpoint, or the copy that will be read in its place; and nothing where there is none."""
    read: list[Path] = []
    monkeypatch.setattr(places, "_read_through", read.append)

    def read_ahead(settings: Settings) -> None:
        places.read_ahead(settings)
        wait_until(lambda: not [thread for thread in threading.enumerate() if thread.name == "read ahead"])

    settings = tiny_settings(tmp_path, cache_fp16=cache_fp16)
    assert settings.f5_checkpoint
    read_ahead(settings)
    make_half_copy(settings.f5_checkpoint, settings.models)
    read_ahead(settings)
    copy = places.half_copy(settings.f5_checkpoint, settings.models)
    assert read == [settings.f5_checkpoint, copy if cache_fp16 else settings.f5_checkpoint]
    read_ahead(Settings(volume_dir=tmp_path / "nowhere"))
    assert len(read) == 2


def test_the_rest_is_loaded_after_the_first_answer(waiting: Worker) -> None:
    """Until then nothing else is begun: it would make that answer later."""
    assert waiting.transcriber.state == "cold"
    assert set(waiting.aligners.states().values()) == {"cold"}
    assert "error" not in dispatch({"endpoint": "list_voices"}, waiting, Job("first"))
    wait_until_loading(waiting)


def test_the_rest_waits_for_a_long_first_job(waiting: Worker) -> None:
    """While that lasts, nothing is loaded beside it."""
    waiting.begun.set()
    newest = [thread for thread in threading.enumerate() if thread.name == "rest"][-1]
    newest.join(0.3)
    assert newest.is_alive()
    assert waiting.transcriber.state == "cold"
    waiting.answered.set()
    wait_until_loading(waiting)


def test_without_a_job_the_rest_is_loaded_all_the_same(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that is kept waiting for jobs has everything warm when one comes."""
    monkeypatch.setattr("f5tts_worker.worker.REST_AFTER_S", 0)
    wait_until_loading(
        Worker.load(settings.model_copy(update={"warm_transcriber": "background", "warm_aligner": "background"}))
    )


def test_a_job_with_timings_does_not_wait_for_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A first job that wants word times has the aligner loaded while its text is spoken, and not after its answer."""
    monkeypatch.setattr("f5tts_worker.worker.REST_AFTER_S", 600)
    worker = Worker.load(tiny_settings(tmp_path, warm_aligner="background"))
    speak = worker.engine.speak
    seen: list[bool] = []

    def watched(*arguments: Any) -> Any:
        seen.append(any(thread.name == "aligners" for thread in threading.enumerate()))
        return speak(*arguments)

    monkeypatch.setattr(worker.engine, "speak", watched)
    request = {"text": "Hello.", "nfe_step": 1, "return_word_timings": True, "timing_method": "offline"}
    assert "error" not in dispatch(request, worker, Job("timed"))
    assert seen == [True]
