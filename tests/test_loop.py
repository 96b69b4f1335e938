"""The worker in the SDK's own job loop, as deployed: what it takes, what it posts, and how it ends."""

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import boto3
import pytest
from conftest import FileServer
from moto.server import ThreadedMotoServer
from runpod_server import RemoteJob, RunPodServer
from tiny_f5 import tiny_settings
from waiting import wait_until
from worker_process import FAULTY, WorkerProcess

from f5tts_worker.audio import decode
from f5tts_worker.dispatch import ENDPOINTS
from f5tts_worker.names import is_job_id

BUCKET = "voices-of-test-loop"
SECRET = "s3cr3t/of/the/loop"

LONG = "A sentence of some length that is spoken as one of many. " * 340
"""Near the limit of 20,000 characters: 49 chunks, 2 to 3 s."""

SPOKEN = {"text": "Hello from the loop."}
HANGS = {"text": "Hang.[pause 1s]And on."}

Start = Callable[..., WorkerProcess]


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Starts workers: start(server, program, *arguments, **environment)."""
    started: list[WorkerProcess] = []

    def start_one(server: RunPodServer, *arguments: Any, **environment: str) -> WorkerProcess:
        started.append(WorkerProcess(server, tmp_path_factory.mktemp("worker"), *arguments, **environment))
        return started[-1]

    yield start_one
    for worker in started:
        worker.kill()


@pytest.fixture
def server() -> Iterator[RunPodServer]:
    """RunPod for workers that do not outlive a test."""
    runpod = RunPodServer()
    yield runpod
    runpod.close()


@pytest.fixture(scope="module")
def shared_server() -> Iterator[RunPodServer]:
    """RunPod for the shared worker."""
    runpod = RunPodServer()
    yield runpod
    runpod.close()


@pytest.fixture(scope="module")
def shared(shared_server: RunPodServer, start: Start) -> WorkerProcess:
    """A faulty worker on a folder; it takes several jobs at a time, for the SDK's loop sleeps 1 s when it is full."""
    return start(shared_server, FAULTY, MAX_CONCURRENCY="4")


@pytest.fixture
def submit(shared_server: RunPodServer, shared: WorkerProcess) -> Callable[..., RemoteJob]:
    """Gives the shared worker a job."""
    return shared_server.submit


def stored(worker: WorkerProcess, job: RemoteJob) -> list[str]:
    """The names of what is stored of a job."""
    return sorted(path.name for path in worker.storage.glob(f"output/{job.id}*"))


ERRORS: dict[str, tuple[Any, str]] = {
    "no object": ("Hello.", "invalid_input"),
    "no text": ({"text": " "}, "invalid_input"),
    "unknown field": ({**SPOKEN, "sped": 1}, "invalid_input"),
    "unknown endpoint": ({"endpoint": "speak"}, "unknown_endpoint"),
    "long text": ({"text": "a" * 20_001}, "text_too_long"),
    "unknown voice": ({**SPOKEN, "voice": "nobody"}, "voice_not_found"),
    "unknown job": ({"endpoint": "download", "job_id": "nobodys"}, "not_found"),
    "captions": ({"endpoint": "download", "job_id": "nobodys", "type": "timing"}, "not_found"),
    "folder": ({"endpoint": "upload_url", "voice_name": "ann"}, "storage_not_configured"),
    "file": ({"endpoint": "upload", "voice_name": "ann", "voice_file_url": "file:///etc/passwd"}, "url_not_allowed"),
    "dead link": (
        {"endpoint": "upload", "voice_name": "ann", "voice_file_url": "http://127.0.0.1:9/"},
        "download_failed",
    ),
    "engine": ({"text": "engine"}, "engine_error"),
    "full GPU": ({"text": "gpu memory"}, "out_of_memory"),
    "full memory": ({"text": "memory"}, "out_of_memory"),
    "bug": ({"text": "bug"}, "internal_error"),
    "exit": ({"text": "exit"}, "internal_error"),
    "10 MB": ({"text": "ten megabytes"}, "internal_error"),
    "object": ({"text": "object"}, "internal_error"),
    "half a character": ({"text": "half a character"}, "internal_error"),
    "NaN in an error": ({"text": "NaN in an error"}, "internal_error"),
    "object in an error": ({"text": "object in an error"}, "internal_error"),
    "half a character in an error": ({"text": "half a character in an error"}, "internal_error"),
}


