"""Draft: a voice made from a recording, not yet stored."""

from dataclasses import dataclass, replace
from typing import Literal

from .aligners import AlignerChain, AlignmentError
from .audio import FIRST_CHANNEL, Audio, decode
from .errors import InvalidInput, TranscriberUnavailable
from .reference import (
    PACE_MAX,
    PACE_MIN,
    RECORDING_MAX_S,
    REFERENCE_MAX_MS,
    SILENT_DB,
    Cut,
    check_recording,
    cut_at,
    make_reference,
)
from .text.words import join_words, split_words
from .transcriber import Transcriber
from .voice_advice import advice
from .voice_report import VoiceReport, measure

TEXT_MAX_CHARS = 10_000  # 10 min of speech, as long as a recording may be, are about 9,000
SURE = 0.5
"""Share of words on which two aligners have to agree before a text is cut by them."""

QUIET_DB = -30.0
"""dBFS; speech whose loudest 10 ms are below was recorded far too low, or its channels cancel each other."""
CANCELLED_DB = 20.0
"""Of channels that do not cancel, six say the voice 16 dB softer together than the first does alone."""

CANCELLED = (
    "the channels cancel each other: mixed they are {:.0f} dB or more below the first alone, so only that one is used; "
    "one is probably inverted: check the wiring, or record in mono"
)
UNCHECKED = (
    "the text was cut by one aligner, which cannot tell whether it is what is said; if the voice sounds wrong, compare "
    "the profile's text with the reference"
)

TextSource = Literal["ref_text", "txt", "transcribed"]


@dataclass(frozen=True)
class Wording:
    """What a reference says."""

    text: str | None = None
    source: TextSource | None = None
    language: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Draft:
    """The parts of a voice."""

    recording: Audio
    reference: Audio
    text: str | None
    text_source: TextSource | None
    language: str | None
    report: VoiceReport
    warnings: list[str]


def make_draft(
    data: bytes,
    *,
    ref_text: str | None,
    text_beside: str | None,
    language: str | None,
    transcriber: Transcriber,
    aligners: AlignerChain,
) -> Draft:
    """Decode a file, check it, cut the reference out of it, find its text (`ref_text`, else `text_beside`, the bucket's
    NAME.txt, else transcribed) and measure it all. Raises InvalidAudio, AudioTooLong, InvalidInput."""
    recording, of_channels = _read(data)
    check_recording(recording)
    cut, wording = _worded(recording, ref_text, text_beside, language, transcriber, aligners)
    report = measure(recording, cut.audio, wording.text)
    warnings = [*of_channels, *advice(report, wording.text, cut.audio), *cut.warnings, *wording.warnings]
    return Draft(recording, cut.audio, wording.text, wording.source, wording.language, report, warnings)


def _read(data: bytes) -> tuple[Audio, list[str]]:
    """The recording: its channels' mean, or, where they cancel each other, the first alone with a warning."""
    mean = decode(data, max_s=RECORDING_MAX_S)
    loudest_db = mean.levels_db.max(initial=SILENT_DB)
    if loudest_db > QUIET_DB:
        return mean, []
    first = decode(data, max_s=RECORDING_MAX_S, to_mono=FIRST_CHANNEL)
    louder_db = first.levels_db.max(initial=SILENT_DB) - loudest_db
    if louder_db >= CANCELLED_DB:
        return first, [CANCELLED.format(louder_db)]
    return mean, []


def _worded(
    recording: Audio,
    ref_text: str | None,
    text_beside: str | None,
    language: str | None,
    transcriber: Transcriber,
    aligners: AlignerChain,
) -> tuple[Cut, Wording]:
    """The reference and what it says."""
    cut = make_reference(recording)
    source: TextSource = "ref_text" if ref_text else "txt"
    given = ref_text or text_beside
    if not given:
        return cut, _transcribed(cut, language, transcriber)
    unused = f"it is over {TEXT_MAX_CHARS} characters"
    if len(given) <= TEXT_MAX_CHARS:
        try:
            cut, text = _fitted(cut, given, language, aligners)
        except AlignmentError as e:
            _refuse_misfit(recording, cut, str(e), refuse=source == "ref_text")
            unused = f"it was cut, and its text could not be ({e})"
        else:
            return cut, Wording(text, source, language)
    wording = _transcribed(cut, language, transcriber)
    warning = f"the .txt beside the recording was not used: {unused}"
    return cut, replace(wording, warnings=(warning, *wording.warnings))


def _fitted(cut: Cut, text: str, language: str | None, aligners: AlignerChain) -> tuple[Cut, str]:
    """The text of what is kept: all of it, or the words that an aligner finds before the cut. Raises AlignmentError."""
    if not cut.was_cut:
        return cut, text
    pace = len(text.encode()) / cut.speech.duration_s
    if not PACE_MIN <= pace <= PACE_MAX:
        raise AlignmentError(f"{len(text)} characters cannot be what {cut.speech.duration_s:.1f} s of speech say")
    words = split_words(text)
    alignment = aligners.align(cut.speech, words, language)
    if alignment.confidence is not None and alignment.confidence < SURE:
        raise AlignmentError("two aligners disagree on where its words are: is it the text of this recording?")
    kept = [word for word in alignment.words if word.start_ms + word.end_ms <= 2 * cut.end_ms]
    if not cut.in_pause:  # a place between two words is better than any quiet one
        kept = [word for word in kept if word.end_ms <= cut.end_ms]
        if kept:
            cut = cut_at(cut.speech, kept[-1].end_ms, in_pause=True)
    if not kept:
        raise AlignmentError("no word of it ends before the cut")
    if alignment.confidence is None:
        cut = replace(cut, warnings=[*cut.warnings, UNCHECKED])
    return cut, join_words([word.text for word in kept])


def _refuse_misfit(recording: Audio, cut: Cut, why: str, refuse: bool) -> None:
    if refuse:
        raise InvalidInput(
            f"the recording has {recording.duration_s:.1f} s and only {cut.audio.duration_s:.1f} s of it are kept, and "
            f"the words of these could not be found ({why}); send at most {REFERENCE_MAX_MS // 1000} s of audio with "
            "its text, or leave ref_text out to have the kept part transcribed",
            field="ref_text",
            duration_s=round(recording.duration_s, 2),
            kept_s=round(cut.audio.duration_s, 2),
        )


def _transcribed(cut: Cut, language: str | None, transcriber: Transcriber) -> Wording:
    try:
        heard = transcriber.transcribe(cut.audio, language)
    except TranscriberUnavailable as e:
        warning = f"nobody knows what the recording says: {e.message}. Engine preview does not need it; cloning does"
        return Wording(language=language, warnings=(warning,))
    if not heard.text:
        warning = "no words were heard in the recording; send its text as ref_text"
        return Wording(language=language, warnings=(warning,))
    return Wording(heard.text, "transcribed", language or heard.language)
