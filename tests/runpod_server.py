"""RunPodServer: RunPod's side of the job protocol on 127.0.0.1, for workers that run the SDK's own loop.

GET  /job-take/WORKER       held open until there is a job; 204 if there is none. /job-take-batch/ gives a list.
GET  /job-stop/WORKER       held open until a job is to be stopped: {"jobsToStop": [id, ...]}
POST /job-done/WORKER/JOB   a job's progress (status IN_PROGRESS) or its result
GET  /ping/WORKER           the heartbeat, or that the worker is unhealthy
"""

import contextlib
import http.server
import json
import select
import socket
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

POLL_S = 20.0
"""How long a poll is held open."""

RESULT_MAX_BYTES = 10_000_000
"""RunPod's own limit for /run."""

PATIENCE_S = 60.0


@dataclass(eq=False)
class RemoteJob:
    """A job that was submitted, and what came back for it."""

    id: str
    input: Any
    changed: threading.Condition
    taken_by: list[str] = field(default_factory=list)
    posts: list[dict[str, Any]] = field(default_factory=list)
    """Whatever was accepted for it, in order."""

    @property
    def progress(self) -> list[Any]:
        """The progress that was reported."""
        return [post["output"] for post in self.posts if _is_progress(post)]

    @property
    def results(self) -> list[dict[str, Any]]:
        """Its answers: one, unless it was delivered twice."""
        return [post for post in self.posts if not _is_progress(post)]

    def wait_for(self, condition: Callable[[], Any], timeout_s: float = PATIENCE_S) -> bool:
        """Wait until something is true of the job."""
        with self.changed:
            return bool(self.changed.wait_for(condition, timeout_s))

    def result(self, timeout_s: float = PATIENCE_S) -> dict[str, Any]:
        """Its first answer, as it was posted."""
        assert self.wait_for(lambda: self.results, timeout_s), f"no answer for {self.id!r} in {timeout_s} s"
        return self.results[0]

    def output(self) -> dict[str, Any]:
        """What it answers; it must succeed."""
        result = self.result()
        assert "error" not in result, result
        output: dict[str, Any] = result["output"]
        return output

    def error(self) -> str:
        """What it fails with; it must fail."""
        return str(self.result()["error"])

    def begun(self) -> None:
        """Wait until it reports progress: it is in its middle."""
        assert self.wait_for(lambda: self.posts), f"{self.id!r} does not begin"
        assert self.progress, self.posts


def _is_progress(post: dict[str, Any]) -> bool:
    return post.get("status") == "IN_PROGRESS"