@pytest.mark.parametrize(("job_input", "code"), ERRORS.values(), ids=ERRORS)
def test_failure_is_a_failed_job(submit: Callable[..., RemoteJob], job_input: Any, code: str) -> None:
    """RunPod gets a top-level error that starts with the code, and a fresh worker is asked for only without memory."""
    result = submit(job_input).result()
    assert result["error"].startswith(f"{code}: ")
    assert result["output"]["code"] == code
    assert result.get("stopPod", False) == (code == "out_of_memory")
    assert "Traceback" not in json.dumps(result)


def test_not_a_number_is_never_posted(
    submit: Callable[..., RemoteJob], shared: WorkerProcess, files: FileServer, recording_wav: bytes
) -> None:
    """A stored profile with NaN in it fails the job that would answer with it."""
    url = files.put("nan.wav", recording_wav)
    voice = {"voice_name": "nan"}
    submit({"endpoint": "upload", **voice, "voice_file_url": url, "ref_text": "Some people."}).output()
    profile = shared.storage / "voices/.meta/nan/profile.json"
    profile.write_text(json.dumps(json.loads(profile.read_text()) | {"duration_s": float("nan")}))
    assert submit({"endpoint": "get_voice", **voice}).error().startswith("internal_error: ")


JOB_IDS = {
    "space": "a b",
    "slash": "a/b",
    "slashes": "/a//b/",
    "umlaut": "fünf",
    "emoji": "声😀",
    "percent": "100%",
    "ampersand": "a&b=c",
    "plus": "a+b",
    "semicolon": "a;b",
    "backslash": "a\\b",
    "quote": '"',
    "the SDK's own": "$ID",
    "line separator": "a\u2028b",
    "long": "x" * 7_000,
    "empty": "",
}
"""The SDK puts an id into an address and a header as it is. It cannot carry # ? %41 . and .., whose results go to
another address, and no control characters: those end every later request of the worker, and RunPod sends none."""


@pytest.mark.parametrize("job_id", JOB_IDS.values(), ids=JOB_IDS)
def test_odd_job_id_is_answered_once(submit: Callable[..., RemoteJob], job_id: str) -> None:
    """Whatever the id, its result finds back to it, under a job_id that is a safe key."""
    job = submit(SPOKEN, job_id)
    assert is_job_id(job.output()["job_id"])
    assert len(job.results) == 1


def test_refused_result_is_posted_again(submit: Callable[..., RemoteJob], shared_server: RunPodServer) -> None:
    """A result that RunPod answers with 500 arrives all the same, once."""
    shared_server.refuse_results = 1
    job = submit(SPOKEN)
    assert job.output()["status"] == "completed"
    assert (shared_server.refuse_results, len(job.results)) == (0, 1)


def test_same_job_twice_is_spoken_once(submit: Callable[..., RemoteJob], shared: WorkerProcess) -> None:
    """A job that is delivered twice is answered twice, from the same audio."""
    for _ in range(2):
        job = submit({"text": "Deliver this twice."}, "twice")
    assert job.wait_for(lambda: len(job.results) == 2)
    first, second = (result["output"] for result in job.results)
    differing = {"metrics"}
    assert {name: first[name] for name in first.keys() - differing} == {
        name: second[name] for name in second.keys() - differing
    }
    assert shared.log.count(" twice f5tts_worker.production: spoke ") == 1


@pytest.mark.parametrize("delay_s", [0.0, 1.5], ids=["fast", "slow"])
def test_progress_is_in_order_and_before_the_result(
    submit: Callable[..., RemoteJob], shared_server: RunPodServer, delay_s: float
) -> None:
    """Reports never overtake one another or the result, however slowly they are taken; the last one is whole."""
    shared_server.progress_delay_s = delay_s
    job = submit({"text": LONG})
    output = job.output()
    shared_server.progress_delay_s = 0.0
    after = submit({"text": "What comes after it."})
    assert after.output()["duration"] < output["duration"]
    done = [report["chunks_done"] for report in job.progress]
    assert done == sorted(done)
    assert [report["chunks_done"] + report["chunks_remaining"] for report in job.progress] == [49] * len(done)
    first = Path(unquote(urlsplit(job.progress[-1]["first_audio_url"]).path))
    assert first.name == f"{job.id}.first.wav"
    assert 10 < decode(first.read_bytes(), max_s=60).duration_s < 0.1 * output["duration"]
    assert job.posts[-1] == job.results[0]
    assert (len(job.results), after.posts) == (1, after.results)


