"""Serving: dispatch as the async handler that RunPod's SDK calls, and what the SDK's loop leaves open.

Async, because only an async handler learns of a stop (by CancelledError) and leaves the loop free meanwhile; the work
itself runs in one thread, so that engines need no locks.
"""

import asyncio
import faulthandler
import logging
import multiprocessing
import os
import signal
import sys
import threading
import uuid
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

from .dispatch import dispatch
from .errors import OutOfMemory
from .job import Job
from .progress import Progress
from .worker import Worker

logger = logging.getLogger(__name__)

RunpodJob = dict[str, Any]

HUNG_AFTER_S = 30.0
"""A stop is heeded at each step of the sampler, between chunks and in every wait: a thread that is still busy after
this long is stuck."""

BEGUN_WITHIN_S = 0.3
"""The SDK's loop looks into its queue every 0.1 s: what it took before a SIGTERM has begun by then."""


PostProgress = Callable[[RunpodJob, Any], Awaitable[None]]


async def post_nowhere(job: RunpodJob, progress: Any) -> None:
    """Progress that nobody takes."""


def posting(
    open_session: Callable[[], Any], send_result: Callable[[Any, Any, RunpodJob], Awaitable[None]]
) -> PostProgress:
    """How a job's progress gets to RunPod, by the SDK's own functions."""

    async def post(job: RunpodJob, progress: Any) -> None:
        async with open_session() as session:
            await send_result(session, {"status": "IN_PROGRESS", "output": progress}, job)

    return post


class Serving:
    """Jobs from the SDK's loop to dispatch, and back."""

    def __init__(
        self,
        worker: Worker,
        post_progress: PostProgress,
        hung_after_s: float = HUNG_AFTER_S,
    ) -> None:
        """`post_progress` sends a job's progress to RunPod."""
        self._worker = worker
        self._post_progress = post_progress
        self._hung_after_s = hung_after_s
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="jobs")
        self._tasks: set[asyncio.Task[Any]] = set()
        """The SDK's: each runs the handler and then posts what it answered."""
        self._works: set[asyncio.Future[Any]] = set()
        """What the thread has to do, that of stopped jobs included."""
        self._heeds_signals = False
        self._leaving: asyncio.Task[None] | None = None

    def sdk_config(self) -> dict[str, Any]:
        """What `runpod.serverless.start` takes."""
        return {"handler": self.handler, "concurrency_modifier": self.concurrency}

    async def handler(self, runpod_job: RunpodJob) -> dict[str, Any]:
        """Answer one job."""
        if task := asyncio.current_task():
            _remember(task, self._tasks)
        progress = Progress(partial(self._post_progress, runpod_job))
        stop = threading.Event()
        job = Job(id=str(runpod_job.get("id") or uuid.uuid4()), stop=stop, report=progress.report)
        work = self._thread.submit(dispatch, runpod_job.get("input"), self._worker, job)
        working = asyncio.wrap_future(work)
        _remember(working, self._works)
        try:
            answer = await asyncio.shield(working)
        except asyncio.CancelledError:
            stop.set()  # the work ends itself at the next chunk, and the thread is free for the next job
            if not work.cancel():
                asyncio.get_running_loop().call_later(self._hung_after_s, self._exit_if_hung, work)
            raise
        finally:
            await progress.close()
        if answer.get("code") == OutOfMemory.code or answer.get("details", {}).get("device_failed"):
            answer["refresh_worker"] = True  # a fresh process has all of the GPU's memory again, and a GPU that works
        return answer

    def concurrency(self, current: int) -> int:
        """How many jobs are taken at a time; the loop asks before it takes any."""
        if not self._heeds_signals:
            self._heeds_signals = True
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                sdk_handler = signal.getsignal(number)
                loop.add_signal_handler(number, self._leave, number, sdk_handler)
        return self._worker.settings.max_concurrency

    def _leave(self, number: int, sdk_handler: Any) -> None:
        """Take no more jobs, and end when what was taken is answered.

        By itself the SDK stays until its open polls return, up to 90 s, and may meanwhile take a job that it never
        runs. The polls are dropped here: RunPod keeps or queues again what nobody has taken.
        """
        logger.info("%s: ending once %d job(s) are answered", signal.Signals(number).name, len(self._tasks))
        if callable(sdk_handler):
            sdk_handler(number, None)
        self._leaving = self._leaving or asyncio.get_running_loop().create_task(self._exit_when_answered())

    async def _exit_when_answered(self) -> None:
        await asyncio.sleep(BEGUN_WITHIN_S)
        while busy := self._tasks | self._works:  # a thread that hangs keeps a process from ending: see _exit_if_hung
            await asyncio.wait(busy)
        asyncio.get_running_loop().call_soon(sys.exit, 0)  # raised in a task it would be logged as that task's failure

    def _exit_if_hung(self, work: "Future[Any]") -> None:
        if work.done():
            return
        logger.critical(
            "a stopped job is still running after %.0f s: the worker ends, for no job can follow it. Its stacks:",
            self._hung_after_s,
        )
        faulthandler.dump_traceback()
        for child in multiprocessing.active_children():
            child.kill()  # the SDK's heartbeat would go on telling RunPod that all is well
        os._exit(1)  # a thread cannot be ended, and a normal exit would wait for it


def _remember(future: asyncio.Future[Any], among: set[Any]) -> None:
    """Keep a future until it is done."""
    among.add(future)
    future.add_done_callback(among.discard)
