"""500 jobs through the SDK's own loop: nothing lost, nothing left, no memory that grows."""

import itertools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import FileServer
from runpod_server import RemoteJob, RunPodServer
from worker_process import FAULTY, WorkerProcess

JOBS = 500
SETTLED = 100
"""By then every kind of job and fault has been seen once."""
GROWTH_MAX = 1.05

LONG = "A sentence of some length that is spoken as one of many. " * 340

VOICE = {"endpoint": "upload", "voice_name": "bea", "ref_text": "Some people."}
"""Spoken with throughout: a worker keeps the last 64 recordings that it spoke with, so that new ones would add up."""

JOB_INPUTS: list[dict[str, Any]] = [
    {"text": "A short one."},
    {"text": "A compressed one.", "audio_format": "mp3", "seed": "7"},
    {"endpoint": "upload", "voice_name": "ann", "ref_text": "Some people."},
    {"text": "One with a voice. " * 60, "voice": "bea", "audio_format": "opus"},
    {"endpoint": "list_voices", "details": True},
    {"endpoint": "get_voice", "voice_name": "ann"},
    {"endpoint": "download", "job_id": "job-1"},
    {"endpoint": "status"},
    {"endpoint": "delete_voice", "voice_name": "ann"},
]

FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("engine_error", {"text": "engine"}),
    ("out_of_memory", {"text": "gpu memory"}),
    ("out_of_memory", {"text": "memory"}),
    ("internal_error", {"text": "bug"}),
    ("internal_error", {"text": "exit"}),
    ("internal_error", {"text": "object in an error"}),
    ("invalid_input", {"text": "Hello.", "speed": "fast"}),
    ("unknown_endpoint", {"endpoint": "speak"}),
    ("voice_not_found", {"text": "Hello.", "voice": "nobody"}),
    ("stopped", {"text": LONG}),
]


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_soak(
    tmp_path: Path,
    files: FileServer,
    recording_wav: bytes,
    record_property: Callable[[str, object], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Of 500 jobs, one in ten with a fault, each is answered once, and the worker is as large after them as before."""
    began = time.monotonic()
    url = files.put("soak.wav", recording_wav)
    server = RunPodServer()
    worker = WorkerProcess(server, tmp_path, FAULTY, MAX_CONCURRENCY="4")  # one at a time, without the loop's pauses
    resident_kb: list[int] = []
    faults = itertools.cycle(FAULTS)
    try:
        server.submit({**VOICE, "voice_file_url": url}).output()
        while len(resident_kb) < JOBS:
            for job_input in JOB_INPUTS:
                link = {"voice_file_url": url} if job_input.get("endpoint") == "upload" else {}
                server.submit({**job_input, **link}).output()
                resident_kb.append(worker.resident_kb)
            _fail(server, *next(faults))
            resident_kb.append(worker.resident_kb)
        worker.terminate()
        assert worker.exit_code() == 0
    finally:
        worker.kill()
        server.close()
    stopped = [job for job in server.jobs.values() if not job.results]
    figures = {
        "jobs": len(server.jobs),
        "stopped": len(stopped),
        "seconds": round(time.monotonic() - began),
        "resident_mb": {n: round(resident_kb[n - 1] / 1024, 1) for n in (10, *range(SETTLED, JOBS + 1, 100))},
        "growth": round(resident_kb[JOBS - 1] / resident_kb[SETTLED - 1], 3),
        "left_in_temp": len(list(worker.temp.iterdir())),
    }
    with capsys.disabled():
        print(f"\nsoak: {figures}")  # noqa: T201  # the figures are what a soak is for
    record_property("soak", figures)
    assert [len(job.results) for job in server.jobs.values() if job not in stopped] == [1] * (
        len(server.jobs) - len(stopped)
    )
    assert {job.input["text"] for job in stopped} == {LONG}
    assert (server.strays, figures["left_in_temp"]) == ([], 0)
    assert figures["growth"] <= GROWTH_MAX


def _fail(server: RunPodServer, code: str, job_input: dict[str, Any]) -> None:
    """A job that fails with this code, or is stopped in its middle."""
    job: RemoteJob = server.submit(job_input)
    if code != "stopped":
        assert job.error().startswith(f"{code}: ")
        return
    job.begun()
    server.stop(job)
