"""Call a worker, on RunPod or on this machine: send a job, follow it to its end, save what it made."""

import argparse
import difflib
import http.client
import itertools
import json
import math
import os
import re
import secrets
import shlex
import shutil
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, BinaryIO, Union, get_args, get_origin
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

# ruff: noqa: E402  # the package is found through ROOT
from f5tts_worker import __version__
from f5tts_worker.dispatch import DEFAULT_ENDPOINT, ENDPOINTS
from f5tts_worker.errors import InvalidInput

PROGRAM = "scripts/call_endpoint.py"
RUNPOD_URL = "https://api.runpod.ai/v2"
RUNNING = ("IN_QUEUE", "IN_PROGRESS")
HERE = ("localhost", "127.0.0.1", "::1")
TOO_MANY = 429
REQUEST_TIMEOUT_S = 30
RUNSYNC_TIMEOUT_S = 120  # RunPod answers /runsync after 90 s at the latest
RETRIES, LONGEST_WAIT_S = 8, 30.0  # 2 + 4 + 8 + 16 + 4 x 30 s: two and a half minutes without an answer end it
ENDED = {"CANCELLED": "it was cancelled", "TIMED_OUT": "it took longer than the endpoint's execution timeout"}

CONTENT_TYPES = {
    **{".wav": "audio/wav", ".mp3": "audio/mpeg", ".flac": "audio/flac", ".ogg": "audio/ogg", ".opus": "audio/opus"},
    **{".m4a": "audio/mp4", ".aac": "audio/aac", ".webm": "audio/webm"},
}
UPLOAD_URL, VOICE_KEY = "$UPLOAD_URL", "$VOICE_KEY"
"""What --curl writes for what only the answer of upload_url knows."""

EPILOG = f"""endpoints: {", ".join(ENDPOINTS)}; it stands first, and ENDPOINT --help has its fields

examples, each after .venv/bin/python:
  {PROGRAM} --text "Hello." --voice alice --out clips
  {PROGRAM} tts --text-file script.txt --return-word-timings --timing-format srt,ass
  {PROGRAM} upload --file alice.mp3 --voice-name alice
  {PROGRAM} list_voices --url http://localhost:8000
  {PROGRAM} --text "Hello." --curl

The JSON that API.md shows is printed to stdout, all else to stderr. Ctrl-C cancels the job on RunPod. The exit status
is 0 for a job that was completed and whose files are saved, 1 if anything failed, 2 for arguments that do not fit.
"""


class CallError(Exception):
    """Why it ends here, in words for the user."""


class NoAnswerError(CallError):
    """What another try may get: HTTP 429 and 5xx, no connection."""

    def __init__(self, message: str, status: int | None = None, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after_s = retry_after_s


@dataclass(frozen=True)
class Service:
    """Where jobs go."""

    url: str
    key: str | None = field(default=None, repr=False)
    """RunPod's API key; None for the SDK's local API."""

    @property
    def is_local_api(self) -> bool:
        """Whether this is the SDK's local API: it takes any /status as the order to run the job, and cancels none."""
        return self.key is None

    @property
    def is_this_machine(self) -> bool:
        """Whether its file:// links can be read here."""
        return self.is_local_api and urlsplit(self.url).hostname in HERE

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None, *, timeout_s: float) -> dict[str, Any]:
        """The JSON object that answers; raises CallError."""
        data = json.dumps(body or {}).encode() if method == "POST" else None
        request = urllib.request.Request(self.url + path, data, method=method)
        request.add_header("Content-Type", "application/json")
        if self.key:
            request.add_unredirected_header("Authorization", f"Bearer {self.key}")  # urllib takes others elsewhere too
        try:
            with _open(request, timeout_s) as response:
                answer = json.loads(response.read())
        except urllib.error.HTTPError as e:
            raise self._refusal(e, path) from e
        except (OSError, http.client.HTTPException) as e:
            raise NoAnswerError(f"{self.url} does not answer: {_reason(e)}") from e
        except ValueError as e:
            raise CallError(f"{self.url}{path} did not answer with JSON; is it the address of a worker?") from e
        if not isinstance(answer, dict):
            raise CallError(f"{self.url}{path} did not answer with a JSON object; is it the address of a worker?")
        return answer

    def _refusal(self, error: urllib.error.HTTPError, path: str) -> CallError:
        code, said = error.code, error.read(200).decode(errors="replace").strip()
        if code in (401, 403):
            return CallError(f"HTTP {code}: the key was refused; is RUNPOD_API_KEY a key that may call this endpoint?")
        if code == 404 and path.startswith("/status/"):
            return CallError(f"HTTP 404: {self.url} no longer knows the job {path.removeprefix('/status/')}")
        if code == 404:
            where = "is it the address of a worker?" if self.is_local_api else "is the endpoint id right?"
            return CallError(f"HTTP 404: there is nothing at {self.url}; {where}")
        if code == TOO_MANY or code >= 500:
            after = error.headers.get("Retry-After", "")
            return NoAnswerError(f"HTTP {code}: {said}", code, float(after) if after.isdecimal() else None)
        return CallError(f"HTTP {code}: {said}")


