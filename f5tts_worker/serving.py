"""Serving: dispatch as the async handler that RunPod's SDK calls.

Async, because only an async handler learns of a stop (by CancelledError) and leaves the SDK's loop free meanwhile; the
work itself runs in one thread, so that engines need no locks.
"""

import asyncio
import threading
import uuid
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from .dispatch import dispatch
from .job import Job
from .worker import Worker

RunpodJob = dict[str, Any]


def make_handler(
    worker: Worker, progress_update: Callable[[RunpodJob, Any], None]
) -> Callable[[RunpodJob], Awaitable[dict[str, Any]]]:
    """The handler for `runpod.serverless.start`; `progress_update` is the SDK's."""
    thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="jobs")

    async def handler(runpod_job: RunpodJob) -> dict[str, Any]:
        stop = threading.Event()
        job = Job(
            id=str(runpod_job.get("id") or uuid.uuid4()),
            stop=stop,
            report=lambda progress: progress_update(runpod_job, progress),
        )
        work = asyncio.get_running_loop().run_in_executor(thread, dispatch, runpod_job.get("input"), worker, job)
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            stop.set()  # the work ends itself at the next chunk, and the thread is free for the next job
            raise

    return handler
