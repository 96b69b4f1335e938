"""`status`, `download` and the routes to every endpoint."""

from typing import Any

import pytest

from f5tts_worker import __version__
from f5tts_worker.dispatch import ENDPOINTS, dispatch
from f5tts_worker.job import Job
from f5tts_worker.worker import Worker


def call(worker: Worker, endpoint: str, **fields: Any) -> dict[str, Any]:
    """The answer to a job that must succeed."""
    answer = dispatch({"endpoint": endpoint, **fields}, worker, Job("job"))
    assert "error" not in answer, answer
    return answer


def test_status_tells_what_is_there(worker: Worker) -> None:
    """status names version, engine, device and storage, and counts jobs."""
    worker.settings.volume_dir.mkdir()
    dispatch({"text": "Hi."}, worker, Job("j"))
    answer = call(worker, "status")
    assert answer["version"] == __version__
    assert answer["engine"] == "preview"
    assert answer["model"].startswith("espeak-ng 1.")
    assert answer["warm"] == {"engine": "ready", "transcriber": "cold", "whisperx": "cold", "offline": "cold"}
    assert answer["storage"] == {"type": "local", "reachable": True, "problem": None}
    assert answer["volume_free_gb"] > 0
    assert answer["jobs_done"] == 1


class TestDownload:
    """A fresh link to what a job made."""

    @pytest.fixture(autouse=True)
    def _job(self, worker: Worker) -> None:
        dispatch({"text": "Hi.", "audio_format": "mp3"}, worker, Job("made"))

    @pytest.mark.parametrize("endpoint", ["download", "result"])
    def test_link_with_its_facts(self, worker: Worker, endpoint: str) -> None:
        """Both names of the endpoint link the audio and say what it is."""
        answer = call(worker, endpoint, job_id="made", expires_in="60")
        item = worker.storage.head("output/made.mp3")
        assert item
        assert {**answer, "audio_url": "", "metrics": {}} == {
            "status": "ready",
            "job_id": "made",
            "audio_url": "",
            "content_type": "audio/mpeg",
            "filename": "made.mp3",
            "format": "mp3",
            "size": item.size,
            "expires_in": 60,
            "metrics": {},
        }

    def test_other_format_is_refused(self, worker: Worker) -> None:
        """A format that was not made is an error that says which one was."""
        error = dispatch({"endpoint": "download", "job_id": "made", "format": "wav"}, worker, Job("j"))["error"]
        assert error == "not_found: job made was made as mp3, not wav; leave format out"

    def test_unfinished_job(self, worker: Worker) -> None:
        """A job that is still running is told apart from one that is unknown."""
        record = worker.records.read("made")
        assert record
        worker.records.write(record.model_copy(update={"job_id": "later", "state": "started"}))
        error = dispatch({"endpoint": "download", "job_id": "later"}, worker, Job("j"))["error"]
        assert error.startswith("not_found: job later is not finished")

    def test_audio_without_record(self, worker: Worker) -> None:
        """A bucket from before records: the audio is found by its name."""
        worker.storage.put("output/old.wav", b"RIFF", "audio/wav")
        assert call(worker, "download", job_id="old")["format"] == "wav"


@pytest.mark.parametrize("name", ENDPOINTS)
def test_every_endpoint_refuses_unknown_fields(worker: Worker, name: str) -> None:
    """No endpoint lets a misspelt field pass."""
    answer = dispatch({"endpoint": name, "no_such_field": 1}, worker, Job("j"))
    assert answer["code"] == "invalid_input"
    assert "no_such_field" in answer["details"]["fields"]


@pytest.mark.parametrize("name", [None, "", "tts", " tts "])
def test_default_endpoint_is_tts(worker: Worker, name: str | None) -> None:
    """No endpoint, or an empty one, means speech."""
    assert dispatch({"endpoint": name, "text": "Hi."}, worker, Job("j"))["status"] == "completed"
