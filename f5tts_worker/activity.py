"""Activity: where a recording has speech, how loud that is, how loud its pauses are, and how much it changes.

Everything is measured over frames of 10 ms. A frame's level is its standard deviation, so that an offset is no sound.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from .audio import Audio

Levels = NDArray[np.float64]
Flags = NDArray[np.bool_]

FRAMES_A_SECOND = 100
BLOCK = 6_000
"""Frames measured at once: ten minutes at 48 kHz would take 230 MB in double precision."""
NOTHING_DB = -200.0
DIGITAL_SILENCE_DB = -90.0
"""dBFS; the last bit of 16 is at -96. An editor or a gate cuts in what is as quiet, and no noise is heard in it."""

PAUSE_FRAMES = 10
"""Noise is looked for in stretches of 100 ms: closures within a word are shorter."""
STEADY_DB = 4.0
"""The most that the frames of a pause deviate: in pink noise they do by 2 dB, in a sound that fades by far more."""
QUIETEST_PERCENTILE, OVER_QUIETEST_DB = 10, 3.0
"""How loud a pause may be among all frames between the first sound and the last. A steady vowel is louder, and so is
everything where an editor or a gate has put digital silence between the words."""
NEAR_QUIETEST_DB = 4.0

ACTIVE_MARGIN_DB = 15.9
"""ITU-T P.56: the level of speech is the mean power of whatever is louder than this far below it."""
SOFTEST_DB, OVER_NOISE_DB = 25.0, 4.0
"""Speech is no softer than this below its own level, and no nearer to the noise."""
HANGOVER_FRAMES = 20
"""Of P.56: shorter gaps belong to the speech."""

BANDS_HZ = (100, 300, 600, 1_000, 1_500, 2_200, 3_200, 4_600, 6_800)
"""About 2 bark each: the formants of one vowel lie in other bands than those of the next."""
SOUND_FRAMES, AROUND_FRAMES = 10, 50
"""A sound of speech lasts about 100 ms; it is compared with the half second around it: 2 or 3 syllables."""
BAND_RANGE_DB = 50.0
"""Below the loudest band there is nothing to hear: a filter leaves rounding errors there."""
SPEECH_FROM_S, SOUND_FROM_S = 1.0, 2.0
"""Less is too little to tell by."""


@dataclass(frozen=True, eq=False)
class Activity:
    """Where an audio has speech."""

    speech: Flags
    """(n_frames,)."""
    level_db: float
    """Mean power where there is speech, in dBFS; NOTHING_DB where there is none."""
    noise_db: float | None
    """Mean power of the pauses; None where there is none to hear it in."""

    @property
    def speech_s(self) -> float:
        """Seconds of speech."""
        return int(self.speech.sum()) / FRAMES_A_SECOND

    @property
    def silence_s(self) -> tuple[float, float]:
        """Seconds before and after the speech; without speech, all of it is before."""
        if not self.speech.any():
            return len(self.speech) / FRAMES_A_SECOND, 0.0
        return int(np.argmax(self.speech)) / FRAMES_A_SECOND, int(np.argmax(self.speech[::-1])) / FRAMES_A_SECOND

    @property
    def snr_db(self) -> float | None:
        """Power of the speech, without the noise that is in it, over that of the noise."""
        if self.noise_db is None or self.level_db <= self.noise_db:
            return None
        return float(to_db(to_power(self.level_db) / to_power(self.noise_db) - 1))


def listen(audio: Audio) -> Activity:
    """Tell speech from pauses by level: over the noise, and not too far below the speech's own level."""
    levels = _levels_db(audio)
    live = levels > DIGITAL_SILENCE_DB
    if not live.any():
        return Activity(live, NOTHING_DB, None)
    smooth = np.median(sliding_window_view(np.pad(levels, 2, mode="edge"), 5), axis=1)  # a click is shorter
    softest_db = max(_active_level_db(smooth) - SOFTEST_DB, DIGITAL_SILENCE_DB)
    noise_db = _noise_db(levels, live)
    if noise_db is not None and smooth.max() <= noise_db + OVER_NOISE_DB:  # all of it is as loud: then it is no pause
        noise_db = None
    speech = _without_gaps(smooth > (softest_db if noise_db is None else max(softest_db, noise_db + OVER_NOISE_DB)))
    level_db = float(to_db(to_power(levels[speech]).mean())) if speech.any() else NOTHING_DB
    return Activity(speech, level_db, noise_db)


def change_db(audio: Audio) -> float | None:
    """How much the sound changes from one syllable to the next: by its level or by its timbre, whichever does less.

    Noise of any colour and a steady tone stay below 0.8, a siren too, whose level stays; speech has 1.5 and more, also
    whispered, sung or with noise at 5 dB. None where there is too little to tell.
    """
    heard = _judged(audio)
    if not heard.any():
        return None
    powers = _running_mean(_band_powers(audio, len(heard)), SOUND_FRAMES)
    bands = to_db(powers)
    bands = np.maximum(bands, bands.max() - BAND_RANGE_DB)
    level, timbre = to_db(powers.sum(axis=0, keepdims=True)), bands - bands.mean(axis=0)
    return min(_swing_db(level, heard), _swing_db(timbre, heard))


