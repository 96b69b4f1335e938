"""Half: a copy of a checkpoint in half precision, for GPUs that compute in it: half as much to read at every start."""

import contextlib
import logging
import os
import threading
import time
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import save_file

from ..lease import Lease
from ..volume import free_bytes
from .places import half_copy, half_place, identity
from .weights import CheckpointError, dit_tensors, read_tensors

logger = logging.getLogger(__name__)

FREE_AFTER = 1_000_000_000
"""Bytes that have to be left on the disk."""


def make_half_copy_in_background(checkpoint: Path, folder: Path) -> None:
    """Make the copy beside what goes on; the next start reads it."""
    threading.Thread(target=make_half_copy, args=(checkpoint, folder), daemon=True, name="half copy").start()


def make_half_copy(checkpoint: Path, folder: Path) -> None:
    """Make the copy; without space for it, or where it cannot be written, the log says why there is none."""
    copy = half_place(checkpoint, folder)
    part = copy.with_suffix(".partial")
    try:
        with Lease(copy.with_suffix(".lease"), f"making {copy}"):
            if half_copy(checkpoint, folder):
                return
            part.unlink(missing_ok=True)
            needed, free = checkpoint.stat().st_size // 2 + FREE_AFTER, free_bytes(folder)
            if needed > free:
                logger.warning(
                    "CACHE_FP16: no copy of %s: it needs %.1f GB of space, and %s has %.1f GB",
                    *(checkpoint.name, needed / 1e9, folder, free / 1e9),
                )
                return
            _write(checkpoint, part)
            part.replace(copy)
    except (OSError, RuntimeError, MemoryError, SafetensorError, CheckpointError) as e:
        logger.warning("CACHE_FP16: no copy of %s: %s", checkpoint.name, e)
        with contextlib.suppress(OSError):
            part.unlink()


def _write(checkpoint: Path, part: Path) -> None:
    began = time.monotonic()
    halves = {
        name: (tensor.half() if tensor.is_floating_point() else tensor).contiguous()
        for name, tensor in dit_tensors(read_tensors(checkpoint)).items()
    }
    save_file(halves, part, {"made_of": identity(checkpoint)})
    with part.open("rb") as file:
        os.fsync(file.fileno())
    logger.info("made a copy of %s in half precision in %.1f s", checkpoint.name, time.monotonic() - began)
