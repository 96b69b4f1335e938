"""WorkerProcess: a worker in a process of its own, which takes its jobs from a RunPodServer."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import uuid
from pathlib import Path

from runpod_server import PATIENCE_S, RunPodServer

from f5tts_worker.settings import KNOWN

TESTS = Path(__file__).resolve().parent
HANDLER = TESTS.parent / "handler.py"
FAULTY = TESTS / "faulty_worker.py"


class WorkerProcess:
    """Started when made."""

    def __init__(
        self, server: RunPodServer, folder: Path, program: Path = HANDLER, *arguments: str, **environment: str
    ) -> None:
        self.id = f"worker-{uuid.uuid4().hex[:8]}"
        self.storage = folder / "storage"
        self.temp = folder / "tmp"
        self.temp.mkdir(parents=True, exist_ok=True)
        base = {name: value for name, value in os.environ.items() if name not in KNOWN}
        defaults = {
            "ENGINE": "preview",
            "STORAGE": "local",
            "STORAGE_DIR": str(self.storage),
            "VOLUME_DIR": str(folder / "volume"),
            "WARM_TRANSCRIBER": "off",
            "WARM_ALIGNER": "off",
            "ALLOW_PRIVATE_URLS": "true",
            "HF_HUB_OFFLINE": "1",
            "PYTHONPATH": str(TESTS.parent),
            "PYTHONUNBUFFERED": "1",
            "HOME": str(folder),
            "TMPDIR": str(self.temp),
        }
        self._lines: list[str] = []
        self._changed = threading.Condition()
        self._process = subprocess.Popen(
            [sys.executable, str(program), *arguments],
            env={**base, **defaults, **server.environment(self.id), **environment},
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def log(self) -> str:
        """What it has printed."""
        with self._changed:
            return "".join(self._lines)

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    @property
    def resident_kb(self) -> int:
        """Its memory (VmRSS), without that of its heartbeat."""
        return self._status("VmRSS")

    @property
    def peak_kb(self) -> int:
        """The most that it has had (VmHWM)."""
        return self._status("VmHWM")

    def _status(self, name: str) -> int:
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.split(f"{name}:")[1].split()[0])

    def wait_for_log(self, text: str) -> None:
        """Wait until it has printed this."""
        with self._changed:
            found = self._changed.wait_for(lambda: text in "".join(self._lines), PATIENCE_S)
        assert found, f"{text!r} is not in the log:\n{self.log}"

    def terminate(self) -> None:
        """Send SIGTERM, to the worker alone, as a container's runtime does."""
        self._process.terminate()

    def kill(self) -> None:
        """Send SIGKILL to all of it: with its first process a container is gone."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self.exit_code()

    def exit_code(self, timeout_s: float = PATIENCE_S) -> int:
        """Wait until it, and whatever it started, has ended; both hold the pipe that its log goes to."""
        code = self._process.wait(timeout_s)
        self._reader.join(5)
        assert not self._reader.is_alive(), "a process that the worker started goes on without it"
        return code

    def _read(self) -> None:
        assert self._process.stdout
        with self._process.stdout as output:
            for line in output:
                with self._changed:
                    self._lines.append(line.decode(errors="replace"))
                    self._changed.notify_all()
