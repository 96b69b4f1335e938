"""Lease: one process at a time, among all machines that share a volume.

A file that its holder touches every few seconds. Not flock, which network volumes pass on to other machines or not, and
nobody can tell from here; and not a lock file alone, which a killed holder leaves behind for ever. Where two processes
do get in at once (a holder that was frozen for half a minute), one of them may fail and start again; nothing half-made
shows, for what a lease guards is published by rename.
"""

import contextlib
import json
import logging
import os
import time
import uuid
from pathlib import Path
from types import TracebackType

from .job import pause
from .repeat import every

logger = logging.getLogger(__name__)

BEAT_S = 5.0
DEAD_AFTER_S = 30.0
SAY_EVERY_S = 30.0


class Lease:
    """A context that one process is in at a time; others wait for it, and take over from one that died."""

    def __init__(self, path: Path, what: str, *, beat_s: float = BEAT_S, dead_after_s: float = DEAD_AFTER_S) -> None:
        """`what` is done under it, for the log of those who wait."""
        self._path = path
        self._what = what
        self._beat_s = beat_s
        self._dead_after_s = dead_after_s
        self._mine = json.dumps({"token": uuid.uuid4().hex, **_this_process()}).encode()

    def __enter__(self) -> "Lease":
        self._path.parent.mkdir(parents=True, exist_ok=True)
        seen, since, said = None, time.monotonic(), 0.0
        while not self._take():
            now = time.monotonic()
            if (state := self._state()) != seen:
                seen, since = state, now
            if state and (now - since > self._dead_after_s or _is_dead(state[0])):
                self._remove(state[0])
                continue
            if now - said > SAY_EVERY_S:
                said = now
                logger.info("another worker is %s: waiting for it", self._what)
            pause(min(1.0, self._beat_s))
        self._beating = every(self._beat_s, self._beat)
        self._beating.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._beating.__exit__(kind, error, trace)
        if (state := self._state()) and state[0] == self._mine:
            self._path.unlink(missing_ok=True)

    def _take(self) -> bool:
        try:
            file = self._path.open("xb", buffering=0)
        except FileExistsError:
            return False
        with file:
            try:
                file.write(self._mine)
            except OSError:  # the disk is full: an empty file would hold up whoever comes next
                self._path.unlink(missing_ok=True)
                raise
        return True

    def _state(self) -> tuple[bytes, int] | None:
        """Who holds it and their last sign of life."""
        try:
            return self._path.read_bytes(), self._path.stat().st_mtime_ns
        except FileNotFoundError:
            return None

    def _remove(self, holder: bytes) -> None:
        """Take a dead holder's file away; somebody who was faster, and holds it now, gets theirs back."""
        logger.warning("a worker died while %s: taking over", self._what)
        aside = self._path.with_name(f"{self._path.name}.{uuid.uuid4().hex}")
        with contextlib.suppress(FileNotFoundError):
            if self._path.read_bytes() != holder:
                return
            self._path.rename(aside)
            if aside.read_bytes() != holder:
                with contextlib.suppress(OSError):
                    os.link(aside, self._path)
            aside.unlink()

    def _beat(self) -> None:
        with contextlib.suppress(OSError):
            if self._path.read_bytes() == self._mine:  # else somebody took over, and has a life of their own
                os.utime(self._path)


def _this_process() -> dict[str, str | int]:
    """What tells whether a holder is of this machine and container, where a look at its process is enough."""
    return {
        "boot": Path("/proc/sys/kernel/random/boot_id").read_text().strip(),
        "processes": str(Path("/proc/self/ns/pid").readlink()),
        "pid": os.getpid(),
        "started": _started(os.getpid()) or "",
    }


def _started(pid: int) -> str | None:
    """When a process of this machine began, in ticks; a number that is used again belongs to a later one."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (FileNotFoundError, ProcessLookupError):
        return None


def _is_dead(holder: bytes) -> bool:
    """Whether a holder is known to be gone; of another machine only its silence tells."""
    try:
        other = json.loads(holder)
        here = _this_process()
        if any(other[name] != here[name] for name in ("boot", "processes")):
            return False
        return bool(_started(int(other["pid"])) != other["started"])
    except (ValueError, LookupError, TypeError):  # it is being written, or is damaged
        return False
