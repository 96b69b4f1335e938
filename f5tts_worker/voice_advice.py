"""Advice: what is not as it should be with a voice's recording, and what to record differently."""

import unicodedata

from .activity import change_db
from .audio import Audio
from .reference import PACE_MAX, PACE_MIN
from .voice_report import VoiceReport

WARN_CLIPPED_SHARE = 0.001
WARN_LEVEL_DBFS = -35.0
WARN_SNR_DB = 25.0
"""LibriTTS left out what had less than 20 dB; clean recordings have 35 and more."""
WARN_BANDWIDTH_HZ = 8_500
"""Telephones end at 3.4 kHz and recordings of 16 kHz at 8; most of an s lies between 5 and 10."""
WARN_SPEECH_S = 3.0
WARN_SILENCE_S = 1.0

SPEECH_CHANGE_DB = 1.1
"""Noise, tones and a siren have up to 0.8, speech 1.5 and more."""

PACES = {"ideograph": 4.7, "hangul": 6.5, "kana": 8.5, "unvowelled": 11.0, "digit": 4.0, "letter": 14.1}
"""Characters in a second of ordinary speech: digits are said as words, and vowels take time that are not written."""
PACE_FACTOR = 1.77
"""How far from these people speak: English has 8 to 25."""
PACE_FROM_S = 1.0
"""Less speech is too little to tell its pace."""

KINDS = {
    **dict.fromkeys(["CJK UNIFIED", "CJK COMPATIBILITY"], "ideograph"),
    "HANGUL SYLLABLE": "hangul",
    **dict.fromkeys(["HIRAGANA", "KATAKANA"], "kana"),
    **dict.fromkeys(["ARABIC LETTER", "HEBREW LETTER"], "unvowelled"),
}
"""The beginning of a character's name in Unicode -> its kind in PACES."""


def advice(report: VoiceReport, text: str | None, reference: Audio | None = None) -> list[str]:
    """A sentence for each thing that is wrong: what, by how much, and what to do.

    Only by the reference itself can be told whether it is speech at all, and whether cloning will take its text.
    """
    misfit = _of_misfit(reference, text) if reference and text else None
    noisy = report.snr_db is not None and report.snr_db < WARN_SNR_DB
    told = [
        _of_sound(reference) if reference else None,
        _of_clipping(report) if report.clipped_share > WARN_CLIPPED_SHARE else None,
        _of_level(report) if report.level_dbfs < WARN_LEVEL_DBFS else None,
        _of_noise(report) if noisy else None,
        _of_bandwidth(report) if report.bandwidth_hz < WARN_BANDWIDTH_HZ else None,
        _of_length(report) if report.kept_speech_s < WARN_SPEECH_S else None,
        _of_silence(report) if report.kept_silence_s > WARN_SILENCE_S else None,
        misfit or (_of_text(report, text) if text else None),
    ]
    return [sentence for sentence in told if sentence]


def _of_sound(reference: Audio) -> str | None:
    changes_db = change_db(reference)
    if changes_db is None or changes_db >= SPEECH_CHANGE_DB:
        return None
    return (
        f"this does not sound like speech: from syllable to syllable speech changes by 1.5 dB and more, and what is "
        f"kept of the recording by {changes_db:.1f}, as noise or a tone does; send 5 to 12 s of one person speaking"
    )


def _of_misfit(reference: Audio, text: str) -> str | None:
    """Whether cloning refuses the text: it sets the bytes of the text against the length of the reference."""
    if PACE_MIN <= len(text.encode()) / reference.duration_s <= PACE_MAX:
        return None
    return (
        f"cloning will refuse this voice: {len(text)} characters cannot be what {reference.duration_s:.1f} s of speech "
        "say; upload it again with the whole text of the recording and nothing else as ref_text, or without ref_text "
        "to have it transcribed"
    )


def _of_clipping(report: VoiceReport) -> str:
    share = f"{report.clipped_share:.1%} of the recording is"
    if report.peak_dbfs >= -0.1:
        return f"{share} at full scale (clipped); a lower recording level sounds cleaner"
    return (
        f"{share} cut off flat at {report.peak_dbfs:.1f} dBFS (clipped, then turned down); record at a lower level, "
        "for what was cut off does not come back"
    )


def _of_level(report: VoiceReport) -> str:
    return (
        f"the speech is at {report.level_dbfs:.0f} dBFS, so that soft sounds at its edges are taken for silence; go "
        "closer to the microphone or turn it up: -26 to -16 dBFS is good"
    )


def _of_noise(report: VoiceReport) -> str:
    return (
        f"background noise is {report.snr_db:.0f} dB below the speech and is cloned with it; record in a quiet room, "
        "close to the microphone: 30 dB or more clones cleanly"
    )


def _of_bandwidth(report: VoiceReport) -> str:
    found = f"there is nothing above {report.bandwidth_hz / 1000:.1f} kHz, and the voice will sound as dull"
    if report.source_rate_hz < 2 * WARN_BANDWIDTH_HZ:
        return f"{found}; the file has {report.source_rate_hz} samples a second: record with 44100 or 48000"
    return (
        f"{found}; it went through a telephone, strong compression or a low sample rate: send the first recording "
        "itself, or record anew with 44100 or 48000 samples a second"
    )


def _of_length(report: VoiceReport) -> str:
    return f"there are only {report.kept_speech_s:.1f} s of speech to clone from; record 5 to 12 s"


def _of_silence(report: VoiceReport) -> str:
    return (
        f"{report.kept_silence_s:.1f} s without speech are kept at the edges, for they are too loud to be cut as "
        "silence; start and stop the recording within half a second of the speech"
    )


def _of_text(report: VoiceReport, text: str) -> str | None:
    """Whether the text is too short or too long for the speech, by the paces of its characters."""
    if report.chars_per_s is None or report.kept_speech_s < PACE_FROM_S:
        return None
    usual = len(text) / sum(1 / PACES[_kind(character)] for character in text)
    slowest, fastest = usual / PACE_FACTOR, usual * PACE_FACTOR
    if slowest <= report.chars_per_s <= fastest:
        return None
    wrong = "words of the recording are missing" if report.chars_per_s < slowest else "it says more than the recording"
    return (
        f"the text has {report.chars_per_s:.1f} characters for each second of speech where {slowest:.0f} to "
        f"{fastest:.0f} are usual, so perhaps {wrong}; send as ref_text what is said, word for word"
    )


def _kind(character: str) -> str:
    if character.isdecimal():
        return "digit"
    name = unicodedata.name(character, "")
    return next((kind for beginning, kind in KINDS.items() if name.startswith(beginning)), "letter")
