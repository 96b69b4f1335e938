"""scripts/validate_storage.py, run as people run it, on real folders and against an S3 server."""

import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer
from tiny_f5 import random_dit, tiny_config, write_checkpoint, write_vocoder

from f5tts_worker.settings import KNOWN

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = [sys.executable, str(ROOT / "scripts/validate_storage.py")]
BUCKET = "voices-of-test-validate"
KEY_ID, SECRET = "AKIDNOBODYMAYREADTHIS", "s3cr3t/nobody+may/read/this"

CHECKPOINT = "models/F5-TTS/F5TTS_v1_Base/model_1250000.safetensors"
VOCODER = "models/vocos-mel-24khz/pytorch_model.bin"
TRANSCRIBER = "models/faster-whisper/large-v3-turbo/model.bin"
HUB_TRANSCRIBER = "models/faster-whisper/models--mobiuslabsgmbh--faster-whisper-large-v3-turbo"

CHECKS = [
    *("environment", "volume", "space", "speed", "caches", "packages"),
    *("checkpoint", "vocabulary", "vocoder", "transcriber", "storage", "gpu"),
]

Report = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A volume with all models, in tiny."""
    volume = tmp_path_factory.mktemp("weights")
    write_checkpoint(volume / CHECKPOINT, random_dit(tiny_config("F5TTS_v1_Base")))
    (volume / CHECKPOINT).with_name("vocab.txt").write_text("a\nb\n")
    write_vocoder((volume / VOCODER).parent)
    (volume / TRANSCRIBER).parent.mkdir(parents=True)
    (volume / TRANSCRIBER).write_bytes(bytes(1000))
    return volume


@pytest.fixture
def volume(weights: Path, tmp_path: Path) -> Path:
    """Such a volume, to change."""
    return Path(shutil.copytree(weights, tmp_path / "volume"))


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The address of an S3 server."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def client(service: str, endpoint: str) -> Any:
    """A client of its own."""
    return boto3.session.Session().client(
        service,
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=SECRET,
    )


@pytest.fixture(scope="module")
def admin(endpoint: str) -> Any:
    """A client of the bucket, which it has made."""
    s3 = client("s3", endpoint)
    s3.create_bucket(Bucket=BUCKET)
    return s3


@pytest.fixture
def bucket(endpoint: str, admin: Any) -> Iterator[dict[str, str]]:
    """The variables of an empty bucket, in which nothing is left."""
    yield {
        "S3_BUCKET": BUCKET,
        "AWS_ACCESS_KEY_ID": KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_ENDPOINT_URL": endpoint,
    }
    assert "Contents" not in admin.list_objects_v2(Bucket=BUCKET)


@pytest.fixture
def local(tmp_path: Path) -> dict[str, str]:
    """The variables of a store in a folder that is not there yet."""
    return {"STORAGE": "local", "STORAGE_DIR": str(tmp_path / "deep/store")}


def environment(volume: Path, **variables: str) -> dict[str, str]:
    """The environment of a worker without a GPU."""
    base = {name: value for name, value in os.environ.items() if name not in KNOWN}
    # A model that is looked for in the hub's way takes the import of faster-whisper.
    defaults = {"VOLUME_DIR": str(volume), "DEVICE": "cpu", "HF_HUB_OFFLINE": "", "TRANSCRIBER_MODEL": "/nowhere"}
    return base | defaults | variables


def run(volume: Path, *arguments: str, prefix: tuple[str, ...] = (), **variables: str) -> tuple[int, str]:
    """Run the script; its exit code and output, in which is nothing that nobody may read."""
    result = subprocess.run(
        [*prefix, *PROGRAM, "--quick", *arguments],
        env=environment(volume, **variables),
        cwd="/",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    for hidden in (SECRET, KEY_ID, "X-Amz-Signature", "Traceback"):
        assert hidden not in result.stdout + result.stderr
    assert result.stderr == ""
    return result.returncode, result.stdout


def report(volume: Path, *arguments: str, prefix: tuple[str, ...] = (), **variables: str) -> Report:
    """The rows by check; the exit code is 1 if one failed, else 0."""
    code, output = run(volume, "--json", *arguments, prefix=prefix, **variables)
    rows = json.loads(output)
    assert [row["check"] for row in rows] == CHECKS
    assert all(set(row) == {"check", "result", "found", "to_do"} for row in rows)
    assert code == any(row["result"] == "failed" for row in rows)
    return {row["check"]: row for row in rows}


def failed(rows: Report) -> list[str]:
    """The checks that failed."""
    return [name for name, row in rows.items() if row["result"] == "failed"]


def everything(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of all files and folders below."""
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in folder.rglob("*")}


