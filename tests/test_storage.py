"""Storage: one suite that every store passes, then what is particular to a folder, to a bucket and to neither."""

import contextlib
import http.client
import json
import logging
import os
import socket
import socketserver
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer

from f5tts_worker.errors import Cancelled, StorageError, StorageNotConfigured
from f5tts_worker.job import STOP
from f5tts_worker.settings import Settings
from f5tts_worker.storage import Item, Storage, open_storage
from f5tts_worker.storage.base import check_key
from f5tts_worker.storage.local import LocalStorage
from f5tts_worker.storage.missing import MissingStorage
from f5tts_worker.storage.s3 import PART_BYTES, S3Storage

BUCKET = "voices-of-test-storage"
KEY_ID = "AKIDNOBODYMAYREADTHIS"
SECRET = "s3cr3t/nobody+may/read/this"

KEY = "voices/bob.wav"
OLD, NEW = b"old", bytes(range(256)) * 1000  # 256 kB: more than one socket buffer, so that it can be cut in the middle

KEYS = {
    "voice": "voices/bob.wav",
    "space and accent": "voices/Zoë 2.wav",
    "signs that addresses use": "voices/a+b&c=%41#d?.wav",
    "other script": "voices/声😀.wav",
    "hidden": "voices/.meta/bob/profile.json",
    "output": "output/8f2a0b9c-3f0e.mp3",
    "timings": "timings/8f2a0b9c-3f0e.srt",
    "incoming": "incoming/8f2a0b9c",
}

NO_KEYS = {
    "empty": "",
    "parent": "../x",
    "parent of an area": "voices/../../x",
    "parent inside": "voices/../output/x",
    "here": "voices/./x",
    "absolute": "/etc/passwd",
    "slash before": "/voices/x",
    "other area": "other/x",
    "area without slash": "voicesx",
    "area alone": "voices/",
    "folder": "voices/x/",
    "empty part": "voices//x",
    "nul": "voices/a\x00b",
    "newline": "voices/a\nb",
    "backslash": "voices/..\\x",
    "too long": "voices/" + "é" * 512,
    "lone surrogate": "voices/\ud800",
}

NO_PREFIXES = {
    "everything": "",
    "area without slash": "voices",
    "parent": "../",
    "parent inside": "voices/../",
    "other area": "other/",
    "absolute": "/",
    "empty part": "voices//",
    "nul": "voices/\x00",
}

METHODS: dict[str, Callable[[Storage, str], object]] = {
    "put": lambda storage, key: storage.put(key, NEW, "audio/wav"),
    "put_file": lambda storage, key: storage.put_file(key, Path(__file__), "audio/wav"),
    "get": lambda storage, key: storage.get(key),
    "head": lambda storage, key: storage.head(key),
    "delete": lambda storage, key: storage.delete(key),
    "scan": lambda storage, key: list(storage.scan(key)),
    "link": lambda storage, key: storage.link(key, expires_in=60, content_type="audio/wav", filename="bob.wav"),
    "check": lambda storage, key: storage.check(),
    "upload_link": lambda storage, key: storage.upload_link(key, expires_in=60, content_type="audio/wav"),
}

XML = (
    '<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>{message}</Message>'
    "<RequestId>1</RequestId></Error>"
)


def reply(status: int, body: str = "", content_type: str = "application/xml") -> bytes:
    """An HTTP answer, after which the connection is closed."""
    data = body.encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {content_type}\r\nContent-Length: {len(data)}\r\nConnection: close"
    return head.encode() + b"\r\n\r\n" + data


def refusal(status: int, code: str) -> bytes:
    """What S3 says when it refuses; the message repeats the key id, as AWS does."""
    return reply(status, XML.format(code=code, message=f"{KEY_ID} {code} {SECRET}"))


