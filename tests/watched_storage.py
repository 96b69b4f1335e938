"""WatchedStorage: a worker's folder that keeps what is done with it, and can hold up or fail a part of it."""

import threading
from collections.abc import Callable
from pathlib import Path

from waiting import PATIENCE_S

from f5tts_worker.storage.local import LocalStorage
from f5tts_worker.worker import Worker

Hook = Callable[[], object]


class WatchedStorage(LocalStorage):
    """See Storage."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.log: list[tuple[str, str]] = []
        """(put or get, key) of whatever was begun, in order."""
        self._hooks: list[tuple[str, tuple[str, ...], Hook]] = []

    def on(self, action: str, *endings: str, do: Hook) -> None:
        """Do something before each put or get of a key that ends so."""
        self._hooks.append((action, endings, do))

    def meet(self, barrier: threading.Barrier, action: str, *endings: str) -> None:
        """Hold such an action up until as many as the barrier takes have begun."""
        self.on(action, *endings, do=lambda: barrier.wait(PATIENCE_S))

    def put(self, key: str, data: bytes, content_type: str) -> None:
        """See Storage."""
        self._begin("put", key)
        super().put(key, data, content_type)

    def put_file(self, key: str, path: Path, content_type: str) -> None:
        """See Storage; a put as any other."""
        self._begin("put", key)
        super().put_file(key, path, content_type)

    def get(self, key: str) -> bytes | None:
        """See Storage."""
        self._begin("get", key)
        return super().get(key)

    def _begin(self, action: str, key: str) -> None:
        self.log.append((action, key))
        for watched, endings, do in self._hooks:
            if action == watched and key.endswith(endings):
                do()


def watch(worker: Worker) -> WatchedStorage:
    """Put the worker's store, which is a folder, under watch."""
    storage = worker.storage = WatchedStorage(worker.settings.storage_dir)
    worker.__post_init__()  # voices, records and captions over this store
    return storage


def fail(error: Exception) -> Hook:
    """A hook that raises."""

    def do() -> None:
        raise error

    return do
