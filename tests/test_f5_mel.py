"""Our mel against the one that the f5-tts package takes from torchaudio."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from f5tts_worker.engines.upstream import _package
from f5tts_worker.f5.config import N_MELS
from f5tts_worker.f5.mel import HOP, SAMPLE_RATE, MelSpectrogram


def noise(n: int) -> np.ndarray:
    """White, as loud as speech."""
    return np.random.default_rng(0).standard_normal(n) * 0.1


def quiet_noise(n: int) -> np.ndarray:
    """About where the floor of the logarithm is."""
    return np.random.default_rng(1).standard_normal(n) * 1e-6


def silence(n: int) -> np.ndarray:
    """Nothing at all."""
    return np.zeros(n)


def tone(n: int) -> np.ndarray:
    """440 Hz, half of full scale."""
    return 0.5 * np.sin(2 * np.pi * 440 * np.arange(n) / SAMPLE_RATE)


def sweep(n: int) -> np.ndarray:
    """From 0 to 12 kHz, at full scale: every filter has its turn."""
    t = np.arange(n) / SAMPLE_RATE
    return np.sin(np.pi * 12_000 / t[-1] * t**2)


def click(n: int) -> np.ndarray:
    """One sample."""
    return np.eye(1, n, n // 2)[0]


@pytest.mark.parametrize("n_samples", [24_000, 25_600, 25_599, 513])
@pytest.mark.parametrize("sound", [noise, quiet_noise, silence, tone, sweep, click], ids=lambda sound: sound.__name__)
def test_mel_is_the_packages(sound: Callable[[int], np.ndarray], n_samples: int) -> None:
    """Every frame and mel is within 1e-5 of what get_vocos_mel_spectrogram computes."""
    samples = torch.from_numpy(sound(n_samples).astype(np.float32))
    ours = MelSpectrogram()(samples)
    upstream = _package("modules").get_vocos_mel_spectrogram(samples[None])[0].mT
    assert ours.shape == upstream.shape == (n_samples // HOP + 1, N_MELS)
    assert float((ours - upstream).abs().max()) <= 1e-5
