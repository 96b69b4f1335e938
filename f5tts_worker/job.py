"""Job: what an endpoint knows of the call it answers, beside its request."""

import threading
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from .errors import Cancelled
from .metrics import Stages

STOP: ContextVar[threading.Event | None] = ContextVar("stop", default=None)
"""Of the job that this thread is at."""


def _report_to_nobody(progress: dict[str, Any]) -> None:
    """Progress of a job that nobody watches."""


@dataclass(frozen=True)
class Job:
    """One call: RunPod's id for it, its stop signal, its line for progress and its stopwatch."""

    id: str
    stop: threading.Event = field(default_factory=threading.Event)
    report: Callable[[dict[str, Any]], None] = _report_to_nobody
    stages: Stages = field(default_factory=Stages)


def check_stop(stop: threading.Event) -> None:
    """Raise Cancelled once a stop was asked for."""
    if stop.is_set():
        raise Cancelled("the job was stopped before it was finished; send it again to run it anew")


def heed_stop() -> None:
    """Raise Cancelled once the job that this thread is at was stopped."""
    if stop := STOP.get():
        check_stop(stop)


def wait_for(event: threading.Event) -> None:
    """Wait for an event; raise Cancelled once the job that this thread is at was stopped."""
    while not event.wait(0.2):
        heed_stop()


def pause(seconds: float) -> None:
    """Sleep; raise Cancelled once the job that this thread is at was stopped."""
    (STOP.get() or threading.Event()).wait(seconds)
    heed_stop()
