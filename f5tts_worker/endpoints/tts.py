"""`tts`: speak a text."""

import logging
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from ..audio import AUDIO_FORMATS, SAMPLE_RATE, Audio, Span, shorten_pauses
from ..beside import Beside
from ..caption_fields import CaptionRequest, TimingAnswer, TimingError, answer_timing, attempt, caption_warnings
from ..captions import Timing
from ..contract import (
    LANGUAGE,
    REF_TEXT,
    Language,
    Number,
    RefText,
    Response,
    VoiceName,
    Whole,
    lower,
    number,
    whole,
)
from ..engines import Speech, SpeechOptions
from ..errors import InvalidInput, TextTooLong
from ..job import Job, check_stop
from ..names import VOICE_NAME
from ..records import JobRecord, audio_key, request_hash
from ..reference import Reference
from ..speech_progress import SpeechProgress
from ..voices import VoiceProfile
from ..words import move_words
from ..worker import Worker

logger = logging.getLogger(__name__)

SEED_MAX = 2**31 - 1
SILENCE_DB, LONGEST_SILENCE_MS = -50.0, 1_000  # of remove_silence

Quality = Literal["draft", "balanced", "high"]
QUALITY_STEPS: dict[Quality, int] = {"draft": 7, "balanced": 16, "high": 32}

AudioFormatName = Literal["wav", "mp3", "flac", "ogg", "opus"]


class TtsRequest(CaptionRequest):
    """What to speak and how."""

    aliases: ClassVar[dict[str, str]] = {"voice": "local_voice"}

    text: str = Field(description="the text to speak")
    local_voice: VoiceName | None = Field(None, description=VOICE_NAME)
    voice_url: str | None = Field(None, description="an http(s) link to a recording of 1 s to 10 min, cloned this once")
    ref_text: RefText | None = Field(None, description=REF_TEXT)
    language: Language | None = Field(None, description=LANGUAGE)
    speed: Number = number(1.0, 0.3, 3.0, "the pace; 1 is the voice's own")
    seed: Whole | None = whole(None, 0, SEED_MAX, "the same seed speaks the same way again")
    audio_format: Annotated[AudioFormatName, BeforeValidator(lower)] = Field(
        "wav", description=f"one of {', '.join(AUDIO_FORMATS)}"
    )
    remove_silence: bool = Field(False, description="true or false: cut silences down to 1 s")
    quality: Annotated[Quality, BeforeValidator(lower)] = Field(
        "high", description="draft, balanced or high: fewer steps of the sampler are faster"
    )
    nfe_step: Whole | None = whole(None, 1, 128, "steps of the sampler, in place of quality")
    cfg_strength: Number = number(2.0, 0.0, 10.0, "how strictly the text is followed")
    sway_sampling_coef: Number = number(-1.0, -1.0, 1.0, "how much the sampler favours its early steps")
    target_rms: Number = number(0.1, 0.01, 0.5, "the level that quiet voices are raised to")
    cross_fade_duration: Number = number(0.15, 0.0, 1.0, "seconds of overlap between chunks")
    return_word_timings: bool = Field(False, description="true or false: say when each word is spoken")

    @model_validator(mode="after")
    def _one_voice(self) -> "TtsRequest":
        if self.local_voice and self.voice_url:
            raise InvalidInput("local_voice names another voice; send one of the two", field="voice_url")
        return self

    @property
    def steps(self) -> int:
        """Of the sampler."""
        return self.nfe_step or QUALITY_STEPS[self.quality]


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


def handle(request: TtsRequest, worker: Worker, job: Job) -> TtsResponse:
    """Speak, store, answer; a job that was answered before is answered from what is stored."""
    _check_length(request, worker)
    if request.return_word_timings and worker.engine.clones:  # needed next, and loads while the text is spoken
        worker.load_aligners()
    voice = _voice(request, worker)
    with job.stages.stage("prepare"), Beside() as beside:
        peeked = beside.submit(worker.voices.peek, voice) if voice else None
        record, finished = _claim(request, voice, worker, job)
    if finished:
        timing = _time(request, record, None, worker, job)
    else:
        profile = peeked.result() if peeked else None
        record, timing = _make(request, record, profile, worker, job)
    if timing is None:
        return _answer(record, worker)
    with job.stages.stage("captions"):
        made = timing if isinstance(timing, TimingError) else attempt(_captions, request, record, timing, worker)
    if isinstance(made, TimingError):
        return _answer(record, worker, timing_error=made)
    captions, warnings = made
    return _answer(record, worker, warnings, timing=captions)


