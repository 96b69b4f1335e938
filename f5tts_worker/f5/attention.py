"""Attention over frames of which some are padding.

On a GPU in half precision by the flash kernel for sequences of different lengths, which needs no mask (with one, flash
attention cannot be had). It has no public function before PyTorch 2.10, and so is tried out before it is used.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from .config import HEAD_DIM

logger = logging.getLogger(__name__)

TOLERANCE = 5e-3
"""How far the kernel may be from masked attention, for outputs of about 0.2 in half precision."""


@dataclass(frozen=True, eq=False)
class Padding:
    """Which frames of a batch belong to no item."""

    kept: Tensor
    """True for those that do, (b, n, 1)."""
    attended: Tensor
    """The same for masked attention: 0 or -inf, (b, 1, 1, n)."""
    lengths: Tensor
    """Frames of each item, int32 (b,)."""
    flash: bool = False
    """Whether the flash kernel can be used."""

    @classmethod
    def behind(
        cls, lengths: list[int], n_frames: int, device: torch.device, dtype: torch.dtype, flash: bool
    ) -> "Padding":
        """Of items of these lengths in a batch of `n_frames`."""
        tensor = torch.tensor(lengths, device=device, dtype=torch.int32)
        kept = torch.arange(n_frames, device=device) < tensor[:, None]
        attended = torch.zeros(kept.shape, device=device, dtype=dtype).masked_fill(~kept, -torch.inf)
        return cls(kept[..., None], attended[:, None, None], tensor, flash)

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """All of it that depends on the items."""
        return self.kept, self.attended, self.lengths


def attend(q: Tensor, k: Tensor, v: Tensor, padding: Padding | None) -> Tensor:
    """(b, n, heads, HEAD_DIM) each -> the same; padding is not attended to, and what it attends to means nothing."""
    if padding and padding.flash:
        return flash(q, k, v, padding.lengths)
    q, k, v = (part.transpose(1, 2) for part in (q, k, v))
    mask = padding.attended if padding else None
    return scaled_dot_product_attention(q, k, v, attn_mask=mask).transpose(1, 2)


def flash(q: Tensor, k: Tensor, v: Tensor, lengths: Tensor, kernel: Callable[..., Any] | None = None) -> Tensor:
    """The same by the flash kernel: every item has n queries, and the first `lengths` of its n keys."""
    kernel = kernel or torch.ops.aten._flash_attention_forward
    b, n = q.shape[:2]
    starts = torch.arange(0, (b + 1) * n, n, device=q.device, dtype=torch.int32)
    out, *_ = kernel(
        *(part.flatten(0, 1) for part in (q, k, v)),
        *(starts, starts, n, n),  # where items begin and how long they are: queries, keys
        *(0.0, False, False),  # no dropout, not causal, nothing for debugging
        seqused_k=lengths,
    )
    return out.unflatten(0, (b, n))


@torch.inference_mode()
def flash_works(device: torch.device, dtype: torch.dtype) -> bool:
    """Try the flash kernel on a batch with padding and compare it with masked attention."""
    if device.type != "cuda" or dtype == torch.float32:
        return False
    generator = torch.Generator().manual_seed(0)
    q, k, v = torch.randn(3, 2, 192, 4, HEAD_DIM, generator=generator).to(device, dtype).unbind()
    padding = Padding.behind([192, 101], 192, device, dtype, flash=False)
    try:
        off = (flash(q, k, v, padding.lengths) - attend(q, k, v, padding)).float().abs().max().item()
    except (RuntimeError, TypeError, AttributeError) as e:  # not built for this GPU, or called otherwise by now
        logger.warning("no flash attention for padded batches: %s", " ".join(str(e).split())[:200])
        return False
    if not off <= TOLERANCE:
        logger.warning("flash attention for padded batches is %.3g off: not used", off)
    return off <= TOLERANCE
