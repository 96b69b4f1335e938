"""scripts/configure_bucket.py, run as people run it, against an S3 server and one that lacks some calls."""

import http.client
import http.server
import json
import logging
import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from f5tts_worker.settings import KNOWN

ROOT = Path(__file__).resolve().parent.parent
KEY_ID, SECRET = "AKIDNOBODYMAYREADTHIS", "s3cr3t/nobody+may/read/this"

THEIRS = {"ID": "logs", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 30}}
THEIR_CORS = {"ID": "site", "AllowedMethods": ["GET"], "AllowedOrigins": ["https://example.com"]}

ABORT = {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}
PLAY = {
    "ID": "f5tts-play",
    "AllowedMethods": ["GET", "HEAD"],
    "AllowedOrigins": ["*"],
    "AllowedHeaders": ["Range"],
    "ExposeHeaders": ["Content-Length", "Content-Range", "Content-Type", "ETag"],
    "MaxAgeSeconds": 3600,
}

XML = "<Error><Code>{code}</Code><Message>" + f"{KEY_ID} {SECRET}" + "</Message></Error>"


def expiring(days: int, **more: object) -> list[dict[str, Any]]:
    """The rules of the folders whose files go."""
    return [
        {
            "ID": f"f5tts-{area}",
            "Status": "Enabled",
            "Filter": {"Prefix": f"{area}/"},
            "Expiration": {"Days": days},
            **more,
        }
        for area in ("output", "timings", "incoming")
    ]


UNFINISHED = {"ID": "f5tts-unfinished-voices", "Status": "Enabled", "Filter": {"Prefix": "voices/"}, **ABORT}


@pytest.fixture(scope="module")
def moto_port() -> Iterator[int]:
    """The port of an S3 server."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    yield server.get_host_and_port()[1]
    server.stop()


@pytest.fixture(scope="module")
def admin(moto_port: int) -> Any:
    """A client of its own."""
    return boto3.session.Session().client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{moto_port}",
        region_name="us-east-1",
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=SECRET,
    )


@pytest.fixture
def bucket(admin: Any) -> str:
    """A bucket without rules."""
    name = f"bucket-{uuid.uuid4().hex}"
    admin.create_bucket(Bucket=name)
    return name


class Front(http.server.ThreadingHTTPServer):
    """The S3 server as another provider has it: some calls are refused, all are noted."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.answer(self)

            do_PUT = do_GET  # noqa: N815  # the base class names it so

            def log_message(self, format: str, *args: Any) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        self.port = port
        self.refused: dict[str, tuple[int, str]] = {}
        self.headers: dict[str, Any] = {}
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def answer(self, request: http.server.BaseHTTPRequestHandler) -> None:
        """Pass a request on, unless it is refused."""
        call = f"{request.command} {request.path.partition('?')[2]}"
        self.headers[call] = request.headers
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        if call in self.refused:
            status, code = self.refused[call]
            data = XML.format(code=code).encode()
        else:
            onward = http.client.HTTPConnection("127.0.0.1", self.port)
            onward.request(request.command, request.path, body, dict(request.headers))
            answer = onward.getresponse()
            status, data = answer.status, answer.read()
            onward.close()
        request.send_response(status)
        request.send_header("Content-Type", "application/xml")
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data)


@pytest.fixture
def front(moto_port: int) -> Iterator[Front]:
    """The server in front of the S3 server."""
    server = Front(moto_port)
    yield server
    server.shutdown()
    server.server_close()


