"""`status`: what this worker is and whether it can do its work."""

import shutil
import time
from typing import Literal

from .. import __version__
from ..audio import ffmpeg_version
from ..contract import Request, Response
from ..errors import WorkerError
from ..job import Job
from ..worker import Worker


class StatusRequest(Request):
    """Nothing is asked."""


class StorageStatus(Response):
    """The store."""

    type: str
    reachable: bool
    problem: str | None


class StatusResponse(Response):
    """The worker."""

    status: Literal["ready"]
    version: str
    engine: str
    model: str
    device: str
    precision: str
    attention_kernel: str | None
    warm: dict[str, str]
    """Model -> cold, loading, ready or unavailable."""
    storage: StorageStatus
    ffmpeg: str
    volume_free_gb: float | None
    """10^9 bytes; null without a volume."""
    uptime_s: float
    jobs_done: int
    warnings: list[str]


def handle(request: StatusRequest, worker: Worker, job: Job) -> StatusResponse:
    """Look at everything that a job may need."""
    volume = worker.settings.volume_dir
    problems = {"transcriber": worker.transcriber.problem, **worker.aligners.problems()}
    return StatusResponse(
        status="ready",
        version=__version__,
        engine=worker.engine.name,
        model=worker.engine_info.model,
        device=worker.engine_info.device,
        precision=worker.engine_info.precision,
        attention_kernel=worker.engine_info.attention_kernel,
        warm={"engine": "ready", "transcriber": worker.transcriber.state, **worker.aligners.states()},
        storage=_storage(worker),
        ffmpeg=ffmpeg_version(),
        volume_free_gb=round(shutil.disk_usage(volume).free / 1e9, 1) if volume.is_dir() else None,
        uptime_s=round(time.monotonic() - worker.started_at, 1),
        jobs_done=worker.jobs_done,
        warnings=[*worker.warnings, *(f"no {name}: {problem}" for name, problem in problems.items() if problem)],
    )


def _storage(worker: Worker) -> StorageStatus:
    try:
        worker.storage.check()
    except WorkerError as e:
        return StorageStatus(type=worker.storage.name, reachable=False, problem=e.message)
    return StorageStatus(type=worker.storage.name, reachable=True, problem=None)
