"""Text encoder: token ids to one feature vector for each mel frame, by ConvNeXt V2 blocks.

Modules carry the names that their parameters have in checkpoints. Shapes: b items, n mel frames, d features.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, pad

from .config import FILLER, ModelConfig

TEXT_KERNEL = 7
ROTARY_BASE = 10_000.0
EPS = 1e-6


def text_positions(n_frames: int, dim: int, device: torch.device) -> Tensor:
    """Sinusoidal positions of the text, (n, dim): all cosines, then all sines."""
    frequencies = 1.0 / ROTARY_BASE ** (torch.arange(0, dim, 2, device=device, dtype=torch.float32) / dim)
    angles = torch.outer(torch.arange(n_frames, device=device, dtype=torch.float32), frequencies)
    return torch.cat((angles.cos(), angles.sin()), dim=-1)


class GlobalResponseNorm(nn.Module):
    """Each channel weighed by how strongly it responds over the whole sequence (ConvNeXt V2, arXiv:2301.00808)."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.empty(1, 1, dim))
        self.beta = nn.Parameter(torch.empty(1, 1, dim))

    def forward(self, x: Tensor) -> Tensor:
        """(b, n, d) -> (b, n, d)."""
        response = x.norm(p=2, dim=1, keepdim=True)
        relative = response / (response.mean(dim=-1, keepdim=True) + EPS)
        return self.gamma * (x * relative) + self.beta + x


class TextBlock(nn.Module):
    """A ConvNeXt V2 block over the text."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.dwconv = nn.Conv1d(dim, dim, TEXT_KERNEL, padding=TEXT_KERNEL // 2, groups=dim)
        self.norm = nn.LayerNorm(dim, eps=EPS)
        self.pwconv1 = nn.Linear(dim, dim * 2)
        self.grn = GlobalResponseNorm(dim * 2)
        self.pwconv2 = nn.Linear(dim * 2, dim)

    def forward(self, x: Tensor) -> Tensor:
        """(b, n, d) -> (b, n, d)."""
        y = self.norm(self.dwconv(x.mT).mT)
        return x + self.pwconv2(self.grn(gelu(self.pwconv1(y))))


class TextEncoder(nn.Module):
    """Token ids to one feature vector for each mel frame."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.mask_padding = config.mask_text_padding
        self.text_embed = nn.Embedding(config.vocab_size + FILLER, config.text_dim)
        self.text_blocks = nn.ModuleList(TextBlock(config.text_dim) for _ in range(config.conv_layers))

    def forward(self, ids: Tensor, n_frames: int, *, guided: bool) -> Tensor:
        """Ids (n_ids,), n_ids <= n_frames -> (1, n_frames, text_dim); `guided`: (2, ...), the second as if no text."""
        tokens = pad(ids + FILLER, (0, n_frames - len(ids)))[None]
        kept = (tokens != 0)[..., None]
        x = self.text_embed(torch.cat((tokens, torch.zeros_like(tokens))) if guided else tokens)
        if not self.text_blocks:
            return x
        x = x + text_positions(n_frames, x.shape[-1], x.device).to(x.dtype)
        if not self.mask_padding:
            for block in self.text_blocks:
                x = block(x)
            return x
        x = x * kept
        for block in self.text_blocks:
            x = block(x) * kept
        return x
