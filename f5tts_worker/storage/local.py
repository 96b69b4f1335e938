"""Storage in a folder: for development, tests and the preview engine."""

import contextlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from ..errors import StorageError, StorageNotConfigured
from .base import Item, check_key, check_prefix

NOT_THERE = (FileNotFoundError, IsADirectoryError, NotADirectoryError)


class LocalStorage:
    """Files below a folder, written to a temporary name and renamed; links are file:// and do not expire."""

    name = "local"

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()

    def put(self, key: str, data: bytes, content_type: str) -> None:
        """See Storage."""
        self._write(key, lambda partial: partial.write_bytes(data))

    def put_file(self, key: str, path: Path, content_type: str) -> None:
        """See Storage."""
        self._write(key, lambda partial: shutil.copyfile(path, partial))

    def get(self, key: str) -> bytes | None:
        """See Storage."""
        with self._translated("read"):
            try:
                return self._path(key).read_bytes()
            except NOT_THERE:
                return None

    def head(self, key: str) -> Item | None:
        """See Storage."""
        path = self._path(key)
        with self._translated("read"), contextlib.suppress(FileNotFoundError):  # deleted meanwhile
            return self._item(path) if path.is_file() else None
        return None

    def scan(self, prefix: str, after: str = "") -> Iterator[Item]:
        """See Storage."""
        folder = self._folder / check_prefix(prefix).rpartition("/")[0]
        with self._translated("listed"):
            if not folder.is_dir():
                return
            with os.scandir(folder) as entries:
                found = [Path(e.path) for e in entries if e.is_file() and not e.name.startswith(".partial-")]
            keyed = sorted((path.relative_to(self._folder).as_posix(), path) for path in found)
            for key, path in keyed:
                if key.startswith(prefix) and key > after:
                    with contextlib.suppress(FileNotFoundError):  # deleted meanwhile
                        yield self._item(path)

    def delete(self, key: str) -> None:
        """See Storage."""
        with self._translated("deleted"), contextlib.suppress(*NOT_THERE):
            self._path(key).unlink()

    def link(self, key: str, *, expires_in: int, content_type: str, filename: str) -> str:
        """See Storage."""
        return self._path(key).as_uri()

    def upload_link(self, key: str, *, expires_in: int, content_type: str) -> str:
        """See Storage."""
        raise StorageNotConfigured(
            "an upload link needs a bucket, and this worker keeps files in a folder (STORAGE=local); "
            "set STORAGE=s3 with a bucket, or give `upload` a voice_file_url"
        )

    def check(self) -> None:
        """See Storage."""
        with self._translated("written"):
            self._folder.mkdir(parents=True, exist_ok=True)
            if not os.access(self._folder, os.W_OK):
                raise PermissionError("not writable")

    def _write(self, key: str, write: Callable[[Path], object]) -> None:
        path = self._path(key)
        with self._translated("written"):
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_name(f".partial-{secrets.token_hex(8)}")
            try:
                write(partial)
                partial.replace(path)
            except BaseException:
                partial.unlink(missing_ok=True)
                raise

    def _path(self, key: str) -> Path:
        return self._folder / check_key(key)

    def _item(self, path: Path) -> Item:
        stat = path.stat()
        key = path.relative_to(self._folder).as_posix()
        return Item(key, stat.st_size, datetime.fromtimestamp(int(stat.st_mtime), UTC))

    @contextlib.contextmanager
    def _translated(self, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as e:
            raise StorageError(
                f"a file could not be {what} in the storage folder: {e.strerror or 'not writable'}; "
                "see that STORAGE_DIR is writable and has free space"
            ) from e
