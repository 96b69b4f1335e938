"""Mel: the log-mel spectrogram that F5-TTS and Vocos speak."""

import math

import torch
from torch import Tensor, nn

from .config import N_MELS

SAMPLE_RATE = 24_000
N_FFT = 1024
HOP = 256  # 93.75 frames a second
N_BINS = N_FFT // 2 + 1  # 513
FLOOR = 1e-5


def _mel_filters() -> Tensor:
    """Triangular filters on the HTK mel scale, unnormalised, (N_BINS, N_MELS)."""

    def to_mel(hertz: float) -> float:
        return 2595.0 * math.log10(1.0 + hertz / 700.0)

    mels = torch.linspace(to_mel(0.0), to_mel(SAMPLE_RATE / 2), N_MELS + 2)
    corners = 700.0 * (10.0 ** (mels / 2595.0) - 1.0)  # Hz: left foot, top, right foot of each filter
    bins = torch.linspace(0, SAMPLE_RATE // 2, N_BINS)
    width = corners.diff()
    distance = corners[None, :] - bins[:, None]  # (N_BINS, N_MELS + 2)
    rising = -distance[:, :-2] / width[:-1]
    falling = distance[:, 2:] / width[1:]
    return torch.minimum(rising, falling).clamp(min=0)


class MelSpectrogram(nn.Module):
    """Samples to log-mel frames; always in float32."""

    window: Tensor
    filters: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("window", torch.hann_window(N_FFT), persistent=False)
        self.register_buffer("filters", _mel_filters(), persistent=False)

    def forward(self, samples: Tensor) -> Tensor:
        """(n_samples,) at SAMPLE_RATE -> (n_samples // HOP + 1, N_MELS)."""
        spectrum = torch.stft(samples, N_FFT, HOP, window=self.window, center=True, return_complex=True)
        return (spectrum.abs().T @ self.filters).clamp(min=FLOOR).log()