def test_all_is_right(volume: Path, bucket: dict[str, str]) -> None:
    """Each check says what it found and where, and volume and bucket are as they were."""
    before = everything(volume)
    rows = report(volume, TRANSCRIBER_MODEL="large-v3-turbo", **bucket)
    assert failed(rows) == []
    assert {name: row["result"] for name, row in rows.items() if row["result"] != "ok"} == {
        "volume": "warning",  # nothing is mounted there
        "gpu": "skipped",  # DEVICE=cpu
    }
    assert rows["checkpoint"]["found"].startswith(f"{volume}/{CHECKPOINT}, ")
    assert rows["checkpoint"]["found"].endswith(" tensors, as long as its header says")
    assert rows["vocabulary"]["found"] == f"{volume}/{CHECKPOINT.rpartition('/')[0]}/vocab.txt, 2 entries"
    assert rows["vocoder"]["found"].startswith(f"{volume}/{VOCODER}, ")
    assert rows["transcriber"]["found"].startswith(f"{volume}/{TRANSCRIBER.rpartition('/')[0]}, ")
    assert "0.00 GB needed" in rows["space"]["found"]
    assert all(
        step in rows["storage"]["found"] for step in ("put ", "get ", "link ", "upload link ", "list ", "delete ")
    )
    assert everything(volume) == before


def test_a_table_for_people(tmp_path: Path, local: dict[str, str]) -> None:
    """A line a check, what to do below it, the counts at the end; folders that were not there are gone again."""
    code, output = run(tmp_path, ENGINE="preview", **local)
    assert list(tmp_path.iterdir()) == []
    lines = output.splitlines()
    assert code == 0
    assert lines[0].split()[:2] == ["check", "result"]
    assert [line.split()[0] for line in lines[1:-2] if line[0] != " "] == CHECKS
    assert any(line.strip() == "-> attach a network volume to the endpoint" for line in lines)
    assert lines[-1].endswith(" 0 failed, 5 skipped")


def test_a_start_without_weights(tmp_path: Path, local: dict[str, str]) -> None:
    """What is missing and can be downloaded is a warning and counts as space; nothing is fetched or made."""
    rows = report(tmp_path, TRANSCRIBER_MODEL="large-v3-turbo", **local)
    assert failed(rows) == []
    for name in ("checkpoint", "vocoder", "transcriber"):
        assert rows[name]["result"] == "warning"
        assert name in rows["space"]["found"]
    assert rows["vocabulary"]["result"] == "skipped"
    assert list(tmp_path.iterdir()) == []


def test_weights_that_may_not_be_downloaded(tmp_path: Path, local: dict[str, str]) -> None:
    """Where the hub is forbidden, missing weights stop a start."""
    rows = report(tmp_path, HF_HUB_OFFLINE="1", **local)
    assert failed(rows) == ["checkpoint", "vocoder"]
    assert "HF_HUB_OFFLINE forbids a download" in rows["checkpoint"]["found"]


def test_paths_that_lead_nowhere(volume: Path, local: dict[str, str]) -> None:
    """A path that was given by name is not replaced by what lies elsewhere."""
    gone = {name: str(volume / "gone") for name in ("F5_CHECKPOINT", "F5_VOCAB", "VOCODER_DIR", "TRANSCRIBER_MODEL")}
    rows = report(volume, **local, **gone)
    assert failed(rows) == ["checkpoint", "vocabulary", "vocoder"]
    assert rows["transcriber"]["result"] == "warning"


def _cut(path: Path, left: int) -> None:
    with path.open("r+b") as file:
        file.truncate(left if left >= 0 else path.stat().st_size + left)


@pytest.mark.parametrize(
    ("name", "left", "check", "says"),
    [
        (CHECKPOINT, -1, "checkpoint", "truncated: "),
        (CHECKPOINT, 100, "checkpoint", "truncated or no safetensors file: 100 bytes"),
        (VOCODER, -100, "vocoder", "truncated: its "),
    ],
    ids=["last byte", "in the header", "a pt file"],
)
def test_truncated_weights(volume: Path, local: dict[str, str], name: str, left: int, check: str, says: str) -> None:
    """A file whose end is missing is found without loading it."""
    _cut(volume / name, left)
    rows = report(volume, **local)
    assert failed(rows) == [check]
    assert rows[check]["found"].startswith(f"{volume}/{name}: {says}")
    assert rows[check]["to_do"].startswith("delete it")


