"""Threads next to a job's own."""

import threading

import pytest

from f5tts_worker.beside import Beside
from f5tts_worker.errors import Cancelled
from f5tts_worker.job import STOP, pause
from f5tts_worker.logs import JOB_ID


def test_work_is_the_jobs() -> None:
    """Each piece of work has the context that it was handed over in, and changes only its own."""

    def work(name: str) -> tuple[str, bool]:
        seen = JOB_ID.get()
        JOB_ID.set(name)
        return seen, threading.current_thread() is threading.main_thread()

    token = JOB_ID.set("the-job")
    try:
        with Beside(2) as beside:
            assert list(beside.map(work, "abcd")) == [("the-job", False)] * 4
        assert JOB_ID.get() == "the-job"
    finally:
        JOB_ID.reset(token)


def test_waits_heed_the_jobs_stop() -> None:
    """A stop ends a wait in such a thread, so that leaving the `with` waits for nothing."""
    stop = threading.Event()
    token = STOP.set(stop)
    try:
        with Beside(1) as beside:
            waiting = beside.submit(pause, 60)
            stop.set()
        assert waiting.done()
        with pytest.raises(Cancelled):
            waiting.result()
    finally:
        STOP.reset(token)
