"""What a caller sees and hears of a long text while it is spoken."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
from waiting import PATIENCE_S
from watched_storage import fail, watch

from f5tts_worker.audio import SAMPLE_RATE, Audio, decode, join, pauses
from f5tts_worker.dispatch import dispatch
from f5tts_worker.engines import Take
from f5tts_worker.engines.preview import PreviewEngine
from f5tts_worker.errors import EngineError, StorageError
from f5tts_worker.job import Job, pause
from f5tts_worker.logs import JOB_ID
from f5tts_worker.speech_progress import SpeechProgress
from f5tts_worker.worker import Worker

TEXT = "One sentence. And then another one, which is longer. " * 40
"""Six chunks."""

SILENCE = Audio(np.zeros(3 * SAMPLE_RATE, np.float32), SAMPLE_RATE)


class PatientEngine(PreviewEngine):
    """Goes on after the first chunk when somebody has heard of it; puts `between` the halves of each chunk."""

    def __init__(self, between: Audio | None = None) -> None:
        self.heard = threading.Event()
        self.chunks: list[Audio] = []
        self._between = between

    def speak(self, lines: Any, *others: Any) -> Iterator[tuple[int, Take]]:
        """See Engine."""
        for i, take in super().speak(lines, *others):
            self.chunks.append(self._with_pause(take.audio))
            yield i, replace(take, audio=self.chunks[-1])
            assert len(lines) == 1 or self.heard.wait(PATIENCE_S)

    def _with_pause(self, audio: Audio) -> Audio:
        if self._between is None:
            return audio
        half = len(audio.samples) // 2
        return join([Audio(audio.samples[:half], audio.rate), self._between, Audio(audio.samples[half:], audio.rate)])


def read(link: str) -> Audio:
    """The audio behind a link of a local store."""
    return decode(Path(unquote(urlsplit(link).path)).read_bytes(), max_s=600)


def spoken(worker: Worker, engine: PatientEngine, **fields: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The answer to a job, which must succeed, and what it reported; the engine waits for the first report."""
    worker.engine = engine
    reports: list[dict[str, Any]] = []

    def report(progress: dict[str, Any]) -> None:
        reports.append(progress)
        engine.heard.set()

    answer = dispatch({"text": TEXT, **fields}, worker, Job("job-1", report=report))
    assert "error" not in answer, answer
    return answer, reports


