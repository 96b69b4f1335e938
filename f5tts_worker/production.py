"""Production: one job's text is spoken, mastered, stored and timed."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from . import __version__
from .audio import AUDIO_FORMATS, Audio
from .beside import Beside
from .caption_fields import CaptionRequest, TimingError, attempt, time_words
from .captions import Timing
from .engines import Line
from .errors import InvalidInput
from .job import Job
from .mastering import Master, master
from .mix import Mix
from .plan import Plan, plan_hash
from .records import JobRecord
from .speech import Speaker, Speech
from .speech_fields import SpeechRequest
from .speech_progress import SpeechProgress
from .takes import KEPT_FROM, Takes
from .tape import Tape
from .worker import Worker

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Production:
    """What a job needs to become a file."""

    request: SpeechRequest
    record: JobRecord
    """As it was when the job began."""
    plan: Plan
    worker: Worker
    job: Job
    folder: Path
    """For files on their way."""

    def make(self, warnings: Sequence[str]) -> tuple[JobRecord, Timing | TimingError | None]:
        """Speak, then store the audio while its words are timed; returns the finished record, and the times."""
        stages = self.job.stages
        with (
            Tape(self.folder) as tape,
            SpeechProgress(self.job.report, self._link_first) as progress,
            self._takes() as takes,
        ):
            with stages.stage("speech"):
                speech = self._speak(tape, takes, progress)
            logger.info("spoke %.1f s: %s", tape.duration_s, stages.seconds())
            spoken = self.record.model_copy(
                update={
                    "duration_s": round(tape.duration_s, 3),
                    "parts": speech.parts,
                    "words": speech.words,
                    "warnings": [*warnings, *self.plan.warnings, *self._ignored()],
                }
            )
            with Beside() as beside:
                storing = beside.submit(self._store, spoken, tape, takes)
                timing = self._time(spoken, tape)
                with stages.stage("store"):
                    progress.close()
                    return storing.result(), timing

    @contextmanager
    def _takes(self) -> Iterator[Takes | None]:
        """Where the takes of a text that takes long are kept until the whole is stored."""
        engine = self.worker.engine
        if not engine.clones or len(self._lines) < KEPT_FROM:
            yield None
            return
        made_by = f"{__version__} {engine.name} {self.worker.engine_info} {self.worker.settings.f5_checkpoint}"
        plan = plan_hash(self._lines, self.request.options, made_by)
        with self.job.stages.stage("prepare"):
            kept = Takes(self.worker.storage, self.record.job_id, plan)
        with kept as takes:
            yield takes

    @cached_property
    def _lines(self) -> list[Line]:
        return self.plan.lines(self.record.seed)

    def _speak(self, tape: Tape, takes: Takes | None, progress: SpeechProgress) -> Speech:
        request = self.request
        mix = Mix(tape, cross_fade_s=request.cross_fade_duration, shorten=request.remove_silence)
        speaker = Speaker(self.worker.engine, request.options, takes, progress, self.job.stop)
        speech = speaker.speak(self.plan, self._lines, mix)
        if not mix.sounds:
            raise InvalidInput("nothing in it can be spoken; send words, not only symbols", field=request.text_field)
        return speech

    def _store(self, spoken: JobRecord, tape: Tape, takes: Takes | None) -> JobRecord:
        """Master and store the audio, and then the record that says so."""
        file = self.folder / f"whole.{spoken.audio_format}"
        mastered = master(tape, self._how(), file)
        done = spoken.model_copy(update={"state": "done", "warnings": [*spoken.warnings, *mastered.warnings]})
        self.worker.records.finish(done, file)
        if takes:
            takes.discard()
        return done

    def _link_first(self, chunk: Audio) -> str:
        """Store the first chunk as the whole will be, but for its loudness, which nobody knows yet; returns a link."""
        file = self.folder / f"first.{self.record.audio_format}"
        with Tape(self.folder, chunk.rate) as tape:
            tape.append(chunk.samples)
            master(tape, replace(self._how(), loudness=None), file)
        return link_audio(self.worker.records.put_first(self.record, file), self.record, self.worker)

    def _how(self) -> Master:
        tags = {
            "title": self.request.title or "",
            "artist": (self.record.voice or "").removesuffix(".wav"),
            "engine": self.record.engine,
            "seed": str(self.record.seed),
        }
        return self.request.master({name: value for name, value in tags.items() if value})

    def _time(self, spoken: JobRecord, tape: Tape) -> Timing | TimingError | None:
        """Time the words, if that was asked for."""
        if not self.request.return_word_timings:
            return None
        with self.job.stages.stage("timing"):
            return attempt(time_words, self.request, spoken, lambda: tape.read_ms, self.worker.captioner)

    def _ignored(self) -> list[str]:
        """Warnings about what was sent and is not used."""
        sent = self.request.model_fields_set
        ignored = sorted(sent & self.worker.engine.ignores)
        warnings = [f"engine {self.worker.engine.name} ignores {', '.join(ignored)}"] if ignored else []
        captions = sorted(sent & set(CaptionRequest.model_fields))
        if captions and not self.request.return_word_timings:
            warnings.append(f"{', '.join(captions)}: no captions were made; send return_word_timings=true")
        return warnings


def link_audio(key: str, record: JobRecord, worker: Worker) -> str:
    """A link to a job's audio, or to its first chunk."""
    return worker.storage.link(
        key,
        expires_in=worker.settings.url_expires_in,
        content_type=AUDIO_FORMATS[record.audio_format].content_type,
        filename=key.removeprefix("output/"),
    )
