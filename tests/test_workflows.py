"""What GitHub and Docker are told to do is valid, safe, and names what exists."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from faster_whisper import utils as faster_whisper

from f5tts_worker import __version__
from f5tts_worker.f5.places import PUBLISHED, VOCODER
from f5tts_worker.settings import Settings
from f5tts_worker.volume import IMAGE_MODELS

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
DEPENDABOT = ROOT / ".github/dependabot.yml"
DOCKERFILE = ROOT / "Dockerfile"
TRUSTED = {"actions", "docker"}
"""Whose actions may run here."""

each_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)


def load(path: Path) -> dict[str, Any]:
    """A workflow; `on`, which YAML 1.1 reads as a boolean, under its name."""
    return {"on" if key is True else key: value for key, value in yaml.safe_load(path.read_text()).items()}


def steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    """Every step of every job."""
    return [step for job in workflow["jobs"].values() for step in job.get("steps", [])]


def image_job() -> dict[str, Any]:
    """The job that builds the image."""
    job: dict[str, Any] = load(ROOT / ".github/workflows/image.yml")["jobs"]["image"]
    return job


def matrix() -> list[dict[str, str]]:
    """What the image is built as, one by one."""
    rows: list[dict[str, str]] = image_job()["strategy"]["matrix"]["include"]
    return rows


@pytest.mark.parametrize(
    ("schema", "path"),
    [*(("github-workflows", path) for path in WORKFLOWS), ("dependabot", DEPENDABOT)],
    ids=lambda value: value.stem if isinstance(value, Path) else value,
)
def test_files_fit_their_schema(schema: str, path: Path) -> None:
    """GitHub knows every key that is used."""
    command = [BIN / "check-jsonschema", "--builtin-schema", f"vendor.{schema}", path]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_changes_are_checked_as_people_check_them() -> None:
    """Every push to main and every pull request runs .ci/run, and nothing is built for a release before it passed."""
    check = load(ROOT / ".github/workflows/check.yml")
    assert {"pull_request", "workflow_call"} <= set(check["on"])
    assert check["on"]["push"] == {"branches": ["main"]}
    assert ".ci/run" in [step.get("run") for step in steps(check)]
    image = load(ROOT / ".github/workflows/image.yml")
    assert image["jobs"]["check"]["uses"] == "./.github/workflows/check.yml"
    assert image["jobs"]["image"]["needs"] == "check"


@each_workflow
def test_scripts_exist(path: Path) -> None:
    """Each script of ours that a step calls is there and may be executed."""
    runs = "\n".join(step.get("run", "") for step in steps(load(path)))
    for script in re.findall(r"(?<![\w./-])(?:\./)?((?:scripts|\.ci)/[\w./-]+)", runs):
        assert os.access(ROOT / script, os.X_OK), script


@each_workflow
def test_workflows_may_only_read(path: Path) -> None:
    """The token of each workflow reads the repository and does nothing else, and no job asks for more."""
    workflow = load(path)
    assert workflow["permissions"] == {"contents": "read"}
    assert [name for name, job in workflow["jobs"].items() if "permissions" in job] == []


@each_workflow
def test_jobs_end(path: Path) -> None:
    """Each job has a time limit; one that calls another workflow has that one's."""
    for name, job in load(path)["jobs"].items():
        assert "uses" in job or 0 < job["timeout-minutes"] <= 120, name


@each_workflow
def test_no_text_from_outside_becomes_a_command(path: Path) -> None:
    """No `run` holds an expression: what GitHub fills in reaches a shell through its environment alone."""
    assert [step["run"] for step in steps(load(path)) if "${{" in step.get("run", "")] == []


@each_workflow
def test_actions_are_pinned(path: Path) -> None:
    """Each action is one commit, with its version beside it for people and Dependabot, of an owner that we know."""
    for used in re.findall(r"uses: (.+)", path.read_text()):
        if not used.startswith("./"):
            assert re.fullmatch(rf"({'|'.join(TRUSTED)})/[\w-]+@[0-9a-f]{{40}} # v\d+\.\d+\.\d+", used), used


