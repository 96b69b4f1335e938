"""Cast: the voices that speak a text."""

from dataclasses import dataclass, field, replace

from .errors import InvalidInput
from .job import Job, check_stop, heed_stop
from .plan import Plan, make_plan
from .reference import Reference
from .speech_fields import SpeechRequest
from .voices import VoiceProfile
from .worker import Worker

VOICES_MAX = 20
"""Of one text; more would thrash the caches of references."""


@dataclass(frozen=True)
class Cast:
    """Who speaks; None is whoever says what no tag gives to another."""

    references: dict[str | None, Reference | None]
    warnings: list[str] = field(default_factory=list)


def plan_request(
    request: SpeechRequest, worker: Worker, job: Job, peeked: VoiceProfile | None = None
) -> tuple[Plan, list[str]]:
    """What is said for a request, by whom; also returns warnings about the voices.

    `peeked` is the profile of its main voice, if it was read already. Raises VoiceNotFound, InvalidInput, and what a
    recording behind `voice_url` raises.
    """
    main = main_voice(request, worker)
    with job.stages.stage("voice"):
        cast = _find_cast(request, worker, main, peeked)
    check_stop(job.stop)
    with job.stages.stage("text"):
        plan = make_plan(request.script, cast.references, request.manner(main), worker.engine, request.text_field)
        request.check_length_of_audio(plan.seconds)
    return plan, cast.warnings


def main_voice(request: SpeechRequest, worker: Worker) -> str | None:
    """The name in the library of the voice that speaks where no tag names one; None if there is no such place."""
    if all(turn.voice for turn in request.script.turns):
        return None
    return request.local_voice or (None if request.voice_url else worker.settings.default_voice)


def _find_cast(request: SpeechRequest, worker: Worker, main: str | None, peeked: VoiceProfile | None) -> Cast:
    """Every voice that the text names, and its main one if anything is left for it; each with its text."""
    named = sorted({turn.voice for turn in request.script.turns if turn.voice})
    if len(named) > VOICES_MAX:
        raise InvalidInput(
            f"it names {len(named)} voices and {VOICES_MAX} are accepted; split it into several jobs",
            field=request.text_field,
        )
    references: dict[str | None, Reference | None] = {}
    for name in named:
        heed_stop()
        references[name] = _with_text(worker.voices.reference(name), worker)
    if all(turn.voice for turn in request.script.turns):
        return Cast(references, _unused(request))
    reference, warnings = _main(request, worker, main, peeked)
    return Cast({None: reference, **references}, warnings)


def _main(
    request: SpeechRequest, worker: Worker, main: str | None, peeked: VoiceProfile | None
) -> tuple[Reference | None, list[str]]:
    """What to clone: `voice_url`'s recording, else the named voice, else the worker's sample; with its text."""
    if request.voice_url:
        recording = worker.fetcher.fetch(request.voice_url, field="voice_url")
        reference, warnings = worker.voices.once(recording, ref_text=request.ref_text, language=request.language)
        return _with_text(reference, worker), warnings
    if main:
        reference = worker.voices.reference(main, peeked)
        if request.ref_text:
            return replace(reference, text=request.ref_text), []
        return _with_text(reference, worker), []
    if request.ref_text:
        raise InvalidInput(
            "no voice was named whose text this could be; send local_voice or voice_url", field="ref_text"
        )
    return worker.sample, []


def _with_text(reference: Reference, worker: Worker) -> Reference:
    if worker.engine.clones and not reference.text:
        return replace(reference, text=worker.transcriber.transcribe(reference.audio).text)
    return reference


def _unused(request: SpeechRequest) -> list[str]:
    """A warning about a voice that was sent and says nothing."""
    sent = [name for name in ("local_voice", "voice_url", "ref_text") if getattr(request, name)]
    return [f"{', '.join(sent)}: not used, for all of the text has voices of its own"] if sent else []
