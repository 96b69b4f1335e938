"""DiT: the transformer that predicts where a noisy mel flows to (arXiv:2410.06885, section 3).

Modules carry the names that their parameters have in checkpoints. Shapes: b items, n mel frames, d features.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, layer_norm, pad, scaled_dot_product_attention, silu

from .config import FILLER, HEAD_DIM, N_MELS, ModelConfig

POSITION_KERNEL, POSITION_GROUPS = 31, 16
TEXT_KERNEL = 7
TIME_FREQUENCIES = 256
ROTARY_BASE = 10_000.0
EPS = 1e-6


@dataclass(frozen=True)
class Rotary:
    """Cosines and sines by which each frame's features are turned, (n, HEAD_DIM // 2)."""

    cos: Tensor
    sin: Tensor


def rotary_table(n_frames: int, device: torch.device) -> Rotary:
    """Angles for frames 0 to n_frames, for the length that is needed, so no length is too long; always in float32.

    In half precision, where the package computes them, angles past 1024 have a step of one radian.
    """
    pairs = torch.arange(0, HEAD_DIM, 2, device=device, dtype=torch.float32)
    frequencies = 1.0 / ROTARY_BASE ** (pairs / HEAD_DIM)
    angles = torch.outer(torch.arange(n_frames, device=device, dtype=torch.float32), frequencies)
    return Rotary(angles.cos(), angles.sin())


def rotate(x: Tensor, rotary: Rotary) -> Tensor:
    """Turn each neighbouring pair of features (b, heads, n, HEAD_DIM) by its frame's angle."""
    even, odd = x.float().unflatten(-1, (-1, 2)).unbind(-1)
    turned = torch.stack((even * rotary.cos - odd * rotary.sin, odd * rotary.cos + even * rotary.sin), dim=-1)
    return turned.flatten(-2).to(x.dtype)


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

    def forward(self, ids: Tensor, n_frames: int, *, drop: bool = False) -> Tensor:
        """Ids (n_ids,), n_ids <= n_frames -> (1, n_frames, text_dim). `drop`: as if there were no text."""
        tokens = pad(ids + FILLER, (0, n_frames - len(ids)))[None]
        kept = (tokens != 0)[..., None]
        x = self.text_embed(torch.zeros_like(tokens) if drop else tokens)
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