class Tcp(socketserver.ThreadingTCPServer):
    """A TCP server on 127.0.0.1 for the time of a with block."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError):
                    outer.serve(self.request)

        super().__init__(("127.0.0.1", 0), Handler)
        self.port: int = self.server_address[1]
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.connections = 0

    def __enter__(self) -> Any:
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def serve(self, connection: socket.socket) -> None:
        """Answer one connection."""
        raise NotImplementedError


class Scripted(Tcp):
    """A server that gives the same few answers whatever it is asked, the last one again and again."""

    def __init__(self) -> None:
        super().__init__()
        self.says(b"")

    def says(self, *answers: bytes) -> None:
        """Set the answers, and forget what was asked."""
        self._answers = answers
        self.connections = 0
        self.requests: list[bytes] = []

    def serve(self, connection: socket.socket) -> None:
        """Read one whole request, then answer it."""
        answer = self._answers[min(self.connections, len(self._answers) - 1)]
        self.connections += 1
        with connection.makefile("rb") as request:
            head, size = b"", 0
            while not head.endswith(b"\r\n\r\n") and (line := request.readline()):
                head += line
                name, _, value = line.lower().partition(b":")
                size = int(value) if name == b"content-length" else size
                if name == b"expect":
                    connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.requests.append(head + request.read(size))
        connection.sendall(answer)


@dataclass(frozen=True)
class Route:
    """Where a connection through the proxy leads, and after how many bytes it breaks."""

    port: int
    cut_request_at: int | None = None
    cut_answer_at: int | None = None
    first: Callable[[], object] = lambda: None
    """Done before the connection is made."""


class Proxy(Tcp):
    """A TCP proxy with one route a connection, the last one again and again."""

    def __init__(self, *routes: Route) -> None:
        super().__init__()
        self._routes = routes

    def serve(self, connection: socket.socket) -> None:
        """Pass bytes on in both directions until one ends or is cut."""
        route = self._routes[min(self.connections, len(self._routes) - 1)]
        self.connections += 1
        route.first()
        with socket.create_connection(("127.0.0.1", route.port)) as onward:
            back = threading.Thread(target=_pass_on, args=(onward, connection, route.cut_answer_at), daemon=True)
            back.start()
            _pass_on(connection, onward, route.cut_request_at)
            back.join()


def _pass_on(source: socket.socket, target: socket.socket, limit: int | None) -> None:
    passed = 0
    with contextlib.suppress(OSError):
        while (limit is None or passed < limit) and (data := source.recv(4096)):
            target.sendall(data[: None if limit is None else limit - passed])
            passed += len(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def s3_settings(endpoint: str, bucket: str = BUCKET) -> Settings:
    """Settings for a bucket at an address."""
    return Settings(
        storage="s3",
        s3_bucket=bucket,
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=SECRET,
        aws_endpoint_url=endpoint,
        aws_region="us-east-1",
    )


def error_of(call: Callable[[], object], endpoint: str) -> StorageError:
    """The error that a call ends in, after a look for what nobody may read."""
    with pytest.raises(StorageError) as caught:
        call()
    shown = f"{caught.value!r} {caught.value} {json.dumps(caught.value.to_json())}"
    for hidden in (KEY_ID, SECRET, urlsplit(endpoint).netloc):
        assert hidden not in shown
    return caught.value


@pytest.fixture(scope="module")
def moto_port() -> Iterator[int]:
    """The port of an S3 server."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # a line a request costs more than the request
    server = ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    yield server.get_host_and_port()[1]
    server.stop()


@pytest.fixture(scope="module")
def admin(moto_port: int) -> Any:
    """A client of its own, to make and to clear the bucket."""
    client = boto3.session.Session().client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{moto_port}",
        region_name="us-east-1",
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=SECRET,
    )
    client.create_bucket(Bucket=BUCKET)
    return client


@pytest.fixture(scope="module")
def opened(moto_port: int, admin: Any) -> S3Storage:
    """The bucket, opened once."""
    storage = open_storage(s3_settings(f"http://127.0.0.1:{moto_port}"))
    assert isinstance(storage, S3Storage)
    return storage


@pytest.fixture
def s3(opened: S3Storage, admin: Any) -> Iterator[S3Storage]:
    """An empty bucket."""
    yield opened
    for page in admin.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
        found = [{"Key": item["Key"]} for item in page.get("Contents", [])]
        if found:
            admin.delete_objects(Bucket=BUCKET, Delete={"Objects": found})
    for begun in admin.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []):
        admin.abort_multipart_upload(Bucket=BUCKET, Key=begun["Key"], UploadId=begun["UploadId"])


