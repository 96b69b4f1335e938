"""Captions: the word times of a job, and the files that are made of them.

timings/JOB.FORMAT   each made when it is first asked for, from the job's record
"""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from .aligners.base import AlignmentError
from .aligners.chain import NATIVE, AlignerChain
from .audio import Audio
from .errors import TimingUnavailable
from .storage import Storage
from .subtitles import FORMATS
from .subtitles.captions import Captions
from .subtitles.cues import make_cues
from .subtitles.options import CaptionOptions
from .text.words import split_words
from .words import Word, split_times


class Timing(BaseModel):
    """The word times of a job; part of its record."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    method: str
    confidence: float | None
    words: list[Word]
    options: CaptionOptions
    warnings: list[str] = []


@dataclass(frozen=True)
class TimingRequest:
    """How the words are to be found."""

    method: str = "auto"
    strict: bool = False


class Captioner:
    """Times words and writes caption files."""

    def __init__(self, storage: Storage, aligners: AlignerChain) -> None:
        self._storage = storage
        self._aligners = aligners

    def time(
        self,
        audio: Audio,
        text: str,
        language: str | None,
        request: TimingRequest,
        options: CaptionOptions,
        native: list[Word] | None = None,
    ) -> Timing:
        """Find every word of `text` in its speech; `native` are the engine's own times. Raises TimingUnavailable."""
        words = split_words(text)
        if native is not None and request.method == "auto":
            return native_timing(native, text, options)
        try:
            found = self._aligners.align(audio, words, language, method=request.method, strict=request.strict)
        except AlignmentError as e:
            raise TimingUnavailable(f"the words could not be timed: {e}", words=len(words)) from e
        return Timing(
            method=found.method,
            confidence=found.confidence,
            words=found.words,
            options=options,
            warnings=found.warnings,
        )

    def write(self, job_id: str, text: str, audio_ms: int, timing: Timing, formats: tuple[str, ...]) -> None:
        """Make and store caption files."""
        captions = Captions(
            words=timing.words,
            cues=make_cues(timing.words, timing.options, audio_ms),
            options=timing.options,
            text=text,
            audio_ms=audio_ms,
            method=timing.method,
            confidence=timing.confidence,
        )
        for name in formats:
            made = FORMATS[name].render(captions).encode()
            self._storage.put(timing_key(job_id, name), made, FORMATS[name].content_type)

    def remove(self, job_id: str) -> None:
        """Delete a job's caption files: each is made anew when it is asked for."""
        for name in FORMATS:
            self._storage.delete(timing_key(job_id, name))


def native_timing(timed: list[Word], text: str, options: CaptionOptions) -> Timing:
    """The engine's own times, which are exact, for the words of captions."""
    words = split_times(timed, split_words(text))
    return Timing(method=NATIVE, confidence=1.0, words=words, options=options)


def timing_key(job_id: str, caption_format: str) -> str:
    """Where a job's captions lie."""
    return f"timings/{job_id}.{caption_format}"
