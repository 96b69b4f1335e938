"""Spoken lines that are kept, so that a job whose worker died goes on where it was."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from spoken import tone
from tiny_f5 import tiny_settings
from waiting import wait_until
from watched_storage import WatchedStorage, fail, watch

from f5tts_worker.dispatch import dispatch
from f5tts_worker.engines import Engine, Take
from f5tts_worker.engines.cloning import CloningEngine
from f5tts_worker.errors import StorageError
from f5tts_worker.f5.model import F5Model
from f5tts_worker.job import Job
from f5tts_worker.settings import Settings
from f5tts_worker.takes import KEPT_FROM, Takes
from f5tts_worker.worker import Worker

AWAY = StorageError("the bucket is away")


@pytest.fixture
def storage(tmp_path: Path) -> WatchedStorage:
    """A folder under watch."""
    return WatchedStorage(tmp_path)


def names(storage: Any) -> list[str]:
    """What is stored of all jobs."""
    return [item.name for item in storage.scan("output/")]


def keep(storage: WatchedStorage, job_id: str = "job", plan: str = "plan", indices: tuple[int, ...] = (0, 2)) -> None:
    """Keep takes as a worker does that dies then."""
    with Takes(storage, job_id, plan) as takes:
        for index in indices:
            takes.keep(index, tone(0.1 + index / 100, peak=0.123456789))


def test_a_take_comes_back_to_the_sample(storage: WatchedStorage) -> None:
    """In full precision, for the same job and plan."""
    keep(storage)
    with Takes(storage, "job", "plan") as takes:
        assert takes.stored == {0, 2}
        back = takes.read(2)
        assert back
        np.testing.assert_array_equal(back.samples, tone(0.12, peak=0.123456789).samples)
        assert (back.rate, back.samples.dtype.name) == (24_000, "float32")
        assert takes.read(1) is None


@pytest.mark.parametrize(("job_id", "plan"), [("job", "other"), ("job-2", "plan"), ("jo", "plan"), ("job", "pla")])
def test_nobody_takes_anothers(storage: WatchedStorage, job_id: str, plan: str) -> None:
    """Takes of another job or plan are not seen."""
    keep(storage)
    assert Takes(storage, job_id, plan).stored == frozenset()


def test_a_finished_job_leaves_none(storage: WatchedStorage) -> None:
    """Those of all its plans are deleted, and nothing of another job."""
    keep(storage)
    keep(storage, plan="earlier")
    keep(storage, job_id="job-2")
    with Takes(storage, "job", "plan") as takes:
        takes.keep(5, tone(0.1))
        takes.discard()
    assert names(storage) == ["job-2.take-plan-0000.wav", "job-2.take-plan-0002.wav"]


@pytest.mark.parametrize("action", ["put", "get", "scan", "delete"])
def test_a_store_that_fails_costs_no_take(
    storage: WatchedStorage, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    """What cannot be kept, found, read or deleted is as if it were not there."""
    keep(storage)
    monkeypatch.setattr(storage, action, lambda *_: fail(AWAY)())
    with Takes(storage, "job", "plan") as takes:
        takes.keep(1, tone(0.1))
        assert (takes.read(0) is None) == (action == "get")
        takes.discard()


@pytest.mark.parametrize("content", [b"", b"RIFF", b"<html>"])
def test_what_is_no_audio_is_spoken_again(storage: WatchedStorage, content: bytes) -> None:
    """A take that cannot be read fails no job, and not each delivery of it."""
    storage.put("output/job.take-plan-0000.wav", content, "audio/wav")
    assert Takes(storage, "job", "plan").read(0) is None


def test_files_that_are_no_takes(storage: WatchedStorage) -> None:
    """What else lies beside them is left out."""
    for name in ("output/job.take-plan-x.wav", "output/job.take-plan-0001.mp3", "output/job.wav"):
        storage.put(name, b"?", "audio/wav")
    assert Takes(storage, "job", "plan").stored == frozenset()


def test_speech_does_not_wait_for_the_store(storage: WatchedStorage) -> None:
    """A take is on its way while the next one is spoken."""
    go = threading.Event()
    storage.on("put", ".wav", do=go.wait)
    with Takes(storage, "job", "plan") as takes:
        for index in range(3):
            takes.keep(index, tone(0.1))
        assert storage.log in ([], [("put", "output/job.take-plan-0000.wav")])
        go.set()
    assert len(names(storage)) == 3


N_LINES = 12
TEXT = "[pause 60ms]".join(f"Line {i} is {'really ' * (i % 4)}spoken." for i in range(N_LINES))
REQUEST = {"text": TEXT, "nfe_step": 2, "seed": 5}


class Died(Exception):
    """The worker is gone."""


class MortalEngine:
    """Counts the lines that it is asked to speak, and dies after some."""

    def __init__(self, engine: Engine, dies_after: int | None = None) -> None:
        self._engine = engine
        self._dies_after = dies_after
        self.spoken: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def speak(self, *arguments: Any) -> Iterator[tuple[int, Take]]:
        """See Engine."""
        for index, take in self._engine.speak(*arguments):
            if len(self.spoken) == self._dies_after:
                raise Died
            self.spoken.append(index)
            yield index, take


class StoppedModel:
    """A model whose job is stopped in the middle of a line."""

    def __init__(self, model: F5Model, job: Job, after: int) -> None:
        self._model = model
        self._job = job
        self._left = after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def speak(self, voice: Any, utterances: Any, guidance: Any, check_stop: Callable[[], None]) -> Any:
        """See SpeechModel."""

        def check() -> None:
            if self._left <= 0:
                self._job.stop.set()
            check_stop()

        spoken = self._model.speak(voice, utterances, guidance, check)
        self._left -= len(utterances)
        return spoken


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, F5Model]:
    """A tiny model and where it lies."""
    settings = tiny_settings(tmp_path_factory.mktemp("tiny"))
    return settings, F5Model.load(settings)


@pytest.fixture
def worker(tiny: tuple[Settings, F5Model], tmp_path: Path) -> Worker:
    """A worker on it, with a folder of its own."""
    worker = Worker.load(tiny[0].model_copy(update={"storage_dir": tmp_path / "storage"}))
    watch(worker)
    return worker


@pytest.fixture
def whole(worker: Worker) -> bytes:
    """The text's audio, spoken without a break."""
    return audio(worker, answered(worker, "whole"))


