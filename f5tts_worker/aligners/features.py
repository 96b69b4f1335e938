"""Features: what a recording and its reference are compared by, and where a recording is silent."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import soxr
from numpy.typing import NDArray

from ..audio import Audio, Samples

RATE = 16_000
"""Hertz."""
HOP = 160  # 10 ms
WINDOW = 400  # 25 ms
FFT = 512
N_MELS = 40
BLOCK = 1000
"""Frames transformed at once: the spectra of 20 minutes would take 250 MB."""
FLOOR = 1e-5
"""Of the mean power: 50 dB down, everything is as quiet. espeak's pauses are digital silence, nobody else's are."""

DIGITAL_SILENCE_DB = -100
REACH = 2
"""Frames before and after one between which its change is taken."""
CHANGES_WEIGHT = 0.6

Matrix = NDArray[np.float32]
Frames = NDArray[np.int64]


@dataclass(frozen=True)
class Sound:
    """A recording, at RATE and pre-emphasised: consonants count as much as vowels, and hum less."""

    samples: Samples

    @classmethod
    def of(cls, audio: Audio) -> "Sound":
        """Resample and pre-emphasise."""
        samples = soxr.resample(audio.samples, audio.rate, RATE).astype(np.float32, copy=False)
        return cls(np.append(samples[:1], samples[1:] - np.float32(0.97) * samples[:-1]))

    @property
    def centres(self) -> Frames:
        """Middle of each whole frame of 10 ms."""
        return np.arange(len(self.samples) // HOP) * HOP + HOP // 2

    def powers(self, centres: Frames) -> Matrix:
        """Power in each mel band around these samples, (n_centres, N_MELS)."""
        padded = np.pad(self.samples, (WINDOW // 2, WINDOW))
        window = np.hanning(WINDOW + 1)[:-1].astype(np.float32)
        powers = np.empty((len(centres), N_MELS), np.float32)
        for i in range(0, len(centres), BLOCK):
            frames = padded[centres[i : i + BLOCK, None] + np.arange(WINDOW)] * window
            powers[i : i + BLOCK] = np.square(np.abs(np.fft.rfft(frames, FFT))) @ _mel_bands()
        return powers

    def loudness(self) -> Matrix:
        """How far each frame of 10 ms is from silence, 0, to well-audible speech, 1; (n_frames,)."""
        levels = Audio(self.samples, RATE).levels_db
        heard = levels[levels > DIGITAL_SILENCE_DB]
        if not len(heard):
            return np.zeros(len(levels), np.float32)
        loud = np.percentile(heard, 95)
        noise = np.percentile(levels, 3) + 3  # 10 ms of even noise stay within 3 dB
        silence = np.clip(noise, loud - 45, loud - 22)
        loudness: Matrix = np.clip((levels - silence) / (loud - 16 - silence), 0, 1).astype(np.float32)
        return loudness


@cache
def _mel_bands() -> Matrix:
    """Triangles of equal width in mel from 60 to 7600 Hz, (FFT / 2 + 1, N_MELS)."""
    low, high = (2595 * np.log10(1 + hz / 700) for hz in (60, 7600))
    edges = 700 * (10 ** (np.linspace(low, high, N_MELS + 2) / 2595) - 1)
    hz = np.arange(FFT // 2 + 1)[:, None] * RATE / FFT
    rising, falling = (hz - edges[:-2]) / np.diff(edges)[:-1], (edges[2:] - hz) / np.diff(edges)[1:]
    bands: Matrix = np.maximum(0, np.minimum(rising, falling)).astype(np.float32)
    return bands


def normalised(powers: Matrix, noise: Matrix, speech: NDArray[np.bool_]) -> Matrix:
    """Log-mel over a background of `noise`, then how it changes around each frame; (n_frames, 2 * N_MELS).

    Each band has mean 0 and variance 1 over the speech frames. The changes halve the errors: they are large where one
    sound turns into the next, and there words begin.
    """
    logs = np.log(powers / powers[speech].mean() + noise)
    spoken = logs[speech]
    normal = (logs - spoken.mean(axis=0)) / (spoken.std(axis=0) + 1e-3)
    around = np.pad(normal, ((REACH, REACH), (0, 0)), mode="edge")
    changes = CHANGES_WEIGHT * (around[2 * REACH :] - around[: -2 * REACH])
    return np.concatenate([normal, changes], axis=1).astype(np.float32)


def background(powers: Matrix, speech: NDArray[np.bool_]) -> Matrix:
    """Power of a recording's noise in each band, relative to its speech; (N_MELS,)."""
    loudness = powers[speech].mean()
    quiet = powers[~speech]
    noise = np.median(quiet, axis=0) if len(quiet) >= 5 else np.zeros(N_MELS)
    floor: Matrix = np.maximum(noise / loudness, FLOOR).astype(np.float32)
    return floor


def runs(flags: NDArray[np.bool_], at_least: int) -> list[tuple[int, int]]:
    """First and past-the-end place of each run of True that is long enough."""
    turns = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(turns[::2], turns[1::2], strict=True) if b - a >= at_least]