class RunPodServer:
    """Hands out what `submit` is given, and keeps what is posted."""

    def __init__(self) -> None:
        self.jobs: dict[str, RemoteJob] = {}
        self.pings: list[dict[str, str]] = []
        self.strays: list[str] = []
        """Posts that belong to no job, or that RunPod could not read."""
        self.refuse_results = 0
        """So many results are answered with 500 before one is accepted."""
        self.progress_delay_s = 0.0
        """How late progress is answered."""
        self._waiting: deque[RemoteJob] = deque()
        self._polling: dict[str, int] = {}
        self._to_stop: dict[str, list[str]] = {}
        self._closed = False
        self._changed = threading.Condition(threading.RLock())
        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self))
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()

    def environment(self, worker: str) -> dict[str, str]:
        """What RunPod sets in a worker's container."""
        url = f"http://127.0.0.1:{self._http.server_address[1]}"
        return {
            "RUNPOD_WEBHOOK_GET_JOB": f"{url}/job-take/$ID?gpu=none",
            "RUNPOD_WEBHOOK_POST_OUTPUT": f"{url}/job-done/$RUNPOD_POD_ID/$ID?gpu=none",
            "RUNPOD_WEBHOOK_POST_STREAM": f"{url}/job-stream/$RUNPOD_POD_ID/$ID?gpu=none",
            "RUNPOD_WEBHOOK_PING": f"{url}/ping/$RUNPOD_POD_ID",
            "RUNPOD_PING_INTERVAL": "1000",
            "RUNPOD_POD_ID": worker,
            "RUNPOD_AI_API_KEY": "a-key-of-nobody",
            "RUNPOD_SKIP_AUTO_SYSTEM_CHECKS": "true",
            "RUNPOD_SKIP_GPU_CHECK": "true",
        }

    def submit(self, job_input: Any, job_id: str | None = None) -> RemoteJob:
        """Queue a job, or one more delivery of it if its id is known."""
        with self._changed:
            job_id = f"job-{len(self.jobs)}" if job_id is None else job_id
            job = self.jobs.setdefault(job_id, RemoteJob(job_id, job_input, self._changed))
            self._waiting.append(job)
            self._changed.notify_all()
        return job

    def stop(self, job: RemoteJob) -> None:
        """Tell the worker that has the job to stop it."""
        with self._changed:
            self._to_stop.setdefault(job.taken_by[-1], []).append(job.id)
            self._changed.notify_all()

    def wait_for(self, condition: Callable[[], Any], timeout_s: float = PATIENCE_S) -> bool:
        """Wait until something is true of the server."""
        with self._changed:
            return bool(self._changed.wait_for(condition, timeout_s))

    def idle(self, worker: str) -> None:
        """Wait until a worker asks for jobs."""
        assert self.wait_for(lambda: self._polling.get(worker)), f"{worker} asks for no job"

    def close(self) -> None:
        """End the server."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._http.shutdown()
        self._http.server_close()

    def take(self, worker: str, most: int, is_gone: Callable[[], bool]) -> list[RemoteJob]:
        """Wait for jobs for a worker; none for one that has hung up."""
        with self._changed:
            self._polling[worker] = self._polling.get(worker, 0) + 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._waiting or self._closed, POLL_S)
            self._polling[worker] -= 1
            if is_gone():
                return []
            taken = [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
            for job in taken:
                job.taken_by.append(worker)
            return taken

    def give_back(self, jobs: list[RemoteJob]) -> None:
        """Put jobs back that did not reach their worker."""
        with self._changed:
            self._waiting.extendleft(reversed(jobs))
            self._changed.notify_all()

    def stops(self, worker: str, is_gone: Callable[[], bool]) -> list[str]:
        """Wait for jobs that a worker is to stop."""
        with self._changed:
            self._changed.wait_for(lambda: self._to_stop.get(worker) or self._closed, POLL_S)
            return [] if is_gone() else self._to_stop.pop(worker, [])

    def done(self, job_id: str, body: bytes) -> int:
        """Keep what was posted for a job; returns the HTTP status."""
        try:
            post = json.loads(body, parse_constant=_refuse)
        except ValueError:
            post = None
        with self._changed:
            job = self.jobs.get(job_id)
            if job is None or not isinstance(post, dict) or len(body) > RESULT_MAX_BYTES:
                self.strays.append(f"{job_id}: {body[:200]!r}")
                return 400
            if not _is_progress(post) and self.refuse_results:
                self.refuse_results -= 1
                return 500
            job.posts.append(post)
            self._changed.notify_all()
        if _is_progress(post):
            self.wait_for(lambda: self._closed, self.progress_delay_s)
        return 200

    def pinged(self, query: dict[str, str]) -> None:
        """Keep a heartbeat."""
        with self._changed:
            self.pings.append(query)
            self._changed.notify_all()


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


class _Handler(http.server.BaseHTTPRequestHandler):
    """One connection of a worker."""

    protocol_version = "HTTP/1.1"

    def __init__(self, runpod: RunPodServer, *arguments: Any) -> None:
        self._runpod = runpod
        super().__init__(*arguments)

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # of a worker that was killed
            super().handle()

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        action, worker = address.path.split("/")[1:3]
        query = dict(parse_qsl(address.query))
        if action == "job-stop":
            ids = self._runpod.stops(worker, self._is_gone)
            self._answer(200 if ids else 204, {"jobsToStop": ids})
        elif action == "ping":
            self._runpod.pinged(query)
            self._answer(200)
        else:
            jobs = self._runpod.take(worker, int(query.get("batch_size", 1)), self._is_gone)
            given = [{"id": job.id, "input": job.input} for job in jobs]
            if not self._answer(200 if jobs else 204, given if action == "job-take-batch" else next(iter(given), None)):
                self._runpod.give_back(jobs)

    def do_POST(self) -> None:
        job_id = unquote("/".join(urlsplit(self.path).path.split("/")[3:]))
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(self._runpod.done(job_id, body))

    def log_message(self, format: str, *arguments: Any) -> None:
        pass

    def _is_gone(self) -> bool:
        readable, _, _ = select.select([self.connection], [], [], 0)
        return bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)

    def _answer(self, status: int, payload: Any = None) -> bool:
        """Whether the answer was taken."""
        body = b"" if status == 204 else json.dumps(payload).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        try:
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True
            return False
        return True
