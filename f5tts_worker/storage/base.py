"""Storage: a flat store of files by key, and the rules that every key keeps."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

AREAS = ("voices/", "output/", "timings/", "incoming/")
"""Every key lies in one of these; the worker touches nothing else in the bucket."""

KEY_MAX_BYTES = 1024  # S3's limit

_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\\]")


def check_key(key: str) -> str:
    """Return `key`; raise ValueError if it could lead outside AREAS (the last guard: requests are refused earlier)."""
    parts = key.split("/")
    area_ok = key.startswith(AREAS) and len(parts) > 1
    if not area_ok or any(part in ("", ".", "..") for part in parts) or _FORBIDDEN.search(key):
        raise ValueError(f"not a key of this worker: {key!r}")
    if len(key.encode()) > KEY_MAX_BYTES:
        raise ValueError("the key is too long")
    return key


def check_prefix(prefix: str) -> str:
    """Return `prefix`; raise ValueError if keys that start with it could lie outside AREAS."""
    check_key(prefix + "x")
    return prefix


@dataclass(frozen=True)
class Item:
    """A stored file."""

    key: str
    size: int
    """Bytes."""
    last_modified: datetime

    @property
    def name(self) -> str:
        """The last part of the key."""
        return self.key.rsplit("/", 1)[-1]


class Storage(Protocol):
    """What the worker asks of a store. Every method raises StorageError when the store fails.

    A file is written whole or not at all; a reader sees the old one or the new one.
    """

    name: str

    def put(self, key: str, data: bytes, content_type: str) -> None:
        """Write a file."""

    def put_file(self, key: str, path: Path, content_type: str) -> None:
        """Write a file that lies on this machine's disk, with no more than a part of it in memory."""

    def get(self, key: str) -> bytes | None:
        """Read a file; None if there is none."""

    def head(self, key: str) -> Item | None:
        """Describe a file; None if there is none."""

    def scan(self, prefix: str, after: str = "") -> Iterator[Item]:
        """The files whose key starts with `prefix` and has no further "/", in key order, from past key `after` on."""

    def delete(self, key: str) -> None:
        """Remove a file; no error if there is none."""

    def link(self, key: str, *, expires_in: int, content_type: str, filename: str) -> str:
        """An address at which anybody can read the file, for `expires_in` seconds."""

    def upload_link(self, key: str, *, expires_in: int, content_type: str) -> str:
        """An address to which anybody can PUT the file; raises StorageNotConfigured where there is no such thing."""

    def check(self) -> None:
        """Return quickly if the store answers."""
