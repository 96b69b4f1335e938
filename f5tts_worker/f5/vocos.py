"""Vocos: from mel to samples (arXiv:2306.00814)."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from .config import N_MELS, ArchitectureError, Shaped
from .mel import HOP, N_FFT

KERNEL = 7
EPS = 1e-6
LOUDEST = 100.0  # of a spectral bin


class Block(nn.Module):
    """A ConvNeXt block."""

    def __init__(self, dim: int, inner: int) -> None:
        super().__init__()
        self.dwconv = nn.Conv1d(dim, dim, KERNEL, padding=KERNEL // 2, groups=dim)
        self.norm = nn.LayerNorm(dim, eps=EPS)
        self.pwconv1 = nn.Linear(dim, inner)
        self.pwconv2 = nn.Linear(inner, dim)
        self.gamma = nn.Parameter(torch.empty(dim))

    def forward(self, x: Tensor) -> Tensor:
        """(b, d, n) -> (b, d, n)."""
        y = self.pwconv2(functional.gelu(self.pwconv1(self.norm(self.dwconv(x).mT))))
        return x + (self.gamma * y).mT


class Backbone(nn.Module):
    """Mel to features."""

    def __init__(self, dim: int, inner: int, depth: int) -> None:
        super().__init__()
        self.embed = nn.Conv1d(N_MELS, dim, KERNEL, padding=KERNEL // 2)
        self.norm = nn.LayerNorm(dim, eps=EPS)
        self.convnext = nn.ModuleList(Block(dim, inner) for _ in range(depth))
        self.final_layer_norm = nn.LayerNorm(dim, eps=EPS)

    def forward(self, mel: Tensor) -> Tensor:
        """(b, N_MELS, n) -> (b, n, d)."""
        x = self.norm(self.embed(mel).mT).mT
        for block in self.convnext:
            x = block(x)
        return self.final_layer_norm(x.mT)


class Head(nn.Module):
    """Features to the magnitude and phase of a spectrum."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out = nn.Linear(dim, N_FFT + 2)

    def forward(self, x: Tensor) -> Tensor:
        """(b, n, d) -> complex (b, N_FFT // 2 + 1, n)."""
        magnitude, phase = self.out(x).mT.chunk(2, dim=1)
        return torch.polar(magnitude.exp().clamp(max=LOUDEST), phase)


class Vocos(nn.Module):
    """The vocoder; always in float32."""

    window: Tensor

    def __init__(self, dim: int, inner: int, depth: int) -> None:
        super().__init__()
        self.backbone = Backbone(dim, inner, depth)
        self.head = Head(dim)
        self.register_buffer("window", torch.hann_window(N_FFT, device="cpu"), persistent=False)  # even if made on meta

    def forward(self, mel: Tensor) -> Tensor:
        """(n, N_MELS) log-mel -> ((n - 1) * HOP,) samples."""
        spectrum = self.head(self.backbone(mel.T[None].float()))
        return torch.istft(spectrum, N_FFT, HOP, window=self.window, center=True)[0]


def read_sizes(tensors: Mapping[str, Shaped]) -> tuple[int, int, int]:
    """dim, inner and depth of a checkpoint; raises ArchitectureError if it is no Vocos for these mels."""
    try:
        dim, mels, _ = tensors["backbone.embed.weight"].shape
        inner = tensors["backbone.convnext.0.pwconv1.weight"].shape[0]
        bins = tensors["head.out.weight"].shape[0]
    except KeyError as e:
        raise ArchitectureError(f"it has no tensor {e.args[0]}: not a Vocos") from e
    except ValueError as e:
        raise ArchitectureError("its embedding is no convolution: not a Vocos") from e
    if mels != N_MELS or bins != N_FFT + 2:
        raise ArchitectureError(f"it reads {mels} mels and writes {bins} values, not {N_MELS} and {N_FFT + 2}")
    prefix = "backbone.convnext."
    return dim, inner, len({name[len(prefix) :].split(".")[0] for name in tensors if name.startswith(prefix)})