def _judged(audio: Audio) -> Flags:
    """The frames of speech; where these are few, all that sound, for rumble is up and down as speech and pauses are."""
    speech = listen(audio).speech
    if speech.sum() >= SPEECH_FROM_S * FRAMES_A_SECOND:
        return speech
    live: Flags = _levels_db(audio) > DIGITAL_SILENCE_DB
    return live if live.sum() >= SOUND_FROM_S * FRAMES_A_SECOND else np.zeros_like(live)


def _band_powers(audio: Audio, n_frames: int) -> Levels:
    """Power in each of BANDS_HZ over 20 ms from the start of each frame, (n_bands, n_frames)."""
    hop = round(audio.rate / FRAMES_A_SECOND)
    frames = sliding_window_view(np.pad(audio.samples, (0, 2 * hop)), 2 * hop)[: n_frames * hop : hop]
    powers = np.square(np.abs(np.fft.rfft(frames * np.hanning(2 * hop))))
    edges = np.searchsorted(np.fft.rfftfreq(2 * hop, 1 / audio.rate), BANDS_HZ)
    return np.array([powers[:, low:high].sum(axis=1) for low, high in pairwise(edges)])


def _swing_db(levels: Levels, heard: Flags) -> float:
    """How far each row goes from its own mean around, in standard deviations; the mean of the rows."""
    return float((levels - _running_mean(levels, AROUND_FRAMES))[:, heard].std(axis=1).mean())


def _running_mean(rows: Levels, length: int) -> Levels:
    padded = np.pad(rows, ((0, 0), (length // 2, length - 1 - length // 2)), mode="edge")
    means: Levels = sliding_window_view(padded, length, axis=1).mean(axis=-1)
    return means


def _levels_db(audio: Audio) -> Levels:
    """Level of each whole frame in dBFS, (n_frames,); at least one."""
    length = round(audio.rate / FRAMES_A_SECOND)
    samples = np.pad(audio.samples, (0, max(0, length - len(audio.samples))))
    frames = samples[: len(samples) // length * length].reshape(-1, length)
    blocks = [frames[i : i + BLOCK].var(axis=1, dtype=np.float64) for i in range(0, len(frames), BLOCK)]
    return to_db(np.concatenate(blocks))


def _noise_db(levels: Levels, live: Flags) -> float | None:
    """Mean power of the quietest steady stretches; None if there is none.

    After the minimum statistics of Martin (2001): noise is what the level falls back to between words.
    """
    if len(levels) < PAUSE_FRAMES:
        return None
    stretches = sliding_window_view(levels, PAUSE_FRAMES)
    loudness = to_db(np.convolve(to_power(levels), np.ones(PAUSE_FRAMES) / PAUSE_FRAMES, "valid"))
    pauses = sliding_window_view(live, PAUSE_FRAMES).all(axis=1) & (stretches.std(axis=1) < STEADY_DB)
    first, last = np.flatnonzero(live)[[0, -1]]
    pauses &= loudness <= np.percentile(levels[first : last + 1], QUIETEST_PERCENTILE) + OVER_QUIETEST_DB
    if not pauses.any():
        return None
    pauses &= loudness < loudness[pauses].min() + NEAR_QUIETEST_DB
    frames = np.convolve(pauses, np.ones(PAUSE_FRAMES, np.int64)) > 0
    return float(to_db(to_power(levels[frames]).mean()))


def _active_level_db(levels: Levels) -> float:
    """Level of the speech by ITU-T P.56: frames are taken from the loudest down to the margin below their mean."""
    falling = np.sort(levels)[::-1]
    means = to_db(np.cumsum(to_power(falling)) / np.arange(1, len(falling) + 1))
    below = np.flatnonzero(means - falling >= ACTIVE_MARGIN_DB)
    return float(means[below[0] if len(below) else -1])


def _without_gaps(speech: Flags) -> Flags:
    """The flags with short gaps between two stretches of speech closed."""
    places = np.flatnonzero(speech)
    closed = speech.copy()
    for i in np.flatnonzero((np.diff(places) > 1) & (np.diff(places) <= HANGOVER_FRAMES)):
        closed[places[i] : places[i + 1]] = True
    return closed


def to_db(power: Levels | float) -> Levels:
    """Decibels of a power."""
    levels: Levels = 10 * np.log10(np.maximum(power, 1e-20))
    return levels


def to_power(levels: Levels | float) -> Levels:
    """Power of decibels."""
    power: Levels = np.power(10.0, np.divide(levels, 10))
    return power
