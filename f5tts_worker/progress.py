"""Progress: what a running job reports, in order, and nothing once it has ended."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

logger = logging.getLogger(__name__)

LAST_POST_S = 5.0
"""How long an ended job waits for a report that is on its way."""


class Progress:
    """Posts one report after another; of those that pile up meanwhile only the newest.

    The SDK's progress_update posts each from a thread of its own: they overtake one another, and the result.
    """

    def __init__(self, post: Callable[[Any], Awaitable[None]]) -> None:
        """Made in the event loop that posts."""
        self._post = post
        self._loop = asyncio.get_running_loop()
        self._newest: Any = None
        self._sender: asyncio.Task[None] | None = None
        self._closed = False

    def report(self, progress: Any) -> None:
        """Hand over a report, from any thread."""
        self._loop.call_soon_threadsafe(self._take, progress)

    async def close(self) -> None:
        """Post nothing from here on; returns when nothing is on its way any more."""
        self._closed, self._newest = True, None
        if self._sender:
            try:
                await asyncio.wait([self._sender], timeout=LAST_POST_S)
            finally:
                self._sender.cancel()

    def _take(self, progress: Any) -> None:
        if self._closed:
            return
        self._newest = progress
        if self._sender is None or self._sender.done():
            self._sender = self._loop.create_task(self._send())

    async def _send(self) -> None:
        while self._newest is not None:
            progress, self._newest = self._newest, None
            try:
                await self._post(progress)
            except Exception as e:  # whatever it is, the job goes on
                logger.warning("progress could not be posted: %s", type(e).__name__)
