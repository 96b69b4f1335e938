"""`preview_text`: what `tts` would say with the same fields, and how long it would take. Speaks nothing."""

from typing import Literal

from ..cast import main_voice, plan_request
from ..contract import Response
from ..job import Job
from ..plan import Chunk
from ..speech_fields import SpeechRequest
from ..text.pieces import shown_text
from ..worker import Worker


class SaidPiece(Response):
    """Words of the caller's text, and what is said for them."""

    shown: str
    said: str
    start: int
    """Where the words begin in the caller's text (of a dialogue: in its line), in characters."""


class PreviewChunk(Response):
    """What is said in one go."""

    said: str
    shown: str
    voice: str | None
    speed: float
    estimated_s: float
    pause_after_ms: int
    map: list[SaidPiece]


class PreviewTextResponse(Response):
    """The text as it would be spoken."""

    status: Literal["success"] = "success"
    text: str
    estimated_s: float
    pause_before_ms: int
    word_count: int
    chunks: list[PreviewChunk]
    warnings: list[str]


def handle(request: SpeechRequest, worker: Worker, job: Job) -> PreviewTextResponse:
    """Plan the text as `tts` does."""
    request.check_length(worker.settings.max_text_chars)
    plan, warnings = plan_request(request, worker, job)
    voice = main_voice(request, worker)
    return PreviewTextResponse(
        status="success",
        text=request.script.text,
        estimated_s=round(plan.seconds, 2),
        pause_before_ms=plan.pause_ms,
        word_count=sum(len(piece.shown_words) for chunk in plan.chunks for piece in chunk.pieces),
        chunks=[_chunk(chunk, voice) for chunk in plan.chunks],
        warnings=[*warnings, *plan.warnings],
    )


def _chunk(chunk: Chunk, main: str | None) -> PreviewChunk:
    return PreviewChunk(
        said=chunk.said,
        shown=shown_text(chunk.pieces),
        voice=chunk.voice or main,
        speed=chunk.speed,
        estimated_s=round(chunk.seconds, 2),
        pause_after_ms=chunk.pause_ms,
        map=[SaidPiece(shown=piece.shown, said=piece.said, start=piece.start) for piece in chunk.pieces],
    )
