"""The async handler that RunPod's SDK calls."""

import asyncio
import threading
from typing import Any

from f5tts_worker.serving import Serving, post_nowhere
from f5tts_worker.worker import Worker

LONG_TEXT = "A sentence of some length that is spoken as one of many. " * 300


def test_stop_ends_the_job_and_the_next_is_served(worker: Worker) -> None:
    """A cancelled job stops at its next chunk, stores no audio, and the worker's thread is free again."""
    progress: list[Any] = []

    async def run() -> dict[str, Any]:
        started = threading.Event()

        async def on_progress(job: dict[str, Any], update: Any) -> None:
            progress.append(update)
            started.set()

        handler = Serving(worker, on_progress).handler
        stopped = asyncio.ensure_future(handler({"id": "long", "input": {"text": LONG_TEXT}}))
        await asyncio.to_thread(started.wait, 30)
        stopped.cancel()
        answer = await handler({"id": "next", "input": {"text": "Next."}})
        assert stopped.cancelled()
        return answer

    assert asyncio.run(run())["status"] == "completed"
    assert len(progress) < progress[0]["chunks"] - 1
    assert worker.storage.head("output/long.wav") is None


def test_jobs_run_one_after_another(worker: Worker) -> None:
    """Jobs that arrive together are all answered, each with its own id, on one thread."""

    async def run() -> list[dict[str, Any]]:
        handler = Serving(worker, post_nowhere).handler
        return await asyncio.gather(*(handler({"id": f"j{i}", "input": {"text": f"Job {i}."}}) for i in range(5)))

    assert [answer["job_id"] for answer in asyncio.run(run())] == [f"j{i}" for i in range(5)]


def test_job_without_input_is_answered(worker: Worker) -> None:
    """A job that lacks even its input fails with a code."""

    async def run() -> dict[str, Any]:
        return await Serving(worker, post_nowhere).handler({})

    assert asyncio.run(run())["error"].startswith("invalid_input: input: ")
