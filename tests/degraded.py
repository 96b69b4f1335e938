"""Clean recordings of people and of espeak, other ways to speak, and what can go wrong with one."""

from functools import cache

import numpy as np
import soxr
from numpy.typing import NDArray
from scipy import signal
from sounds import BASIC_TEXT, human_recording

from f5tts_worker import espeak
from f5tts_worker.activity import listen
from f5tts_worker.audio import Audio, Samples

CHINESE_TEXT = "对，这就是我，万人敬仰的太乙真人。"
SPOKEN_TEXT = (
    "Some people read aloud to learn a text, and others read aloud to be heard. When the fog came in, he wrote down "
    "what he heard instead: bells, engines, and once a song."
)
HUMAN = {
    "English": ("basic_ref_en.wav", BASIC_TEXT),
    "Chinese": ("basic_ref_zh.wav", CHINESE_TEXT),
    "country": ("../multi/country.flac", None),
    "main": ("../multi/main.flac", None),
    "town": ("../multi/town.flac", None),
}
SYNTHETIC = {"en-gb": SPOKEN_TEXT, "en-us": SPOKEN_TEXT, "de": None}
CLEAN = {**HUMAN, **{voice: (voice, text) for voice, text in SYNTHETIC.items()}}
"""Short name -> (file or espeak voice, what it says in a text that is known)."""


@cache
def clean(name: str) -> Audio:
    """One of CLEAN."""
    if name in HUMAN:
        return human_recording(HUMAN[name][0])
    return spoken(SPOKEN_TEXT, name)


def spoken(text: str, voice: str = "en-gb", words_per_minute: int = espeak.WPM_DEFAULT) -> Audio:
    """A text said by espeak."""
    return espeak.speak(text.split(), espeak.voice_for(voice) or "", words_per_minute).audio


def whispered(audio: Audio) -> Audio:
    """The same words without a voice: noise with the formants of each moment."""
    window = audio.rate // 50
    _, _, spectra = signal.stft(audio.samples, audio.rate, nperseg=window)
    width = 400 * window // audio.rate  # wider than two harmonics, narrower than a formant's distance to the next
    formants = np.sqrt(signal.fftconvolve(np.abs(spectra) ** 2, np.full((width, 1), 1 / width), "same").clip(0))
    _, _, hiss = signal.stft(noise(len(audio.samples), "white"), audio.rate, nperseg=window)
    _, samples = signal.istft(formants * np.exp(1j * np.angle(hiss)), audio.rate, nperseg=window)
    return Audio((samples[: len(audio.samples)] * 0.5).astype(np.float32), audio.rate)


NOTES_HZ = (220, 247, 262, 294, 262, 247, 220, 196)
VOWELS_HZ = ((700, 1_200, 2_500), (300, 2_200, 2_900), (500, 900, 2_400), (400, 1_900, 2_600))
"""Formants of a, i, o and e."""


def sung(note_s: float = 0.8, rate: int = 24_000) -> Audio:
    """Vowels sung one into the next, with vibrato."""
    time = np.arange(round(note_s * rate)) / rate
    vibrato = time + 0.01 / (2 * np.pi * 5.5) * np.sin(2 * np.pi * 5.5 * time)
    swell = np.minimum(1, np.minimum(time, note_s - time) / 0.08)
    notes = []
    for i, hz in enumerate(NOTES_HZ):
        harmonics = np.arange(1, 5_000 // hz)[:, None] * hz
        formants = sum(1 / (1 + ((harmonics - formant) / 80) ** 2) for formant in VOWELS_HZ[i % len(VOWELS_HZ)])
        notes.append(swell * (formants * np.sin(2 * np.pi * harmonics * vibrato)).sum(axis=0))
    samples = np.concatenate(notes)
    return Audio((samples / np.abs(samples).max() / 2).astype(np.float32), rate)


def noise(n_samples: int, colour: str, seed: int = 1) -> NDArray[np.float64]:
    """White noise or pink, which falls by 3 dB an octave from 50 Hz on (at 24 kHz); of power 1."""
    samples = np.random.default_rng(seed).normal(size=n_samples)
    if colour == "pink":
        size = 1 << n_samples.bit_length()  # a transform of any other length takes seconds
        spectrum = np.fft.rfft(samples, size)
        spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)) / len(spectrum), 50 / 12_000))
        samples = np.fft.irfft(spectrum, size)[:n_samples]
    return samples / samples.std()


def noisy(audio: Audio, snr_db: float, colour: str = "white") -> Audio:
    """With noise that far below the speech."""
    gain = 10 ** ((listen(audio).level_db - snr_db) / 20)
    return Audio((audio.samples + gain * noise(len(audio.samples), colour)).astype(np.float32), audio.rate)


def low_passed(audio: Audio, hz: float) -> Audio:
    """Without what is above a frequency: 3 dB less at it, 60 half an octave above."""
    spectrum = np.fft.rfft(audio.samples)
    spectrum /= np.sqrt(1 + (np.fft.rfftfreq(len(audio.samples), 1 / audio.rate) / hz) ** 40)
    return Audio(np.fft.irfft(spectrum, len(audio.samples)).astype(np.float32), audio.rate)


def upsampled(audio: Audio, from_rate: int, rate: int = 48_000) -> Audio:
    """A recording of a low rate in a file of a high one."""
    low = soxr.resample(audio.samples, audio.rate, from_rate)
    return Audio(soxr.resample(low, from_rate, rate).astype(np.float32), rate)


def clipped(audio: Audio, share: float, peak: float = 1.0) -> Audio:
    """With this share of its samples cut off, at `peak`."""
    limit = float(np.quantile(np.abs(audio.samples), 1 - share))
    return Audio((np.clip(audio.samples, -limit, limit) * (peak / limit)).astype(np.float32), audio.rate)


def padded(audio: Audio, before_s: float, after_s: float) -> Audio:
    """With digital silence around it."""
    before, after = (np.zeros(round(seconds * audio.rate), np.float32) for seconds in (before_s, after_s))
    samples: Samples = np.concatenate([before, audio.samples, after])
    return Audio(samples, audio.rate)