def _check_length(request: TtsRequest, worker: Worker) -> None:
    limit = worker.settings.max_text_chars
    if len(request.text) > limit:
        raise TextTooLong(
            f"text has {len(request.text)} characters and {limit} are accepted; split it into several jobs",
            field="text",
            characters=len(request.text),
            max_characters=limit,
        )


def _make(
    request: TtsRequest, record: JobRecord, profile: VoiceProfile | None, worker: Worker, job: Job
) -> tuple[JobRecord, Timing | TimingError | None]:
    """Speak, then store the audio while its words are timed; returns the record as it is then."""
    stages = job.stages
    with stages.stage("voice"):
        reference, voice_warnings = _reference(request, record.voice, profile, worker)
    check_stop(job.stop)
    with stages.stage("prepare"):
        worker.records.write(record)

    def store_first(chunk: Audio) -> str:
        return _link(worker.records.put_first(record, _shortened(request, chunk)[0]), record, worker)

    with SpeechProgress(job.report, store_first) as progress, Beside() as beside:
        with stages.stage("speech"):
            speech = _speak(request, record, reference, worker, progress, job)
        logger.info("spoke %.1f s: %s", speech.audio.duration_s, stages.seconds())
        done = record.model_copy(
            update={
                "state": "done",
                "duration_s": round(speech.audio.duration_s, 3),
                "sample_rate": SAMPLE_RATE,
                "words": speech.words,
                "warnings": [*voice_warnings, *_ignored(request, worker), *speech.warnings],
            }
        )
        storing = beside.submit(worker.records.finish, done, speech.audio)
        timing = _time(request, done, speech.audio, worker, job)
        with stages.stage("store"):
            progress.close()
            storing.result()
    return done, timing


def _time(
    request: TtsRequest, record: JobRecord, audio: Audio | None, worker: Worker, job: Job
) -> Timing | TimingError | None:
    """Time the words, if that was asked for; a job that was answered before keeps the times that it has."""
    if not request.return_word_timings:
        return None
    if record.timing:
        return record.timing

    def time() -> Timing:
        return worker.captioner.time(
            audio or worker.records.audio(record),
            record.text,
            record.language,
            request.timing_request,
            request.caption_options,
            native=record.words,
        )

    with job.stages.stage("timing"):
        return attempt(time)


def _captions(request: TtsRequest, record: JobRecord, timing: Timing, worker: Worker) -> tuple[TimingAnswer, list[str]]:
    """Keep the times with the job, and store captions; also returns warnings."""
    if record.timing is None:
        worker.records.write(record.model_copy(update={"timing": timing}))
    formats, expires_in = request.timing_format, worker.settings.url_expires_in
    captions = answer_timing(record, timing, formats, worker.captioner, worker.storage, expires_in)
    return captions, caption_warnings(timing, formats)


def _voice(request: TtsRequest, worker: Worker) -> str | None:
    """The name of the voice in the library that speaks, if one does."""
    return request.local_voice or (None if request.voice_url else worker.settings.default_voice)


def _claim(request: TtsRequest, voice: str | None, worker: Worker, job: Job) -> tuple[JobRecord, bool]:
    """The record to work under, and whether its audio is stored already; a seed that was drawn is kept."""
    wanted = request_hash(request.model_dump(mode="json"))
    job_id, earlier = worker.records.claim(job.id, wanted)
    if earlier and earlier.state == "done" and worker.storage.head(audio_key(job_id, earlier.audio_format)):
        return earlier, True
    record = JobRecord(
        job_id=job_id,
        request_hash=wanted,
        state="started",
        started_at=datetime.now(UTC),
        text=request.text,
        voice=f"{voice}.wav" if voice else None,
        engine=worker.engine.name,
        language=request.language,
        seed=_seed(request, earlier),
        audio_format=request.audio_format,
    )
    return record, False


