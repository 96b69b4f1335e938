"""Tiny wheels, a lock of them, and the Python of a small image, which holds the core's packages only."""

import base64
import hashlib
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
WITH_UV = (ROOT / ".venv/bin", ROOT / ".cache/uv/bin")
"""Where scripts/setup leaves uv."""


def path_with_uv() -> str:
    """The PATH of a process that needs uv; skips the test if it is nowhere."""
    path = os.pathsep.join([os.environ["PATH"], *map(str, WITH_UV)])
    if shutil.which("uv", path=path) is None:
        pytest.skip("uv is not here")
    return path


def make_wheel(folder: Path, name: str, files: dict[str, bytes]) -> Path:
    """A wheel of version 1 that holds these files."""
    info = f"{name}-1.dist-info"
    held = files | {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},sha256={_record_hash(content)},{len(content)}\n" for path, content in held.items())
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / f"{name}-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        for path, content in held.items():
            file.writestr(path, content)
        file.writestr(f"{info}/RECORD", f"{record}{info}/RECORD,,\n")
    return wheel


def make_lock(path: Path, *wheels: Path) -> Path:
    """A lock of these wheels, with their hashes."""
    lines = []
    for wheel in wheels:
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        lines.append(f"{wheel.name.split('-')[0]}==1 --hash=sha256:{digest}\n")
    path.write_text("".join(lines))
    return path


def make_small_python(folder: Path) -> Path:
    """The interpreter of an environment that has requirements/core.txt: links to what this one has."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    site = next(folder.glob("lib/python*/site-packages"))
    for name in re.findall(r"^([a-z][\w.-]*)==", (ROOT / "requirements/core.txt").read_text(), re.MULTILINE):
        try:
            files = importlib.metadata.files(name) or []
        except importlib.metadata.PackageNotFoundError:  # of another platform
            continue
        for top in {file.parts[0] for file in files} - {"..", "__pycache__"}:
            source = Path(str(importlib.metadata.distribution(name).locate_file(top)))
            if source.exists() and not (site / top).exists():
                (site / top).symlink_to(source)
    return folder / "bin/python"


def wheel_of_everything(folder: Path) -> Path:
    """A wheel that brings what this environment has."""
    site = Path(str(importlib.metadata.distribution("pytest").locate_file("")))
    return make_wheel(folder, "everything", {"everything.pth": f"{site}\n".encode()})


def _record_hash(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