def counted(reports: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Reports without what a clock says."""
    return [{name: told for name, told in report.items() if name != "seconds_remaining"} for report in reports]


def first_chunk_threads() -> list[str]:
    """The threads that store first chunks now."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("first-chunk")]


def test_first_chunk_is_linked_in_every_report(worker: Worker) -> None:
    """The first report and each after it count the chunks and link the first one, which is that chunk to the sample."""
    engine = PatientEngine()
    answer, reports = spoken(worker, engine)
    link = reports[0]["first_audio_url"]
    assert link.endswith("/output/job-1.first.wav")
    assert counted(reports) == [
        {"stage": "speech", "chunks_done": n, "chunks": 6, "chunks_remaining": 6 - n, "first_audio_url": link}
        for n in range(1, 6)
    ]
    heard = read(link)
    np.testing.assert_allclose(heard.samples, engine.chunks[0].samples, atol=1 / 32768)
    before = len(heard.samples) - SAMPLE_RATE // 4  # its silence is faded into the next chunk's
    np.testing.assert_array_equal(heard.samples[:before], read(answer["audio_url"]).samples[:before])


def test_time_that_is_left_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each report says how long the rest takes at the pace so far; what an earlier delivery has spoken took none."""
    reports: list[dict[str, Any]] = []
    now_s = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now_s)
    with SpeechProgress(reports.append, lambda _: "a link") as progress:
        progress.expect([2.0, 6.0, 1.0, 3.0, 50.0], done={4})
        for index, took_s in ((0, 1.0), (2, 0.5), (1, 6.0)):
            now_s += took_s
            progress.line_done(index)
    assert [(report["chunks_done"], report["seconds_remaining"]) for report in reports] == [(3, 4.5), (4, 2.5)]
    assert {report["chunks"] for report in reports} == {5}


@pytest.mark.parametrize(
    ("audio_format", "mark"), [("mp3", b"LAME"), ("flac", b"fLaC"), ("ogg", b"vorbis"), ("opus", b"OpusHead")]
)
def test_first_chunk_is_in_the_jobs_format(worker: Worker, audio_format: str, mark: bytes) -> None:
    """What is heard first is of the kind that was asked for, in its name and its content."""
    engine = PatientEngine()
    _, reports = spoken(worker, engine, audio_format=audio_format)
    assert reports[0]["first_audio_url"].endswith(f"/output/job-1.first.{audio_format}")
    assert mark in (worker.storage.get(f"output/job-1.first.{audio_format}") or b"")[:2_000]
    assert read(reports[0]["first_audio_url"]).duration_s == pytest.approx(engine.chunks[0].duration_s, abs=0.01)


@pytest.mark.parametrize(("cut", "longest_ms"), [(False, 3_000), (True, 1_000)], ids=["kept", "cut"])
def test_first_chunk_is_cut_as_the_whole(worker: Worker, cut: bool, longest_ms: int) -> None:
    """remove_silence shortens the pauses of what is heard first, too."""
    _, reports = spoken(worker, PatientEngine(SILENCE), remove_silence=cut)
    spans = pauses(read(reports[0]["first_audio_url"]), below_db=-50, min_ms=100)
    assert max(span.length_ms for span in spans) == pytest.approx(longest_ms, abs=150)


def test_one_chunk_stores_nothing_more(worker: Worker) -> None:
    """A text of one chunk has no first sound and no progress."""
    _, reports = spoken(worker, PatientEngine(), text="One chunk.")
    assert reports == []
    assert [item.name for item in worker.storage.scan("output/")] == ["job-1.json", "job-1.wav"]


def test_first_chunk_is_nobody_elses_file(worker: Worker) -> None:
    """`download` gives the whole audio, takes no id with a dot, and the library lists no voice more."""
    answer, _ = spoken(worker, PatientEngine())
    found = dispatch({"endpoint": "download", "job_id": "job-1"}, worker, Job("d"))
    assert found["audio_url"] == answer["audio_url"]
    odd = dispatch({"endpoint": "download", "job_id": "job-1.first"}, worker, Job("d"))
    assert odd["error"].startswith("invalid_input: job_id: ")
    assert dispatch({"endpoint": "list_voices"}, worker, Job("l"))["count"] == 0


def test_job_that_comes_again_replaces_it(worker: Worker) -> None:
    """A job whose worker died stores its first chunk anew; one that is answered from what is stored does not."""
    _, reports = spoken(worker, PatientEngine())
    record = worker.records.read("job-1")
    assert record
    worker.records.write(record.model_copy(update={"state": "started"}))
    worker.storage.put("output/job-1.first.wav", b"old", "audio/wav")
    _, again = spoken(worker, PatientEngine())
    assert counted(again) == counted(reports)
    assert read(again[0]["first_audio_url"]).duration_s > 1
    assert spoken(worker, PatientEngine())[1] == []


@pytest.mark.parametrize(
    "error", [StorageError("the bucket is away"), KeyError("a bug"), MemoryError()], ids=["store", "bug", "memory"]
)
def test_failed_first_chunk_costs_no_job(worker: Worker, caplog: pytest.LogCaptureFixture, error: Exception) -> None:
    """Where the first chunk cannot be stored, the job succeeds and reports its chunks without a link."""
    watch(worker).on("put", ".first.wav", do=fail(error))
    answer, reports = spoken(worker, PatientEngine())
    assert read(answer["audio_url"]).duration_s == pytest.approx(answer["duration"], abs=0.001)
    assert [report["chunks_done"] for report in reports] == [1, 2, 3, 4, 5]
    assert not any("first_audio_url" in report for report in reports)
    assert "the first chunk is not linked: " in caplog.text


class ToldEngine(PreviewEngine):
    """Says when it has spoken, or fails after the first chunk when it may."""

    def __init__(self, fails_after: threading.Event | None = None) -> None:
        self.spoken = threading.Event()
        self._fails_after = fails_after

    def speak(self, *arguments: Any) -> Iterator[tuple[int, Take]]:
        """See Engine."""
        try:
            for i, take in super().speak(*arguments):
                yield i, take
                if self._fails_after:
                    assert self._fails_after.wait(PATIENCE_S)
                    raise EngineError("the engine stumbled")
        finally:  # nobody asks for more than the last line
            self.spoken.set()


def test_speech_does_not_wait_for_it(worker: Worker) -> None:
    """All of the text is spoken while the first chunk is being stored, and nothing is reported after the last one."""
    storage, engine = watch(worker), ToldEngine()
    storage.on("put", ".first.wav", do=lambda: engine.spoken.wait(PATIENCE_S))
    worker.engine = engine
    reports: list[dict[str, Any]] = []
    answer = dispatch({"text": TEXT}, worker, Job("job-1", report=reports.append))
    assert answer["status"] == "completed"
    assert [report["chunks_done"] for report in reports] == [2, 3, 4, 5]
    assert answer["metrics"]["total"] < PATIENCE_S / 2


def test_whole_does_not_wait_for_it(worker: Worker) -> None:
    """The whole audio is stored while the first chunk is still being stored."""
    storage, whole = watch(worker), threading.Event()
    storage.on("put", ".first.wav", do=lambda: whole.wait(PATIENCE_S))
    storage.on("put", "/job-1.wav", do=whole.set)
    assert dispatch({"text": TEXT}, worker, Job("job-1"))["metrics"]["total"] < PATIENCE_S / 2


@pytest.mark.parametrize("ending", ["done", "stopped", "failed"])
def test_nothing_of_it_outlives_the_job(worker: Worker, ending: str) -> None:
    """A store that tries for a minute to take the first chunk holds up no job, however that ends."""
    storage, begun, seen = watch(worker), threading.Event(), []

    def try_for_long() -> None:
        seen.append(JOB_ID.get())
        begun.set()
        pause(60)

    storage.on("put", ".first.wav", do=try_for_long)
    worker.engine = ToldEngine(begun if ending == "failed" else None)
    job = Job("job-1", report=lambda _: (begun.wait(PATIENCE_S), job.stop.set()) if ending == "stopped" else None)
    began = time.monotonic()
    answer = dispatch({"text": TEXT}, worker, job)
    assert time.monotonic() - began < 30
    assert answer.get("code") == {"done": None, "stopped": "cancelled", "failed": "engine_error"}[ending]
    assert first_chunk_threads() == []
    assert storage.head("output/job-1.first.wav") is None
    assert set(seen) <= {"job-1"}
    assert seen or ending == "done"
