"""VoiceReport: how good a recording is to clone from, in figures."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from pydantic import BaseModel, ConfigDict

from .activity import FRAMES_A_SECOND, Flags, Levels, listen, to_db
from .audio import Audio
from .reference import CLIPPED

AT_PEAK, BELOW_PEAK = 0.99, 0.95
PILED_UP = 8.0
"""How much denser samples lie at the peak than just below it: 0 to 6 times in clean speech, 10 to 60 where 0.3 % of
the samples are cut off; 3.2 times in a sine."""

SPECTRA = 1_000
BAND_HZ = 100
WHISTLE_BANDS = 5
"""What fills less than 500 Hz is a whistle of the equipment."""
NOTHING_DB = 60.0
"""Below the loudest band; clear speech is 30 to 45 there up to 10 kHz."""
EDGE_DB = 12.0
"""Below the bands under it: there a low-pass filter has closed, however softly it goes on."""


class VoiceReport(BaseModel):
    """Figures about a recording and the part of it that is cloned."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    speech_s: float
    """Seconds of speech in the recording; gaps of up to 0.2 s count."""
    leading_silence_s: float
    """Seconds of the recording before its speech."""
    trailing_silence_s: float
    kept_speech_s: float
    """Seconds of speech in what is cloned."""
    kept_silence_s: float
    """Seconds before and after the speech in what is cloned."""
    level_dbfs: float
    """Of the speech, its pauses left out."""
    peak_dbfs: float
    clipped_share: float
    """Of the samples: cut off at full scale, or flat at a lower peak."""
    snr_db: float | None
    """How far the noise in the pauses is below the speech; None where no pause lets it be heard."""
    bandwidth_hz: int
    """There is nothing above."""
    source_rate_hz: int
    """Samples a second of the file, 48000 at most."""
    chars_per_s: float | None
    """Characters of the text for each second of the speech that is cloned; None without a text."""


def measure(recording: Audio, reference: Audio, text: str | None) -> VoiceReport:
    """Measure a recording, and the reference made of it, which says `text`."""
    heard, kept = listen(recording), listen(reference)
    leading_s, trailing_s = heard.silence_s
    peak = float(np.max(np.abs(recording.samples), initial=0))
    return VoiceReport(
        speech_s=round(heard.speech_s, 2),
        leading_silence_s=round(leading_s, 2),
        trailing_silence_s=round(trailing_s, 2),
        kept_speech_s=round(kept.speech_s, 2),
        kept_silence_s=round(sum(kept.silence_s), 2),
        level_dbfs=round(heard.level_db, 1),
        peak_dbfs=round(float(to_db(peak**2)), 1),
        clipped_share=round(_clipped_share(recording), 5),
        snr_db=None if heard.snr_db is None else round(heard.snr_db, 1),
        bandwidth_hz=_bandwidth_hz(recording, heard.speech),
        source_rate_hz=recording.rate,
        chars_per_s=round(len(text) / kept.speech_s, 1) if text and kept.speech_s else None,
    )


def _clipped_share(audio: Audio) -> float:
    """Share of the samples at full scale, or at both peaks where they pile up there."""
    if not len(audio.samples):
        return 0.0
    high, low = float(audio.samples.max()), float(audio.samples.min())
    at_full_scale = _share_beyond(audio, CLIPPED, -CLIPPED)
    if not high > 0 > low:
        return at_full_scale
    at_peak = _share_beyond(audio, high * AT_PEAK, low * AT_PEAK)
    just_below = _share_beyond(audio, high * BELOW_PEAK, low * BELOW_PEAK) - at_peak
    denser = at_peak / (1 - AT_PEAK) > PILED_UP * just_below / (AT_PEAK - BELOW_PEAK)
    return max(at_full_scale, at_peak if denser else 0.0)


def _share_beyond(audio: Audio, high: float, low: float) -> float:
    return float(np.count_nonzero(audio.samples >= high) + np.count_nonzero(audio.samples <= low)) / len(audio.samples)


def _bandwidth_hz(audio: Audio, speech: Flags) -> int:
    """Where the speech's spectrum ends: at the last 500 Hz in which there is anything at all, and from there down the
    filter's edge to what is about as loud as the bands under it."""
    bands = _bands_db(audio, speech)
    bands = bands - bands.max()
    filled = sliding_window_view(bands > -NOTHING_DB, WHISTLE_BANDS).all(axis=1)
    top = int(np.flatnonzero(filled)[-1]) + WHISTLE_BANDS if filled.any() else int(np.argmax(bands)) + 1
    usual = float(np.median(bands[top // 2 : top * 4 // 5 + 1]))
    end = int(np.flatnonzero(bands[:top] > usual - EDGE_DB)[-1]) + 1
    return min(end * BAND_HZ, audio.rate // 2)


def _bands_db(audio: Audio, speech: Flags) -> Levels:
    """Power that each band of 100 Hz exceeds in 5 % of the frames of speech, (n_bands,).

    A mean would hide fricatives, which reach highest and are rare. The side lobes of the Kaiser window are below
    -100 dB: low sounds do not leak into high bands.
    """
    size = 1 << (audio.rate * 3 // 100).bit_length()  # 32 to 46 ms
    places = np.flatnonzero(speech) if speech.any() else np.arange(len(speech))
    places = places[np.unique(np.linspace(0, len(places) - 1, SPECTRA).astype(np.int64))]
    starts = places * round(audio.rate / FRAMES_A_SECOND)
    frames = np.pad(audio.samples, (0, size))[starts[:, None] + np.arange(size)]
    powers = np.square(np.abs(np.fft.rfft(frames * np.kaiser(size, 14))))
    band = (np.fft.rfftfreq(size, 1 / audio.rate) // BAND_HZ).astype(np.int64)
    return to_db(np.bincount(band, np.percentile(powers, 95, axis=0)) / np.bincount(band))
