"""`download`: a fresh link to what a job made."""

from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, Field

from ..audio import AUDIO_FORMATS
from ..contract import EXPIRES_IN, ExpiresIn, JobId, Request, Response, lower
from ..errors import NotFound, TimingUnavailable
from ..job import Job
from ..names import JOB_ID
from ..records import JobRecord, audio_key
from ..storage import Item
from ..worker import Worker

AUDIO = Literal["wav", "mp3", "flac", "ogg", "opus"]
TIMING = Literal["srt", "vtt", "csv", "json", "ass"]


class DownloadRequest(Request):
    """Which file of which job."""

    job_id: JobId = Field(description=JOB_ID)
    type: Annotated[Literal["audio", "timing"], BeforeValidator(lower)] = Field(
        "audio", description="audio or timing; what format belongs to, if only that is sent"
    )
    format: Annotated[Literal[AUDIO, TIMING], BeforeValidator(lower)] | None = Field(
        None, description="wav, mp3, flac, ogg or opus for audio; srt, vtt, csv, json or ass for timing"
    )
    expires_in: ExpiresIn | None = Field(None, description=EXPIRES_IN)

    @property
    def wants_timing(self) -> bool:
        """Whether captions are meant."""
        return self.type == "timing" or ("type" not in self.model_fields_set and self.format in get_args(TIMING))


class DownloadResponse(Response):
    """The link."""

    status: Literal["ready"]
    job_id: str
    audio_url: str
    content_type: str
    filename: str
    format: str
    size: int
    expires_in: int


def handle(request: DownloadRequest, worker: Worker, job: Job) -> DownloadResponse:
    """Sign a link to the job's audio."""
    record = worker.records.read(request.job_id)
    if request.wants_timing:
        raise TimingUnavailable(
            f"job {request.job_id} has no word times: this version makes none; download its audio instead",
            job_id=request.job_id,
        )
    expires_in = request.expires_in or worker.settings.url_expires_in
    item = _find(request, record, worker)
    audio_format = item.key.rsplit(".", 1)[-1]
    content_type = AUDIO_FORMATS[audio_format].content_type
    audio_url = worker.storage.link(item.key, expires_in=expires_in, content_type=content_type, filename=item.name)
    return DownloadResponse(
        status="ready",
        job_id=request.job_id,
        audio_url=audio_url,
        content_type=content_type,
        filename=item.name,
        format=audio_format,
        size=item.size,
        expires_in=expires_in,
    )


def _find(request: DownloadRequest, record: JobRecord | None, worker: Worker) -> Item:
    """The stored audio; a bucket from before records holds audio alone."""
    formats = [record.audio_format] if record else list(AUDIO_FORMATS)
    wanted = [name for name in formats if request.format in (None, name)]
    for name in wanted:
        item = worker.storage.head(audio_key(request.job_id, name))
        if item:
            return item
    raise NotFound(_why(request, record), job_id=request.job_id)


def _why(request: DownloadRequest, record: JobRecord | None) -> str:
    if record is None:
        return f"there is no audio of job {request.job_id}; check the id, or speak the text again if it has expired"
    if record.state == "started":
        return f"job {request.job_id} is not finished; ask again when it is, or send it again if it failed"
    if request.format and request.format != record.audio_format:
        return f"job {request.job_id} was made as {record.audio_format}, not {request.format}; leave format out"
    return f"the audio of job {request.job_id} was deleted or has expired; speak the text again"
