"""Packages: the worker's own, as a virtual environment on the volume, for an image that does not hold them.

VOLUME_DIR/venv/ID              one environment a lock and Python; `.complete` in it says that it is whole
VOLUME_DIR/venv/.building-...   one that is being built, renamed when it is whole; or one that is being removed
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
from .volume import explained_if_full, free_bytes, full, is_full

logger = logging.getLogger(__name__)

NEEDED_BYTES = 8_500_000_000
"""Of requirements/worker.txt: 7.4 GB installed, and what is unpacked meanwhile. uv links files from its cache on the
same volume; where a volume cannot link, it takes twice as much."""

UNUSED_AFTER_S = 30 * 24 * 3600
"""An environment that no worker was started from for so long belongs to an image that is gone; a worker that has run
for longer would lose what it has not imported yet."""

SAY_EVERY_S = 15.0
TAIL_CHARS = 600
COMPLETE = ".complete"
BUILDING = "the packages were built on it"


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
            with (
                explained_if_full(self.folder, BUILDING),
                Lease(self.folder / ".builder", "building the packages on the volume"),
            ):
                if self.python() is None:
                    self._build()
        with contextlib.suppress(OSError):
            os.utime(self.environment / COMPLETE)  # it is in use
        return self.environment / "bin/python"

    def _build(self) -> None:
        self._set_unused_aside()
        for leftover in self.folder.glob(".building-*"):  # whoever built it is dead, for the lease is ours
            shutil.rmtree(leftover, ignore_errors=True)
        self._check_space()
        building = self._aside()
        began = time.monotonic()
        try:
            with _told(self.folder):
                self._uv("venv", "--quiet", "--relocatable", "--python", sys.executable, str(building))
                self._uv(
                    *("pip", "install", "--no-deps", "--require-hashes", "--compile-bytecode"),
                    *("--python", str(building / "bin/python"), "--requirements", str(self.lock)),
                )
            took = {"lock": self.lock.name, "seconds": round(time.monotonic() - began, 1)}
            (building / COMPLETE).write_text(json.dumps(took))
            if self.python() is None:  # else somebody took over from us, and workers run from what they built
                shutil.rmtree(self.environment, ignore_errors=True)  # half of one, from whatever broke it
                building.rename(self.environment)
        finally:
            shutil.rmtree(building, ignore_errors=True)

    def _uv(self, *arguments: str) -> None:
        result = subprocess.run(
            [_find_uv(), *arguments], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False
        )
        said = result.stderr.strip()[-TAIL_CHARS:]
        if result.returncode != 0 and is_full(result.stderr):
            raise full(self.folder, f"{BUILDING}: {said}")
        if result.returncode != 0:
            raise LoadError(
                f"the packages could not be built: {said}",
                "if the network failed, start again: what was fetched is kept; or use the image with the packages "
                "inside",
            )

    def _check_space(self) -> None:
        free = free_bytes(self.folder)
        if free < self.needed_bytes:
            raise LoadError(
                f"the packages need {self.needed_bytes / 1e9:.1f} GB, and {self.folder} has {free / 1e9:.1f} GB free",
                "make the volume larger (20 GB hold packages and weights), or use the image with the packages inside",
            )

    def _set_unused_aside(self) -> None:
        """Leave what no worker needs any more to be removed; by a builder, which takes minutes and needs the space."""
        unused = [
            complete.parent
            for complete in self.folder.glob(f"[!.]*/{COMPLETE}")
            if complete.parent != self.environment and time.time() - complete.stat().st_mtime > UNUSED_AFTER_S
        ]
        if unused:
            with contextlib.suppress(LoadError):  # what is linked from uv's cache too takes up its space until then
                self._uv("cache", "clean", "--quiet")
        for environment in unused:
            logger.info("removing %s, which no worker was started from for a month", environment)
            environment.rename(self._aside())  # from here on it is no environment, however far the removal gets

    def _aside(self) -> Path:
        return self.folder / f".building-{uuid.uuid4().hex}"


def inside_image() -> bool:
    """Whether the running Python has the worker's packages itself."""
    return all(importlib.util.find_spec(name) for name in ("torch", "f5_tts", "faster_whisper", "whisperx"))


def _find_uv() -> str:
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}") or shutil.which("uv")
    if uv is None:
        raise LoadError("uv, which builds the packages, is not in this image", "use an image built from the Dockerfile")
    return uv


def _told(folder: Path) -> contextlib.AbstractContextManager[None]:
    """Say now and then that a build goes on, and how much it has written."""
    began, before = time.monotonic(), free_bytes(folder)

    def tell() -> None:
        written = max(before - free_bytes(folder), 0)
        logger.info("building the packages: %.0f s, %.1f GB written", time.monotonic() - began, written / 1e9)

    return every(SAY_EVERY_S, tell)
