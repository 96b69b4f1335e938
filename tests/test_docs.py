"""The documentation says what the code does."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from conftest import SENTENCE, FileServer
from moto.server import ThreadedMotoServer

from f5tts_worker import __version__, errors
from f5tts_worker.audio import Audio, encode
from f5tts_worker.caption_fields import CaptionRequest
from f5tts_worker.dispatch import ENDPOINTS, dispatch
from f5tts_worker.job import Job
from f5tts_worker.settings import Settings
from f5tts_worker.worker import Worker

ROOT = Path(__file__).resolve().parent.parent
API = (ROOT / "API.md").read_text()
README = (ROOT / "README.md").read_text()

# What differs from run to run; the type of everything else is compared, and every other text.
VOLATILE = {
    *("audio_url", "upload_url", "reference_url", "job_id", "voice_key", "version", "created_at", "last_modified"),
    *("filename", "deleted", "srt", "ass", "ffmpeg", "voices/.meta", "id"),
}


def blocks(text: str) -> list[Any]:
    """Every JSON block."""
    return [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]


def section(endpoint: str) -> str:
    """The part of API.md about one endpoint."""
    found = re.search(rf"^## {endpoint}$(.*?)(?=^## )", API, re.DOTALL | re.MULTILINE)
    assert found, endpoint
    return found[1]


def rows(text: str) -> dict[str, str]:
    """The tables of a text: each name in the first column -> its line."""
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    return {name: line for line in lines for name in re.findall(r"`(\w+)`", line.split("|")[1])}


def shape(value: Any, name: str = "") -> Any:
    """A value with what differs from run to run taken out."""
    if isinstance(value, dict):
        return {key: shape(item, key) for key, item in value.items()}
    if name in VOLATILE:
        return f"any {type(value).__name__}"
    if isinstance(value, list):
        return [shape(item, name) for item in value]
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    return "a number"


@pytest.fixture
def bucket_worker(tmp_path: Path) -> Iterator[Worker]:
    """A worker on a bucket, as deployed."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    keys = {"aws_access_key_id": "AKIAEXAMPLE", "aws_secret_access_key": "secret"}
    boto3.client("s3", endpoint_url=url, region_name="us-east-1", **keys).create_bucket(Bucket="my-voices")
    (tmp_path / "volume").mkdir()
    yield Worker.load(
        Settings(
            engine="preview",
            s3_bucket="my-voices",
            aws_endpoint_url=url,
            volume_dir=tmp_path / "volume",
            warm_transcriber="off",
            warm_aligner="off",
            allow_private_urls=True,
            **keys,
        )
    )
    server.stop()


def test_examples_of_api_md_run(bucket_worker: Worker, files: FileServer, recording: Audio) -> None:
    """Every request of API.md, in its order, gets an answer of the shape that stands below it."""
    link = files.put("alice.mp3", encode(recording, "mp3"))
    bucket_worker.voices.add("alice", encode(recording, "wav"), ref_text=SENTENCE, language=None)  # speaks at once
    examples = blocks(API)
    pairs = list(zip(examples[::2], examples[1::2], strict=True))
    assert len(pairs) >= 9
    for i, (request, documented) in enumerate(pairs):
        asked = json.loads(json.dumps(request["input"]).replace("https://example.com/alice.mp3", link))
        answer = dispatch(asked, bucket_worker, Job("sync-5d1c7b1e-u1" if i == 0 else f"job-{i}"))
        assert shape(answer) == shape(documented), request


def test_example_of_readme_runs(worker: Worker, recording_wav: bytes) -> None:
    """The first thing that a newcomer reads is true."""
    worker.voices.add("alice", recording_wav, ref_text="Some people.", language=None)
    request, documented, captions = blocks(README)
    assert shape(dispatch(request["input"], worker, Job("x"))) == shape(documented["output"])
    assert list(dispatch(captions["input"], worker, Job("y"))["timing_files"]) == ["ass"]


@pytest.mark.parametrize("endpoint", sorted(set(ENDPOINTS) - {"result", "status"}))
def test_fields_are_documented(endpoint: str) -> None:
    """Each endpoint's table has exactly its fields, each with what its errors say is accepted."""
    request = ENDPOINTS[endpoint].request
    table = rows(section("tts" if endpoint == "preview_text" else endpoint).split("```json")[0])
    if issubclass(request, CaptionRequest):
        table |= rows(section("captions").split("| style |")[0])
    assert set(table) == set(request.fields())
    for name, accepted in request.fields().items():
        assert accepted in table[name], name


def test_errors_are_documented() -> None:
    """The table of errors has exactly the codes that exist."""
    codes = {kind.code for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "code")}
    assert set(rows(API.split("## Errors")[1])) == codes


def test_settings_are_documented() -> None:
    """CONFIG.md has exactly the settings, with their defaults and meanings."""
    table = rows((ROOT / "CONFIG.md").read_text().split("## A bucket")[0])
    assert set(table) == {name.upper() for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        default = {None: "", False: "`false`"}.get(field.default, f"`{field.default}`")
        assert [cell.strip() for cell in table[name.upper()].split("|")[2:4]] == [default, field.description]


def test_scripts_are_documented() -> None:
    """scripts/README.md has a line for every script that people call."""
    called = {path.name for path in (ROOT / "scripts").iterdir() if path.name not in ("README.md", "demo.py")}
    listed = re.findall(r"^\| `([a-z_.-]+)", (ROOT / "scripts/README.md").read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(called)


@pytest.mark.parametrize("document", ["README.md", "API.md", "CONFIG.md", "scripts/README.md"])
def test_links_lead_somewhere(document: str) -> None:
    """Every relative link names a file, and every anchor a heading."""
    text = (ROOT / document).read_text()
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        path = (ROOT / document).parent / name if name else ROOT / document
        assert path.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
            assert anchor in [heading.lower().replace(" ", "-") for heading in headings], target


def test_version_is_one() -> None:
    """The package and the project file have the same version."""
    assert f'version = "{__version__}"' in (ROOT / "pyproject.toml").read_text()