def configure(bucket: str, port: int, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the script; what nobody may read is in no output."""
    base = {name: value for name, value in os.environ.items() if name not in KNOWN}
    bucket_environment = {
        "S3_BUCKET": bucket,
        "AWS_ACCESS_KEY_ID": KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
    }
    result = subprocess.run(
        [sys.executable, str(ROOT / "scripts/configure_bucket.py"), *arguments],
        env=base | bucket_environment | environment,
        cwd="/",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    for hidden in (SECRET, KEY_ID, "Traceback"):
        assert hidden not in result.stdout + result.stderr
    return result


def rules_of(admin: Any, bucket: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The lifecycle and CORS rules in force."""
    found = []
    for read, field in (
        (admin.get_bucket_lifecycle_configuration, "Rules"),
        (admin.get_bucket_cors, "CORSRules"),
    ):
        try:
            found.append(read(Bucket=bucket)[field])
        except admin.exceptions.ClientError as e:
            assert e.response["Error"]["Code"].startswith("NoSuch")
            found.append([])
    return found[0], found[1]


def test_nothing_is_changed_without_apply(moto_port: int, admin: Any, bucket: str) -> None:
    """It shows what it would set, and sets nothing."""
    result = configure(bucket, moto_port)
    assert result.returncode == 0
    lines = result.stdout.splitlines()
    assert "lifecycle: would change" in lines
    line = "files below output/: expire after 1 day, unfinished uploads are dropped after 1 day"
    assert f"  + f5tts-output: {line}" in lines
    assert lines[-1] == "Nothing was changed: run this again with --apply."
    assert rules_of(admin, bucket) == ([], [])


def test_apply_sets_the_rules_once(front: Front, admin: Any, bucket: str) -> None:
    """The bucket then has them, no voice expires, and a second run has nothing to do."""
    result = configure(bucket, front.server_address[1], "--apply")
    assert result.returncode == 0, result.stderr
    assert "The bucket now says:" in result.stdout
    there = rules_of(admin, bucket)
    assert there == ([*expiring(1, **ABORT), UNFINISHED], [PLAY])
    for call in ("PUT lifecycle", "PUT cors"):  # what stores other than AWS want, and what they refuse
        assert front.headers[call]["Content-MD5"]
        assert not [name for name in front.headers[call] if name.lower().startswith("x-amz-checksum")]
    front.headers.clear()
    again = configure(bucket, front.server_address[1], "--apply")
    assert again.returncode == 0
    assert [line for line in again.stdout.splitlines() if line.endswith(": nothing to do")] == [
        "lifecycle: nothing to do",
        "CORS: nothing to do",
    ]
    assert not [call for call in front.headers if call.startswith("PUT")]
    assert rules_of(admin, bucket) == there


def test_the_buckets_own_rules_stay(moto_port: int, admin: Any, bucket: str) -> None:
    """Rules under other IDs are kept as they are, ours are replaced and removed as the options say."""
    admin.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [THEIRS]})
    admin.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [THEIR_CORS]})
    site = ("--origin", "https://a.example", "--origin", "https://b.example", "--browser-uploads")
    assert configure(bucket, moto_port, "--apply", "--days", "9", *site).returncode == 0
    origins = {"AllowedOrigins": ["https://a.example", "https://b.example"]}
    upload = {
        "ID": "f5tts-upload",
        "AllowedMethods": ["PUT"],
        "AllowedHeaders": ["Content-Type"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 3600,
    }
    lifecycle, cors = rules_of(admin, bucket)
    assert lifecycle == [THEIRS, *expiring(9, **ABORT), UNFINISHED]
    assert cors == [THEIR_CORS, PLAY | origins, upload | origins]
    result = configure(bucket, moto_port, "--apply", "--days", "8", "--no-abort")
    assert result.returncode == 0
    shown = [line.strip() for line in result.stdout.splitlines()]
    assert "= logs: files below logs/: expire after 30 days (not ours)" in shown
    assert (
        "- f5tts-output: files below output/: expire after 9 days, unfinished uploads are dropped after 1 day" in shown
    )
    assert "+ f5tts-output: files below output/: expire after 8 days" in shown
    assert rules_of(admin, bucket) == ([THEIRS, *expiring(8)], [THEIR_CORS, PLAY])


def test_old_versions_go_where_a_bucket_keeps_them(moto_port: int, admin: Any, bucket: str) -> None:
    """In a bucket with versions an expired file is gone only when its old version is."""
    admin.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    assert configure(bucket, moto_port, "--apply").returncode == 0
    old = {"NoncurrentVersionExpiration": {"NoncurrentDays": 1}}
    assert rules_of(admin, bucket)[0] == [*expiring(1, **old, **ABORT), UNFINISHED]


@pytest.mark.parametrize(
    ("call", "status", "code", "to_do"),
    [
        ("GET cors", 501, "NotImplemented", "mc admin config set ALIAS api cors_allow_origin=ORIGIN"),
        ("PUT cors", 403, "AccessDenied", "s3:GetBucketCORS and s3:PutBucketCORS"),
        (
            "PUT lifecycle",
            400,
            "MalformedXML",
            "--no-abort; or set them in the provider's console (MinIO: mc ilm rule add",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value[:5] else str(value)[:14],
)
def test_where_one_part_is_refused_the_other_is_done(
    front: Front, admin: Any, bucket: str, call: str, status: int, code: str, to_do: str
) -> None:
    """It says what was refused and what to do by hand, and ends with 1."""
    front.refused[call] = (status, code)
    result = configure(bucket, front.server_address[1], "--apply", "--days", "2", "--json")
    assert result.returncode == 1
    report = json.loads(result.stdout)
    assert (report["ok"], report["problem"]) == (False, "")
    parts = {part["part"]: part for part in report["parts"]}
    refused, done = ("CORS", "lifecycle") if "cors" in call else ("lifecycle", "CORS")
    assert parts[refused]["result"] == "failed"
    assert parts[refused]["problem"].endswith(f"({code})")
    assert to_do in parts[refused]["to_do"]
    assert parts[done]["result"] == "changed"
    lifecycle, cors = rules_of(admin, bucket)
    assert (bool(lifecycle), bool(cors)) == (done == "lifecycle", done == "CORS")


@pytest.mark.parametrize(
    ("days", "expires_in", "says"),
    [
        ("1", "3600", "`download` may be asked for links of 7 days; for these use --days 7"),
        ("1", "90000", "sooner than URL_EXPIRES_IN=90000 s; use --days 2"),
        ("7", "604800", None),
    ],
    ids=["sooner than the longest link", "sooner than every link", "later than any link"],
)
def test_links_that_end_with_their_files(
    moto_port: int, bucket: str, days: str, expires_in: str, says: str | None
) -> None:
    """Where a file goes before a link to it does, a warning says so."""
    result = configure(bucket, moto_port, "--days", days, "--json", URL_EXPIRES_IN=expires_in)
    warnings = json.loads(result.stdout)["warnings"]
    assert len(warnings) == (says is not None)
    assert says is None or warnings[0].endswith(says)


def test_rules_of_others_that_take_voices(moto_port: int, admin: Any, bucket: str) -> None:
    """A rule under which voices expire is not ours to remove, but is named; one for other files is not."""
    takes = {"all": "", "begins so": "voi", "voices": "voices/", "some": "voices/a"}
    rules = [{**THEIRS, "ID": name, "Filter": {"Prefix": prefix}} for name, prefix in takes.items()]
    off = {**rules[0], "ID": "off", "Status": "Disabled"}
    admin.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [*rules, off, THEIRS]})
    report = json.loads(configure(bucket, moto_port, "--days", "7", "--json").stdout)
    named = [warning.split(" lets voices expire")[0] for warning in report["warnings"]]
    assert named == [f"the bucket's rule {name}" for name in takes]


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"S3_BUCKET": "no-such-bucket"}, "(NoSuchBucket): there is no such bucket"),
        ({"STORAGE": "local"}, "STORAGE=local keeps files in a folder"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "(EndpointConnectionError): check AWS_ENDPOINT_URL"),
    ],
    ids=["no such bucket", "a folder", "nobody there"],
)
def test_a_bucket_that_cannot_be_used(moto_port: int, bucket: str, environment: dict[str, str], says: str) -> None:
    """One line says why, and it ends with 1."""
    result = configure(bucket, moto_port, "--apply", **environment)
    assert (result.returncode, result.stdout) == (1, "")
    assert says in result.stderr


def test_days_that_are_none(moto_port: int) -> None:
    """It ends with 2 before anything is asked."""
    result = configure("bucket", moto_port, "--days=0")
    assert result.returncode == 2
    assert "a whole number of days, 1 to 36500" in result.stderr