def _seed(request: TtsRequest, earlier: JobRecord | None) -> int:
    if request.seed is not None:
        return request.seed
    return earlier.seed if earlier else secrets.randbelow(SEED_MAX + 1)


def _reference(
    request: TtsRequest, voice: str | None, peeked: VoiceProfile | None, worker: Worker
) -> tuple[Reference | None, list[str]]:
    """What to clone: `voice_url`'s recording, else the named voice, else the worker's sample; with its text."""
    warnings: list[str] = []
    if request.voice_url:
        recording = worker.fetcher.fetch(request.voice_url, field="voice_url")
        reference, warnings = worker.voices.once(recording, ref_text=request.ref_text, language=request.language)
    elif voice:
        reference = worker.voices.reference(voice.removesuffix(".wav"), peeked)
    elif request.ref_text:
        raise InvalidInput(
            "no voice was named whose text this could be; send local_voice or voice_url", field="ref_text"
        )
    else:
        return worker.sample, []
    if request.ref_text:
        reference = replace(reference, text=request.ref_text)
    elif worker.engine.clones and not reference.text:
        reference = replace(reference, text=worker.transcriber.transcribe(reference.audio).text)
    return reference, warnings


def _speak(
    request: TtsRequest,
    record: JobRecord,
    reference: Reference | None,
    worker: Worker,
    progress: SpeechProgress,
    job: Job,
) -> Speech:
    options = SpeechOptions(
        seed=record.seed,
        speed=request.speed,
        language=request.language,
        nfe_step=request.steps,
        cfg_strength=request.cfg_strength,
        sway_sampling_coef=request.sway_sampling_coef,
        target_rms=request.target_rms,
        cross_fade_duration=request.cross_fade_duration,
    )
    speech = worker.engine.synthesize(reference, request.text, options, progress.on_chunk, job.stop)
    audio, cut = _shortened(request, speech.audio)
    words = move_words(speech.words, cut) if speech.words is not None else None
    return replace(speech, audio=audio, words=words)


def _shortened(request: TtsRequest, audio: Audio) -> tuple[Audio, list[Span]]:
    """The audio without long silences, if that was asked for; also returns what was cut."""
    if not request.remove_silence:
        return audio, []
    return shorten_pauses(audio, below_db=SILENCE_DB, longest_ms=LONGEST_SILENCE_MS)


def _ignored(request: TtsRequest, worker: Worker) -> list[str]:
    sent = sorted(request.model_fields_set & worker.engine.ignores)
    ignored = [f"engine {worker.engine.name} ignores {', '.join(sent)}"] if sent else []
    captions = sorted(request.model_fields_set & set(CaptionRequest.model_fields))
    if captions and not request.return_word_timings:
        ignored.append(f"{', '.join(captions)}: no captions were made; send return_word_timings=true")
    return ignored


def _answer(
    record: JobRecord,
    worker: Worker,
    warnings: Sequence[str] = (),
    **timing: TimingAnswer | TimingError,
) -> TtsResponse:
    return TtsResponse(
        status="completed",
        job_id=record.job_id,
        audio_url=_link(audio_key(record.job_id, record.audio_format), record, worker),
        expires_in=worker.settings.url_expires_in,
        duration=record.duration_s or 0.0,
        sample_rate=record.sample_rate or SAMPLE_RATE,
        audio_format=record.audio_format,
        seed=record.seed,
        text=record.text,
        voice=record.voice,
        engine=record.engine,
        warnings=[*record.warnings, *warnings],
        **timing,  # what is not there must not be set, for it would be answered as null
    )


def _link(key: str, record: JobRecord, worker: Worker) -> str:
    return worker.storage.link(
        key,
        expires_in=worker.settings.url_expires_in,
        content_type=AUDIO_FORMATS[record.audio_format].content_type,
        filename=key.removeprefix("output/"),
    )
