"""Volume: the network volume as a worker finds it, and where on it caches lie."""

import contextlib
import errno
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .errors import LoadError
from .settings import Settings

IMAGE_MODELS = Path("/models")
"""Where the image's BAKE_WEIGHTS puts weights; without a volume, where they are downloaded to."""

LITTLE_SPACE = 1_000_000_000


@dataclass(frozen=True)
class Volume:
    """What is at VOLUME_DIR."""

    path: Path
    mounted: bool
    free_bytes: int

    @property
    def warnings(self) -> list[str]:
        """What may go wrong later."""
        found = []
        if not self.mounted:
            found.append(f"nothing is mounted at {self.path}: what is kept there is gone with the container")
        if self.free_bytes < LITTLE_SPACE:
            found.append(f"{self.path} has {self.free_bytes / 1e6:.0f} MB free: make it larger, or delete what is old")
        return found


def find_volume(settings: Settings) -> Volume | None:
    """The volume, or None if there is none; raises LoadError for one that cannot be written to."""
    path = settings.volume_dir
    if not path.is_dir():
        if path.exists() or path.is_symlink():
            raise LoadError(f"VOLUME_DIR={path} is no folder", "name the folder where the volume is mounted")
        return None
    _check_writable(path)
    return Volume(path, path.is_mount(), free_bytes(path))


def free_bytes(folder: Path) -> int:
    """Free space where a folder is, or will be."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def cache_environment(settings: Settings) -> dict[str, str]:
    """Variables that keep every package's cache beside the models, and not in /root or /tmp."""
    volume = settings.volume_dir
    base = (volume if volume.is_dir() else settings.models) / "cache"
    folders = {
        "HF_HOME": "huggingface",
        "TORCH_HOME": "torch",
        "TORCHINDUCTOR_CACHE_DIR": "torchinductor",
        "TRITON_CACHE_DIR": "triton",
        "NLTK_DATA": "nltk",
        "NUMBA_CACHE_DIR": "numba",
        "MPLCONFIGDIR": "matplotlib",
        "UV_CACHE_DIR": "uv",
        "XDG_CACHE_HOME": "",
    }
    hub = {
        "HF_HUB_DISABLE_XET": "1",  # that way of downloading cannot go on where a killed worker stopped
        "HF_HUB_VERBOSITY": "error",  # its client, when imported, undoes what logs.py says of its logger
    }
    return {name: str(base / folder) for name, folder in folders.items()} | hub


def is_full(error: BaseException | str) -> bool:
    """Whether an error, or what a program said, means that there is no space left."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return isinstance(error, str) and ("No space left on device" in error or "Disk quota exceeded" in error)


@contextlib.contextmanager
def explained_if_full(folder: Path, doing: str) -> Iterator[None]:
    """Raise LoadError in place of an OSError that means that the disk of `folder` became full."""
    try:
        yield
    except OSError as e:
        if is_full(e):
            raise full(folder, doing) from e
        raise


def full(folder: Path, doing: str) -> LoadError:
    """What to say, and to do, about a disk that became full."""
    return LoadError(
        f"{folder} became full while {doing}",
        "make the volume (or the container's disk) larger, or delete what is not needed on it; "
        "what was fetched so far is kept",
    )


def _check_writable(path: Path) -> None:
    probe = path / f".probe-{uuid.uuid4().hex}"
    try:
        probe.touch()
        probe.unlink()
    except OSError as e:
        if not is_full(e):  # a full volume can still be read from, and that may be enough
            raise LoadError(
                f"the volume {path} cannot be written to: {e.strerror}",
                "attach the volume for reading and writing, or detach it and use the image with all packages inside",
            ) from e
