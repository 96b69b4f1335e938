"""DiT: the transformer that predicts where a noisy mel flows to (arXiv:2410.06885, section 3).

Modules carry the names that their parameters have in checkpoints. Shapes: b items, n mel frames, d features.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import layer_norm, linear, pad, silu

from .attention import Padding, attend
from .config import HEAD_DIM, N_MELS, ModelConfig
from .linear import Linear
from .text_encoder import EPS, ROTARY_BASE, TextEncoder

POSITION_KERNEL, POSITION_GROUPS = 31, 16
TIME_FREQUENCIES = 256


def rotary_table(n_frames: int, heads: int, turned_heads: int | None, device: torch.device) -> Tensor:
    """By how much each pair of features of a frame is turned: complex (n_frames, heads or 1, HEAD_DIM // 2).

    Heads beyond `turned_heads` are turned by nothing; None turns all. For the length that is needed, so no length is
    too long; always in float32: in half precision, where the package computes them, angles past 1024 have a step of
    one radian.
    """
    pairs = torch.arange(0, HEAD_DIM, 2, device=device, dtype=torch.float32)
    frequencies = 1.0 / ROTARY_BASE ** (pairs / HEAD_DIM)
    angles = torch.outer(torch.arange(n_frames, device=device, dtype=torch.float32), frequencies)[:, None]
    if turned_heads is not None:
        angles = pad(angles.expand(-1, turned_heads, -1), (0, 0, 0, heads - turned_heads))
    return torch.polar(torch.ones_like(angles), angles)


def rotate(x: Tensor, rotary: Tensor) -> Tensor:
    """Turn each neighbouring pair of features of (b, n, heads, HEAD_DIM) by its frame's angle, in place in float32."""
    turned = x.float()
    torch.view_as_complex(turned.unflatten(-1, (-1, 2))).mul_(rotary)
    return turned.to(x.dtype)


@dataclass(frozen=True, eq=False)
class Given:
    """What stays as it is while the flow is followed: b items, or 2 b where the second half is without text."""

    embedded: Tensor
    """Reference and text as the input layer sees them, (b, n, d)."""
    rotary: Tensor
    """See rotary_table."""
    padding: Padding | None = None

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """Those that depend on the items and not only on their length."""
        return (self.embedded, *self.padding.tensors) if self.padding else (self.embedded,)


class ConvPositions(nn.Module):
    """Positions from what stands around a frame: two grouped convolutions."""

    def __init__(self, dim: int) -> None:
        super().__init__()

        def convolution() -> nn.Conv1d:
            return nn.Conv1d(dim, dim, POSITION_KERNEL, padding=POSITION_KERNEL // 2, groups=POSITION_GROUPS)

        self.conv1d = nn.Sequential(convolution(), nn.Mish(), convolution(), nn.Mish())

    def forward(self, x: Tensor, padding: Padding | None) -> Tensor:
        """(b, n, d) -> (b, n, d); padding is seen as what is beyond the end."""
        x = x.mT
        for layer in self.conv1d:
            if padding and isinstance(layer, nn.Conv1d):
                x = x * padding.kept.mT
            x = layer(x)
        return x.mT


class InputEmbedding(nn.Module):
    """Noisy mel, reference mel and text of each frame, joined."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.proj = nn.Linear(2 * N_MELS + config.text_dim, config.dim)
        self.conv_pos_embed = ConvPositions(config.dim)

    def given(self, reference: Tensor, text: Tensor) -> Tensor:
        """The part of the projection that does not change: (b, n, N_MELS), (b, n, text_dim) -> (b, n, d)."""
        return linear(torch.cat((reference, text), dim=-1), self.proj.weight[:, N_MELS:], self.proj.bias)

    def forward(self, noisy: Tensor, given: Given) -> Tensor:
        """(b, n, N_MELS) -> (b or 2 b, n, d): the noisy mel is the same with text and without."""
        projected = linear(noisy, self.proj.weight[:, :N_MELS])
        x = (given.embedded.unflatten(0, (-1, len(noisy))) + projected).flatten(0, 1)
        return x + self.conv_pos_embed(x, given.padding)


class TimeEmbedding(nn.Module):
    """The time of the flow, 0 (noise) to 1 (speech)."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.time_mlp = nn.Sequential(nn.Linear(TIME_FREQUENCIES, dim), nn.SiLU(), nn.Linear(dim, dim))

    def forward(self, times: Tensor) -> Tensor:
        """(t,) -> (t, d)."""
        half = TIME_FREQUENCIES // 2
        step = math.log(10_000) / (half - 1)
        frequencies = torch.exp(torch.arange(half, device=times.device, dtype=torch.float32) * -step)
        angles = 1000 * times[:, None] * frequencies
        return self.time_mlp(torch.cat((angles.sin(), angles.cos()), dim=-1).to(next(self.parameters()).dtype))


class Modulation(nn.Module):
    """Shifts, scales and gates that depend on the time alone."""

    def __init__(self, dim: int, parts: int, scales: tuple[int, ...]) -> None:
        super().__init__()
        self.parts = parts
        self.scales = scales
        """Which parts are scales: they are counted from one."""
        self.linear = nn.Linear(dim, dim * parts)

    def forward(self, times: Tensor) -> Tensor:
        """Embedded times (t, d) -> (t, parts, d)."""
        table = self.linear(silu(times)).unflatten(-1, (self.parts, -1))
        table[:, list(self.scales)] += 1
        return table


class Attention(nn.Module):
    """Self-attention with rotary positions."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        inner = config.heads * HEAD_DIM
        self.to_q = Linear(config.dim, inner)
        self.to_k = Linear(config.dim, inner)
        self.to_v = Linear(config.dim, inner)
        self.to_out = nn.ModuleList([Linear(inner, config.dim)])
        self.fused: tuple[Tensor, Tensor] | None = None
        """Weight and bias of all three projections in one."""

    def forward(self, x: Tensor, given: Given) -> Tensor:
        """(b, n, d) -> (b, n, d)."""
        q, k, v = (part.unflatten(-1, (-1, HEAD_DIM)) for part in self._projected(x))
        q, k = rotate(q, given.rotary), rotate(k, given.rotary)
        return self.to_out[0](attend(q, k, v, given.padding).flatten(2))

    def fuse(self) -> None:
        """Compute queries, keys and values by one product; on a processor, as was measured, it gains nothing."""
        parts = (self.to_q, self.to_k, self.to_v)
        weight, bias = torch.cat([part.weight for part in parts]), torch.cat([part.bias for part in parts])
        self.fused = weight, bias
        for part, own, added in zip(parts, weight.chunk(3), bias.chunk(3), strict=True):
            part.weight, part.bias = (nn.Parameter(tensor, requires_grad=False) for tensor in (own, added))

    def _projected(self, x: Tensor) -> tuple[Tensor, ...]:
        if self.fused:
            return linear(x, *self.fused).chunk(3, dim=-1)
        return self.to_q(x), self.to_k(x), self.to_v(x)


class FeedForward(nn.Module):
    """Two layers; named as in checkpoints."""

    def __init__(self, dim: int, mult: int) -> None:
        super().__init__()
        self.ff = nn.Sequential(
            nn.Sequential(Linear(dim, dim * mult, gelu=True)), nn.Identity(), Linear(dim * mult, dim)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(b, n, d) -> (b, n, d)."""
        return self.ff(x)


class Block(nn.Module):
    """Attention and feed-forward, each shifted, scaled and gated by the time (adaLN-zero, arXiv:2212.09748)."""

    PARTS = 6
    """Shift, scale and gate of each."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.attn_norm = Modulation(config.dim, self.PARTS, scales=(1, 4))
        self.attn = Attention(config)
        self.ff = FeedForward(config.dim, config.ff_mult)

    def forward(self, x: Tensor, modulation: Tensor, given: Given) -> Tensor:
        """(b, n, d), (PARTS, d) -> (b, n, d), in place."""
        shift, scale, gate, ff_shift, ff_scale, ff_gate = modulation
        x.addcmul_(gate, self.attn(_norm(x, scale, shift), given))
        return x.addcmul_(ff_gate, self.ff(_norm(x, ff_scale, ff_shift)))


def _norm(x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """Modulation as the affine part of the norm: one pass over the frames in place of three."""
    return layer_norm(x, x.shape[-1:], scale, shift, EPS)


class DiT(nn.Module):
    """The whole of it."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.dim = config.dim
        self.heads, self.turned_heads = config.heads, config.rotary_heads
        self.time_embed = TimeEmbedding(config.dim)
        self.text_embed = TextEncoder(config)
        self.input_embed = InputEmbedding(config)
        self.transformer_blocks = nn.ModuleList(Block(config) for _ in range(config.depth))
        self.norm_out = Modulation(config.dim, 2, scales=(0,))
        self.proj_out = nn.Linear(config.dim, N_MELS)

    @property
    def device(self) -> torch.device:
        """Where it is."""
        return self.proj_out.weight.device

    @property
    def dtype(self) -> torch.dtype:
        """Its precision."""
        return self.proj_out.weight.dtype

    def modulation(self, times: Tensor) -> Tensor:
        """Everything that depends on the time alone, (t,) -> (t, depth * PARTS + 2, d): 41 % of the parameters."""
        embedded = self.time_embed(times)
        return torch.cat([module(embedded) for module in self.modules() if isinstance(module, Modulation)], dim=1)

    def rotary(self, n_frames: int) -> Tensor:
        """See rotary_table."""
        return rotary_table(n_frames, self.heads, self.turned_heads, self.device)

    def fuse(self) -> None:
        """See Attention; weights are where they will stay."""
        for module in self.modules():
            if isinstance(module, Attention):
                module.fuse()

    def forward(self, noisy: Tensor, given: Given, modulation: Tensor) -> Tensor:
        """The flow where the noisy mel is (b, n, N_MELS), at the time of `modulation`, (depth * PARTS + 2, d).

        -> (b, n, N_MELS), or (2 b, n, N_MELS) with text and without.
        """
        x = self.input_embed(noisy, given)
        *blocks, (scale, shift) = modulation.split((Block.PARTS,) * len(self.transformer_blocks) + (2,))
        for block, parts in zip(self.transformer_blocks, blocks, strict=True):
            x = block(x, parts, given)
        return self.proj_out(_norm(x, scale, shift))
