"""The container's program."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from f5tts_worker.settings import KNOWN

ROOT = Path(__file__).resolve().parent.parent


def run(tmp_path: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run handler.py to its end."""
    base = {name: value for name, value in os.environ.items() if name not in KNOWN}
    given = {"ENGINE": "preview", "STORAGE": "local", "WARM_TRANSCRIBER": "off", "WARM_ALIGNER": "off", **environment}
    return subprocess.run(
        [sys.executable, str(ROOT / "handler.py"), *arguments],
        env=base | given,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_one_job_from_the_command_line(tmp_path: Path) -> None:
    """The SDK's --test_input runs one job and ends with 0."""
    result = run(tmp_path, "--test_input", '{"id": "one", "input": {"text": "Hello."}}')
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "storage/output/one.wav").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"ENGINE": "f6"}, ["ENGINE='f6' is not valid", "'preview'"]),
        ({"ENGINE": "f6", "URL_EXPIRES_IN": "soon"}, ["ENGINE='f6'", "URL_EXPIRES_IN='soon'"]),
    ],
    ids=["bad engine", "two bad values"],
)
def test_failed_start_says_why_and_exits_1(tmp_path: Path, environment: dict[str, str], says: list[str]) -> None:
    """A worker that cannot start prints one block without a traceback and exits with 1."""
    result = run(tmp_path, **environment)
    assert result.returncode == 1
    assert result.stderr.startswith("The worker cannot start.\n")
    assert [part for part in says if part not in result.stderr] == []
    assert "Traceback" not in result.stderr


def test_no_user_text_and_no_link_in_the_log(tmp_path: Path) -> None:
    """At INFO the log tells about jobs, not what they say or where their files are."""
    result = run(tmp_path, "--test_input", '{"id": "one", "input": {"text": "Zanzibar."}}')
    ours = [line for line in result.stderr.splitlines() if "f5tts_worker" in line]
    assert any(" one f5tts_worker.production: spoke " in line for line in ours)
    assert not [line for line in ours if "Zanzibar" in line or "file://" in line]