def test_stopped_job_ends_at_its_next_chunk(
    submit: Callable[..., RemoteJob], shared_server: RunPodServer, shared: WorkerProcess
) -> None:
    """A job that is stopped in its middle posts no result and stores no whole audio, and the next one is served."""
    job = submit({"text": LONG})
    job.begun()
    shared_server.stop(job)
    assert submit(SPOKEN).output()["status"] == "completed"
    assert job.results == []
    assert len(job.progress) < 40
    assert f"{job.id}.json" in stored(shared, job)
    assert f"{job.id}.wav" not in stored(shared, job)


def test_nothing_in_a_post_shows_the_workers_inside(
    submit: Callable[..., RemoteJob], shared_server: RunPodServer
) -> None:
    """No answer, to this job or to those above, has a traceback, a line of code or a path of the container in it."""
    submit({"text": "bug"}).error()
    posts = json.dumps([job.posts for job in shared_server.jobs.values()])
    assert [word for word in ("Traceback", "site-packages", "faulty_worker", "/secret/") if word in posts] == []
    assert shared_server.strays == []


def test_stopped_job_that_hangs_ends_the_worker(server: RunPodServer, start: Start) -> None:
    """Where a thread does not come back after a stop, its stack is logged and the process ends with 1."""
    worker = start(server, FAULTY)
    job = server.submit(HANGS)
    job.begun()
    assert server.wait_for(lambda: any(ping.get("job_id") == job.id for ping in server.pings))
    server.stop(job)
    assert worker.exit_code(5) == 1
    assert 'faulty_worker.py", line' in worker.log
    assert job.results == []


def test_sigterm_after_a_stop_that_hangs_ends_the_worker(server: RunPodServer, start: Start) -> None:
    """A thread that hangs does not keep a worker from leaving either."""
    worker = start(server, FAULTY)
    job = server.submit(HANGS)
    job.begun()
    server.stop(job)
    worker.wait_for_log("Job stopped")
    worker.terminate()
    assert worker.exit_code(5) == 1


def test_sigterm_in_a_job_waits_for_its_result(server: RunPodServer, start: Start) -> None:
    """What was begun is finished and posted; then the worker ends with 0."""
    worker = start(server)
    job = server.submit({"text": LONG})
    job.begun()
    worker.terminate()
    assert worker.exit_code() == 0
    assert job.output()["status"] == "completed"
    assert "Traceback" not in worker.log


def test_sigterm_when_idle_ends_at_once(server: RunPodServer, start: Start) -> None:
    """An open poll does not hold a worker up, and a job that comes after the signal is answered by another."""
    worker, other = start(server), start(server)
    server.idle(worker.id)
    server.idle(other.id)
    worker.terminate()
    assert worker.exit_code(5) == 0
    jobs = [server.submit(SPOKEN) for _ in range(2)]
    assert [job.output()["status"] for job in jobs] == ["completed"] * 2
    assert {name for job in jobs for name in job.taken_by} == {other.id}
    assert "Traceback" not in worker.log


def test_job_in_the_moment_of_sigterm_is_answered_once(server: RunPodServer, start: Start) -> None:
    """A job that is handed out while a worker leaves is answered by it, or left for RunPod to deliver again."""
    worker = start(server)
    server.idle(worker.id)
    worker.terminate()
    worker.wait_for_log("SIGTERM")
    job = server.submit(SPOKEN)
    assert worker.exit_code(5) == 0
    other = start(server)
    if job.taken_by and not job.results:
        server.submit(SPOKEN, job.id)  # RunPod does so once the heartbeat is missing
    assert job.output()["status"] == "completed"
    assert server.submit({"text": "Next."}).output()["status"] == "completed"
    assert len(job.results) == 1
    assert other.id in server.jobs["job-1"].taken_by


def test_sigterm_while_loading_ends_at_once(server: RunPodServer, start: Start) -> None:
    """A worker that is still loading when it is no longer wanted ends without a job."""
    worker = start(server, FAULTY, "loading")
    worker.wait_for_log("loading")
    worker.terminate()
    assert worker.exit_code(5) == 143
    assert "Traceback" not in worker.log


