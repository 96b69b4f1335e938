"""The stages of a job, and that they add up to the whole."""

import time
from typing import Any

import pytest
from conftest import FileServer
from pytest import approx

from f5tts_worker.dispatch import ENDPOINTS, dispatch
from f5tts_worker.job import Job, pause
from f5tts_worker.metrics import Stages
from f5tts_worker.worker import Worker

TEXT = "One sentence. And then another one, which is longer."


def stages_of(seconds: dict[str, float]) -> float:
    """What the stages sum to."""
    return sum(value for name, value in seconds.items() if name != "total")


def test_each_moment_belongs_to_one_stage() -> None:
    """A stage in another is not counted twice, what is in none is the answer's, and one may come again."""
    stages = Stages()
    with stages.stage("outer"):
        pause(0.04)
        with stages.stage("inner"):
            pause(0.08)
        pause(0.04)
    pause(0.06)
    with stages.stage("outer"):
        pause(0.02)
    seconds = stages.seconds()
    assert list(seconds) == ["outer", "inner", "answer", "total"]
    assert seconds == approx({"outer": 0.1, "inner": 0.08, "answer": 0.06, "total": 0.24}, abs=0.03)
    assert stages_of(seconds) == approx(seconds["total"], abs=1e-9)


def test_failed_stage_ends() -> None:
    """What follows an exception is not counted to the stage that it came from."""
    stages = Stages()
    with pytest.raises(KeyError), stages.stage("failing"):
        raise KeyError
    pause(0.05)
    assert stages.seconds()["failing"] < 0.02


def measured(worker: Worker, **fields: Any) -> dict[str, float]:
    """The metrics of a job that must succeed, which lasts as long as its total says."""
    job = Job(f"job-{worker.jobs_done}")
    began = time.perf_counter()
    answer = dispatch(fields, worker, job)
    lasted = time.perf_counter() - began
    assert "error" not in answer, answer
    metrics: dict[str, float] = answer["metrics"]
    assert stages_of(metrics) == approx(metrics["total"], rel=0.02, abs=0.001)
    assert 0.8 * lasted - 0.01 < metrics["total"] < lasted + 0.001
    return metrics


def test_speech_with_captions(worker: Worker) -> None:
    """Each step of a whole job has its stage."""
    metrics = measured(worker, text=TEXT * 50, return_word_timings=True, timing_format="all", audio_format="mp3")
    assert list(metrics) == ["prepare", "voice", "text", "speech", "timing", "store", "captions", "answer", "total"]
    assert metrics["answer"] < 0.1 * metrics["total"]


def test_waiting_for_the_thread_is_not_counted(worker: Worker) -> None:
    """A job that was made long before its turn came took no longer for that."""
    job = Job("early")
    pause(0.3)
    assert dispatch({"endpoint": "status"}, worker, job)["metrics"]["total"] < 0.25


def test_every_endpoint_has_them(worker: Worker, files: FileServer, recording_wav: bytes) -> None:
    """Stages that sum to the total are in the answer of each endpoint that a folder can serve."""
    link = files.put("metrics.wav", recording_wav)
    measured(worker, text=TEXT)
    calls: dict[str, tuple[dict[str, Any], list[str]]] = {
        "tts": ({"text": TEXT}, ["prepare", "voice", "text", "speech", "store"]),
        "preview_text": ({"text": TEXT}, ["voice", "text"]),
        "upload": ({"voice_name": "ann", "voice_file_url": link, "ref_text": "Some people."}, ["fetch", "voice"]),
        "list_voices": ({"details": True}, []),
        "get_voice": ({"voice_name": "ann"}, []),
        "delete_voice": ({"voice_name": "ann"}, []),
        "timing": ({"job_id": "job-0", "timing_format": "all"}, ["prepare", "timing", "store", "captions"]),
        "download": ({"job_id": "job-0"}, []),
        "result": ({"job_id": "job-0", "type": "timing"}, []),
        "status": ({}, []),
    }
    assert calls.keys() == ENDPOINTS.keys() - {"upload_url"}  # needs a bucket; API.md's example of it is run
    for endpoint, (fields, stages) in calls.items():
        assert list(measured(worker, endpoint=endpoint, **fields)) == [*stages, "answer", "total"], endpoint


def test_failed_job_has_none(worker: Worker) -> None:
    """An error's answer is the error alone."""
    assert set(dispatch({"text": TEXT, "voice": "nobody"}, worker, Job("j"))) == {"error", "code", "details"}
