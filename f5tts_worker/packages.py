"""Packages: the worker's own, as a virtual environment on the volume, for an image that does not hold them.

VOLUME_DIR/venv/ID              one environment a lock and Python; `.complete` in it says that it is whole
VOLUME_DIR/venv/.building-...   one that is being built, renamed when it is whole
"""

import contextlib
import hashlib
import importlib.util
import json
import logging
import os
import platform
import shutil
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from .errors import LoadError
from .lease import Lease
from .repeat import every
from .volume import free_bytes, is_full

logger = logging.getLogger(__name__)

NEEDED_BYTES = 8_500_000_000
"""Of requirements/worker.txt: 7.4 GB installed, and what is unpacked meanwhile. uv links files from its cache on the
same volume; where a volume cannot link, it takes twice as much."""

UNUSED_AFTER_S = 7 * 24 * 3600
"""An environment that no worker was started from for so long belongs to an image that is gone."""

SAY_EVERY_S = 15.0
TAIL_CHARS = 600
COMPLETE = ".complete"


@dataclass(frozen=True)
class Packages:
    """The environment of one lock on one volume."""

    lock: Path
    folder: Path
    """VOLUME_DIR/venv."""
    needed_bytes: int = NEEDED_BYTES

    @property
    def environment(self) -> Path:
        """Where it is, or will be."""
        identity = [self.lock.read_bytes(), sys.version.encode(), platform.machine().encode()]
        return self.folder / hashlib.sha256(b"\0".join(identity)).hexdigest()[:16]

    def python(self) -> Path | None:
        """Its interpreter, if it is whole."""
        python = self.environment / "bin/python"
        return python if (self.environment / COMPLETE).is_file() and python.exists() else None

    def ready(self) -> Path:
        """Its interpreter, built first if needed; raises LoadError."""
        if self.python() is None:
            with Lease(self.folder / ".builder", "building the packages on the volume"):
                if self.python() is None:
                    self._build()
        with contextlib.suppress(OSError):
            os.utime(self.environment / COMPLETE)  # it is in use
            self._remove_unused()
        return self.environment / "bin/python"

    def _build(self) -> None:
        for leftover in self.folder.glob(".building-*"):  # whoever built it is dead, for the lease is ours
            shutil.rmtree(leftover, ignore_errors=True)
        self._check_space()
        building = self.folder / f".building-{uuid.uuid4().hex}"
        began = time.monotonic()
        try:
            with _told(self.folder):
                _uv("venv", "--quiet", "--relocatable", "--python", sys.executable, str(building))
                _uv(
                    *("pip", "install", "--no-deps", "--require-hashes", "--compile-bytecode"),
                    *("--python", str(building / "bin/python"), "--requirements", str(self.lock)),
                )
            took = {"lock": self.lock.name, "seconds": round(time.monotonic() - began, 1)}
            (building / COMPLETE).write_text(json.dumps(took))
            shutil.rmtree(self.environment, ignore_errors=True)  # half of one, from whatever broke it
            building.rename(self.environment)
        except OSError as e:
            raise _failed(str(e), is_full(e), self.folder) from e
        finally:
            shutil.rmtree(building, ignore_errors=True)

    def _check_space(self) -> None:
        free = free_bytes(self.folder)
        if free < self.needed_bytes:
            raise LoadError(
                f"the packages need {self.needed_bytes / 1e9:.1f} GB, and {self.folder} has {free / 1e9:.1f} GB free",
                "make the volume larger (20 GB hold packages and weights), or use the image with the packages inside",
            )

    def _remove_unused(self) -> None:
        for complete in self.folder.glob(f"*/{COMPLETE}"):
            if complete.parent != self.environment and time.time() - complete.stat().st_mtime > UNUSED_AFTER_S:
                logger.info("removing %s, which no worker was started from for a week", complete.parent)
                complete.unlink()  # from here on it is no environment, however far the removal gets
                shutil.rmtree(complete.parent, ignore_errors=True)


def inside_image() -> bool:
    """Whether the running Python has the worker's packages itself."""
    return all(importlib.util.find_spec(name) for name in ("torch", "f5_tts", "faster_whisper", "whisperx"))


def _uv(*arguments: str) -> None:
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}") or shutil.which("uv")
    if uv is None:
        raise LoadError("uv, which builds the packages, is not in this image", "use an image built from the Dockerfile")
    result = subprocess.run([uv, *arguments], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if result.returncode != 0:
        raise _failed(result.stderr.strip()[-TAIL_CHARS:], is_full(result.stderr), Path(arguments[-1]).parent)


def _failed(said: str, full: bool, folder: Path) -> LoadError:
    if full:
        return LoadError(
            f"the volume became full while the packages were built: {said}",
            "make the volume larger, or delete what is not needed on it; what was fetched so far is kept",
        )
    return LoadError(
        f"the packages could not be built: {said}",
        "if the network failed, start again: what was fetched is kept; or use the image with the packages inside",
    )


def _told(folder: Path) -> contextlib.AbstractContextManager[None]:
    """Say now and then that a build goes on, and how much it has written."""
    began, before = time.monotonic(), free_bytes(folder)

    def tell() -> None:
        written = max(before - free_bytes(folder), 0)
        logger.info("building the packages: %.0f s, %.1f GB written", time.monotonic() - began, written / 1e9)

    return every(SAY_EVERY_S, tell)
