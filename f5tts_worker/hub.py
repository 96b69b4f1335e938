"""Hub: files of a model repository, downloaded to the volume by one worker at a time.

The hub's client resumes what was begun and checks sizes; here the hash is checked too, and a file shows up under its
name only when it is whole.
"""

import contextlib
import hashlib
import logging
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from .errors import LoadError
from .lease import Lease
from .repeat import every
from .volume import explained_if_full, free_bytes

logger = logging.getLogger(__name__)

SAY_EVERY_S = 10.0
TRIES = 3
"""Without a byte more; as long as something arrives, a download goes on."""


class DamagedError(Exception):
    """What arrived is not what the hub has."""


def is_offline() -> bool:
    """Whether HF_HUB_OFFLINE forbids downloads."""
    from huggingface_hub import constants

    return bool(constants.HF_HUB_OFFLINE)


def download(repo: str, names: tuple[str, ...], folder: Path, say_every_s: float = SAY_EVERY_S) -> None:
    """Bring files of a repository into `folder`, each under its own name; what is there already stays.

    The first name comes last: where it is, the others are. Raises LoadError if they do not fit on the disk,
    DamagedError, and whatever the hub's client raises.
    """
    with (
        explained_if_full(folder, f"{repo} was downloaded to it"),
        Lease(folder / ".download", f"downloading {repo}"),
    ):
        for name in reversed(names):
            if not (folder / name).is_file():
                _download(repo, name, folder, say_every_s)
        shutil.rmtree(folder / ".incomplete", ignore_errors=True)


def _download(repo: str, name: str, folder: Path, say_every_s: float) -> None:
    from huggingface_hub import get_hf_file_metadata, hf_hub_url

    kept = folder / ".incomplete"
    metadata = get_hf_file_metadata(hf_hub_url(repo, name))
    _check_space(name, metadata.size or 0, kept)
    for lock in kept.rglob("*.lock"):  # of a worker that died: the lease is ours
        lock.unlink()
    with _told(name, metadata.size or 0, kept, say_every_s):
        path = _fetch(repo, name, metadata.commit_hash, kept)
    if not _is_whole(path, metadata.etag or ""):
        path.unlink()
        raise DamagedError(f"{name} arrived damaged: its hash is not the hub's; start again")
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    path.replace(folder / name)


def _fetch(repo: str, name: str, revision: str | None, kept: Path) -> Path:
    """The file, as it arrived; goes on where a connection broke off, which the hub's client does not."""
    from huggingface_hub import hf_hub_download
    from requests.exceptions import ChunkedEncodingError

    tries = TRIES
    while True:
        before = _bytes_in(kept)
        try:
            return Path(hf_hub_download(repo, name, revision=revision, local_dir=kept))
        except ChunkedEncodingError as e:
            tries = TRIES if _bytes_in(kept) > before else tries - 1
            if tries == 0:
                raise
            logger.warning("the connection broke off, going on with %s: %s", name, e)
        except OSError as e:
            if "Consistency check failed" not in str(e):
                raise
            for part in kept.rglob("*.incomplete"):  # whatever it is, it is not the beginning of this file
                part.unlink()
            raise DamagedError(f"{name} arrived damaged: its size is not the hub's; start again") from e


def _check_space(name: str, size: int, kept: Path) -> None:
    missing, free = size - _bytes_in(kept), free_bytes(kept)
    if missing > free:
        raise LoadError(
            f"{name} needs {missing / 1e9:.2f} GB more, and {kept.parent} has {free / 1e9:.2f} GB free",
            "make the volume (or the container's disk) larger, or delete what is not needed on it",
        )


@contextlib.contextmanager
def _told(name: str, size: int, kept: Path, say_every_s: float) -> Iterator[None]:
    """Say every few seconds how far a download is."""
    began, start = time.monotonic(), _bytes_in(kept)

    def tell() -> None:
        here = _bytes_in(kept)
        rate = max((here - start) / (time.monotonic() - began), 1.0)
        left_s = max(size - here, 0) / rate
        logger.info("%s: %.0f of %.0f MB, %.1f MB/s, %.0f s left", name, here / 1e6, size / 1e6, rate / 1e6, left_s)

    logger.info("downloading %s, %.0f MB%s", name, size / 1e6, f", {start / 1e6:.0f} MB are here" if start else "")
    with every(say_every_s, tell):
        yield
    logger.info("downloaded %s in %.1f s", name, time.monotonic() - began)


def _bytes_in(kept: Path) -> int:
    """What has arrived of the file that is being downloaded."""
    total = 0
    for path in kept.rglob("*.incomplete"):
        with contextlib.suppress(FileNotFoundError):
            total += path.stat().st_size
    return total


def _is_whole(path: Path, etag: str) -> bool:
    """Compare a file's hash with the hub's: SHA-256 of a large file, git's own of a small one."""
    with path.open("rb") as file:
        if re.fullmatch("[0-9a-f]{64}", etag):
            return hashlib.file_digest(file, "sha256").hexdigest() == etag
        if re.fullmatch("[0-9a-f]{40}", etag):
            blob = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
            return hashlib.file_digest(file, lambda: blob).hexdigest() == etag
    return True
