"""Places: where the weights are looked for, in order, and what is downloaded if they are nowhere."""

import contextlib
import importlib.util
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import LoadError
from ..hub import download
from ..settings import Settings
from ..volume import IMAGE_MODELS

logger = logging.getLogger(__name__)


READ_BYTES = 8_000_000


@dataclass(frozen=True)
class Published:
    """Files of a repository of the hub."""

    repo: str
    files: tuple[str, ...]
    """The first is the one that is looked for; the others belong to it."""
    setting: str = "F5_CHECKPOINT"
    """Names a place of its own."""


PUBLISHED = {
    "F5TTS_v1_Base": Published("SWivid/F5-TTS", ("F5TTS_v1_Base/model_1250000.safetensors", "F5TTS_v1_Base/vocab.txt")),
    "F5TTS_Base": Published("SWivid/F5-TTS", ("F5TTS_Base/model_1200000.safetensors", "F5TTS_Base/vocab.txt")),
}
VOCODER = Published("charactr/vocos-mel-24khz", ("pytorch_model.bin", "config.yaml"), "VOCODER_DIR")


def find_checkpoint(settings: Settings) -> Path:
    """The checkpoint of F5_MODEL; raises LoadError."""
    if settings.f5_checkpoint:
        return _explicit_file("F5_CHECKPOINT", settings.f5_checkpoint)
    published = published_for(settings)
    if published is None:
        known = ", ".join(PUBLISHED)
        raise LoadError(f"no checkpoint of F5_MODEL={settings.f5_model} is published ({known} are): set F5_CHECKPOINT")
    return _find(published, settings)


def published_for(settings: Settings) -> Published | None:
    """The published checkpoint of F5_MODEL, if there is one."""
    return PUBLISHED.get(settings.f5_model)


def read_ahead(settings: Settings) -> None:
    """Have the system read the checkpoint into memory, if it is there, while this process does something else."""
    published = published_for(settings)
    path = settings.f5_checkpoint or (look_for(published, settings) if published else None)
    if path and path.is_file():
        path = (half_copy(path, settings.models) if settings.cache_fp16 else None) or path
        threading.Thread(target=_read_through, args=(path,), daemon=True, name="read ahead").start()


def _read_through(path: Path) -> None:
    """Read a file and keep nothing: in order and in large pieces, which a network volume delivers fastest."""
    piece = bytearray(READ_BYTES)
    with contextlib.suppress(OSError), path.open("rb", buffering=0) as file:
        while file.readinto(piece):
            pass


def half_place(checkpoint: Path, folder: Path) -> Path:
    """Where a copy of a checkpoint in half precision is kept."""
    return folder / "fp16" / checkpoint.with_suffix(".safetensors").name


def half_copy(checkpoint: Path, folder: Path) -> Path | None:
    """The copy of this very checkpoint, if there is one."""
    from safetensors import SafetensorError, safe_open

    copy = half_place(checkpoint, folder)
    try:
        with safe_open(copy, "numpy") as file:
            made_of = (file.metadata() or {}).get("made_of")
    except (OSError, SafetensorError):
        return None
    return copy if made_of == identity(checkpoint) else None


def identity(checkpoint: Path) -> str:
    """What another file of the same name would not share."""
    found = checkpoint.stat()
    return f"{checkpoint} {found.st_size} {found.st_mtime_ns}"


def find_vocab(settings: Settings, checkpoint: Path) -> Path:
    """F5_VOCAB, else vocab.txt beside the checkpoint, else the one in the f5-tts package; raises LoadError."""
    if settings.f5_vocab:
        return _explicit_file("F5_VOCAB", settings.f5_vocab)
    beside = checkpoint.with_name("vocab.txt")
    if beside.is_file():
        return beside
    packaged = f5_tts_file("infer/examples/vocab.txt")
    if packaged is None:
        raise LoadError(f"no vocabulary: set F5_VOCAB, or put it at {beside}")
    return packaged


def find_vocoder(settings: Settings) -> Path:
    """The vocoder's folder; raises LoadError."""
    if settings.vocoder_dir:
        if not settings.vocoder_dir.is_dir():
            raise LoadError(f"VOCODER_DIR={settings.vocoder_dir}: there is no such folder")
        return settings.vocoder_dir
    return _find(VOCODER, settings).parent


def f5_tts_file(path: str) -> Path | None:
    """A file inside the f5-tts package, which is found but not imported: that takes half a minute."""
    spec = importlib.util.find_spec("f5_tts")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (Path(folder) / path).is_file():
            return Path(folder) / path
    return None


def _explicit_file(name: str, path: Path) -> Path:
    if not path.is_file():
        raise LoadError(f"{name}={path}: there is no such file")
    return path


def look_for(published: Published, settings: Settings) -> Path | None:
    """The first place where it is; downloads nothing."""
    places = (folder / published.files[0] for folder in _folders(published.repo, settings))
    return next((path for path in places if path.is_file()), None)


def _find(published: Published, settings: Settings) -> Path:
    return look_for(published, settings) or _download(published, settings)


def _folders(repo: str, settings: Settings) -> Iterator[Path]:
    """RunPod's cached model first: it is there before the container is; then the volume, then the image."""
    cached = settings.volume_dir / "huggingface-cache/hub" / f"models--{repo.replace('/', '--')}"
    main = cached / "refs/main"
    if main.is_file():
        yield cached / "snapshots" / main.read_text(errors="replace").strip()
    yield from sorted(cached.glob("snapshots/*")) or [cached / "snapshots/*"]
    for models in (settings.models, IMAGE_MODELS):
        yield models / repo.rsplit("/", 1)[-1]
        yield models


def _download(published: Published, settings: Settings) -> Path:
    folder = settings.models / published.repo.rsplit("/", 1)[-1]
    if not settings.volume_dir.is_mount():
        logger.warning("no volume is mounted at %s: every cold start will download it again", settings.volume_dir)
    try:
        download(published.repo, published.files, folder)
    except LoadError:
        raise
    except Exception as e:
        folders = dict.fromkeys(_folders(published.repo, settings))
        looked = "\n".join(f"  {folder / published.files[0]}" for folder in folders)
        raise LoadError(
            f"{published.repo} {published.files[0]} is missing. Looked for:\n{looked}\n"
            f"and could not download it: {_root(e)}",
            f"put the file into one of these places, name it with {published.setting}, or let the worker reach the hub",
        ) from e
    return folder / published.files[0]


def _root(error: BaseException) -> str:
    """What an error comes from, in one line: the hub's client says "check your connection" to nearly everything."""
    while cause := error.__cause__ or error.__context__:
        error = cause
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