def test_killed_worker_leaves_its_job_to_the_next(server: RunPodServer, start: Start, tmp_path: Path) -> None:
    """A job whose worker was killed is spoken anew under the same id with the seed that was drawn."""
    folder = {"STORAGE_DIR": str(tmp_path / "storage")}
    worker = start(server, **folder)
    job = server.submit({"text": LONG})
    job.begun()
    worker.kill()
    seed = json.loads((tmp_path / f"storage/output/{job.id}.json").read_text())["seed"]
    start(server, **folder)
    server.submit(job.input, job.id)
    assert (job.output()["job_id"], job.output()["seed"]) == (job.id, seed)
    assert server.submit(SPOKEN).output()["status"] == "completed"
    assert len(job.results) == 1


def test_killed_worker_on_f5_loses_only_the_line_that_it_was_at(
    server: RunPodServer, start: Start, tmp_path: Path
) -> None:
    """The next worker goes on with the line that is missing, to the same samples, and leaves no line behind."""
    tiny = tiny_settings(tmp_path)
    environment = {"ENGINE": "f5", "DEVICE": "cpu", "F5_MODEL": tiny.f5_model, "STORAGE_DIR": str(tiny.storage_dir)}
    environment |= {"F5_CHECKPOINT": str(tiny.f5_checkpoint), "VOCODER_DIR": str(tiny.vocoder_dir)}
    text = "[pause 80ms]".join(f"Line {i} of a text that takes long." for i in range(12))
    request = {"text": text, "nfe_step": 6, "seed": 3}
    worker = start(server, **environment)
    job = server.submit(request)

    def kept() -> list[Path]:
        return list(tiny.storage_dir.glob(f"output/{job.id}.take-*.wav"))

    wait_until(lambda: len(kept()) >= 3)
    worker.kill()
    before = len(kept())
    assert before < 12
    assert not (tiny.storage_dir / f"output/{job.id}.wav").exists()
    other = start(server, **environment)
    server.submit(request, job.id)
    assert job.output()["job_id"] == job.id
    assert f"the job was begun before: {before} lines are spoken already" in other.log
    assert kept() == []
    server.submit(request, "whole").output()
    whole, resumed = ((tiny.storage_dir / f"output/{name}.wav").read_bytes() for name in ("whole", job.id))
    assert resumed == whole


def test_unfit_worker_is_reported_and_ends(server: RunPodServer, start: Start) -> None:
    """RunPod is told which check failed and why, and the process ends with 1 before it takes a job."""
    job = server.submit(SPOKEN)
    assert start(server, FAULTY, "unfit").exit_code() == 1
    reason = "RuntimeError: the sampler's mel is 0.7 off"
    assert [(ping["status"], ping["check"], ping["reason"]) for ping in server.pings] == [
        ("unhealthy", "sampler", reason)
    ]
    assert job.taken_by == []


class Bucket:
    """An S3 server in this process, which can be away for a while and keeps its files."""

    def __init__(self) -> None:
        self._server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        self._server.start()
        self.port = self._server.get_host_and_port()[1]
        boto3.client("s3", **self._account).create_bucket(Bucket=BUCKET)

    @property
    def _account(self) -> dict[str, str]:
        return {
            "endpoint_url": f"http://127.0.0.1:{self.port}",
            "region_name": "us-east-1",
            "aws_access_key_id": "nobody",
            "aws_secret_access_key": SECRET,
        }

    @property
    def environment(self) -> dict[str, str]:
        """The worker's settings for it."""
        return {
            "STORAGE": "s3",
            "S3_BUCKET": BUCKET,
            "AWS_ACCESS_KEY_ID": "nobody",
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_ENDPOINT_URL": self._account["endpoint_url"],
        }

    def leave(self) -> None:
        """Refuse every connection."""
        self._server.stop()

    def come_back(self) -> None:
        """Answer again, on the same port."""
        self._server = ThreadedMotoServer("127.0.0.1", self.port, verbose=False)
        self._server.start()


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    """A bucket."""
    served = Bucket()
    yield served
    served.leave()


@pytest.fixture(scope="module")
def s3_server() -> Iterator[RunPodServer]:
    """RunPod for the worker with a bucket."""
    runpod = RunPodServer()
    yield runpod
    runpod.close()


