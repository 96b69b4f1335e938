"""SpeechProgress: how far a text is spoken, and where its first chunk can be heard meanwhile."""

import logging
import threading
import time
from collections.abc import Callable, Collection, Sequence
from typing import Any, Self

from .audio import Audio
from .beside import Beside
from .errors import Cancelled, WorkerError
from .job import STOP
from .mix import Mix

logger = logging.getLogger(__name__)


class SpeechProgress:
    """Reports the chunks of a text as they are done; the first of several when it is stored, with its link.

    It is stored in a thread of its own, which the speech never waits for. Of reports that pile up only the newest is
    posted, so each one says all that is known.
    """

    def __init__(self, report: Callable[[dict[str, Any]], None], store: Callable[[Audio], str]) -> None:
        """`store` keeps a chunk and returns its link; heed_stop in it ends what comes too late."""
        self._report = report
        self._store = store
        self._known: dict[str, Any] = {}
        self._first_is_known = False
        self._lock = threading.Lock()
        self._over = threading.Event()
        """Nobody waits for a chunk any more: the last one is done, or the speech has ended otherwise."""
        self._thread = Beside(max_workers=1, thread_name_prefix="first-chunk")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Report nothing from here on; returns when nothing is being stored any more."""
        self._over.set()
        self._thread.shutdown()

    def expect(self, seconds: Sequence[float], done: Collection[int]) -> None:
        """Get ready for lines of these lengths; some are spoken already."""
        self._seconds, self._n_done, self._began = list(seconds), len(done), time.monotonic()
        self._left_s = sum(length for i, length in enumerate(seconds) if i not in done)
        self._spoken_s = 0.0
        self._known = self._counts()

    def line_done(self, index: int) -> None:
        """Take note of a spoken line."""
        self._n_done += 1
        self._left_s -= self._seconds[index]
        self._spoken_s += self._seconds[index]
        left_s = round(self._pace() * max(self._left_s, 0.0), 1)
        with self._lock:
            self._known |= {**self._counts(), "seconds_remaining": left_s}
            if self._n_done == len(self._seconds):  # the result is next, and would wait for a report that is on its way
                self._over.set()
        if index > 0:
            self._tell()

    def heard(self, mix: Mix) -> None:
        """Take note of how much is in order; the first chunk of several is stored, and reported then."""
        if not self._first_is_known and len(self._seconds) > 1:
            self._thread.submit(self._store_first, mix.heard())
        self._first_is_known = True

    def _counts(self) -> dict[str, Any]:
        done, n = self._n_done, len(self._seconds)
        return {"stage": "speech", "chunks_done": done, "chunks": n, "chunks_remaining": n - done}

    def _pace(self) -> float:
        """Seconds of work for a second of speech."""
        return (time.monotonic() - self._began) / max(self._spoken_s, 0.001)

    def _store_first(self, audio: Audio) -> None:
        STOP.set(self._over)  # in this thread: a stop ends the speech, and so this
        try:
            self._tell(first_audio_url=self._store(audio))
        except Cancelled:
            pass
        except Exception as e:  # whatever it is, the job goes on
            logger.warning("the first chunk is not linked: %s", e, exc_info=not isinstance(e, WorkerError))
            self._tell()

    def _tell(self, **news: str) -> None:
        with self._lock:
            self._known |= news
            if not self._over.is_set():
                self._report(dict(self._known))