@pytest.fixture(scope="module")
def scripted() -> Iterator[tuple[Scripted, S3Storage]]:
    """A server that a test gives its answers, and the bucket that it seems to be: a client takes 0.1 s to make."""
    with Scripted() as server:
        yield server, S3Storage(s3_settings(server.endpoint))


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A file of two parts."""
    path = tmp_path / "large"
    path.write_bytes(os.urandom(PART_BYTES + 5_000_000))
    return path


@pytest.fixture
def local(tmp_path: Path) -> Storage:
    """An empty folder."""
    return open_storage(Settings(storage="local", storage_dir=tmp_path / "store"))


@pytest.fixture(params=["local", "s3"])
def storage(request: pytest.FixtureRequest) -> Storage:
    """Each store that keeps files."""
    kept: Storage = request.getfixturevalue(request.param)
    return kept


def names(items: Iterator[Item]) -> list[str]:
    """The keys without their area."""
    return [item.key.partition("/")[2] for item in items]


class TestEveryStore:
    """What the rest of the worker relies on."""

    @pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
    def test_a_file_is_read_as_it_was_written(self, storage: Storage, key: str) -> None:
        """Bytes, size, time and key come back, and after a delete nothing does."""
        storage.put(key, NEW, "audio/wav")
        assert storage.get(key) == NEW
        item = storage.head(key)
        assert item is not None
        assert (item.key, item.size) == (key, len(NEW))
        assert item.name == key.rsplit("/", maxsplit=1)[-1]
        assert abs(item.last_modified - datetime.now(UTC)) < timedelta(minutes=1)
        assert list(storage.scan(key)) == [item]
        storage.delete(key)
        assert (storage.get(key), storage.head(key), list(storage.scan(key))) == (None, None, [])

    @pytest.mark.parametrize("size", [0, 1, 9 * 1024 * 1024], ids=["empty", "a byte", "more than a part of 8 MB"])
    def test_a_file_of_any_size_is_read_whole(self, storage: Storage, size: int) -> None:
        """No size takes another way that loses bytes."""
        data = os.urandom(size)
        storage.put(KEY, data, "audio/wav")
        assert storage.get(KEY) == data

    @pytest.mark.parametrize(
        "size",
        [0, 1, PART_BYTES - 1, PART_BYTES, 2 * PART_BYTES + 1],
        ids=["empty", "a byte", "a byte less than a part", "a part", "more than two parts"],
    )
    def test_a_file_on_disk_of_any_size_is_written_whole(self, storage: Storage, size: int, tmp_path: Path) -> None:
        """It replaces what was there, and is left where it lay."""
        (tmp_path / "made").write_bytes(data := os.urandom(size))
        storage.put(KEY, OLD, "audio/wav")
        storage.put_file(KEY, tmp_path / "made", "audio/wav")
        assert storage.get(KEY) == data
        assert len(list(storage.scan("voices/"))) == 1
        assert (tmp_path / "made").read_bytes() == data

    @pytest.mark.parametrize("data", [b"new", NEW], ids=["as long", "longer"])
    def test_a_second_write_replaces_the_first(self, storage: Storage, data: bytes) -> None:
        """Overwriting leaves nothing of the old file."""
        storage.put(KEY, OLD, "audio/wav")
        storage.put(KEY, data, "audio/wav")
        assert storage.get(KEY) == data
        storage.put(KEY, b"", "audio/wav")
        assert (storage.get(KEY), len(list(storage.scan("voices/")))) == (b"", 1)

    @pytest.mark.parametrize(
        "key",
        ["voices/nobody.wav", "output/x", "voices/.meta", "voices/.meta/bob", "voices/bob.wav/x"],
        ids=["nothing", "area that was never used", "folder", "deeper folder", "below a file"],
    )
    def test_nothing_is_read_and_deleted_as_nothing(self, storage: Storage, key: str) -> None:
        """A key without a file gives None, and to delete it is no error and deletes nothing else."""
        storage.put(KEY, OLD, "audio/wav")
        storage.put("voices/.meta/bob/profile.json", OLD, "application/json")
        assert (storage.get(key), storage.head(key)) == (None, None)
        storage.delete(key)
        assert (storage.get(KEY), storage.get("voices/.meta/bob/profile.json")) == (OLD, OLD)

    @pytest.mark.parametrize(
        ("prefix", "after", "found"),
        [
            ("voices/", "", ["B.wav", "Zoë.wav", "a b.wav", "a.txt", "a.wav", "\uff21.wav", "😀.wav"]),
            ("voices/", "voices/a b.wav", ["a.txt", "a.wav", "\uff21.wav", "😀.wav"]),
            ("voices/", "voices/aa", ["\uff21.wav", "😀.wav"]),
            ("voices/", "voices/😀.wav", []),
            ("voices/a", "", ["a b.wav", "a.txt", "a.wav"]),
            ("voices/a.", "voices/a.txt", ["a.wav"]),
            ("voices/a.wav", "", ["a.wav"]),
            ("voices/nobody", "", []),
            ("voices/.meta/a/", "", [".meta/a/original", ".meta/a/profile.json"]),
            ("voices/.meta/", "", []),
            ("output/", "", ["a.mp3"]),
            ("timings/", "", []),
        ],
        ids=lambda value: ascii(value) if isinstance(value, str) else "",
    )
    def test_a_scan_lists_direct_children_in_key_order(
        self, storage: Storage, prefix: str, after: str, found: list[str]
    ) -> None:
        """Order is that of UTF-8 bytes, `after` is left out, and folders are not looked into."""
        for name in ("😀.wav", "a.wav", "a.txt", "Zoë.wav", "a b.wav", "\uff21.wav", "B.wav"):
            storage.put(f"voices/{name}", OLD, "audio/wav")
        for key in ("voices/.meta/a/profile.json", "voices/.meta/a/original", "output/a.mp3"):
            storage.put(key, OLD, "application/json")
        assert names(storage.scan(prefix, after)) == found

    def test_a_scan_lists_only_files(self, local: Storage, s3: S3Storage, admin: Any, tmp_path: Path) -> None:
        """What a console leaves for a folder is no file: its key is none of this worker's."""
        (tmp_path / "store/voices/folder").mkdir(parents=True)
        admin.put_object(Bucket=BUCKET, Key="voices/", Body=b"")
        assert (list(local.scan("voices/")), list(s3.scan("voices/"))) == ([], [])

    @pytest.mark.parametrize("key", NO_KEYS.values(), ids=NO_KEYS)
    def test_a_key_outside_the_areas_is_refused_by_every_method(
        self, storage: Storage, key: str, tmp_path: Path
    ) -> None:
        """Nothing is read, written or signed there; a folder may be scanned, though, as a prefix."""
        for name, method in METHODS.items():
            if name != "check" and not (name == "scan" and key in ("voices/", "voices/x/")):
                with contextlib.suppress(StorageNotConfigured), pytest.raises(ValueError):
                    method(storage, key)
        assert list(tmp_path.rglob("*")) == []

    @pytest.mark.parametrize("prefix", NO_PREFIXES.values(), ids=NO_PREFIXES)
    def test_a_prefix_outside_the_areas_is_refused(self, storage: Storage, prefix: str) -> None:
        """A listing shows nothing that is not the worker's."""
        with pytest.raises(ValueError):
            list(storage.scan(prefix))

    def test_a_store_that_is_there_passes_its_check(self, storage: Storage) -> None:
        """`status` finds it reachable, also before its first file."""
        storage.check()

    def test_storing_shows_nothing_secret(self, storage: Storage) -> None:
        """A store in a log line keeps its keys to itself."""
        assert KEY_ID not in repr(storage)
        assert SECRET not in repr(storage)