@pytest.fixture(scope="module")
def s3_worker(
    s3_server: RunPodServer, start: Start, bucket: Bucket, files: FileServer, recording_wav: bytes
) -> WorkerProcess:
    """The worker as deployed, with a bucket that has the voices ann and bea and the job `spoken`."""
    worker = start(s3_server, **bucket.environment, MAX_CONCURRENCY="4")
    url = files.put("loop.wav", recording_wav)
    for name in ("ann", "bea"):
        upload = {"endpoint": "upload", "voice_name": name, "voice_file_url": url, "ref_text": "Some people."}
        s3_server.submit(upload).output()
    s3_server.submit(SPOKEN, "spoken").output()
    return worker


INPUTS: dict[str, dict[str, Any]] = {
    "tts": {**SPOKEN, "voice": "ann", "audio_format": "mp3"},
    "upload": {"voice_name": "cleo", "ref_text": "Some people."},
    "upload_url": {"voice_name": "cleo"},
    "list_voices": {"details": True},
    "get_voice": {"voice_name": "ann"},
    "delete_voice": {"voice_name": "bea"},
    "timing": {"job_id": "spoken", "timing_format": "all"},
    "download": {"job_id": "spoken"},
    "result": {"job_id": "spoken"},
    "preview_text": {"text": "It costs $45."},
    "status": {},
}


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_endpoint_succeeds(
    s3_server: RunPodServer, s3_worker: WorkerProcess, files: FileServer, recording_wav: bytes, endpoint: str
) -> None:
    """Every endpoint answers in the loop."""
    link = {"voice_file_url": files.put("cleo.wav", recording_wav)} if endpoint == "upload" else {}
    assert s3_server.submit({"endpoint": endpoint, **INPUTS[endpoint], **link}).output()["status"]


def test_log_holds_no_link_no_text_and_no_secret(s3_server: RunPodServer, s3_worker: WorkerProcess) -> None:
    """What a caller gets and says stays out of the log of the SDK, too."""
    job = s3_server.submit({"text": "Zanzibar, said twice: Zanzibar."})
    assert "X-Amz-Signature" in job.output()["audio_url"]
    assert f"{job.id} f5tts_worker.production: spoke" in s3_worker.log
    assert [word for word in ("X-Amz", "Zanzibar", SECRET) if word in s3_worker.log] == []


def test_bucket_that_is_away_for_a_while_costs_no_job(
    s3_server: RunPodServer, s3_worker: WorkerProcess, bucket: Bucket
) -> None:
    """A job whose bucket is away for 10 s stores what it made when the bucket is back; the next one succeeds."""
    job = s3_server.submit({"text": LONG})
    job.begun()
    bucket.leave()
    job.wait_for(lambda: job.results, 10)
    bucket.come_back()
    assert job.output()["status"] == "completed"
    assert s3_server.submit(SPOKEN).output()["status"] == "completed"
    assert (len(job.results), s3_server.strays) == (1, [])


MIX: list[dict[str, Any]] = [
    SPOKEN,
    {"endpoint": "status"},
    {"text": "A compressed one.", "audio_format": "mp3"},
    {"endpoint": "list_voices"},
    {"text": "An open one.", "audio_format": "opus", "seed": "7", "return_word_timings": "true"},
    {**SPOKEN, "voice": "nobody"},
    {"endpoint": "download", "job_id": "nobodys"},
    {"text": "engine"},
    {"text": "Once more. " * 100},
    {"endpoint": "speak"},
]


def test_mixed_jobs_are_each_answered_once(server: RunPodServer, start: Start) -> None:
    """Of 40 jobs, some with faults, none is lost and none answered twice; no file is left in the temporary folder."""
    worker = start(server, FAULTY, MAX_CONCURRENCY="4")
    jobs = [server.submit(job_input) for job_input in itertools.islice(itertools.cycle(MIX), 40)]
    failed = ["error" in job.result() for job in jobs]
    assert failed == [kind in (5, 6, 7, 9) for kind in range(10)] * 4
    worker.terminate()
    assert worker.exit_code() == 0
    assert [len(job.results) for job in jobs] == [1] * 40
    assert (server.strays, list(worker.temp.iterdir())) == ([], [])