@each_workflow
def test_no_credentials_stay_behind(path: Path) -> None:
    """The token that fetched the code is not left in its folder."""
    checkouts = [step for step in steps(load(path)) if step.get("uses", "").startswith("actions/checkout@")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_secrets_are_used_for_releases_only() -> None:
    """Nobody logs in, and nothing is pushed, unless a release tag is built."""
    assert load(ROOT / ".github/workflows/image.yml")["env"] == {
        "RELEASE": "${{ startsWith(github.ref, 'refs/tags/v') }}"
    }
    login, build = (
        next(step for step in image_job()["steps"] if step.get("uses", "").startswith(action))
        for action in ("docker/login-action@", "docker/build-push-action@")
    )
    assert login["if"] == "env.RELEASE == 'true'"
    assert build["with"]["push"] == "${{ env.RELEASE }}"
    assert [path.stem for path in WORKFLOWS if "secrets." in path.read_text()] == ["image"]


@pytest.mark.parametrize(
    ("target", "ref", "expected"),
    [
        ("full", "v1.2.3", "me/f5tts-worker:1.2.3,me/f5tts-worker:latest"),
        ("slim", "v1.2.3", "me/f5tts-worker:1.2.3-slim,me/f5tts-worker:slim"),
        ("full", "v1.2.3rc1", "me/f5tts-worker:1.2.3rc1"),
        ("slim", "v1.2.3rc1", "me/f5tts-worker:1.2.3rc1-slim"),
        ("full", "v1.2.4", None),
        ("full", "v1x2.3", None),
        ("full", "v$(touch harm)", None),
        ("full", "main", "f5tts-worker:rehearsal"),
        ("slim", "main", "f5tts-worker:rehearsal-slim"),
        ("full", 'a"; touch harm; "', "f5tts-worker:rehearsal"),
    ],
    ids=[
        *("release full", "release slim", "candidate full", "candidate slim", "another version", "dots are dots"),
        *("tag with a command", "rehearsal full", "rehearsal slim", "branch with a command"),
    ],
)
def test_images_are_named(target: str, ref: str, expected: str | None, tmp_path: Path) -> None:
    """A release tag names its version and moves `latest` or `slim`; one that is not the project's version stops."""
    version = ref.removeprefix("v") if expected else "1.2.3"
    (tmp_path / "pyproject.toml").write_text(f'[project]\nname = "f5tts-worker"\nversion = "{version}"\n')
    row = next(row for row in matrix() if row["target"] == target)
    step = next(step for step in image_job()["steps"] if step.get("id") == "image")
    named = subprocess.run(
        ["/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],  # as GitHub runs it
        env={
            "PATH": os.environ["PATH"],
            "GITHUB_OUTPUT": str(tmp_path / "output"),
            "GITHUB_REF_NAME": ref,
            "RELEASE": "true" if ref.startswith("v") else "false",
            "OWNER": "me",
            "SUFFIX": row["suffix"],
            "FLOATING": row["floating"],
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    output = (tmp_path / "output").read_text() if (tmp_path / "output").exists() else ""
    assert (named.returncode, output) == ((0, f"tags={expected}\n") if expected else (1, ""))
    assert not (tmp_path / "harm").exists()


def test_the_version_can_be_released() -> None:
    """pyproject.toml holds the package's version as the line that a release looks for."""
    assert f'version = "{__version__}"' in (ROOT / "pyproject.toml").read_text().splitlines()


def test_every_target_is_built() -> None:
    """The workflow builds the Dockerfile's ends, `slim` and `full`; `full` is last, and so what the Hub builds."""
    text = DOCKERFILE.read_text()
    stages = re.findall(r"^FROM\s.*\sAS\s+(\S+)", text, re.MULTILINE | re.IGNORECASE)
    used = re.findall(r"(?:^FROM\s+(?:--\S+\s+)*|\bfrom=)([\w-]+)", text, re.MULTILINE)
    built = {row["target"] for row in matrix()}
    assert stages[-1] == "full"
    assert set(stages) - set(used) <= built == {"full", "slim"} <= set(stages)


def test_the_dockerfile_is_sound() -> None:
    """hadolint has nothing to say."""
    linted = subprocess.run([BIN / "hadolint", "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_baked_weights_are_what_the_worker_looks_for() -> None:
    """BAKE_WEIGHTS puts every file that a default worker would fetch where it looks before it fetches."""
    text = re.sub(r"\\\n\s*", "", DOCKERFILE.read_text())
    baked = {
        repo: (set(files.split()), Path(folder))
        for repo, files, folder in re.findall(r"hf download (\S+) ([^&;]*?) ?--local-dir (\S+?)[ ;]", text)
    }
    model = Settings().transcriber_model
    expected = {
        published.repo: (set(published.files), IMAGE_MODELS / published.repo.rsplit("/", 1)[-1])
        for published in (PUBLISHED[Settings().f5_model], VOCODER)
    }
    expected[faster_whisper._MODELS[model]] = (set(), IMAGE_MODELS / "faster-whisper" / model)
    assert baked == expected
