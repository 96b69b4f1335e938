"""Resident: a heavy part of the worker that is loaded once, beside what goes on, and waited for by whoever needs it."""

import logging
import threading
import time
from abc import ABC, abstractmethod
from typing import Literal

from .job import wait_for

logger = logging.getLogger(__name__)

State = Literal["cold", "loading", "ready", "unavailable"]


class Resident(ABC):
    """Loads in a thread of its own, even where it is waited for: a job that is stopped waits no longer."""

    def __init__(self, what: str) -> None:
        """`what` it is, for the log."""
        self._what = what
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._loaded = threading.Event()
        self.state: State = "cold"
        self.problem: str | None = None
        """Why it is unavailable, for callers: no path and no secret is in it."""

    def load_in_background(self) -> None:
        """Start loading, once, and return."""
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._load, daemon=True, name=self._what)
                self._thread.start()

    def load(self) -> None:
        """Load, or wait for who does; sets `state`. Raises Cancelled for a job that is stopped meanwhile."""
        self.load_in_background()
        wait_for(self._loaded)

    def _load(self) -> None:
        self.state = "loading"
        began = time.monotonic()
        try:
            self._open()
        except Exception as e:  # whatever is wrong with it, the worker can do without
            logger.debug("no %s", self._what, exc_info=True)
            package = e.name if isinstance(e, ModuleNotFoundError) else None
            self.problem = f"the package {package} is not installed" if package else self._reason(e)
            logger.warning("no %s: %s", self._what, self.problem)
            self.state = "unavailable"
        else:
            logger.info("%s ready in %.1f s", self._what, time.monotonic() - began)
            self.state = "ready"
        self._loaded.set()

    @abstractmethod
    def _open(self) -> None:
        """Load it; whatever this raises makes it unavailable."""

    @abstractmethod
    def _reason(self, error: Exception) -> str:
        """What to say of an error that is not a missing package."""