@given(key=st.text(alphabet=st.sampled_from("voices/.\\~\x00é "), max_size=30).map("voices/{}".format) | st.text())
def test_every_accepted_key_stays_in_its_area(key: str) -> None:
    """However a key is written, it is refused or leads below its area's folder."""
    with contextlib.suppress(ValueError):
        folder = "/store/" + check_key(key).partition("/")[0]
        assert os.path.normpath(f"/store/{key}") == f"/store/{key}"
        assert os.path.normpath(f"/store/{key}").startswith(f"{folder}/")


WRITE_WITH_LIMIT = """
import resource, sys
from pathlib import Path
from f5tts_worker.errors import StorageError
from f5tts_worker.storage.local import LocalStorage
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    storage = LocalStorage(Path(sys.argv[1]))
    if sys.argv[2] == "put":
        storage.put("voices/bob.wav", b"x" * 5000, "audio/wav")
    else:
        storage.put_file("voices/bob.wav", Path(sys.executable), "audio/wav")
except StorageError as e:
    sys.exit(f"{e.code}: {e.message}")
"""


class TestLocal:
    """A folder."""

    @pytest.mark.parametrize("method", ["put", "put_file"])
    def test_a_write_that_fails_halfway_leaves_the_old_file(self, local: Storage, tmp_path: Path, method: str) -> None:
        """A full disk (here: a limit on the size of files) leaves neither a part of the new file nor a partial one."""
        local.put(KEY, OLD, "audio/wav")
        root = Path(__file__).parent.parent
        done = subprocess.run(
            [sys.executable, "-c", WRITE_WITH_LIMIT, tmp_path / "store", method],
            cwd=root,
            capture_output=True,
            check=False,
        )
        assert done.stderr.startswith(b"storage_error: a file could not be written in the storage folder: File too")
        assert str(tmp_path).encode() not in done.stderr
        assert local.get(KEY) == OLD
        assert [path.name for path in (tmp_path / "store/voices").iterdir()] == ["bob.wav"]

    def test_data_that_cannot_be_written_leaves_nothing(self, local: Storage, tmp_path: Path) -> None:
        """An error that is no OSError cleans up too."""
        with pytest.raises(TypeError):
            local.put(KEY, "text", "audio/wav")  # type: ignore[arg-type]  # no bytes: the write must fail
        assert list((tmp_path / "store/voices").iterdir()) == []

    def test_a_file_that_is_being_written_is_not_listed(self, local: Storage, tmp_path: Path) -> None:
        """What another process has begun, or left behind when it died, is no voice."""
        local.put(KEY, OLD, "audio/wav")
        (tmp_path / "store/voices/.partial-x").write_bytes(b"half")
        assert names(local.scan("voices/")) == ["bob.wav"]

    @pytest.mark.parametrize("method", ["put", "put_file"])
    def test_readers_see_the_old_file_or_the_new_one(self, local: Storage, tmp_path: Path, method: str) -> None:
        """While one thread writes, another never reads a mixture or nothing."""
        versions = [bytes([digit]) * 200_000 for digit in range(20)]
        made = tmp_path / "made"
        local.put(KEY, versions[0], "audio/wav")
        done = threading.Event()

        def write() -> None:
            for version in versions:
                if method == "put":
                    local.put(KEY, version, "audio/wav")
                else:
                    made.write_bytes(version)
                    local.put_file(KEY, made, "audio/wav")
            done.set()

        writer = threading.Thread(target=write)
        writer.start()
        seen = set()
        while not done.is_set():
            item = local.head(KEY)
            seen.add((local.get(KEY), item and item.size, len(list(local.scan("voices/")))))
        writer.join()
        assert seen <= {(version, 200_000, 1) for version in versions}

    @pytest.mark.parametrize("method", ["put", "put_file", "get", "head", "scan", "delete"])
    def test_a_folder_that_fails_is_a_storage_error(self, tmp_path: Path, method: str) -> None:
        """The error (here: of a name longer than file systems take) names the setting, and no path of the container."""
        (tmp_path / "voices").mkdir()
        key = "voices/" + "x" * 300 + ("/x" if method == "scan" else "")
        error = error_of(lambda: METHODS[method](LocalStorage(tmp_path), key), "http://unused")
        assert "STORAGE_DIR" in error.message
        assert str(tmp_path) not in json.dumps(error.to_json())

    def test_a_folder_that_cannot_be_made_fails_its_check(self, tmp_path: Path) -> None:
        """`status` says that nothing can be stored."""
        (tmp_path / "store").write_text("a file where the folder should be")
        error_of(LocalStorage(tmp_path / "store").check, "http://unused")

    @pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
    def test_a_link_is_the_address_of_the_file(self, local: Storage, key: str) -> None:
        """Whatever the name, the file:// link opens."""
        local.put(key, NEW, "audio/wav")
        with urllib.request.urlopen(local.link(key, expires_in=60, content_type="audio/wav", filename="x")) as file:
            assert file.read() == NEW

    def test_an_upload_link_needs_a_bucket(self, local: Storage) -> None:
        """The error names the setting and the other way to upload."""
        with pytest.raises(StorageNotConfigured, match=r"STORAGE=s3.*voice_file_url"):
            local.upload_link("incoming/x", expires_in=60, content_type="audio/wav")


