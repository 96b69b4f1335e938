"""`tts`: speak a text."""

import secrets
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from ..beside import Beside
from ..caption_fields import TimingAnswer, TimingError, answer_timing, attempt, caption_warnings, time_words
from ..captions import Timing
from ..cast import main_voice, plan_request
from ..contract import Response
from ..job import Job
from ..production import Production, link_audio
from ..records import JobRecord, audio_key, request_hash
from ..speech_fields import SEED_MAX, SpeechRequest
from ..takes import discard_takes
from ..worker import Worker


class TtsResponse(Response):
    """Where the speech is and how it was made; with timings also the fields of TimingAnswer, or why there are none."""

    status: Literal["completed"] = "completed"
    job_id: str
    audio_url: str
    expires_in: int
    duration: float
    sample_rate: int
    audio_format: str
    seed: int
    text: str
    voice: str | None
    engine: str
    warnings: list[str]
    timing: TimingAnswer | None = None
    timing_error: TimingError | None = None

    def to_json(self) -> dict[str, Any]:
        """The JSON object, the timing's fields among the others."""
        fields = super().to_json()
        return fields | (fields.pop("timing", None) or {})


def handle(request: SpeechRequest, worker: Worker, job: Job) -> TtsResponse:
    """Speak, store, answer; a job that was answered before is answered from what is stored."""
    request.check_length(worker.settings.max_text_chars)
    if request.return_word_timings and worker.engine.clones:  # needed next, and loads while the text is spoken
        worker.load_aligners()
    voice = main_voice(request, worker)
    with job.stages.stage("prepare"), Beside() as beside:
        peeked = beside.submit(worker.voices.peek, voice) if voice else None
        record, begun = _claim(request, voice, worker, job)
    if record.state == "done":
        with job.stages.stage("prepare"):
            discard_takes(worker.storage, record.job_id)  # its worker may have died before it did this
        timing = _time_again(request, record, worker, job)
    else:
        plan, warnings = plan_request(request, worker, job, peeked.result() if peeked else None)
        if not begun:  # else a worker that is thought dead may finish it yet
            with job.stages.stage("prepare"):
                worker.records.write(record)
        with tempfile.TemporaryDirectory(prefix="f5tts-") as folder:
            production = Production(request, record, plan, worker, job, Path(folder))
            record, timing = production.make(warnings)
    if timing is None:
        return _answer(record, worker)
    with job.stages.stage("captions"):
        made = timing if isinstance(timing, TimingError) else attempt(_captions, request, record, timing, worker)
    if isinstance(made, TimingError):
        return _answer(record, worker, timing_error=made)
    captions, warnings = made
    return _answer(record, worker, warnings, timing=captions)


def _claim(request: SpeechRequest, voice: str | None, worker: Worker, job: Job) -> tuple[JobRecord, bool]:
    """The record to work under, and whether it is an earlier delivery's: done, or begun with the seed that it has."""
    wanted = request_hash(request)
    job_id, earlier = worker.records.claim(job.id, wanted)
    if earlier and (earlier.state == "started" or worker.storage.head(audio_key(job_id, earlier.audio_format))):
        return earlier, True
    record = JobRecord(
        job_id=job_id,
        request_hash=wanted,
        state="started",
        started_at=datetime.now(UTC),
        text=request.script.text,
        voice=f"{voice}.wav" if voice else None,
        engine=worker.engine.name,
        language=request.spoken_language,
        seed=_seed(request, earlier),
        audio_format=request.audio_format,
        sample_rate=request.sample_rate,
    )
    return record, False


def _seed(request: SpeechRequest, earlier: JobRecord | None) -> int:
    if request.seed is not None:
        return request.seed
    return earlier.seed if earlier else secrets.randbelow(SEED_MAX + 1)


def _time_again(request: SpeechRequest, record: JobRecord, worker: Worker, job: Job) -> Timing | TimingError | None:
    """The times of a job that was answered before: those that it has, or new ones."""
    if not request.return_word_timings or record.timing:
        return record.timing if request.return_word_timings else None
    with job.stages.stage("timing"):
        return attempt(time_words, request, record, lambda: worker.records.audio(record).slice_ms, worker.captioner)


def _captions(
    request: SpeechRequest, record: JobRecord, timing: Timing, worker: Worker
) -> tuple[TimingAnswer, list[str]]:
    """Keep the times with the job, and store captions; also returns warnings."""
    if record.timing is None:
        worker.records.write(record.model_copy(update={"timing": timing}))
    formats, expires_in = request.timing_format, worker.settings.url_expires_in
    captions = answer_timing(record, timing, formats, worker.captioner, worker.storage, expires_in)
    return captions, caption_warnings(timing, formats)


def _answer(
    record: JobRecord,
    worker: Worker,
    warnings: Sequence[str] = (),
    **timing: TimingAnswer | TimingError,
) -> TtsResponse:
    return TtsResponse(
        status="completed",
        job_id=record.job_id,
        audio_url=link_audio(audio_key(record.job_id, record.audio_format), record, worker),
        expires_in=worker.settings.url_expires_in,
        duration=record.duration_s or 0.0,
        sample_rate=record.sample_rate or 0,
        audio_format=record.audio_format,
        seed=record.seed,
        text=record.text,
        voice=record.voice,
        engine=record.engine,
        warnings=[*record.warnings, *warnings],
        **timing,  # what is not there must not be set, for it would be answered as null
    )
