"""`download`: a fresh link to what a job made."""

from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, Field

from ..audio import AUDIO_FORMATS
from ..captions import Timing, native_timing, timing_key
from ..contract import EXPIRES_IN, ExpiresIn, JobId, Request, Response, lower
from ..errors import InvalidInput, NotFound, TimingUnavailable
from ..job import Job
from ..names import JOB_ID
from ..records import JobRecord, audio_key
from ..storage import Item
from ..subtitles import FORMATS
from ..subtitles.options import CaptionOptions
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
    """The link: one of the two."""

    status: Literal["ready"]
    job_id: str
    audio_url: str | None = None
    timing_url: str | None = None
    content_type: str
    filename: str
    format: str
    size: int
    expires_in: int


def handle(request: DownloadRequest, worker: Worker, job: Job) -> DownloadResponse:
    """Sign a link to the job's audio or captions."""
    record = worker.records.read(request.job_id)
    item = _captions(request, record, worker) if request.wants_timing else _audio(request, record, worker)
    kind = item.key.rsplit(".", 1)[-1]
    content_type = (FORMATS if request.wants_timing else AUDIO_FORMATS)[kind].content_type
    expires_in = request.expires_in or worker.settings.url_expires_in
    url = worker.storage.link(item.key, expires_in=expires_in, content_type=content_type, filename=item.name)
    return DownloadResponse(
        status="ready",
        job_id=request.job_id,
        **{"timing_url" if request.wants_timing else "audio_url": url},
        content_type=content_type,
        filename=item.name,
        format=kind,
        size=item.size,
        expires_in=expires_in,
    )


def _captions(request: DownloadRequest, record: JobRecord | None, worker: Worker) -> Item:
    """The captions, made now from the job's record if this format was not asked for before."""
    caption_format: str = request.format or "srt"
    if caption_format not in FORMATS:
        raise InvalidInput(f"{caption_format} is no format of timing; send {', '.join(FORMATS)}", field="format")
    item = worker.storage.head(timing_key(request.job_id, caption_format))
    if item is None and record:
        timing = record.timing or _native(record)
        worker.captioner.write(
            record.job_id, record.text, round((record.duration_s or 0) * 1000), timing, (caption_format,)
        )
        item = worker.storage.head(timing_key(request.job_id, caption_format))
    if item is None:
        raise NotFound(f"there are no captions of job {request.job_id}; check the id", job_id=request.job_id)
    return item


def _native(record: JobRecord) -> Timing:
    """The times of an engine that knows them, for a job that asked for none."""
    words = record.native_words
    if words is None:
        raise TimingUnavailable(
            f"job {record.job_id} has no word times; send it to the endpoint timing first", job_id=record.job_id
        )
    return native_timing(words, CaptionOptions())


def _audio(request: DownloadRequest, record: JobRecord | None, worker: Worker) -> Item:
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
    if not record.audio_format:
        return f"job {request.job_id} made captions and no audio; send type=timing, or the id of the job that spoke"
    if record.state == "started":
        return f"job {request.job_id} is not finished; ask again when it is, or send it again if it failed"
    if request.format and request.format != record.audio_format:
        return f"job {request.job_id} was made as {record.audio_format}, not {request.format}; leave format out"
    return f"the audio of job {request.job_id} was deleted or has expired; speak the text again"