def test_other_files_of_weights(volume: Path, local: dict[str, str]) -> None:
    """Bytes after the end are found; of a format without an end it is said that nothing was looked into."""
    with (volume / CHECKPOINT).open("ab") as file:
        file.write(b"x")
    (volume / VOCODER).write_bytes(b"\x80\x02}q\x00.")  # a pickle, as PyTorch wrote them before 1.6
    shutil.rmtree((volume / TRANSCRIBER).parent)
    snapshot = volume / HUB_TRANSCRIBER / "snapshots/abc"
    snapshot.mkdir(parents=True)
    (snapshot / "model.bin").write_bytes(bytes(1000))
    (volume / HUB_TRANSCRIBER / "refs").mkdir()
    (volume / HUB_TRANSCRIBER / "refs/main").write_text("abc")
    rows = report(volume, TRANSCRIBER_MODEL="large-v3-turbo", **local)
    assert failed(rows) == ["checkpoint"]
    assert ": too long: " in rows["checkpoint"]["found"]
    assert rows["vocoder"]["found"].endswith("not looked into: the format says nothing about its length")
    assert rows["transcriber"]["found"].startswith(str(snapshot))


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"S3_BUCKET": "no-such-bucket"}, "(NoSuchBucket): there is no such bucket"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "(EndpointConnectionError): check AWS_ENDPOINT_URL"),
    ],
    ids=["no such bucket", "nobody there"],
)
def test_a_bucket_that_cannot_be_used(
    tmp_path: Path, bucket: dict[str, str], variables: dict[str, str], says: str
) -> None:
    """The storage fails with what is wrong, and the other checks are made."""
    rows = report(tmp_path, ENGINE="preview", **bucket | variables)
    assert failed(rows) == ["storage"]
    assert says in rows["storage"]["found"]


