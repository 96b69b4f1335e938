"""Bootstrap: the container's command. It finds or makes what the worker needs, then becomes the worker.

    python -m f5tts_worker.bootstrap [arguments of handler.py]

Prints one line of JSON a stage, or, if the worker cannot start, one block that says why, and ends with 1.
"""

import contextlib
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .errors import LoadError
from .f5.places import find_checkpoint, find_vocoder
from .failure import explain_load_failure
from .logs import configure
from .packages import NEEDED_BYTES, Packages, inside_image
from .settings import Settings, load_settings
from .volume import IMAGE_MODELS, cache_environment, find_volume

logger = logging.getLogger(f"{__package__}.bootstrap")  # run by -m, its own name is __main__

Found = dict[str, Any]

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements/worker.txt"
GPU_DEVICES = (Path("/dev/nvidiactl"), Path("/dev/dxg"))


def main(lock: Path = LOCK, needed_bytes: int = NEEDED_BYTES) -> None:
    """Run the stages, then become handler.py."""
    for number in (signal.SIGTERM, signal.SIGINT):  # a container's first process ignores the former otherwise
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    with _stage("settings") as found:
        settings = load_settings()
        configure(settings.log_level)
        found.update({"engine": settings.engine, "storage": settings.storage})
    with _stage("volume", settings) as found:
        found.update(look_at_volume(settings))
        settings = load_settings()  # where models are kept depends on it
    with _stage("environment", settings) as found:
        found.update(point_caches(settings))
    with _stage("device", settings) as found:
        found.update(look_for_gpu(settings))
    with _stage("packages", settings) as found:
        python = find_packages(settings, lock, needed_bytes)
        os.environ["LD_LIBRARY_PATH"] = library_path(python, os.environ.get("LD_LIBRARY_PATH"))
        found.update({"python": str(python)})
    with _stage("weights", settings) as found:
        found.update(find_weights(settings))
    _say("start", _process_start(), python=str(python))
    os.execv(python, [str(python), str(ROOT / "handler.py"), *sys.argv[1:]])  # noqa: S606  # there is no shell


def look_at_volume(settings: Settings) -> Found:
    """The volume; without one, models are kept on the container's disk."""
    volume = find_volume(settings)
    if volume is None:
        logger.warning("no volume at %s", settings.volume_dir)
        _set("MODEL_DIR", str(IMAGE_MODELS))
        return {"path": None}
    for warning in volume.warnings:
        logger.warning("%s", warning)
    return {"path": str(volume.path), "mounted": volume.mounted, "free_gb": round(volume.free_bytes / 1e9, 1)}


def point_caches(settings: Settings) -> Found:
    """Set where every package keeps its cache, unless it is set."""
    for name, value in cache_environment(settings).items():
        _set(name, value)
    return {"caches": os.environ["XDG_CACHE_HOME"]}


def look_for_gpu(settings: Settings) -> Found:
    """Before anything is fetched for minutes; PyTorch has the last word when it is loaded."""
    there = any(path.exists() for path in GPU_DEVICES)
    if settings.device == "cuda" and not there:
        raise LoadError(
            "DEVICE=cuda, but this container has no GPU: no NVIDIA device is in it",
            "choose a GPU for the endpoint, or set DEVICE=auto",
        )
    return {"gpu": there}


def find_packages(settings: Settings, lock: Path, needed_bytes: int) -> Path:
    """The Python that runs the worker: the image's own, or one whose packages are on the volume, built if needed."""
    if not settings.clones or inside_image():
        return Path(sys.executable)
    if not settings.volume_dir.is_dir():
        raise LoadError(
            f"this image holds no packages for ENGINE={settings.engine}, and there is no volume at "
            f"{settings.volume_dir} to build them on",
            "attach a network volume of 20 GB or more, or use the image with the packages inside",
        )
    return Packages(lock, settings.volume_dir / "venv", needed_bytes).ready()


def library_path(python: Path, given: str | None) -> str:
    """Where CTranslate2 (the transcriber) finds the cuBLAS and cuDNN that PyTorch's packages bring."""
    packages = python.parent.parent / f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
    folders = [str(folder) for name in ("cublas", "cudnn") for folder in packages.glob(f"nvidia/{name}/lib")]
    return ":".join([*folders, *([given] if given else [])])


def find_weights(settings: Settings) -> Found:
    """The engine's weights, downloaded if they are nowhere."""
    if not settings.clones:
        return {"needed": False}
    return {"checkpoint": str(find_checkpoint(settings)), "vocoder": str(find_vocoder(settings))}


def _set(name: str, value: str) -> None:
    """Set a variable that is not; an empty one counts as absent, as it does for Settings."""
    if not os.environ.get(name):
        os.environ[name] = value


@contextlib.contextmanager
def _stage(name: str, settings: Settings | None = None) -> Iterator[Found]:
    """Time a stage and say what it found; where it fails, say why and end."""
    began = time.monotonic()
    found: Found = {}
    try:
        yield found
    except LoadError as e:
        sys.exit(explain_load_failure(e, settings, name))
    except Exception as e:  # a disk that is gone, a file that is not what it seems
        logger.debug("stage %s failed", name, exc_info=True)
        sys.exit(explain_load_failure(LoadError(f"{type(e).__name__}: {e}"), settings, name))
    _say(name, began, **found)


def _process_start() -> float:
    """When this process began, on the clock of time.monotonic: what Python and its imports took counts too."""
    ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    lived = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    return time.monotonic() - lived


def _say(stage: str, began: float, **found: Any) -> None:
    line = {"stage": stage, "seconds": round(time.monotonic() - began, 3), **found}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
