"""Failure to start: one block for the log that says where, why, what there was and what to do."""

import shutil
import sys
from pathlib import Path

from .errors import LoadError
from .settings import Settings

CANNOT_START = "The worker cannot start."
"""The first line of the block."""


def explain_load_failure(error: LoadError, settings: Settings | None = None, stage: str = "load") -> str:
    """The block; `stage` is where the start ended."""
    lines = [CANNOT_START, f"stage: {stage}", *_labelled("cause", str(error))]
    if settings:
        lines.append(f"found: ENGINE={settings.engine}; volume {_disk(settings.volume_dir)}; GPU {_gpu()}")
        if settings.model_dir:
            lines.append(f"       MODEL_DIR {_disk(settings.model_dir)}")
    lines += _labelled("to do", error.to_do)
    return "\n  ".join(lines)


def _labelled(label: str, text: str) -> list[str]:
    """A text of several lines, set under its label."""
    first, *others = text.splitlines() or ["unknown"]
    return [f"{label}: {first}", *(f"{' ' * len(label)}  {line}" for line in others)]


def _disk(folder: Path) -> str:
    try:
        if not folder.is_dir():
            return f"{folder}: not there"
        mounted = "" if folder.is_mount() else " (nothing is mounted there)"
        return f"{folder}: {shutil.disk_usage(folder).free / 1e9:.1f} GB free{mounted}"
    except OSError as e:  # a network volume that is gone
        return f"{folder}: {e.strerror}"


def _gpu() -> str:
    """What is known of the GPU without importing torch, which takes seconds."""
    torch = sys.modules.get("torch")
    if torch is None:
        return "not looked at"
    if not torch.cuda.is_available():
        return "none"
    try:
        free, total = torch.cuda.mem_get_info()
    except RuntimeError as e:
        return f"does not answer: {str(e).splitlines()[0]}"
    return f"{torch.cuda.get_device_name()}: {free / 1e9:.1f} of {total / 1e9:.1f} GB free"