@pytest.mark.parametrize(
    ("allowed", "says"),
    [
        (None, "(SignatureDoesNotMatch): the secret key does not fit the key id"),
        (["s3:ListBucket"], "did not write a file (AccessDenied): the key may not do this"),
    ],
    ids=["wrong secret", "may only list"],
)
def test_a_key_that_may_not(
    tmp_path: Path, endpoint: str, bucket: dict[str, str], allowed: list[str] | None, says: str
) -> None:
    """A server that asks for rights: a wrong secret, and a key that may not write, are told apart."""
    iam, name = client("iam", endpoint), f"user-{bool(allowed)}"
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    statement = {"Effect": "Allow", "Action": allowed or ["s3:*"], "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    iam.put_user_policy(UserName=name, PolicyName="s3", PolicyDocument=json.dumps(policy))
    mine = {
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"] if allowed else SECRET,
    }
    _ask_for_rights(endpoint, "0")
    try:
        rows = report(tmp_path, ENGINE="preview", **bucket | mine)
    finally:
        _ask_for_rights(endpoint, "inf")
    assert failed(rows) == ["storage"]
    assert says in rows["storage"]["found"]
    for hidden in (key["AccessKeyId"], key["SecretAccessKey"]):
        assert hidden not in json.dumps(rows)


def _ask_for_rights(endpoint: str, after: str) -> None:
    """After so many calls the S3 server looks at who calls."""
    request = urllib.request.Request(f"{endpoint}/moto-api/reset-auth", after.encode(), {"Content-Type": "text/plain"})
    urllib.request.urlopen(request).close()


def test_a_folder_as_storage(tmp_path: Path, local: dict[str, str]) -> None:
    """What was there stays; what cannot be written to fails."""
    kept = Path(local["STORAGE_DIR"]) / "incoming"
    kept.mkdir(parents=True)
    before = list(tmp_path.rglob("*"))
    assert report(tmp_path, ENGINE="preview", **local)["storage"]["result"] == "ok"
    assert list(tmp_path.rglob("*")) == before
    kept.rmdir()
    kept.write_bytes(b"a file where a folder has to be")
    rows = report(tmp_path, ENGINE="preview", **local)
    assert failed(rows) == ["storage"]
    assert "could not be written in the storage folder" in rows["storage"]["found"]


def test_settings_that_do_not_parse(tmp_path: Path) -> None:
    """They are named, a secret's value is not, and nothing else is looked at."""
    rows = report(tmp_path, ENGINE="f6", AWS_SECRET_ACCESS_KEY=SECRET)
    assert failed(rows) == ["environment"]
    assert "ENGINE='f6' is not valid" in rows["environment"]["found"]
    assert {row["result"] for name, row in rows.items() if name != "environment"} == {"skipped"}


def test_names_and_caches_that_miss(volume: Path, local: dict[str, str], tmp_path: Path) -> None:
    """A misspelt name and a cache that is not on the volume are warnings that say what to do."""
    rows = report(volume, VOLUMES_DIR="/x", S3_BUCKETS=SECRET, HF_HOME="/elsewhere/hf", **local)
    assert failed(rows) == []
    assert "S3_BUCKETS is not a setting of this worker; did you mean S3_BUCKET?" in rows["environment"]["found"]
    assert "HF_HOME=/elsewhere/hf (not on the volume)" in rows["caches"]["found"].splitlines()
    assert rows["caches"]["to_do"].startswith("unset HF_HOME:")
    assert f"below {volume}/cache: TORCH_HOME torch," in rows["caches"]["found"]


def test_no_volume(tmp_path: Path, local: dict[str, str]) -> None:
    """With all packages inside, a worker starts without a volume; a warning says what that costs."""
    rows = report(tmp_path / "gone", **local)
    assert failed(rows) == []
    assert rows["volume"]["found"].startswith(f"there is no folder {tmp_path}/gone: every cold start downloads")
    assert rows["speed"]["result"] == "skipped"
    assert "/models" in rows["checkpoint"]["found"]
    assert not (tmp_path / "gone").exists()


def _mounting(volume: Path, options: str) -> tuple[str, ...]:
    """A command that runs another with a file system mounted at the volume, for itself alone."""
    script = 'mount -t tmpfs -o "$1" tmpfs "$2" && shift 2 && exec "$@"'
    command = ("unshare", "--mount", "sh", "-c", script, "sh", options, str(volume))
    if not shutil.which("unshare") or subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    return command


@pytest.mark.parametrize(
    ("options", "volume_is", "space_is", "speed_is"),
    [("size=20m", "ok", "failed", "ok"), ("ro", "failed", "ok", "skipped")],
    ids=["small", "read only"],
)
def test_a_mounted_volume(
    tmp_path: Path, local: dict[str, str], options: str, volume_is: str, space_is: str, speed_is: str
) -> None:
    """A mounted volume is recognised; too small or read only, it fails."""
    mount = tmp_path / "mount"
    mount.mkdir()
    rows = report(mount, prefix=_mounting(mount, options), **local)
    assert [rows[name]["result"] for name in ("volume", "space", "speed")] == [volume_is, space_is, speed_is]
    if options == "ro":
        assert f"the volume {mount} cannot be written to: Read-only file system" in rows["volume"]["found"]


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "SIGTERM"])
def test_a_stop_leaves_nothing(tmp_path: Path, local: dict[str, str], sent: signal.Signals, code: int) -> None:
    """Stopped while it measures the volume, it removes its file."""
    process = subprocess.Popen(
        PROGRAM,
        env=environment(tmp_path, ENGINE="preview", **local),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not list(tmp_path.glob(".speed-*")):
        assert process.poll() is None
    process.send_signal(sent)
    _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (code, "")
    assert list(tmp_path.iterdir()) == []


def test_a_gpu_is_asked_for(tmp_path: Path, local: dict[str, str]) -> None:
    """nvidia-smi is asked where it is, torch only with --gpu, and DEVICE=cuda without a GPU fails."""
    program = tmp_path / "bin/nvidia-smi"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho 'NVIDIA H200, 570.1, 140000 MiB, 143771 MiB'\n")
    program.chmod(0o755)
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    seen = report(tmp_path, DEVICE="cuda", PATH=path, **local)["gpu"]
    assert seen["result"] == "ok"
    assert seen["found"].startswith("nvidia-smi: NVIDIA H200, 570.1, 140000 MiB, 143771 MiB; ")
    assert seen["found"].endswith("torch was not asked (--gpu)")
    asked = report(tmp_path, "--gpu", DEVICE="cuda", PATH=path, CUDA_VISIBLE_DEVICES="", **local)["gpu"]
    assert asked["result"] == "failed"
    assert asked["found"].endswith(" sees none")
    assert asked["to_do"] == "choose a GPU for the endpoint, or set DEVICE=auto"