class Progress:
    """The job's state on stderr: one line that changes on a terminal, elsewhere a line for each change."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._last = ""

    def show(self, answer: dict[str, Any]) -> None:
        """Tell the state of an answer to /status."""
        report: Any = answer.get("output")
        counts = isinstance(report, dict) and {"chunks_done", "chunks"} <= report.keys()
        chunks = f", {report['chunks_done']} of {report['chunks']} chunks" if counts else ""
        state = f"{answer['status']}{chunks}"
        if sys.stderr.isatty():
            self._write(f"\r\x1b[K{state}, {time.monotonic() - self._started:.0f} s")
        elif state != self._last:
            self._write(f"{state}\n")
        self._last = state

    def end(self) -> None:
        """Leave the line empty for what follows."""
        if self._last and sys.stderr.isatty():
            self._write("\r\x1b[K")

    def _write(self, text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()


class Caller:
    """Sends jobs and follows them."""

    def __init__(self, service: Service, *, sync: bool, interval_s: float, timeout_s: float) -> None:
        self._service = service
        self._sync = sync
        self._interval_s = interval_s
        self._timeout_s = timeout_s
        self._deadline = time.monotonic() + timeout_s

    def output(self, job_input: dict[str, Any]) -> Any:
        """What a job answers; raises CallError if it fails."""
        answer = self._retried(lambda: self._send(job_input), lambda e: e.status == TOO_MANY)
        job_id = str(answer.get("id"))
        if answer.get("status") in RUNNING:
            answer = self._followed(job_id, answer)
        if answer.get("status") == "COMPLETED":
            return answer.get("output")
        why = answer.get("error") or ENDED.get(str(answer.get("status"))) or f"an answer of unknown kind: {answer}"
        raise CallError(f"Job {job_id} failed: {why}")

    def _send(self, job_input: dict[str, Any]) -> dict[str, Any]:
        limit_s = (math.inf if self._service.is_local_api else RUNSYNC_TIMEOUT_S) if self._sync else REQUEST_TIMEOUT_S
        body = {"input": job_input}
        return self._service.ask("POST", _operation(self._sync), body, timeout_s=min(limit_s, self._left_s()))

    def _followed(self, job_id: str, answer: dict[str, Any]) -> dict[str, Any]:
        """The job's last answer; an interrupt cancels it."""
        progress = Progress()
        progress.show(answer)
        try:
            while True:
                answer = self._retried(lambda: self._status(job_id), lambda _: True)
                if answer.get("status") not in RUNNING:
                    return answer
                progress.show(answer)
                self._wait(self._interval_s)
        except KeyboardInterrupt:
            progress.end()
            self._cancel(job_id)
            raise
        except _LateError as e:
            raise CallError(
                f"Job {job_id} was not finished after {self._timeout_s:g} s and runs on; --timeout waits longer. "
                "For speech, `download --job-id` with this id gets the audio later."
            ) from e
        finally:
            progress.end()

    def _status(self, job_id: str) -> dict[str, Any]:
        local = self._service.is_local_api
        limit_s = math.inf if local else REQUEST_TIMEOUT_S
        method = "POST" if local else "GET"
        return self._service.ask(method, f"/status/{job_id}", timeout_s=min(limit_s, self._left_s()))

    def _cancel(self, job_id: str) -> None:
        if self._service.is_local_api:
            print(f"Stopped waiting; the SDK's local API cannot cancel, and job {job_id} runs on.", file=sys.stderr)
            return
        print(f"Cancelling job {job_id} ...", file=sys.stderr)
        try:
            self._service.ask("POST", f"/cancel/{job_id}", timeout_s=REQUEST_TIMEOUT_S)
        except CallError as e:
            print(f"It could not be cancelled and may run on: {e}", file=sys.stderr)

    def _retried(
        self, ask: Callable[[], dict[str, Any]], is_worth_it: Callable[[NoAnswerError], bool]
    ) -> dict[str, Any]:
        for attempt in itertools.count():
            try:
                return ask()
            except NoAnswerError as e:
                if attempt == RETRIES or not is_worth_it(e):
                    raise
                self._wait(e.retry_after_s or min(self._interval_s * 2**attempt, LONGEST_WAIT_S))
        raise AssertionError

    def _wait(self, seconds: float) -> None:
        time.sleep(min(seconds, self._left_s()))

    def _left_s(self) -> float:
        left_s = self._deadline - time.monotonic()
        if left_s <= 0:
            raise _LateError(f"there was no answer within {self._timeout_s:g} s")
        return left_s


