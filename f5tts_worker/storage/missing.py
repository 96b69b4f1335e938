"""Storage that was never set up: the worker starts without a bucket and says so in each job that needs one."""

from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from ..errors import StorageNotConfigured
from .base import Item


class MissingStorage:
    """Refuses everything, naming the variables that are not set."""

    name = "s3"

    def __init__(self, missing: list[str]) -> None:
        self._missing = missing

    def put(self, key: str, data: bytes, content_type: str) -> None:
        """See Storage."""
        self._refuse()

    def put_file(self, key: str, path: Path, content_type: str) -> None:
        """See Storage."""
        self._refuse()

    def get(self, key: str) -> bytes | None:
        """See Storage."""
        self._refuse()

    def head(self, key: str) -> Item | None:
        """See Storage."""
        self._refuse()

    def scan(self, prefix: str, after: str = "") -> Iterator[Item]:
        """See Storage."""
        self._refuse()

    def delete(self, key: str) -> None:
        """See Storage."""
        self._refuse()

    def link(self, key: str, *, expires_in: int, content_type: str, filename: str) -> str:
        """See Storage."""
        self._refuse()

    def upload_link(self, key: str, *, expires_in: int, content_type: str) -> str:
        """See Storage."""
        self._refuse()

    def check(self) -> None:
        """See Storage."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise StorageNotConfigured(
            f"this worker has no bucket: {', '.join(self._missing)} not set; set them in the endpoint's environment, "
            "or STORAGE=local for a folder",
            missing=self._missing,
        )
