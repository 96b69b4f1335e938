"""How many operations a speech takes at least, and how many a device can do in a second."""

import time

import torch

from f5tts_worker.f5.config import HEAD_DIM, N_MELS, ModelConfig
from f5tts_worker.f5.dit import POSITION_GROUPS, POSITION_KERNEL

SQUARE = 8192
"""Side of the matrices by which a device is measured."""


def dit_operations(config: ModelConfig, n_frames: int, items: int = 2) -> int:
    """Additions and multiplications of one pass of the DiT; two items are the two halves of guidance.

    What is counted are products of matrices: projections, feed-forward, attention and the convolutions of positions.
    What is the same for all frames or in all steps is left out (time, text, reference), and the noisy mel, which is
    the same in both halves, is embedded once.
    """
    d, inner = config.dim, config.heads * HEAD_DIM
    embedding = 2 * N_MELS * d
    positions = 2 * (2 * POSITION_KERNEL * (d // POSITION_GROUPS) * d)
    projections = 4 * (2 * d * inner)
    attention = 2 * (2 * n_frames * inner)
    feed_forward = 2 * (2 * d * d * config.ff_mult)
    output = 2 * d * N_MELS
    each = positions + config.depth * (projections + attention + feed_forward) + output
    return n_frames * (embedding + items * each)


def matmul_rate(device: torch.device, dtype: torch.dtype, side: int = SQUARE, runs: int = 20) -> float:
    """Operations a second of square matrices' product, by the fastest of three tries."""
    a, b = (torch.randn(side, side, device=device, dtype=dtype) for _ in range(2))
    out = torch.empty_like(a)
    took = []
    for _ in range(4):  # the first warms up
        synchronize(device)
        began = time.perf_counter()
        for _ in range(runs):
            torch.matmul(a, b, out=out)
        synchronize(device)
        took.append((time.perf_counter() - began) / runs)
    return 2 * side**3 / min(took[1:])


def synchronize(device: torch.device) -> None:
    """Wait until a device has done what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
