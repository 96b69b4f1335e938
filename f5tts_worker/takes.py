"""Takes: the spoken lines of a long job, kept in storage so that a job whose worker dies goes on where it was.

output/JOB.take-PLAN-NNNN.wav   line NNNN in full precision; PLAN is a hash of everything that its samples depend on
"""

import io
import logging
import re
import threading
from collections.abc import Iterable

import numpy as np
import soundfile

from .audio import Audio
from .beside import Beside
from .errors import WorkerError
from .storage import Storage

logger = logging.getLogger(__name__)

KEPT_FROM = 8
"""Lines; what is shorter is spoken again in the time that keeping it would take."""

ON_THEIR_WAY, DELETED_AT_ONCE = 32, 8
"""Takes; one of 15 s has 1.4 MB."""


class Takes:
    """The takes of one job. Leaving the `with` waits for those on their way to the store; by an error, for one.

    A store that fails costs no job: what is not kept is spoken again.
    """

    def __init__(self, storage: Storage, job_id: str, plan: str) -> None:
        self._storage = storage
        self._job_id = job_id
        self._own = f"{_prefix(job_id)}{plan}-"
        self._keeping = Beside(max_workers=1, thread_name_prefix="takes")
        self._room = threading.BoundedSemaphore(ON_THEIR_WAY)
        self.stored = frozenset(self._found())

    def __enter__(self) -> "Takes":
        return self

    def __exit__(self, failed: object, *_: object) -> None:
        self._keeping.shutdown(cancel_futures=failed is not None)

    def keep(self, index: int, audio: Audio) -> None:
        """Store a take, in a thread that nobody waits for; not if too many are on their way."""
        if self._room.acquire(blocking=False):
            self._keeping.submit(self._put, index, audio)

    def read(self, index: int) -> Audio | None:
        """A take of an earlier delivery of the job; None if it is gone, or cannot be read."""
        try:
            data = self._storage.get(self._key(index))
            if data is None:
                return None
            samples, rate = soundfile.read(io.BytesIO(data), dtype="float32")
        except (WorkerError, soundfile.LibsndfileError) as e:
            logger.warning("a take is spoken again: %s", e)
            return None
        return Audio(np.asarray(samples), int(rate))

    def discard(self) -> None:
        """Delete them all: the whole is stored."""
        self._keeping.shutdown(cancel_futures=True)
        discard_takes(self._storage, self._job_id)

    def _found(self) -> Iterable[int]:
        try:
            for item in self._storage.scan(self._own):
                if number := re.fullmatch(r"(\d+)\.wav", item.key.removeprefix(self._own)):
                    yield int(number[1])
        except WorkerError as e:
            logger.warning("takes of an earlier delivery are not looked for: %s", e)

    def _put(self, index: int, audio: Audio) -> None:
        file = io.BytesIO()
        soundfile.write(file, audio.samples, audio.rate, format="WAV", subtype="FLOAT")
        try:
            self._storage.put(self._key(index), file.getvalue(), "audio/wav")
        except WorkerError as e:
            logger.warning("a take is not kept: %s", e)
        finally:
            self._room.release()

    def _key(self, index: int) -> str:
        return f"{self._own}{index:04}.wav"


def discard_takes(storage: Storage, job_id: str) -> None:
    """Delete whatever is kept of a job, of other plans too."""
    try:
        keys = [item.key for item in storage.scan(_prefix(job_id))]
        with Beside(max_workers=DELETED_AT_ONCE) as beside:
            list(beside.map(storage.delete, keys))
    except WorkerError as e:
        logger.warning("takes of a finished job are left in the store: %s", e)


def _prefix(job_id: str) -> str:
    return f"output/{job_id}.take-"
