"""Captions: the word times of a job, and the files that are made of them.

timings/JOB.FORMAT   each made when it is first asked for, from the job's record
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from .aligners.base import AlignmentError
from .aligners.chain import NATIVE, AlignerChain, Alignment, Listen, Stretch
from .beside import Beside
from .errors import TimingUnavailable
from .parts import Part, shown_words
from .storage import Storage
from .subtitles import FORMATS
from .subtitles.captions import Captions
from .subtitles.cues import make_cues
from .subtitles.options import CaptionOptions
from .words import Word

UNSURE = 0.5
POOR_SCORE = 0.6
"""Of the offline aligner: right texts have 0.7 to 0.9 on clear speech, others less; a real voice may, too."""
LONG_WORD_MS = 2_500


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
        listen: Listen,
        parts: Sequence[Part],
        language: str | None,
        request: TimingRequest,
        options: CaptionOptions,
    ) -> Timing:
        """Find every word of a recording in the part that says it. Raises TimingUnavailable."""
        stretches = [Stretch(part.start_ms, part.end_ms, part.said_words) for part in parts]
        try:
            found = self._aligners.align_stretches(
                listen, stretches, language, method=request.method, strict=request.strict
            )
        except AlignmentError as e:
            words = sum(len(stretch.words) for stretch in stretches)
            raise TimingUnavailable(f"the words could not be timed: {e}", words=words) from e
        return Timing(
            method=found.method,
            confidence=found.confidence,
            words=shown_words(parts, found.stretches, found.method),
            options=options,
            warnings=[*found.warnings, *_doubts(found)],
        )

    def write(self, job_id: str, text: str, audio_ms: int, timing: Timing, formats: tuple[str, ...]) -> None:
        """Make and store caption files, all at once."""
        captions = Captions(
            words=timing.words,
            cues=make_cues(timing.words, timing.options, audio_ms),
            options=timing.options,
            text=text,
            audio_ms=audio_ms,
            method=timing.method,
            confidence=timing.confidence,
        )

        def put(name: str) -> None:
            made = FORMATS[name].render(captions).encode()
            self._storage.put(timing_key(job_id, name), made, FORMATS[name].content_type)

        with Beside() as beside:
            list(beside.map(put, formats))


def _doubts(found: Alignment) -> list[str]:
    """What speaks against the text being what is said: an aligner places any text on any speech."""
    doubts = []
    if found.confidence is not None and found.confidence < UNSURE:
        doubts.append(f"two aligners agree on {found.confidence:.0%} of the words only: is this the text of the audio?")
    spoken = [word.score for word in found.words if word.end_ms > word.start_ms]
    if found.confidence is None and spoken and statistics.median(spoken) < POOR_SCORE:
        doubts.append(
            f"the words fit the audio poorly (median score {statistics.median(spoken):.2f}): is this its text, and "
            "language the text's?"
        )
    longest = max(found.words, key=lambda word: word.end_ms - word.start_ms, default=None)
    if longest and longest.end_ms - longest.start_ms > LONG_WORD_MS:
        seconds = (longest.end_ms - longest.start_ms) / 1000
        doubts.append(f"the word {longest.text[:40]!r} lasts {seconds:.1f} s: is the text all that is said?")
    return doubts


def native_timing(words: list[Word], options: CaptionOptions) -> Timing:
    """The engine's own times, which are exact."""
    return Timing(method=NATIVE, confidence=1.0, words=words, options=options)


def timing_key(job_id: str, caption_format: str) -> str:
    """Where a job's captions lie."""
    return f"timings/{job_id}.{caption_format}"