def answered(worker: Worker, job_id: str = "job", **fields: Any) -> dict[str, Any]:
    """The answer to a job that must succeed."""
    answer = dispatch({**REQUEST, **fields}, worker, Job(job_id))
    assert "error" not in answer, answer
    return answer


def audio(worker: Worker, answer: dict[str, Any]) -> bytes:
    """The file of an answer."""
    data = worker.storage.get(f"output/{answer['job_id']}.wav")
    assert data
    return data


def spoken_by(worker: Worker, job_id: str = "job", dies_after: int | None = None, **fields: Any) -> list[int]:
    """The lines that were spoken for a job; one that dies must fail."""
    engine, worker.engine = worker.engine, MortalEngine(worker.engine, dies_after)
    try:
        answer = dispatch({**REQUEST, **fields}, worker, Job(job_id))
        assert (answer.get("code") == "internal_error") == (dies_after is not None), answer
        return worker.engine.spoken
    finally:
        worker.engine = engine


def takes_of(worker: Worker) -> list[str]:
    """The takes that are stored."""
    return [name for name in names(worker.storage) if ".take-" in name]


class TestJob:
    """A job on F5-TTS that is delivered again."""

    @pytest.mark.parametrize("dies_after", [1, 5, 7, 11])
    def test_goes_on_where_it_was(self, worker: Worker, whole: bytes, dies_after: int) -> None:
        """Lines that were spoken are not spoken again, all is as it would have been, and no take is left."""
        first = spoken_by(worker, dies_after=dies_after)
        assert len(first) == len(takes_of(worker)) == dies_after
        second = spoken_by(worker)
        assert set(first) | set(second) == set(range(N_LINES))
        assert len(second) <= N_LINES - dies_after + 3, "a batch that was broken off runs again, and no other"
        assert dies_after not in (1, 5) or not set(first) & set(second)
        assert audio(worker, answered(worker)) == whole
        assert takes_of(worker) == []

    def test_another_request_under_the_id_starts_anew(self, worker: Worker) -> None:
        """Takes are those of one text, spoken one way."""
        spoken_by(worker, dies_after=5)
        assert len(spoken_by(worker, nfe_step=3)) == N_LINES

    def test_another_version_of_the_voice_starts_anew(self, worker: Worker, recording_wav: bytes) -> None:
        """A voice that was replaced meanwhile speaks all of it, and the old takes go too."""
        text = "Some people read aloud to learn a text."
        worker.voices.add("bob", recording_wav, ref_text=text, language=None)
        spoken_by(worker, dies_after=5, voice="bob")
        worker.voices.add("bob", recording_wav, ref_text=f"{text} Others do not.", language=None)
        assert len(spoken_by(worker, voice="bob")) == N_LINES
        assert takes_of(worker) == []

    def test_a_stop_within_a_line_leaves_what_was_spoken(
        self, worker: Worker, tiny: tuple[Settings, F5Model], whole: bytes
    ) -> None:
        """The job ends there, and when it comes again only the rest is spoken."""
        job, engine = Job("job"), worker.engine
        worker.engine = CloningEngine("f5", tiny[0], lambda _: StoppedModel(tiny[1], job, after=5))
        worker.engine.load()
        assert dispatch(REQUEST, worker, job)["code"] == "cancelled"
        assert len(takes_of(worker)) == 5
        assert not worker.storage.head("output/job.wav")
        worker.engine = engine
        assert len(spoken_by(worker)) == N_LINES - 5
        assert audio(worker, answered(worker)) == whole

    @pytest.mark.parametrize("action", ["put", "get"])
    def test_a_store_that_fails_for_takes_costs_no_job(self, worker: Worker, whole: bytes, action: str) -> None:
        """The job succeeds, with the same samples."""
        spoken_by(worker, dies_after=5)
        storage = worker.storage
        assert isinstance(storage, WatchedStorage)
        takes = tuple(f"-{index:04}.wav" for index in range(N_LINES))
        storage.on(action, *takes, do=fail(AWAY))
        assert len(spoken_by(worker)) == (N_LINES if action == "get" else N_LINES - 5)
        assert audio(worker, answered(worker)) == whole

    def test_a_take_that_is_gone_is_spoken_again(self, worker: Worker, whole: bytes) -> None:
        """As is one that was deleted between two deliveries."""
        spoken_by(worker, dies_after=5)
        worker.storage.delete(f"output/{takes_of(worker)[1]}")
        spoken_by(worker)
        assert audio(worker, answered(worker)) == whole

    def test_progress_counts_what_was_spoken_before(self, worker: Worker) -> None:
        """A caller who watches sees the job go on, and not begin again."""
        spoken_by(worker, dies_after=5)
        reports: list[dict[str, Any]] = []
        dispatch(REQUEST, worker, Job("job", report=reports.append))
        done = [report["chunks_done"] for report in reports]
        assert min(done) >= 5
        assert done == sorted(done)
        assert reports[-1]["first_audio_url"]

    def test_a_short_text_keeps_none(self, worker: Worker) -> None:
        """It is spoken again in the time that keeping it would take."""
        storage = worker.storage
        assert isinstance(storage, WatchedStorage)
        answered(worker, text="[pause 60ms]".join(["One line."] * (KEPT_FROM - 1)))
        assert not [key for _, key in storage.log if ".take-" in key]
        answered(worker, "eight", text="[pause 60ms]".join(["One line."] * KEPT_FROM))
        wait_until(lambda: sum(".take-" in key for _, key in storage.log) == KEPT_FROM)
        assert takes_of(worker) == []