REFUSALS = {
    "AccessDenied": (403, "read, write, list and delete"),
    "InvalidAccessKeyId": (403, "AWS_ACCESS_KEY_ID"),
    "SignatureDoesNotMatch": (403, "AWS_SECRET_ACCESS_KEY"),
    "NoSuchBucket": (404, "S3_BUCKET"),
    "InvalidRequest": (400, "the provider's status"),
}


class TestS3:
    """A bucket."""

    def test_a_scan_goes_on_after_a_thousand_keys(self, s3: S3Storage, moto_port: int) -> None:
        """S3 lists 1,000 keys at a time; the caller does not notice."""
        keys = [f"voices/{number:04}.wav" for number in range(1003)]
        connection = http.client.HTTPConnection("127.0.0.1", moto_port)
        for key in reversed(keys):
            connection.request("PUT", f"/{BUCKET}/{key}", b"x")
            connection.getresponse().read()
        connection.close()
        assert [item.key for item in s3.scan("voices/")] == keys
        assert [item.key for item in s3.scan("voices/", keys[1])] == keys[2:]

    @pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
    def test_a_link_delivers_the_file_with_its_type_and_name(self, s3: S3Storage, key: str) -> None:
        """A browser plays it, and saves it under the name that was asked for."""
        s3.put(key, NEW, "application/octet-stream")
        link = s3.link(key, expires_in=3600, content_type="audio/mpeg", filename='Zoë "2";.mp3')
        with urllib.request.urlopen(link) as answer:
            assert answer.read() == NEW
            assert answer.headers["Content-Type"] == "audio/mpeg"
            assert answer.headers["Content-Disposition"] == "inline; filename*=UTF-8''Zo%C3%AB%20%222%22%3B.mp3"
        query = parse_qs(urlsplit(link).query)
        assert (query["X-Amz-Algorithm"], query["X-Amz-Expires"]) == (["AWS4-HMAC-SHA256"], ["3600"])
        assert SECRET not in link

    @pytest.mark.parametrize(
        ("endpoint", "region", "bucket", "address"),
        [
            (None, "us-east-1", "my-bucket", "https://my-bucket.s3.amazonaws.com/"),
            (None, "eu-central-1", "my-bucket", "https://my-bucket.s3.eu-central-1.amazonaws.com/"),
            (None, "me-south-1", "my.bucket", "https://s3.me-south-1.amazonaws.com/my.bucket/"),
            (
                "https://s3.eu-central-003.backblazeb2.com",
                "eu-central-003",
                BUCKET,
                f"https://s3.eu-central-003.backblazeb2.com/{BUCKET}/",
            ),
            ("https://x.r2.cloudflarestorage.com/", "auto", BUCKET, f"https://x.r2.cloudflarestorage.com/{BUCKET}/"),
            ("http://minio:9000", "us-east-1", BUCKET, f"http://minio:9000/{BUCKET}/"),
        ],
        ids=["AWS", "AWS region", "dot in the bucket", "B2", "R2", "MinIO"],
    )
    def test_a_link_leads_to_the_region_of_the_bucket(
        self, endpoint: str | None, region: str, bucket: str, address: str
    ) -> None:
        """A link that AWS would redirect does not work, as its signature covers the host (boto3 #2989, #3015)."""
        given = {"aws_endpoint_url": endpoint, "aws_region": region}
        storage = S3Storage(Settings(**s3_settings("http://x", bucket).model_dump() | given))
        link = storage.upload_link("incoming/x", expires_in=60, content_type="audio/wav")
        assert link.startswith(address)
        assert f"%2F{region}%2Fs3%2Faws4_request" in link

    def test_a_write_carries_no_checksum_that_other_providers_refuse(
        self, scripted: tuple[Scripted, S3Storage]
    ) -> None:
        """The request is the file and nothing around it: no trailing checksum, no chunks signed one by one."""
        server, bucket = scripted
        server.says(reply(200))
        bucket.put("voices/Zoë 2.wav", OLD, "audio/wav")
        assert server.requests[0].startswith(f"PUT /{BUCKET}/voices/Zo%C3%AB%202.wav HTTP/1.1\r\n".encode())
        assert server.requests[0].endswith(b"\r\n\r\n" + OLD)
        for refused in (b"checksum", b"crc", b"aws-chunked", b"trailer"):
            assert refused not in server.requests[0].lower()

    def test_a_file_keeps_its_content_type(self, s3: S3Storage, admin: Any) -> None:
        """Who looks into the bucket sees what a file is."""
        s3.put(KEY, NEW, "audio/wav")
        assert admin.head_object(Bucket=BUCKET, Key=KEY)["ContentType"] == "audio/wav"

    def test_a_file_can_be_put_to_an_upload_link(self, s3: S3Storage, admin: Any) -> None:
        """The link takes the bytes, and its signature covers the Content-Type."""
        link = s3.upload_link("incoming/8f2a", expires_in=600, content_type="audio/mp4")
        put = urllib.request.Request(link, NEW, {"Content-Type": "audio/mp4"}, method="PUT")
        with urllib.request.urlopen(put) as answer:
            assert answer.status == 200
        assert s3.get("incoming/8f2a") == NEW
        assert admin.head_object(Bucket=BUCKET, Key="incoming/8f2a")["ContentType"] == "audio/mp4"
        query = parse_qs(urlsplit(link).query)
        assert (query["X-Amz-SignedHeaders"], query["X-Amz-Expires"]) == (["content-type;host"], ["600"])

    def test_a_write_that_is_cut_leaves_the_old_file(
        self, s3: S3Storage, moto_port: int, scripted: tuple[Scripted, S3Storage]
    ) -> None:
        """A put whose connection breaks in the middle, and that may not be repeated, changes nothing."""
        s3.put(KEY, OLD, "audio/wav")
        refusing, _ = scripted
        refusing.says(refusal(403, "AccessDenied"))
        with Proxy(Route(moto_port, cut_request_at=100_000), Route(refusing.port)) as proxy:
            cut = S3Storage(s3_settings(proxy.endpoint))
            error_of(lambda: cut.put(KEY, NEW, "audio/wav"), proxy.endpoint)
            assert (proxy.connections, refusing.connections) == (2, 1)
        assert s3.get(KEY) == OLD

    def test_a_write_that_is_cut_is_repeated(self, s3: S3Storage, moto_port: int) -> None:
        """A put whose connection broke is sent again whole; until then there is no file."""
        seen: list[Item | None] = []
        look = Route(moto_port, first=lambda: seen.append(s3.head(KEY)))
        with Proxy(Route(moto_port, cut_request_at=100_000), look) as proxy:
            S3Storage(s3_settings(proxy.endpoint)).put(KEY, NEW, "audio/wav")
        assert seen == [None]
        assert s3.get(KEY) == NEW

    def test_a_part_that_is_cut_is_repeated(self, s3: S3Storage, moto_port: int, large: Path, admin: Any) -> None:
        """Of a file in parts only the one whose connection broke is sent again; until the last there is no file."""
        seen: list[Item | None] = []
        look = Route(moto_port, first=lambda: seen.append(s3.head(KEY)))
        with Proxy(Route(moto_port, cut_request_at=PART_BYTES // 2), look) as proxy:
            S3Storage(s3_settings(proxy.endpoint)).put_file(KEY, large, "audio/wav")
        assert seen
        assert set(seen) == {None}
        assert s3.get(KEY) == large.read_bytes()
        assert admin.head_object(Bucket=BUCKET, Key=KEY)["ContentType"] == "audio/wav"

    def test_a_file_in_parts_that_is_refused_leaves_the_old_one(
        self, s3: S3Storage, moto_port: int, scripted: tuple[Scripted, S3Storage], large: Path
    ) -> None:
        """A part that the bucket refuses ends it, with the bucket's reason."""
        s3.put(KEY, OLD, "audio/wav")
        refusing, _ = scripted
        refusing.says(refusal(403, "AccessDenied"))
        with Proxy(Route(moto_port, cut_request_at=PART_BYTES // 2), Route(refusing.port)) as proxy:
            refused = S3Storage(s3_settings(proxy.endpoint))
            error = error_of(lambda: refused.put_file(KEY, large, "audio/wav"), proxy.endpoint)
        assert error.details == {"reason": "AccessDenied"}
        assert s3.get(KEY) == OLD

    def test_a_stopped_job_leaves_no_parts(self, s3: S3Storage, large: Path, admin: Any) -> None:
        """A stop ends the upload before its next part, and what was sent is given up."""
        stop = threading.Event()
        stop.set()
        token = STOP.set(stop)
        try:
            with pytest.raises(Cancelled):
                s3.put_file(KEY, large, "audio/wav")
        finally:
            STOP.reset(token)
        assert s3.head(KEY) is None
        assert admin.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []) == []

    @pytest.mark.parametrize(
        "cut_at", [0, 20, 100_000], ids=["before the answer", "in the headers", "in the middle of the file"]
    )
    def test_a_read_that_is_cut_is_repeated(self, s3: S3Storage, moto_port: int, cut_at: int) -> None:
        """A broken connection costs time, not the job."""
        s3.put(KEY, NEW, "audio/wav")
        with Proxy(Route(moto_port, cut_answer_at=cut_at), Route(moto_port)) as proxy:
            assert S3Storage(s3_settings(proxy.endpoint)).get(KEY) == NEW
            assert proxy.connections == 2

    def test_a_file_replaced_between_two_tries_is_not_mixed(self, s3: S3Storage, moto_port: int) -> None:
        """A read that is repeated gives the new file, without an end of the old one."""
        s3.put(KEY, NEW, "audio/wav")
        replace = Route(moto_port, first=lambda: s3.put(KEY, b"shorter", "audio/wav"))
        with Proxy(Route(moto_port, cut_answer_at=200_000), replace) as proxy:
            assert S3Storage(s3_settings(proxy.endpoint)).get(KEY) == b"shorter"

    def test_a_read_that_is_always_cut_is_a_storage_error(self, s3: S3Storage, moto_port: int) -> None:
        """After some tries the job fails with the contract's code, and never with half a file."""
        s3.put(KEY, NEW, "audio/wav")
        with Proxy(Route(moto_port, cut_answer_at=100_000)) as proxy:
            broken = S3Storage(s3_settings(proxy.endpoint))
            error_of(lambda: broken.get(KEY), proxy.endpoint)
            assert 2 <= proxy.connections <= 10

    @pytest.mark.parametrize(
        ("code", "status", "advice"), [(code, *row) for code, row in REFUSALS.items()], ids=REFUSALS
    )
    def test_a_refusal_says_what_to_check(
        self, scripted: tuple[Scripted, S3Storage], code: str, status: int, advice: str
    ) -> None:
        """Each method names the bucket's reason and the setting behind it, once asked and without a secret."""
        server, bucket = scripted
        server.says(refusal(status, code))
        methods = ("put", "put_file", "get", "delete", "scan", "check")
        for name in methods:
            error = error_of(lambda name=name: METHODS[name](bucket, KEY), server.endpoint)
            assert error.details == {"reason": code}
            assert advice in error.message
        assert server.connections == len(methods)

    def test_a_refusal_without_words_says_what_to_check(self, scripted: tuple[Scripted, S3Storage]) -> None:
        """A HEAD has no body, so only the status is known."""
        server, bucket = scripted
        server.says(reply(403))
        error = error_of(lambda: bucket.head(KEY), server.endpoint)
        assert (error.details, "AWS_" in error.message) == ({"reason": "403"}, True)

    def test_a_wrong_bucket_is_named_as_one(self, s3: S3Storage, moto_port: int) -> None:
        """A voice in a bucket that does not exist is a storage error, not a missing voice."""
        endpoint = f"http://127.0.0.1:{moto_port}"
        wrong = S3Storage(s3_settings(endpoint, "there-is-none"))
        for name in ("put", "put_file", "get", "scan", "delete", "check"):
            assert "S3_BUCKET" in error_of(lambda name=name: METHODS[name](wrong, KEY), endpoint).message

    def test_an_endpoint_that_is_down_fails_its_check_at_once(self) -> None:
        """`status` answers quickly, and names the setting."""
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))  # and never listens
            endpoint = f"http://127.0.0.1:{unused.getsockname()[1]}"
            error = error_of(S3Storage(s3_settings(endpoint)).check, endpoint)
        assert (error.details, "AWS_ENDPOINT_URL" in error.message) == ({"reason": "EndpointConnectionError"}, True)

    @pytest.mark.parametrize(
        "answer",
        [b"SSH-2.0-OpenSSH_9.6\r\n", reply(200, "<html>a login page</html>", "text/html"), reply(200, "no xml"), b""],
        ids=["not HTTP", "a web page", "no XML", "nothing"],
    )
    def test_an_endpoint_that_is_no_bucket_is_a_storage_error(
        self, scripted: tuple[Scripted, S3Storage], answer: bytes
    ) -> None:
        """Whatever answers there, the job fails with the contract's code."""
        server, bucket = scripted
        server.says(answer)
        error_of(bucket.check, server.endpoint)

    @pytest.mark.parametrize("method", ["get", "head", "scan", "check"])
    def test_an_answer_that_is_cut_in_its_headers_is_a_storage_error(
        self, scripted: tuple[Scripted, S3Storage], method: str
    ) -> None:
        """Half an answer is not taken for an empty file or an empty bucket."""
        server, bucket = scripted
        server.says(b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nDa")
        error = error_of(lambda: METHODS[method](bucket, KEY), server.endpoint)
        assert error.details == {"reason": "BrokenOff"}

    def test_a_bucket_that_is_busy_is_asked_again(self, scripted: tuple[Scripted, S3Storage]) -> None:
        """SlowDown is a reason to wait, not to fail; but a check does not wait."""
        server, bucket = scripted
        busy = refusal(503, "SlowDown")
        server.says(busy, busy, reply(200, "here it is"))
        assert bucket.get(KEY) == b"here it is"
        assert server.connections == 3
        server.says(busy)
        error = error_of(bucket.check, server.endpoint)
        assert (error.details, server.connections) == ({"reason": "SlowDown"}, 1)


class TestMissing:
    """A worker without a bucket."""

    @pytest.mark.parametrize("method", METHODS)
    def test_every_method_names_what_is_not_set(self, method: str) -> None:
        """A job fails with the names of the variables, a scan already when it is asked for."""
        storage = open_storage(
            Settings(storage="s3", s3_bucket="b", aws_access_key_id=None, aws_secret_access_key=None)
        )
        with pytest.raises(StorageNotConfigured) as caught:
            METHODS[method](storage, KEY)
        assert "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY not set" in caught.value.message
        assert caught.value.details == {"missing": ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]}


@pytest.mark.parametrize(
    ("given_settings", "kind", "name"),
    [
        ({"storage": "local"}, LocalStorage, "local"),
        ({"storage": "s3"}, S3Storage, "s3"),
        ({"storage": "s3", "s3_bucket": None}, MissingStorage, "s3"),
        ({"storage": "s3", "aws_access_key_id": None}, MissingStorage, "s3"),
        ({"storage": "s3", "aws_secret_access_key": None}, MissingStorage, "s3"),
    ],
    ids=["local", "s3", "no bucket", "no key id", "no secret"],
)
def test_the_settings_choose_the_store(given_settings: dict[str, Any], kind: type, name: str, tmp_path: Path) -> None:
    """Opening contacts nothing, so a bucket that is down or missing does not stop a start."""
    whole = s3_settings("http://127.0.0.1:1").model_dump() | {"storage_dir": tmp_path} | given_settings
    opened = open_storage(Settings(**whole))
    assert (type(opened), opened.name) == (kind, name)


def test_settings_in_a_log_line_keep_their_secrets() -> None:
    """Neither repr nor str nor JSON of the settings shows a key."""
    settings = s3_settings("http://127.0.0.1:1")
    for shown in (repr(settings), str(settings), settings.model_dump_json()):
        assert KEY_ID not in shown
        assert SECRET not in shown
