"""A small disk: a tmpfs that a test can fill, or make larger, or read-only."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

SIZE_MB = 64
MOUNT, UMOUNT = (shutil.which(program) or program for program in ("mount", "umount"))


@dataclass(frozen=True)
class SmallDisk:
    """A mounted tmpfs."""

    path: Path

    def remount(self, options: str) -> None:
        """Change what the mount is: `ro`, `size=200m`."""
        subprocess.run([MOUNT, "-o", f"remount,{options}", str(self.path)], check=True)

    def fill(self, leave: int = 0) -> Path:
        """Put a file on it that leaves so many bytes free."""
        filler = self.path / "filler"
        with filler.open("wb", buffering=0) as file:
            with contextlib.suppress(OSError):
                while True:
                    file.write(bytes(65536))
            file.truncate(file.tell() - leave)
        return filler


@contextlib.contextmanager
def small_disk(path: Path) -> Iterator[SmallDisk]:
    """Mount a disk of SIZE_MB; skips the test where that is not allowed."""
    path.mkdir()
    mounted = subprocess.run(
        [MOUNT, "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "tmpfs", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip(f"mounting is not allowed here: {mounted.stderr.strip()}")
    try:
        yield SmallDisk(path)
    finally:
        subprocess.run([UMOUNT, "--lazy", str(path)], check=True)
