"""LocalApi: a worker in a process of its own, behind the API that RunPod's SDK serves for development."""

import http.client
import json
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

START_TIMEOUT_S = 180


class LocalApi:
    """Started when made; `runsync` and `error` are what a caller sees."""

    def __init__(self, command: list[str], environment: dict[str, str], folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.folder = folder
        self._log = folder / "worker.log"
        serve = ["--rp_serve_api", "--rp_api_host", "127.0.0.1", "--rp_api_port", str(self.port)]
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                [*command, *serve], env=environment, cwd=folder, stdout=output, stderr=subprocess.STDOUT
            )
        self._wait()

    @property
    def log(self) -> str:
        """What the worker has printed."""
        return self._log.read_text(errors="replace")

    def post(self, body: bytes | str) -> dict[str, Any]:
        """POST /runsync with this very body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        try:
            connection.request("POST", "/runsync", body, {"Content-Type": "application/json"})
            answer: dict[str, Any] = json.loads(connection.getresponse().read())
            return answer
        finally:
            connection.close()

    def runsync(self, **job_input: Any) -> dict[str, Any]:
        """The output of a job that must succeed."""
        answer = self.post(json.dumps({"input": job_input}))
        assert answer["status"] == "COMPLETED", answer
        output: dict[str, Any] = answer["output"]
        return output

    def error(self, **job_input: Any) -> str:
        """The error of a job that must fail."""
        answer = self.post(json.dumps({"input": job_input}))
        assert answer["status"] == "FAILED", answer
        return str(answer["error"])

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            assert self._process.poll() is None, self.log
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError(f"the worker did not answer: {self.log}")
