"""Job: what an endpoint knows of the call it answers, beside its request."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .errors import Cancelled


def _report_to_nobody(progress: dict[str, Any]) -> None:
    """Progress of a job that nobody watches."""


@dataclass(frozen=True)
class Job:
    """One call: RunPod's id for it, its stop signal and its line for progress."""

    id: str
    stop: threading.Event = field(default_factory=threading.Event)
    report: Callable[[dict[str, Any]], None] = _report_to_nobody


def check_stop(stop: threading.Event) -> None:
    """Raise Cancelled once a stop was asked for."""
    if stop.is_set():
        raise Cancelled("the job was stopped before it was finished; send it again to run it anew")
