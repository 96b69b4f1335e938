"""scripts/call_endpoint.py: against a worker behind the SDK's local API, and a server that answers as RunPod."""

import http.server
import json
import os
import pty
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from conftest import FileServer
from local_api import LocalApi
from moto.server import ThreadedMotoServer

from f5tts_worker.audio import decode_wav
from f5tts_worker.dispatch import ENDPOINTS
from scripts.call_endpoint import file_name, main

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = [sys.executable, str(ROOT / "scripts/call_endpoint.py")]
KEY = "rpa_SECRET"
QUICK = ("--interval", "0.05")
HELLO = ("--text", "Hello.")


class RunPod:
    """Gives prepared answers to each operation, the last one again and again, and keeps what was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Any]] = {}
        """Operation -> JSON objects, or (status, headers, body), or None for a connection that breaks."""
        self.asked: list[tuple[str, str, str | None, Any]] = []
        """(method, path below the endpoint, Authorization, body)."""
        self.url = ""

    @property
    def paths(self) -> list[str]:
        """Method and path of every request."""
        return [f"{method} {path}" for method, path, _, _ in self.asked]

    def answer(self, request: http.server.BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        path = request.path.removeprefix("/v2/abc")
        asked = json.loads(body) if body else None
        self.asked.append((request.command, path, request.headers.get("Authorization"), asked))
        answers = self.answers[path.split("/")[1]]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if answer is None:
            return
        status, headers, data = answer if isinstance(answer, tuple) else (200, {}, json.dumps(answer).encode())
        request.send_response(status)
        for name, value in ({"Content-Length": str(len(data))} | headers).items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(data)


@pytest.fixture
def runpod(monkeypatch: pytest.MonkeyPatch) -> Iterator[RunPod]:
    """RunPod, where the SDK's own variable says that it is, with an endpoint and a key."""
    pod = RunPod()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            pod.answer(self)

        do_POST = do_GET  # noqa: N815  # the base class names it so

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    pod.url = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setenv("RUNPOD_ENDPOINT_BASE_URL", f"{pod.url}/v2")
    monkeypatch.setenv("RUNPOD_ENDPOINT_ID", "abc")
    monkeypatch.setenv("RUNPOD_API_KEY", KEY)
    pod.answers = {"run": [job("IN_QUEUE")], "cancel": [job("CANCELLED")], "files": [(200, {}, b"audio")]}
    yield pod
    server.shutdown()
    server.server_close()


def job(status: str, **rest: Any) -> dict[str, Any]:
    """A job's answer."""
    return {"id": "job-1", "status": status, **rest}


