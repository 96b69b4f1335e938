"""`timing`: when each word of an audio is spoken, and captions of it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from pydantic import Field, model_validator

from ..aligners.chain import NATIVE
from ..audio import Audio, decode
from ..caption_fields import CaptionRequest, TimingAnswer, answer_timing, caption_warnings, time_words
from ..captions import Timing
from ..contract import LANGUAGE, JobId, Language
from ..errors import InvalidInput, NotFound, TextTooLong
from ..job import Job, check_stop
from ..metrics import Stages
from ..names import JOB_ID
from ..parts import Part
from ..records import JobRecord, request_hash
from ..text.normalise import normalise
from ..worker import Worker

AUDIO_MAX_S = 1800.0  # an hour would take 2.7 GB


class TimingRequest(CaptionRequest):
    """Which audio, and what is said in it."""

    job_id: JobId | None = Field(None, description=JOB_ID)
    audio_url: str | None = Field(
        None, description="an http(s) link to speech of up to half an hour, in place of job_id"
    )
    text: str | None = Field(None, description="what is said in audio_url, word for word; transcribed without it")
    language: Language | None = Field(None, description=LANGUAGE)

    @model_validator(mode="after")
    def _one_source(self) -> "TimingRequest":
        if not self.job_id and not self.audio_url:
            fields = self.fields()
            raise InvalidInput(
                f"missing; send {fields['job_id']}, or as audio_url {fields['audio_url']}", field="job_id"
            )
        if self.job_id and self.audio_url:
            raise InvalidInput("job_id names another audio; send one of the two", field="audio_url")
        if self.job_id and self.text:
            raise InvalidInput("a job has its own text; leave it out", field="text")
        return self


class TimingResponse(TimingAnswer):
    """The captions."""

    status: Literal["completed"]
    job_id: str
    """This job's own: `download` makes other formats by it."""
    duration: float
    text: str
    expires_in: int
    warnings: list[str]


def handle(request: TimingRequest, worker: Worker, job: Job) -> TimingResponse:
    """Find the audio and its text, time the words, store the captions under this job's own id.

    Captions of the job that is named stay as they are: their links are in somebody's hands.
    """
    wanted = request_hash(request)
    with job.stages.stage("prepare"):
        job_id, earlier = worker.records.claim(job.id, wanted)
    timing = earlier.timing if earlier else None
    if earlier and timing:
        record = earlier
    else:
        with job.stages.stage("prepare"):
            source = _of_job(request, worker) if request.job_id else _of_link(request, worker, job.stages)
        check_stop(job.stop)
        with job.stages.stage("timing"):
            timing = _reusable(request, source.record) or _timed(request, source, worker)
        record = JobRecord(
            job_id=job_id,
            request_hash=wanted,
            state="done",
            started_at=datetime.now(UTC),
            text=source.record.text,
            language=request.language or source.record.language,
            duration_s=source.record.duration_s,
            parts=source.record.parts,
            words=source.record.words,
            timing=timing,
        )
        check_stop(job.stop)
        with job.stages.stage("store"):
            worker.records.write(record)
    with job.stages.stage("captions"):
        expires_in = worker.settings.url_expires_in
        answer = answer_timing(record, timing, request.timing_format, worker.captioner, worker.storage, expires_in)
    return TimingResponse(
        **dict(answer),
        status="completed",
        job_id=record.job_id,
        duration=record.duration_s or 0.0,
        text=record.text,
        expires_in=expires_in,
        warnings=caption_warnings(timing, request.timing_format),
    )


@dataclass(frozen=True, eq=False)
class _Source:
    """Speech and what is known of it."""

    record: JobRecord
    audio: Audio | None
    """None where it is stored with the record, and not read yet."""


def _of_job(request: TimingRequest, worker: Worker) -> _Source:
    record = worker.records.read(request.job_id or "")
    if record is None or record.state != "done":
        why = "is not finished" if record else "is not known here"
        raise NotFound(f"job {request.job_id} {why}; check the id, or send audio_url and text", job_id=request.job_id)
    return _Source(record, None)


def _of_link(request: TimingRequest, worker: Worker, stages: Stages) -> _Source:
    limit = worker.settings.max_text_chars
    if request.text and len(request.text) > limit:
        raise TextTooLong(f"text has {len(request.text)} characters and {limit} are accepted", field="text")
    with stages.stage("fetch"):
        audio = decode(worker.fetcher.fetch(request.audio_url or "", field="audio_url"), max_s=AUDIO_MAX_S)
    text, language = request.text, request.language
    if text is None:
        with stages.stage("transcribe"):
            heard = worker.transcriber.transcribe(audio, language)
        text, language = heard.text, language or heard.language
    if not text:
        raise InvalidInput("no words were heard in it; send its text", field="audio_url")
    record = JobRecord(
        job_id="",
        request_hash="",
        state="done",
        started_at=datetime.now(UTC),
        text=text,
        language=language,
        duration_s=round(audio.duration_s, 3),
        parts=[_whole(text, language, audio)],
    )
    return _Source(record, audio)


def _whole(text: str, language: str | None, audio: Audio) -> Part:
    """All of a recording, in which numbers are said as people say them."""
    pieces = normalise(text, language)
    return Part(start_ms=0, end_ms=round(audio.duration_s * 1000), pieces=tuple(pieces))


def _reusable(request: TimingRequest, record: JobRecord) -> Timing | None:
    """The times that a job has, if they are of the method and language that are asked for."""
    timing = record.timing
    if timing is None or request.timing_method not in ("auto", timing.method):
        return None
    if record.words is not None and request.timing_method == "auto" and timing.method != NATIVE:
        return None
    if request.language and request.language != record.language:
        return None
    return timing.model_copy(update={"options": request.caption_options})


def _timed(request: TimingRequest, source: _Source, worker: Worker) -> Timing:
    record = source.record.model_copy(update={"language": request.language or source.record.language})
    return time_words(
        request, record, lambda: (source.audio or worker.records.audio(record)).slice_ms, worker.captioner
    )
