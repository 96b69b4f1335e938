"""Draft: a voice made from a recording, not yet stored."""

from dataclasses import dataclass, field
from typing import Literal

from .audio import Audio, decode
from .errors import InvalidInput, TranscriberUnavailable
from .reference import RECORDING_MAX_S, REFERENCE_MAX_MS, Cut, check_recording, make_reference
from .transcriber import Transcriber

TEXT_MAX_CHARS = 1_000  # 12 s of the fastest speech are about 300
TextSource = Literal["ref_text", "txt", "transcribed"]


@dataclass(frozen=True, eq=False)
class Draft:
    """The parts of a voice."""

    recording: Audio
    reference: Audio
    text: str | None = None
    text_source: TextSource | None = None
    language: str | None = None
    warnings: list[str] = field(default_factory=list)


def make_draft(
    data: bytes, *, ref_text: str | None, text_beside: str | None, language: str | None, transcriber: Transcriber
) -> Draft:
    """Decode a file, check it, cut the reference out of it and find its text: `ref_text`, else `text_beside` (the
    bucket's NAME.txt), else transcribed. Raises InvalidAudio, AudioTooLong, InvalidInput."""
    recording = decode(data, max_s=RECORDING_MAX_S)
    warnings = check_recording(recording)
    cut = make_reference(recording)
    warnings += cut.warnings
    if ref_text and cut.was_cut:
        raise InvalidInput(
            f"the recording has {recording.duration_s:.1f} s and only {cut.audio.duration_s:.1f} s of it are kept, so "
            f"this text would not fit them; send at most {REFERENCE_MAX_MS // 1000} s of audio with its text, or leave "
            "ref_text out to have the kept part transcribed",
            field="ref_text",
            duration_s=round(recording.duration_s, 2),
            kept_s=round(cut.audio.duration_s, 2),
        )
    if ref_text:
        return Draft(recording, cut.audio, ref_text, "ref_text", language, warnings)
    if text_beside and not cut.was_cut and len(text_beside) <= TEXT_MAX_CHARS:
        return Draft(recording, cut.audio, text_beside, "txt", language, warnings)
    if text_beside:
        why = (
            "the recording was cut, and the text was not" if cut.was_cut else f"it is over {TEXT_MAX_CHARS} characters"
        )
        warnings.append(f"the .txt beside the recording was not used: {why}")
    return _transcribed(recording, cut, language, warnings, transcriber)


def _transcribed(
    recording: Audio, cut: Cut, language: str | None, warnings: list[str], transcriber: Transcriber
) -> Draft:
    try:
        heard = transcriber.transcribe(cut.audio, language)
    except TranscriberUnavailable as e:
        warnings.append(
            f"nobody knows what the recording says: {e.message}. Engine preview does not need it; cloning does"
        )
        return Draft(recording, cut.audio, None, None, language, warnings)
    if not heard.text:
        warnings.append("no words were heard in the recording; send its text as ref_text")
        return Draft(recording, cut.audio, None, None, language, warnings)
    return Draft(recording, cut.audio, heard.text, "transcribed", language or heard.language, warnings)