def test_a_job_is_followed_to_its_end(runpod: RunPod, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """/run, then /status until it is completed; changes go to stderr, the output to stdout, its files to the folder."""
    output = {
        "audio_url": f"{runpod.url}/files/job-1.mp3?X-Amz-Signature=abc",
        "timing_files": {"srt": f"{runpod.url}/files/job-1.srt", "ass": f"{runpod.url}/files/job-1.ass"},
    }
    speaking = job("IN_PROGRESS", output={"stage": "speech", "chunks_done": 1, "chunks": 3})
    runpod.answers["status"] = [
        *(job("IN_QUEUE"), job("IN_PROGRESS"), speaking, speaking),
        job("COMPLETED", output=output),
    ]
    assert main([*HELLO, "--voice", "alice", "--out", str(tmp_path / "clips"), *QUICK]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out) == output
    assert said.err.splitlines() == [
        *("IN_QUEUE", "IN_PROGRESS", "IN_PROGRESS, 1 of 3 chunks"),
        *(f"Saved {tmp_path}/clips/job-1.{kind} (5 bytes)" for kind in ("mp3", "srt", "ass")),
    ]
    assert sorted(path.name for path in (tmp_path / "clips").iterdir()) == ["job-1.ass", "job-1.mp3", "job-1.srt"]
    assert runpod.paths[:6] == ["POST /run", *["GET /status/job-1"] * 5]
    assert runpod.asked[0][3] == {"input": {"text": "Hello.", "local_voice": "alice"}}
    assert [key for _, _, key, _ in runpod.asked] == [f"Bearer {KEY}"] * 6 + [None] * 3
    assert KEY not in said.out + said.err


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (job("FAILED", error="voice_not_found: no voice 'bob.wav'"), "voice_not_found: no voice 'bob.wav'"),
        (job("CANCELLED"), "it was cancelled"),
        (job("TIMED_OUT"), "it took longer than the endpoint's execution timeout"),
    ],
    ids=["FAILED", "CANCELLED", "TIMED_OUT"],
)
def test_a_job_that_fails(
    runpod: RunPod, answer: dict[str, Any], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its error is on stderr, nothing is on stdout, and the exit status is 1."""
    runpod.answers["status"] = [answer]
    assert main([*HELLO, *QUICK]) == 1
    assert capsys.readouterr() == ("", f"IN_QUEUE\nJob job-1 failed: {says}\n")


@pytest.mark.parametrize(
    ("operation", "answer", "says"),
    [
        ("run", (401, {}, b""), "RUNPOD_API_KEY"),
        ("run", (404, {}, b""), "is the endpoint id right?"),
        ("run", (400, {}, b"bad body"), "HTTP 400: bad body"),
        ("run", (500, {}, b"oops"), "HTTP 500: oops"),
        ("run", (200, {}, b"<html>"), "did not answer with JSON"),
        ("run", (200, {}, b"[]"), "did not answer with a JSON object"),
        ("run", None, "does not answer: "),
        ("status", (404, {}, b""), "no longer knows the job job-1"),
        ("status", (401, {}, b""), "RUNPOD_API_KEY"),
    ],
    ids=["401", "404", "400", "500", "HTML", "a list", "broken off", "status 404", "status 401"],
)
def test_a_call_that_is_refused(
    runpod: RunPod, operation: str, answer: Any, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says what to look at, is not sent again, and ends with 1."""
    runpod.answers[operation] = [answer]
    assert main([*HELLO, *QUICK]) == 1
    said = capsys.readouterr()
    assert says in said.err
    assert (said.out, KEY in said.err) == ("", False)
    assert len(runpod.asked) == (1 if operation == "run" else 2)


def test_what_passes_is_tried_again(runpod: RunPod, capsys: pytest.CaptureFixture[str]) -> None:
    """429 anywhere, and 5xx or a lost connection while polling, do not end a job."""
    runpod.answers["run"].insert(0, (429, {"Retry-After": "0"}, b""))
    runpod.answers["status"] = [(429, {}, b""), (502, {}, b""), None, job("COMPLETED", output={})]
    assert main([*HELLO, *QUICK]) == 0
    assert runpod.paths == [*["POST /run"] * 2, *["GET /status/job-1"] * 4]
    assert capsys.readouterr().out == "{}\n"


def test_polling_gives_up(runpod: RunPod, capsys: pytest.CaptureFixture[str]) -> None:
    """A service that stays away ends it, after a number of tries."""
    runpod.answers["status"] = [(503, {}, b"away")]
    assert main([*HELLO, "--interval", "0.0001"]) == 1
    assert len(runpod.asked) == 1 + 9
    assert capsys.readouterr().err.endswith("HTTP 503: away\n")


def test_runsync_that_hands_back_a_running_job(runpod: RunPod) -> None:
    """It goes on with /status."""
    runpod.answers["runsync"] = [job("IN_PROGRESS")]
    runpod.answers["status"] = [job("IN_PROGRESS"), job("COMPLETED", output={})]
    assert main([*HELLO, "--sync", *QUICK]) == 0
    assert runpod.paths == ["POST /runsync", *["GET /status/job-1"] * 2]


def test_timeout(runpod: RunPod, capsys: pytest.CaptureFixture[str]) -> None:
    """A job that is not finished in time is left running, and its id is told."""
    runpod.answers["status"] = [job("IN_QUEUE")]
    assert main([*HELLO, "--timeout", "0.2", *QUICK]) == 1
    assert "Job job-1 was not finished after 0.2 s and runs on" in capsys.readouterr().err
    assert not [path for path in runpod.paths if "cancel" in path]


def test_the_key_is_not_taken_elsewhere(runpod: RunPod) -> None:
    """A redirect is followed without the key."""
    runpod.answers["status"] = [(302, {"Location": f"{runpod.url}/files/status"}, b"")]
    runpod.answers["files"] = [job("COMPLETED", output={})]
    assert main([*HELLO, *QUICK]) == 0
    assert runpod.asked[-1][1:3] == ("/files/status", None)


def interruptible(*arguments: str, **streams: Any) -> "subprocess.Popen[bytes]":
    """The program, which minds Ctrl-C even where a shell has pytest in its background."""
    return subprocess.Popen(["/usr/bin/env", "--default-signal=INT", *PROGRAM, *arguments], **streams)


def test_an_interrupt_cancels_the_job(runpod: RunPod) -> None:
    """Ctrl-C sends /cancel and ends with 130, without a traceback."""
    runpod.answers["status"] = [job("IN_PROGRESS")]
    process = interruptible(*HELLO, stderr=subprocess.PIPE)
    assert process.stderr
    assert [process.stderr.readline(), process.stderr.readline()] == [b"IN_QUEUE\n", b"IN_PROGRESS\n"]
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert (process.returncode, said, runpod.paths[-1]) == (130, b"Cancelling job job-1 ...\n", "POST /cancel/job-1")


def test_one_line_on_a_terminal(runpod: RunPod) -> None:
    """On a terminal the state is one line that is written over, with the time that has passed."""
    runpod.answers["status"] = [job("IN_PROGRESS"), job("COMPLETED", output={})]
    ours, theirs = pty.openpty()
    result = subprocess.run([*PROGRAM, *HELLO, *QUICK], stdout=subprocess.PIPE, stderr=theirs, check=False)
    os.close(theirs)
    said = os.read(ours, 1000)
    os.close(ours)
    assert result.returncode == 0
    assert re.fullmatch(rb"\r\x1b\[KIN_QUEUE, \d s\r\x1b\[KIN_PROGRESS, \d s\r\x1b\[K", said)


@pytest.mark.parametrize(
    ("link", "name"),
    [
        ("https://host/a/job-1.wav?X-Amz-Signature=x/y#z", "job-1.wav"),
        ("https://host/a/%E6%97%A5%20b.wav", "日 b.wav"),
        ("https://host/..%2f..%2Fetc%2Fpasswd", "passwd"),
        ("https://host/a/..%5C..%5Cevil.wav", "evil.wav"),
        ("https://host/a/..", "download"),
        ("https://host/a/.bashrc", "bashrc"),
        ("https://host/", "download"),
        ("https://host", "download"),
        ("https://host/a%00%0Ab%3A.wav", "a__b_.wav"),
    ],
)
def test_file_names_stay_in_the_folder(link: str, name: str) -> None:
    """A link's file gets the last part of its path, never a name that leads elsewhere or hides."""
    assert file_name(link) == name


def test_a_file_that_tries_to_escape(runpod: RunPod, tmp_path: Path) -> None:
    """It is saved in the folder all the same."""
    runpod.answers["status"] = [job("COMPLETED", output={"audio_url": f"{runpod.url}/files/..%2F..%2Fevil.wav"})]
    folder = tmp_path / "a" / "b"
    assert main([*HELLO, "--out", str(folder), *QUICK]) == 0
    assert [path.relative_to(folder).as_posix() for path in tmp_path.rglob("*.wav")] == ["evil.wav"]


@pytest.mark.parametrize(
    ("answer", "link", "says"),
    [
        ((200, {"Content-Length": "9"}, b"audio"), "{url}/files/a.wav", "it broke off after 5 of 9 bytes"),
        ((403, {}, b""), "{url}/files/a.wav", "Forbidden"),
        ((200, {}, b""), "file:///etc/hostname", "its link is no http(s) address"),
        ((200, {}, b""), "ftp://host/a.wav", "its link is no http(s) address"),
    ],
    ids=["broken off", "expired", "a file of this machine", "another scheme"],
)
def test_a_file_that_cannot_be_saved(
    runpod: RunPod, tmp_path: Path, answer: Any, link: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The answer is printed, the exit status is 1, and no part of a file is left."""
    output = {"audio_url": link.format(url=runpod.url)}
    runpod.answers |= {"status": [job("COMPLETED", output=output)], "files": [answer]}
    assert main([*HELLO, "--out", str(tmp_path), *QUICK]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out) == output
    assert says in said.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["speek"], "there is no endpoint 'speek'; there are tts, preview_text, upload"),
        (["list_voice"], "did you mean list_voices?"),
        (["--text", "Hello.", "tts"], "the endpoint's name stands first"),
        (["status", "--text", "Hello."], "status takes no --text"),
        ([], "text: missing; send the text to speak"),
        (["--text", "Hello.", "--speed", "fast"], "speed: 'fast' is not accepted; send a number from 0.3 to 3"),
        (["--text", "Hello.", "--text-file", "x"], "--text and --text-file: send one of the two"),
        (["--text-file", "nowhere.txt"], "nowhere.txt"),
        (["upload", "--voice-name", "a"], "voice_file_url: missing"),
        (["upload", "--voice-name", "a", "--file", "nowhere.mp3"], "--file: there is no file nowhere.mp3"),
        (["--input", "[]"], "no JSON object"),
        (["--text", "Hello.", "--timeout", "-1"], "'-1' is no number of seconds"),
        (["--text", "Hello.", "--url", "http://x", "--endpoint-id", "y"], "send one of the two"),
        (["--text", "Hello.", "--url", "file:///x"], "is no http(s) address"),
        (["--text", "Hello.", "--endpoint-id", "../other"], "'../other' is none"),
        (["--text", "Hello.", "--out", __file__], "is not a folder"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_arguments_that_do_not_fit(
    runpod: RunPod, arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are refused here with 2, before any job is sent."""
    with pytest.raises(SystemExit) as e:
        main(arguments)
    assert e.value.code == 2
    assert says in capsys.readouterr().err
    assert runpod.asked == []


@pytest.mark.parametrize("name", ["RUNPOD_ENDPOINT_ID", "RUNPOD_API_KEY"])
def test_what_a_call_to_runpod_needs(
    runpod: RunPod, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without an endpoint or a key it names the variable."""
    monkeypatch.delenv(name)
    with pytest.raises(SystemExit):
        main([*HELLO])
    assert name in capsys.readouterr().err


@pytest.mark.parametrize("endpoint", list(ENDPOINTS))
def test_every_field_has_a_flag(endpoint: str, capsys: pytest.CaptureFixture[str]) -> None:
    """--help of an endpoint lists its fields, aliases included."""
    with pytest.raises(SystemExit) as e:
        main([endpoint, "--help"])
    assert e.value.code == 0
    shown = capsys.readouterr().out
    missing = [name for name in ENDPOINTS[endpoint].request.fields() if f"--{name.replace('_', '-')}" not in shown]
    assert missing == []


@pytest.mark.parametrize(
    ("arguments", "operation", "job_input"),
    [
        (["--text", 'it\'s $HOME `x` "y" 日'], "run", {"text": 'it\'s $HOME `x` "y" 日'}),
        (
            [
                *("tts", "--text", "a", "--voice", "b", "--speed", "1.5", "--seed", "7", "--sway-sampling-coef", "-1"),
                *("--remove-silence", "--no-timing-strict", "--timing-format", "srt,ass", "--sync"),
            ],
            "runsync",
            {
                **{"endpoint": "tts", "text": "a", "local_voice": "b", "speed": 1.5, "seed": 7},
                **{
                    "sway_sampling_coef": -1,
                    "remove_silence": True,
                    "timing_format": "srt,ass",
                    "timing_strict": False,
                },
            },
        ),
        (["--input", '{"text": "a", "x": [1]}', "--text", "b"], "run", {"text": "b", "x": [1]}),
        (["upload", "--input", "{}"], "run", {"endpoint": "upload"}),
    ],
    ids=["quotes", "types", "raw", "raw and nothing"],
)
def test_curl_is_the_same_call(
    runpod: RunPod, arguments: list[str], operation: str, job_input: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command has the address, the variable of the key, and each field in its type; no call is made."""
    assert main([*arguments, "--curl"]) == 0
    said = capsys.readouterr()
    words = shlex.split(said.out)
    key = "Authorization: Bearer $RUNPOD_API_KEY"
    address = f"{runpod.url}/v2/abc/{operation}"
    assert words[:-1] == ["curl", "-sS", "-H", key, "-H", "Content-Type: application/json", address, "-d"]
    assert json.loads(words[-1]) == {"input": job_input}
    assert f'"{key}"' in said.out
    assert (runpod.asked, KEY in said.out + said.err) == ([], False)


def test_curl_of_a_recording(runpod: RunPod, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three commands: ask for an address, PUT the file, upload; what only the first answer knows are variables."""
    (tmp_path / "my recording.mp3").touch()
    path = tmp_path / "my recording.mp3"
    assert main(["upload", "--voice-name", "it's", "--file", str(path), "--curl"]) == 0
    first, second, third = capsys.readouterr().out.splitlines()
    expected = {"endpoint": "upload_url", "voice_name": "it's", "content_type": "audio/mpeg"}
    assert json.loads(shlex.split(first)[-1]) == {"input": expected}
    assert shlex.split(second)[2:] == [
        *("-X", "PUT", "-H", "Content-Type: audio/mpeg", "--data-binary", f"@{path}", "$UPLOAD_URL")
    ]
    shell = ["/bin/sh", "-c", f'VOICE_KEY=incoming/1; for word in {third}; do last=$word; done; echo "$last"']
    sent = subprocess.run(shell, capture_output=True, text=True, check=True).stdout
    assert json.loads(sent) == {"input": {"endpoint": "upload", "voice_name": "it's", "voice_key": "incoming/1"}}


# The worker itself


@pytest.fixture
def call(api: LocalApi, tmp_path: Path) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Runs the program as people do, in a folder of its own, against the worker."""

    def run(*arguments: str, stdin: str = "", port: int = api.port) -> "subprocess.CompletedProcess[str]":
        command = [*PROGRAM, *arguments, "--url", f"http://127.0.0.1:{port}"]
        return subprocess.run(command, cwd=tmp_path, input=stdin, capture_output=True, text=True, check=False)

    return run


@pytest.mark.parametrize("how", [(), ("--sync",)], ids=["run", "runsync"])
def test_speech(call: Callable[..., Any], tmp_path: Path, how: tuple[str, ...]) -> None:
    """A text from stdin becomes a file in the folder where it is called."""
    result = call("--text-file", "-", *how, stdin="\ufeffHello from a file.\n")
    assert result.returncode == 0, result.stderr
    output = json.loads(result.stdout)
    assert output["text"] == "Hello from a file."
    (saved,) = tmp_path.iterdir()
    assert saved.name == f"{output['job_id']}.wav"
    assert decode_wav(saved.read_bytes()).duration_s == pytest.approx(output["duration"], abs=0.01)


def test_a_voice_and_a_failed_job(call: Callable[..., Any], files: FileServer, recording_wav: bytes) -> None:
    """Every endpoint is called in the same way, and the worker's error is what is told."""
    link = files.put("carla.wav", recording_wav)
    uploaded = call("upload", "--voice-name", "carla", "--voice-file-url", link, "--ref-text", "Some people.")
    assert json.loads(uploaded.stdout)["status"] == "Voice 'carla.wav' uploaded successfully", uploaded.stderr
    listed = json.loads(call("list_voices", "--prefix", "carl", "--limit", "5", "--details").stdout)
    assert [voice["profile"]["text"] for voice in listed["voices"]] == ["Some people."]
    taken = call("upload", "--voice-name", "carla", "--voice-file-url", link, "--no-overwrite")
    assert (taken.returncode, taken.stdout) == (1, "")
    assert " failed: voice_exists: there is a voice 'carla.wav' already" in taken.stderr


def test_no_worker_there(call: Callable[..., Any]) -> None:
    """Where nothing listens it says so at once."""
    result = call("status", port=9)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("http://127.0.0.1:9 does not answer: ")
    assert "Traceback" not in result.stderr


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_curl_in_a_shell(call: Callable[..., Any]) -> None:
    """What --curl prints does the same in a shell."""
    text = 'it\'s $HOME and "quotes"'
    command = call("--text", text, "--sync", "--curl").stdout
    answer = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=True).stdout
    assert json.loads(answer)["output"]["text"] == text


def test_a_recording_of_this_machine(
    start_api: Callable[..., LocalApi], call: Callable[..., Any], recording_wav: bytes, tmp_path: Path
) -> None:
    """`upload --file` sends it to the bucket, and it becomes a voice."""
    bucket = ThreadedMotoServer(port=0, verbose=False)
    bucket.start()
    host, port = bucket.get_host_and_port()
    url = f"http://{host}:{port}"
    keys = {"aws_access_key_id": "AKIAEXAMPLE", "aws_secret_access_key": "secret"}
    boto3.client("s3", endpoint_url=url, region_name="us-east-1", **keys).create_bucket(Bucket="voices")
    names = {name.upper(): value for name, value in keys.items()}
    worker = start_api(STORAGE="s3", S3_BUCKET="voices", AWS_ENDPOINT_URL=url, AWS_REGION="us-east-1", **names)
    (tmp_path / "my recording.wav").write_bytes(recording_wav)
    sent = ("--file", "my recording.wav", "--voice-name", "alice", "--ref-text", "Some people.")
    result = call("upload", *sent, port=worker.port)
    assert result.returncode == 0, result.stderr
    assert f"Sent my recording.wav ({len(recording_wav)} bytes)" in result.stderr
    assert json.loads(result.stdout)["voice"]["text"] == "Some people."
    spoken = call("--text", "Hello.", "--voice", "alice", "--out", "clips", port=worker.port)
    assert spoken.returncode == 0, spoken.stderr
    assert len(list((tmp_path / "clips").glob("*.wav"))) == 1
    bucket.stop()
