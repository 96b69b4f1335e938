"""Beside: threads next to a job's own."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Beside(ThreadPoolExecutor):
    """Work in the context of the job that hands it over: its log lines have the job's id, its waits heed its stop.

    Leaving the `with` waits for all of it, so that none outlives its job.
    """

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """See Executor; `map` goes through here too."""
        context = copy_context()
        return super().submit(lambda: context.run(fn, *args, **kwargs))
