"""Dispatch: a job's raw input in, JSON out; the only place where an exception becomes a response."""

import difflib
import json
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from .contract import Request, Response
from .endpoints import (
    delete_voice,
    download,
    get_voice,
    list_voices,
    preview_text,
    status,
    timing,
    tts,
    upload,
    upload_url,
)
from .errors import (
    SHOWN_CHARS,
    InternalError,
    InvalidInput,
    OutOfMemory,
    UnknownEndpoint,
    WorkerError,
    shown,
)
from .job import STOP, Job
from .logs import JOB_ID
from .metrics import Stages
from .speech_fields import SpeechRequest
from .worker import Worker

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Endpoint:
    """What an endpoint reads and what answers it."""

    request: type[Request]
    handle: Callable[[Any, Worker, Job], Response]


ENDPOINTS = {
    "tts": Endpoint(SpeechRequest, tts.handle),
    "preview_text": Endpoint(SpeechRequest, preview_text.handle),
    "upload": Endpoint(upload.UploadRequest, upload.handle),
    "upload_url": Endpoint(upload_url.UploadUrlRequest, upload_url.handle),
    "list_voices": Endpoint(list_voices.ListVoicesRequest, list_voices.handle),
    "get_voice": Endpoint(get_voice.GetVoiceRequest, get_voice.handle),
    "delete_voice": Endpoint(delete_voice.DeleteVoiceRequest, delete_voice.handle),
    "timing": Endpoint(timing.TimingRequest, timing.handle),
    "download": Endpoint(download.DownloadRequest, download.handle),
    "result": Endpoint(download.DownloadRequest, download.handle),
    "status": Endpoint(status.StatusRequest, status.handle),
}
DEFAULT_ENDPOINT = "tts"

ANSWER_MAX_BYTES = 9_500_000
"""RunPod takes results of up to 10 MB from /run."""


def dispatch(raw: Any, worker: Worker, job: Job) -> dict[str, Any]:
    """Answer one job's `input`. Never raises: a failure is a dict whose `error` starts with its code."""
    token, stop_token = JOB_ID.set(job.id), STOP.set(job.stop)
    worker.begun.set()
    try:
        answer = _answer(raw, worker, job)
    except MemoryError:
        logger.exception("out of memory")
        answer = OutOfMemory("the worker ran out of memory on this job; send a shorter text").to_json()
    except (Exception, SystemExit):  # the SDK's loop would end on the latter, and the job have no answer
        error_id = uuid.uuid4().hex[:12]
        logger.exception("internal error %s", error_id)
        answer = InternalError(
            f"something failed inside the worker; send the job again, and if it fails again report error id {error_id}",
            error_id=error_id,
        ).to_json()
    finally:
        worker.jobs_done += 1
        worker.answered.set()
        JOB_ID.reset(token)
        STOP.reset(stop_token)
    return answer


def _answer(raw: Any, worker: Worker, job: Job) -> dict[str, Any]:
    try:
        answer = _handle(raw, worker, job)
        if (size := _posted_bytes(answer)) > ANSWER_MAX_BYTES:
            raise InternalError(
                f"the answer has {size} bytes and RunPod takes {ANSWER_MAX_BYTES}; ask for less at a time", bytes=size
            )
    except WorkerError as e:
        logger.info("%s%s", e.code, f" ({e.details['field']})" if "field" in e.details else "")
        answer = e.to_json()
        _posted_bytes(answer)
    return answer


def _posted_bytes(answer: dict[str, Any]) -> int:
    """The size of an answer as the SDK posts it; raises where it would post nothing, and the job would hang."""
    return len(json.dumps(answer, allow_nan=False, ensure_ascii=False).encode())


def _handle(raw: Any, worker: Worker, job: Job) -> dict[str, Any]:
    """The endpoint's answer, with the seconds that it took."""
    stages = Stages()  # begins now: the job may have waited for the worker's thread
    if not isinstance(raw, dict):
        raise InvalidInput('send an object, such as {"input": {"text": "Hello."}}', field="input")
    fields = {name: value for name, value in raw.items() if name != "endpoint"}
    endpoint = _endpoint(raw.get("endpoint"))
    answer = endpoint.handle(endpoint.request.parse(fields), worker, replace(job, stages=stages)).to_json()
    return {**answer, "metrics": stages.seconds()}


def _endpoint(name: Any) -> Endpoint:
    if name is None or name == "":
        return ENDPOINTS[DEFAULT_ENDPOINT]
    if isinstance(name, str) and name.strip().lower() in ENDPOINTS:
        return ENDPOINTS[name.strip().lower()]
    near = difflib.get_close_matches(str(name)[:SHOWN_CHARS].lower(), ENDPOINTS, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]}? " if near else ""
    known = ", ".join(ENDPOINTS)
    raise UnknownEndpoint(
        f"no endpoint {shown(name)}; {hint}accepted are {known}; without one, {DEFAULT_ENDPOINT} answers",
        endpoint=shown(name),
        accepted=list(ENDPOINTS),
    )