class _LateError(CallError):
    """--timeout is over."""


def main(argv: list[str] | None = None) -> int:
    """Make the call; returns the exit status."""
    options, fields = _options(sys.argv[1:] if argv is None else argv)
    job_input = _job_input(options, fields)
    if options.curl:
        _print_curl(options, job_input)
        return 0
    try:
        output = _call(options, job_input)
        print(json.dumps(output, indent=2, ensure_ascii=False), flush=True)
        if options.download:
            for link in _links(output):
                path = _saved(link, options.out, files_too=options.service.is_this_machine)
                print(f"Saved {path} ({path.stat().st_size} bytes)", file=sys.stderr)
    except CallError as e:
        print(e, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _call(options: argparse.Namespace, job_input: dict[str, Any]) -> Any:
    """Send the job; a recording on this machine is sent ahead of its `upload`."""
    service = options.service
    caller = Caller(service, sync=options.sync, interval_s=options.interval, timeout_s=options.timeout)
    if not options.file:
        return caller.output(job_input)
    place = caller.output(_upload_url_input(options.file, job_input))
    _put(options.file, place)
    return caller.output({**job_input, "voice_key": place["voice_key"]})


def _upload_url_input(recording: Path, job_input: dict[str, Any]) -> dict[str, Any]:
    content_type = CONTENT_TYPES.get(recording.suffix.lower(), "application/octet-stream")
    return {"endpoint": "upload_url", "voice_name": job_input.get("voice_name"), "content_type": content_type}


def _put(recording: Path, place: dict[str, Any]) -> None:
    """Send a recording to where `upload_url` says."""
    size = recording.stat().st_size
    if size > place["max_bytes"]:
        raise CallError(f"{recording} has {size} bytes, and {place['max_bytes']} are accepted; send a compressed one")
    headers = {**place["headers"], "Content-Length": str(size)}  # without a length urllib sends chunks; S3 takes none
    try:
        with recording.open("rb") as data:
            request = urllib.request.Request(place["upload_url"], data, headers, method=place["method"])
            _open(request, RUNSYNC_TIMEOUT_S).close()
    except (OSError, http.client.HTTPException) as e:
        raise CallError(f"{recording} could not be sent to the bucket: {_reason(e)}") from e
    print(f"Sent {recording} ({size} bytes)", file=sys.stderr)


# Files


def _links(output: Any) -> list[str]:
    """Every file that an answer links."""
    if not isinstance(output, dict):
        return []
    named = [output.get("audio_url"), output.get("timing_url"), *(output.get("timing_files") or {}).values()]
    return [link for link in named if link]


def file_name(link: str) -> str:
    """The name that a link's file gets: the last part of its path, never one that leads elsewhere or hides."""
    last = re.split(r"[/\\]", unquote(urlsplit(link).path))[-1]
    return re.sub(r'[\x00-\x1f\x7f<>:"|?*]', "_", last).lstrip(".") or "download"


def _saved(link: str, folder: Path, *, files_too: bool) -> Path:
    """Save a link's file under its name, which appears when the file is whole; raises CallError."""
    target = folder / file_name(link)
    partial = folder / f".{secrets.token_hex(8)}.partial"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with partial.open("xb") as file:
            _fetch(link, file, files_too=files_too)
        partial.replace(target)
    except (OSError, ValueError, http.client.HTTPException) as e:
        raise CallError(f"The job was completed, but {target} could not be saved: {_reason(e)}") from e
    finally:
        partial.unlink(missing_ok=True)
    return target


def _fetch(link: str, file: BinaryIO, *, files_too: bool) -> None:
    parts = urlsplit(link)
    if parts.scheme == "file" and files_too:
        with Path(unquote(parts.path)).open("rb") as source:
            shutil.copyfileobj(source, file)
    elif parts.scheme in ("http", "https"):
        with _open(urllib.request.Request(link), REQUEST_TIMEOUT_S) as response:
            shutil.copyfileobj(response, file)
            length = response.headers.get("Content-Length")
        if length and file.tell() != int(length):
            raise OSError(f"it broke off after {file.tell()} of {length} bytes")
    else:
        raise OSError(f"its link is no http(s) address, and the worker is not on this machine: {link}")


def _open(request: urllib.request.Request, timeout_s: float) -> Any:
    request.add_header("User-Agent", f"f5tts-worker/{__version__}")  # urllib's own is turned away by some hosts
    return urllib.request.urlopen(request, timeout=timeout_s)


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", "") or error or type(error).__name__)


# curl


def _print_curl(options: argparse.Namespace, job_input: dict[str, Any]) -> None:
    """The same call for a shell."""
    if options.file:
        place = _upload_url_input(options.file, job_input)
        print(curl(options.service, "/runsync", place))
        print("# set UPLOAD_URL and VOICE_KEY to upload_url and voice_key of its answer", file=sys.stderr)
        content_type, file = f"Content-Type: {place['content_type']}", shlex.quote(f"@{options.file}")
        print(f'curl -sS -X PUT -H {shlex.quote(content_type)} --data-binary {file} "{UPLOAD_URL}"')
        job_input = {**job_input, "voice_key": VOICE_KEY}
    print(curl(options.service, _operation(options.sync), job_input))
    if not options.sync:
        ask = f"curl -sS {_authorization(options.service)}{'-X POST ' * options.service.is_local_api}"
        print(f"# then, with the id of its answer: {ask}{options.service.url}/status/ID", file=sys.stderr)


def curl(service: Service, operation: str, job_input: dict[str, Any]) -> str:
    """One POST as a command for a POSIX shell; the key stays in its variable."""
    body = shlex.quote(json.dumps({"input": job_input}, ensure_ascii=False))
    before, key, after = body.rpartition(VOICE_KEY) if job_input.get("voice_key") == VOICE_KEY else (body, "", "")
    data = before + (f"'\"{key}\"'" if key else "") + after
    address = shlex.quote(service.url + operation)
    return f"curl -sS {_authorization(service)}-H 'Content-Type: application/json' {address} -d {data}"


def _authorization(service: Service) -> str:
    return "" if service.is_local_api else '-H "Authorization: Bearer $RUNPOD_API_KEY" '


def _operation(sync: bool) -> str:
    return "/runsync" if sync else "/run"


# Arguments


def _options(argv: list[str]) -> tuple[argparse.Namespace, dict[str, Any]]:
    """The options, among them the `service`, and the fields that were given."""
    named = argv[0] if argv and not argv[0].startswith("-") else None
    endpoint = named or DEFAULT_ENDPOINT
    parser = _parser(endpoint if endpoint in ENDPOINTS else DEFAULT_ENDPOINT)
    if endpoint not in ENDPOINTS:
        near = difflib.get_close_matches(endpoint, ENDPOINTS, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        parser.error(f"there is no endpoint {endpoint!r}; {hint}there are {', '.join(ENDPOINTS)}")
    options, unknown = parser.parse_known_args(argv[1:] if named else argv)
    if unknown:
        parser.error(f"{endpoint} takes no {' '.join(unknown)}; the endpoint's name stands first")
    given = {name: value for name, value in vars(options).items() if value is not None}
    fields = {name.removeprefix("field."): value for name, value in given.items() if name.startswith("field.")}
    options.endpoint, options.named = endpoint, named is not None
    options.service = _service(parser, options)
    _read_files(parser, options, fields)
    if options.input is None:
        _check_fields(parser, options, fields)
    if options.out.exists() and not options.out.is_dir():
        parser.error(f"--out: {options.out} is not a folder")
    return options, fields


def _job_input(options: argparse.Namespace, fields: dict[str, Any]) -> dict[str, Any]:
    endpoint = {"endpoint": options.endpoint} if options.named else {}
    return {**endpoint, **(options.input or {}), **fields}


def _parser(endpoint: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        usage=f"{PROGRAM} [ENDPOINT] [options]",
        description=f"{__doc__} The endpoint here: {endpoint}.",
        epilog=EPILOG,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    where = parser.add_argument_group("where the worker is")
    where.add_argument("--endpoint-id", help="on RunPod, with the key in RUNPOD_API_KEY (default: $RUNPOD_ENDPOINT_ID)")
    where.add_argument("--url", help="behind the SDK's local API (handler.py --rp_serve_api), http://localhost:8000")
    _add_how(parser.add_argument_group("how it is called"))
    _add_fields(parser.add_argument_group(f"fields of {endpoint}, as in API.md"), endpoint)
    return parser


def _add_how(group: Any) -> None:
    group.add_argument("--sync", action="store_true", help="/runsync: waits up to 90 s (default: /run and /status)")
    group.add_argument("--interval", type=_seconds, default=2.0, help="seconds between two looks (default: 2)")
    group.add_argument("--timeout", type=_seconds, default=3600.0, help="seconds in all (default: 3600)")
    group.add_argument("--out", type=Path, default=Path(), help="folder for what was made (default: this one)")
    group.add_argument("--no-download", dest="download", action="store_false", help="print the answer, save no file")
    group.add_argument("--curl", action="store_true", help="print the call for a shell instead of making it")
    group.add_argument(
        "--input", type=_json_object, metavar="JSON", help="fields as JSON, unchecked; flags win over it"
    )


def _add_fields(group: Any, endpoint: str) -> None:
    request = ENDPOINTS[endpoint].request
    for name, info in request.model_fields.items():
        aliases = [alias for alias, meant in request.aliases.items() if meant == name]
        flags = [f"--{each.replace('_', '-')}" for each in (name, *aliases)]
        usual = "" if info.is_required() or info.default in (None, "", False) else f" (default: {_shown(info.default)})"
        accepted = (info.description or "").removeprefix("true or false: ").replace("%", "%%") + usual
        types = _types(info.annotation)
        if bool in types and str not in types:
            kind: dict[str, Any] = {"action": argparse.BooleanOptionalAction}
        else:
            kind = {"metavar": name.upper(), "type": _number if types & {int, float} else str}
        group.add_argument(*flags, dest=f"field.{name}", help=accepted, **kind)
    if "text" in request.model_fields:
        group.add_argument("--text-file", metavar="FILE", help="the text from a file in UTF-8; - is stdin")
    if "voice_key" in request.model_fields:
        group.add_argument("--file", type=Path, help="a recording on this machine; the worker needs a bucket for it")
    group.set_defaults(file=None, text_file=None)


def _types(annotation: Any) -> set[Any]:
    """The types that an annotation allows."""
    if get_origin(annotation) is Annotated:
        return _types(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return set().union(*(_types(part) for part in get_args(annotation)))
    return {annotation}


def _shown(default: Any) -> str:
    return ",".join(map(str, default)) if isinstance(default, tuple) else str(default).lower()


def _number(text: str) -> Any:
    """A number where it is one; else as it was given, so that the endpoint says what it accepts."""
    for kind in (int, float):
        try:
            value = kind(text)
        except ValueError:
            continue
        return value if math.isfinite(value) else text
    return text


def _seconds(text: str) -> float:
    value = _number(text)
    if isinstance(value, str) or value <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds")
    return float(value)


def _json_object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise argparse.ArgumentTypeError('no JSON object; send one such as \'{"text": "Hello."}\'')
    return value


def _service(parser: argparse.ArgumentParser, options: argparse.Namespace) -> Service:
    if options.url and options.endpoint_id:
        parser.error("--url and --endpoint-id: send one of the two")
    if options.url:
        if urlsplit(options.url).scheme not in ("http", "https"):
            parser.error(f"--url: {options.url} is no http(s) address")
        return Service(options.url.rstrip("/"))
    endpoint_id = options.endpoint_id or os.environ.get("RUNPOD_ENDPOINT_ID")
    if not endpoint_id:
        parser.error("which worker? send --endpoint-id (or set RUNPOD_ENDPOINT_ID) or --url")
    if not re.fullmatch(r"[A-Za-z0-9_-]+", endpoint_id):
        parser.error(f"--endpoint-id: {endpoint_id!r} is none; it is what follows /v2/ in the endpoint's address")
    key = os.environ.get("RUNPOD_API_KEY", "").strip()
    if not key and not options.curl:
        parser.error("RUNPOD_API_KEY is not set; RunPod's console makes keys under Settings, API Keys")
    base = os.environ.get("RUNPOD_ENDPOINT_BASE_URL", RUNPOD_URL)  # of the SDK
    return Service(f"{base.rstrip('/')}/{endpoint_id}", key or "unset")


def _read_files(parser: argparse.ArgumentParser, options: argparse.Namespace, fields: dict[str, Any]) -> None:
    """Take the text from its file; look whether the recording is there."""
    if options.text_file is not None:
        if "text" in fields:
            parser.error("--text and --text-file: send one of the two")
        try:
            data = sys.stdin.buffer.read() if options.text_file == "-" else Path(options.text_file).read_bytes()
            fields["text"] = data.decode("utf-8-sig").strip()
        except (OSError, UnicodeDecodeError) as e:
            parser.error(f"--text-file: {e}")
    if options.file and "voice_key" in fields:
        parser.error("--file and --voice-key: send one of the two")
    if options.file and not options.file.is_file():
        parser.error(f"--file: there is no file {options.file}")


def _check_fields(parser: argparse.ArgumentParser, options: argparse.Namespace, fields: dict[str, Any]) -> None:
    """Refuse here what the worker would refuse: no worker has to start for it."""
    awaited = {"voice_key": f"incoming/{0:032x}"} if options.file else {}
    try:
        ENDPOINTS[options.endpoint].request.parse({**fields, **awaited})
    except InvalidInput as e:
        parser.error(str(e))


if __name__ == "__main__":
    # A lone surrogate in an answer is printed as its JSON escape.
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(main())
