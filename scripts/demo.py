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

# ruff: noqa: E402  # the package is found through ROOT
from f5tts_worker.f5.places import f5_tts_file
from f5tts_worker.failure import CANNOT_START
from f5tts_worker.settings import F5_ONLY, KNOWN
from f5tts_worker.worker import SAMPLE_TEXT, SAMPLE_WAV

LOG = "worker.log"
RECORDING_TEXT = "Some people read aloud to learn a text, and others read aloud to be heard."
SPOKEN_TEXT = "One call makes the voice, the speech and the link."
START_TIMEOUT_S = {"preview": 60, "f5": 3600}  # with f5 the first start downloads 1.4 GB
CALL_TIMEOUT_S = 3600  # F5-TTS without a GPU is slow

PASSED_ON = {"preview": (), "f5": (*F5_ONLY, "DEVICE", "VOLUME_DIR", "MODEL_DIR")}
"""Settings of the worker that count here; the others are the demo's own."""


def main() -> None:
    """Run the demo."""
    options = _options()
    folder = options.out.absolute()
    port = _free_port()
    with _worker(options.engine, folder, port), tempfile.TemporaryDirectory() as public, _served(public) as base_url:
        call = functools.partial(_call, port, folder / LOG)
        recording, recording_text = _recording(options, call)
        shutil.copyfile(recording, Path(public) / "recording")
        text = {"ref_text": recording_text} if recording_text else {}
        _step("Upload a voice")
        call({"endpoint": "upload", "voice_name": "demo", "voice_file_url": f"{base_url}/recording", **text})
        _step("Speak with it")
        spoken = call({"text": options.text, "local_voice": "demo"})
        _step("Ask for the result again")
        ready = call({"endpoint": "download", "job_id": spoken["job_id"]})
    audio = Path(unquote(urlsplit(ready["audio_url"]).path))
    print(f"\nThe audio: {audio}  ({spoken['duration']:.2f} s, {ready['size']} bytes)")
    if options.engine == "preview":
        print("Engine preview has a voice of its own and cloned none: it is here to show the calls.")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__, allow_abbrev=False)
    parser.add_argument(
        "--engine",
        choices=list(START_TIMEOUT_S),
        default="preview",
        help="what speaks: preview clones no voice; f5 downloads weights of 1.4 GB if it finds none (default: preview)",
    )
    parser.add_argument("--text", default=SPOKEN_TEXT, help="what is said")
    parser.add_argument("--voice", type=Path, help="a recording of yours; there is one for the demo without it")
    parser.add_argument("--voice-text", help="what your recording says; without it the worker has to write it down")
    parser.add_argument(
        "--out", type=Path, default=ROOT / ".demo", help="folder for voices and results (default: .demo)"
    )
    options = parser.parse_args()
    if options.voice and not options.voice.is_file():
        parser.error(f"--voice: there is no file {options.voice}")
    if options.voice_text and not options.voice:
        parser.error("--voice-text: send --voice too")
    return options


def _step(title: str) -> None:
    print(f"\n== {title}", flush=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def _worker(engine: str, folder: Path, port: int) -> Iterator[None]:
    """handler.py behind the SDK's local API; its log goes to a file."""
    log = folder / LOG
    folder.mkdir(parents=True, exist_ok=True)
    passed_on = {name: os.environ[name] for name in PASSED_ON[engine] if name in os.environ}
    environment = {
        **{name: value for name, value in os.environ.items() if name not in KNOWN},
        "ENGINE": engine,
        "STORAGE": "local",
        "STORAGE_DIR": str(folder),
        "VOLUME_DIR": str(folder / "volume"),
        "ALLOW_PRIVATE_URLS": "true",  # the recording is served from this machine
        "WARM_TRANSCRIBER": "off",
        "WARM_ALIGNER": "off",
        **passed_on,
    }
    command = [sys.executable, str(ROOT / "handler.py"), "--rp_serve_api", "--rp_api_host", "127.0.0.1"]
    _step(f"Start the worker with engine {engine}; its log is {log}")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--rp_api_port", str(port)], env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _wait_for(process, port, log, START_TIMEOUT_S[engine])
        yield
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()


def _wait_for(process: "subprocess.Popen[bytes]", port: int, log: Path, timeout_s: int) -> None:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if process.poll() is not None:
            said = log.read_text(errors="replace")
            block = said.find(CANNOT_START)
            sys.exit(said[max(block, 0) :].strip() or "The worker ended without a word.")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    sys.exit(f"The worker did not answer within {timeout_s} s; its log is {log}")


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
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=CALL_TIMEOUT_S)
    connection.request("POST", "/runsync", body, {"Content-Type": "application/json"})
    answer = json.loads(connection.getresponse().read())
    print(json.dumps(answer, indent=2, ensure_ascii=False))
    if answer.get("status") != "COMPLETED":
        sys.exit(f"The job failed; the error above says why. The worker's log: {log}")
    return dict(answer["output"])


def _recording(options: argparse.Namespace, call: Any) -> tuple[Path, str | None]:
    """A recording to clone and what it says: nothing has to be at hand to try it."""
    if options.voice:
        return options.voice, options.voice_text
    if options.engine == "preview":
        _step("Make a recording (use --voice FILE for one of your own)")
        made = call({"text": RECORDING_TEXT, "language": "en-gb"})
        return Path(unquote(urlsplit(made["audio_url"]).path)), RECORDING_TEXT
    packaged = f5_tts_file(SAMPLE_WAV)
    if packaged is None:
        sys.exit(f"The f5-tts package is not complete: it lacks {SAMPLE_WAV}. Use --voice.")
    _step(f"Take the recording {packaged.name} of the f5-tts package (use --voice FILE for one of your own)")
    return packaged, SAMPLE_TEXT


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