class ConvPositions(nn.Module):
    """Positions from what stands around a frame: two grouped convolutions."""

    def __init__(self, dim: int) -> None:
        super().__init__()

        def convolution() -> nn.Conv1d:
            return nn.Conv1d(dim, dim, POSITION_KERNEL, padding=POSITION_KERNEL // 2, groups=POSITION_GROUPS)

        self.conv1d = nn.Sequential(convolution(), nn.Mish(), convolution(), nn.Mish())

    def forward(self, x: Tensor) -> Tensor:
        """(b, n, d) -> (b, n, d)."""
        return self.conv1d(x.mT).mT


class InputEmbedding(nn.Module):
    """Noisy mel, reference mel and text of each frame, joined."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.proj = nn.Linear(2 * N_MELS + config.text_dim, config.dim)
        self.conv_pos_embed = ConvPositions(config.dim)

    def forward(self, noisy: Tensor, reference: Tensor, text: Tensor) -> Tensor:
        """(b, n, N_MELS), (b, n, N_MELS), (b, n, text_dim) -> (b, n, d)."""
        x = self.proj(torch.cat((noisy, reference, text), dim=-1))
        return x + self.conv_pos_embed(x)


class TimeEmbedding(nn.Module):
    """The time of the flow, 0 (noise) to 1 (speech)."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.time_mlp = nn.Sequential(nn.Linear(TIME_FREQUENCIES, dim), nn.SiLU(), nn.Linear(dim, dim))

    def forward(self, time: Tensor) -> Tensor:
        """() -> (1, d)."""
        half = TIME_FREQUENCIES // 2
        step = math.log(10_000) / (half - 1)
        frequencies = torch.exp(torch.arange(half, device=time.device, dtype=torch.float32) * -step)
        angles = 1000 * time * frequencies
        return self.time_mlp(torch.cat((angles.sin(), angles.cos()))[None].to(next(self.parameters()).dtype))


class Modulation(nn.Module):
    """Shifts, scales and gates that depend on the time alone."""

    def __init__(self, dim: int, parts: int) -> None:
        super().__init__()
        self.parts = parts
        self.linear = nn.Linear(dim, dim * parts)

    def forward(self, time: Tensor) -> tuple[Tensor, ...]:
        """(1, d) -> parts of (1, 1, d)."""
        return self.linear(silu(time))[:, None].chunk(self.parts, dim=-1)


class Attention(nn.Module):
    """Self-attention with rotary positions."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.rotary_heads = config.rotary_heads
        inner = config.heads * HEAD_DIM
        self.to_q = nn.Linear(config.dim, inner)
        self.to_k = nn.Linear(config.dim, inner)
        self.to_v = nn.Linear(config.dim, inner)
        self.to_out = nn.ModuleList([nn.Linear(inner, config.dim)])

    def forward(self, x: Tensor, rotary: Rotary) -> Tensor:
        """(b, n, d) -> (b, n, d)."""
        q, k, v = (
            projection(x).unflatten(-1, (-1, HEAD_DIM)).transpose(1, 2)
            for projection in (self.to_q, self.to_k, self.to_v)
        )
        q, k = self._positioned(q, rotary), self._positioned(k, rotary)
        return self.to_out[0](scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))

    def _positioned(self, x: Tensor, rotary: Rotary) -> Tensor:
        if self.rotary_heads is None:
            return rotate(x, rotary)
        turned = rotate(x[:, : self.rotary_heads], rotary)
        return torch.cat((turned, x[:, self.rotary_heads :]), dim=1)


class FeedForward(nn.Module):
    """Two layers; named as in checkpoints."""

    def __init__(self, dim: int, mult: int) -> None:
        super().__init__()
        activation = nn.GELU(approximate="tanh")
        self.ff = nn.Sequential(
            nn.Sequential(nn.Linear(dim, dim * mult), activation), nn.Identity(), nn.Linear(dim * mult, dim)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(b, n, d) -> (b, n, d)."""
        return self.ff(x)


class Block(nn.Module):
    """Attention and feed-forward, each shifted, scaled and gated by the time (adaLN-zero, arXiv:2212.09748)."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.dim = config.dim
        self.attn_norm = Modulation(config.dim, 6)
        self.attn = Attention(config)
        self.ff = FeedForward(config.dim, config.ff_mult)

    def forward(self, x: Tensor, time: Tensor, rotary: Rotary) -> Tensor:
        """(b, n, d) -> (b, n, d)."""
        shift, scale, gate, ff_shift, ff_scale, ff_gate = self.attn_norm(time)
        x = x + gate * self.attn(self._norm(x) * (1 + scale) + shift, rotary)
        return x + ff_gate * self.ff(self._norm(x) * (1 + ff_scale) + ff_shift)

    def _norm(self, x: Tensor) -> Tensor:
        return layer_norm(x, (self.dim,), eps=EPS)


class DiT(nn.Module):
    """The whole of it."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.dim = config.dim
        self.time_embed = TimeEmbedding(config.dim)
        self.text_embed = TextEncoder(config)
        self.input_embed = InputEmbedding(config)
        self.transformer_blocks = nn.ModuleList(Block(config) for _ in range(config.depth))
        self.norm_out = Modulation(config.dim, 2)
        self.proj_out = nn.Linear(config.dim, N_MELS)

    def forward(self, noisy: Tensor, reference: Tensor, text: Tensor, time: Tensor, rotary: Rotary) -> Tensor:
        """The flow at `time`: (b, n, N_MELS), (b, n, N_MELS), (b, n, text_dim), () -> (b, n, N_MELS)."""
        embedded_time = self.time_embed(time)
        x = self.input_embed(noisy, reference, text)
        for block in self.transformer_blocks:
            x = block(x, embedded_time, rotary)
        scale, shift = self.norm_out(embedded_time)
        return self.proj_out(layer_norm(x, (self.dim,), eps=EPS) * (1 + scale) + shift)
