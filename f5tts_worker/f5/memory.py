"""Memory: what is free for weights and batches, and that it is not given back and taken again at every step."""

import contextlib
import ctypes
from pathlib import Path

import torch

from ..errors import LoadError

WORKING_BYTES = 1_000_000_000
"""Kept free beside the weights for what a chunk of 22 s needs."""


USABLE = 0.7
"""Part of the free memory of a GPU that a batch may fill; the rest is for the vocoder and what else runs."""


M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""Of glibc's mallopt."""

KEPT_BYTES = 256_000_000
"""Of freed memory; a step over a chunk of 22 s frees 200 MB."""

MAPPED_ABOVE = 32 * 1024 * 1024
"""The most that glibc takes: larger blocks are always given back."""


def check_memory(checkpoint: Path, device: torch.device, dtype: torch.dtype) -> None:
    """Raise LoadError if the weights cannot fit; checkpoints are in single precision."""
    weights = checkpoint.stat().st_size * dtype.itemsize // 4
    needed = weights + (WORKING_BYTES if device.type == "cuda" else 0)
    if device.type == "cuda":
        free, where = torch.cuda.mem_get_info(device)[0], f"GPU {torch.cuda.get_device_name(device)}"
    else:
        free, where = _free_memory(), "this machine"
    if needed > free:
        raise LoadError(
            f"too little memory: the weights need {needed / 1e9:.1f} GB, and {where} has {free / 1e9:.1f} GB free",
            "choose a larger machine, or see what else uses its memory",
        )


def _free_memory() -> int:
    lines = Path("/proc/meminfo").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))


def usable_bytes(device: torch.device) -> int:
    """What a batch may take on a GPU, of what nobody has: what PyTorch has reserved is partly that of its graphs."""
    return int(torch.cuda.mem_get_info(device)[0] * USABLE)


def keep_freed_memory() -> None:
    """Have the processor's allocator keep what is freed for what is needed next.

    It may otherwise give every tensor's memory back to the system, which has to zero it before the next tensor: 12 % of
    a step's time in some runs, nothing in others. Does nothing where the C library is not glibc.
    """
    with contextlib.suppress(AttributeError, OSError):
        libc = ctypes.CDLL(None)
        libc.mallopt(M_MMAP_THRESHOLD, MAPPED_ABOVE)
        libc.mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
