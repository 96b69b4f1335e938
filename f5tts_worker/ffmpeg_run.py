"""FfmpegRun: an ffmpeg that is fed block by block, and ends with the job that started it."""

import contextlib
import logging
import os
import select
import subprocess
import tempfile
import time
from collections.abc import Iterable
from io import FileIO
from types import TracebackType
from typing import IO, cast

from .audio import ffmpeg_path
from .errors import InternalError
from .job import heed_stop
from .volume import is_full

logger = logging.getLogger(__name__)

PATIENCE_S = 120.0
"""An ffmpeg that shows no progress for so long hangs."""

GLANCE_S = 0.2
"""Between two looks at whether the job was stopped."""

SAID_MAX_BYTES = 4_000
"""Of what ffmpeg said, from its end."""


class FfmpegRun:
    """One run of ffmpeg; leaving the `with` kills it where it is not done."""

    def __init__(
        self, *arguments: str, output: IO[bytes] | None = None, loglevel: str = "error", patience_s: float = PATIENCE_S
    ) -> None:
        """`output` is its pipe:1. It may take nothing, or go on after the end of its input, for `patience_s`."""
        self._patience_s = patience_s
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  # closed in __exit__; a pipe could fill and block it
        self._process = subprocess.Popen(
            [ffmpeg_path(), "-y", "-nostdin", "-hide_banner", "-nostats", "-loglevel", loglevel, *arguments],
            stdin=subprocess.PIPE,
            stdout=output or subprocess.DEVNULL,
            stderr=self._said,
            bufsize=0,
        )
        self._input = cast(FileIO, self._process.stdin)
        os.set_blocking(self._input.fileno(), False)

    def __enter__(self) -> "FfmpegRun":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()
        self._input.close()
        self._said.close()

    def feed(self, data: Iterable[bytes] = ()) -> str:
        """Give it all its input and wait for it; returns what it said. Raises Cancelled and InternalError."""
        whole = False
        with contextlib.suppress(BrokenPipeError):  # it failed, and says why
            for part in data:
                self._send(part)
            whole = True
        self._input.close()
        said, code = self._await_end(), self._process.returncode
        if whole and code == 0:
            return said
        logger.error("ffmpeg ended with %d: %s", code, said[-500:])
        if is_full(said):
            raise InternalError("the audio could not be written: the worker's disk is full; send the job again")
        raise InternalError("the audio could not be written: ffmpeg failed; what it said is in the worker's log")

    def _send(self, part: bytes) -> None:
        left, since = memoryview(part), time.monotonic()
        while left:
            heed_stop()
            if select.select([], [self._input], [], GLANCE_S)[1]:
                left, since = left[os.write(self._input.fileno(), left) :], time.monotonic()
            elif time.monotonic() - since > self._patience_s:
                raise self._hangs()

    def _await_end(self) -> str:
        until = time.monotonic() + self._patience_s
        while self._running():
            heed_stop()
            if time.monotonic() > until:
                raise self._hangs()
        self._said.seek(max(0, self._said.seek(0, os.SEEK_END) - SAID_MAX_BYTES))
        return self._said.read().decode(errors="replace")

    def _hangs(self) -> InternalError:
        return InternalError(f"the audio could not be written: ffmpeg hung for {self._patience_s:g} s")

    def _running(self) -> bool:
        try:
            self._process.wait(GLANCE_S)
        except subprocess.TimeoutExpired:
            return True
        return False
