"""Start the worker behind the SDK's local API; as a client upload a voice, speak with it and download the result."""

import argparse
import contextlib
import functools
import http.client
import http.server
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from f5tts_worker.settings import KNOWN  # noqa: E402  # the package is found through ROOT

LOG = "worker.log"
RECORDING_TEXT = "Some people read aloud to learn a text, and others read aloud to be heard."
SPOKEN_TEXT = "One call makes the voice, the speech and the link. This took about a second."
START_TIMEOUT_S = 60


def main() -> None:
    """Run the demo."""
    options = _options()
    folder = options.out.absolute()
    port = _free_port()
    with _worker(options.engine, folder, port), tempfile.TemporaryDirectory() as public, _served(public) as base_url:
        call = functools.partial(_call, port, folder / LOG)
        recording = options.voice or _make_recording(call)
        shutil.copyfile(recording, Path(public) / "recording")
        text = {"ref_text": options.voice_text} if options.voice_text else {}
        _step("Upload a voice")
        call({"endpoint": "upload", "voice_name": "demo", "voice_file_url": f"{base_url}/recording", **text})
        _step("Speak with it")
        spoken = call({"text": options.text, "local_voice": "demo"})
        _step("Ask for the result again")
        ready = call({"endpoint": "download", "job_id": spoken["job_id"]})
    audio = Path(unquote(urlsplit(ready["audio_url"]).path))
    print(f"\nThe audio: {audio}  ({spoken['duration']:.2f} s, {ready['size']} bytes)")
    print("Engine preview has a voice of its own and cloned none: it is here to show the calls.")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--engine", choices=["preview"], default="preview", help="what speaks (default: preview)")
    parser.add_argument("--text", default=SPOKEN_TEXT, help="what is said")
    parser.add_argument("--voice", type=Path, help="a recording of yours; without it the worker makes one itself")
    parser.add_argument("--voice-text", help="what your recording says")
    parser.add_argument(
        "--out", type=Path, default=ROOT / ".demo", help="folder for voices and results (default: .demo)"
    )
    options = parser.parse_args()
    if options.voice and not options.voice.is_file():
        parser.error(f"--voice: there is no file {options.voice}")
    if not options.voice:
        options.voice_text = RECORDING_TEXT
    return options


def _step(title: str) -> None:
    print(f"\n== {title}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def _worker(engine: str, folder: Path, port: int) -> Iterator[None]:
    """handler.py behind the SDK's local API; its log goes to a file."""
    log = folder / LOG
    environment = {
        **{name: value for name, value in os.environ.items() if name not in KNOWN},
        "ENGINE": engine,
        "STORAGE": "local",
        "STORAGE_DIR": str(folder),
        "VOLUME_DIR": str(folder / "volume"),
        "ALLOW_PRIVATE_URLS": "true",  # the recording is served from this machine
        "WARM_TRANSCRIBER": "off",
    }
    command = [sys.executable, str(ROOT / "handler.py"), "--rp_serve_api", "--rp_api_host", "127.0.0.1"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--rp_api_port", str(port)], env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _wait_for(process, port, log)
        yield
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()


def _wait_for(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            sys.exit(f"The worker did not start:\n{log.read_text(errors='replace')}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    sys.exit(f"The worker did not answer within {START_TIMEOUT_S} s; its log is {log}")


@contextlib.contextmanager
def _served(folder: str) -> Iterator[str]:
    """The folder over HTTP: an upload names a link."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:  # the base class names it so
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()


def _call(port: int, log: Path, job_input: dict[str, Any]) -> dict[str, Any]:
    """POST /runsync; prints the request and its answer, ends the program if the job failed."""
    body = json.dumps({"input": job_input})
    print(f"POST /runsync {body}")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    connection.request("POST", "/runsync", body, {"Content-Type": "application/json"})
    answer = json.loads(connection.getresponse().read())
    print(json.dumps(answer, indent=2, ensure_ascii=False))
    if answer.get("status") != "COMPLETED":
        sys.exit(f"The job failed; the error above says why. The worker's log: {log}")
    return dict(answer["output"])


def _make_recording(call: Any) -> Path:
    """A recording to clone, spoken by the worker: nothing has to be at hand to try it."""
    _step("Make a recording (use --voice FILE for one of your own)")
    made = call({"text": RECORDING_TEXT, "language": "en-gb"})
    return Path(unquote(urlsplit(made["audio_url"]).path))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
