"""Check all that a start and a job need: settings, volume, packages, weights, storage, GPU. Leaves all as it is."""

import argparse
import contextlib
import importlib.metadata
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import textwrap
import time
import urllib.error
import urllib.request
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

# ruff: noqa: E402  # the package is found through ROOT
from f5tts_worker.bootstrap import GPU_DEVICES, LOCK
from f5tts_worker.errors import LoadError, WorkerError
from f5tts_worker.f5.places import VOCODER, find_vocab, look_for, published_for
from f5tts_worker.packages import Packages, inside_image
from f5tts_worker.settings import Settings, environment_warnings, load_settings
from f5tts_worker.storage import Storage, open_storage
from f5tts_worker.transcriber import download_folder, model_folders
from f5tts_worker.volume import IMAGE_MODELS, Volume, cache_environment, find_volume, free_bytes

CHECKPOINT_BYTES = 1_350_000_000  # F5TTS_v1_Base: 337.1 M parameters of 4 bytes
VOCODER_BYTES = 55_000_000
TRANSCRIBER_BYTES = 1_620_000_000  # large-v3-turbo in 16 bits

SPEED_BYTES, QUICK_SPEED_BYTES = 64_000_000, 4_000_000
BLOCK_BYTES = 4_000_000
RENAMES = 20
SLOW_MB_S = 50  # a checkpoint of 1.35 GB is then read in 27 s
SLOW_RENAME_MS = 100

OBJECT_BYTES = 256_000
LINK_LIFE_S = 60
LINK_TIMEOUT_S = 30

HEADER_MAX_BYTES = 100_000_000  # the safetensors format's own limit
WIDTH = 118

_SECRET_NAME = re.compile(r"KEY|SECRET|TOKEN|PASSWORD|CREDENTIAL")
_LINK_QUERY = re.compile(r"(\w+://[^\s?]+)\?\S+")

Result = Literal["ok", "warning", "failed", "skipped"]


@dataclass(frozen=True)
class Row:
    """What a check found."""

    result: Result
    found: str
    to_do: str = ""


@dataclass(frozen=True)
class Context:
    """What the checks look at."""

    settings: Settings
    quick: bool
    gpu: bool

    @property
    def packages(self) -> Packages:
        """The environment on the volume."""
        return Packages(LOCK, self.settings.volume_dir / "venv")


class BrokenFileError(Exception):
    """A file of weights is not whole."""


def main() -> int:
    """Run every check; 1 if one failed."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # as Ctrl-C: what was written is removed
    options = _options()
    rows = []
    for name, row in run_checks(options):
        rows.append({"check": name, **asdict(row)})
        if not options.json:
            _print_row(name, row)
    if options.json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        counts = Counter(row["result"] for row in rows)
        print("\n" + ", ".join(f"{counts[result]} {result}" for result in ("ok", "warning", "failed", "skipped")))
    return int(any(row["result"] == "failed" for row in rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="Reads the worker's own variables (CONFIG.md). Downloads nothing, and prints no secret and no signed "
        "link. Ends with 1 if a check failed.",
        allow_abbrev=False,
    )
    parser.add_argument("--json", action="store_true", help="print a list of objects: check, result, found, to_do")
    parser.add_argument("--quick", action="store_true", help="measure the volume with 4 MB in place of 64 MB")
    parser.add_argument("--gpu", action="store_true", help="import torch too, and ask it for the GPU (some seconds)")
    return parser.parse_args()


def run_checks(options: argparse.Namespace) -> Iterator[tuple[str, Row]]:
    """Each check's name and row; without settings that parse, only the first has anything to look at."""
    try:
        settings = _settings_of_a_start()
    except LoadError as e:
        yield "environment", _masked(Row("failed", str(e), "mend these variables; CONFIG.md has every setting"))
        yield from ((name, Row("skipped", "the settings do not parse")) for name in CHECKS if name != "environment")
        return
    context = Context(settings, options.quick, options.gpu)
    for name, check in CHECKS.items():
        yield name, _masked(_guarded(check, context))


def _settings_of_a_start() -> Settings:
    """The settings as the bootstrap sees them: without a volume, models are kept on the container's disk."""
    settings = load_settings()
    if not settings.clones or settings.model_dir or settings.volume_dir.is_dir():
        return settings
    return settings.model_copy(update={"model_dir": IMAGE_MODELS})


def _guarded(check: Callable[[Context], Row], context: Context) -> Row:
    """Its row, or a failed one that says what it raised."""
    try:
        return check(context)
    except LoadError as e:
        return Row("failed", str(e), e.to_do.splitlines()[0])
    except WorkerError as e:
        return Row("failed", e.message)
    except ModuleNotFoundError as e:
        return Row("failed", f"the package {e.name} is not installed", "run this with the Python that `packages` names")
    except Exception as e:  # whatever one check meets, the others still have something to say
        return Row("failed", f"{type(e).__name__}: {' '.join(str(e).split())[:300]}")


def _masked(row: Row) -> Row:
    """The row without the values of secret variables and without what signs a link."""
    hidden = [v.strip() for n, v in os.environ.items() if _SECRET_NAME.search(n.upper()) and len(v.strip()) >= 8]

    def mask(text: str) -> str:
        for value in sorted(hidden, key=len, reverse=True):
            text = text.replace(value, "***")
        return _LINK_QUERY.sub(r"\1?***", text)

    return Row(row.result, mask(row.found), mask(row.to_do))


def _print_row(name: str, row: Row) -> None:
    names = max(map(len, CHECKS))
    if name == next(iter(CHECKS)):
        print(f"{'check':{names}}  {'result':7}  what was found, -> what to do")
    lines = [line for text in row.found.splitlines() for line in _wrapped(text, "")]
    lines += _wrapped(row.to_do, "-> ") if row.to_do else []
    print(f"{name:{names}}  {row.result:7}  {lines[0]}")
    for line in lines[1:]:
        print(f"{'':{names}}  {'':7}  {line}")
    sys.stdout.flush()


def _wrapped(text: str, mark: str) -> list[str]:
    width = min(shutil.get_terminal_size((WIDTH, 24)).columns, WIDTH) - max(map(len, CHECKS)) - 11
    return textwrap.wrap(
        mark + text,
        max(width, 40),
        subsequent_indent=" " * len(mark),
        break_long_words=False,
        break_on_hyphens=False,
    )


def check_environment(context: Context) -> Row:
    """The settings parse; are there names that look misspelt, or that have no effect?"""
    settings = context.settings
    found = f"ENGINE={settings.engine}, STORAGE={settings.storage}, VOLUME_DIR={settings.volume_dir}"
    warnings = environment_warnings(settings)
    if warnings:
        return Row("warning", "\n".join([found, *warnings]), "see the table in CONFIG.md")
    return Row("ok", found)


def check_volume(context: Context) -> Row:
    """It is there, mounted, and can be written to."""
    path = context.settings.volume_dir
    volume = find_volume(context.settings)
    if volume is None:
        return _no_volume(context)
    if not volume.mounted:
        return Row(
            "warning",
            f"{path} can be written to, but nothing is mounted there: what is kept there is gone with the container",
            "attach a network volume to the endpoint",
        )
    return Row("ok", f"{path} is mounted and can be written to")


def _no_volume(context: Context) -> Row:
    found = f"there is no folder {context.settings.volume_dir}"
    if not context.settings.clones:
        return Row("skipped", f"{found}; ENGINE=preview needs none")
    if inside_image():
        return Row("warning", f"{found}: every cold start downloads the weights again", "attach a network volume")
    return Row("failed", f"{found}, and this Python lacks the packages", "attach a network volume of 20 GB or more")


def check_space(context: Context) -> Row:
    """Is there room for what is still missing?"""
    needs = _still_needed(context)
    rows = [
        _space_on(disk, [need for need in needs if _device(need.folder) == _device(disk)]) for disk in _disks(context)
    ]
    found = "\n".join(row.found for row in rows)
    worst = next((row for result in ("failed", "warning") for row in rows if row.result == result), rows[0])
    return Row(worst.result, found, worst.to_do)


def _space_on(disk: Path, needs: "list[Need]") -> Row:
    free, total = free_bytes(disk), sum(need.size for need in needs)
    parts = ", ".join(f"{need.what} {need.size / 1e9:.2f}" for need in needs)
    found = f"{free / 1e9:.1f} GB free for {disk}, {total / 1e9:.2f} GB needed" + (f" ({parts})" if parts else "")
    if total <= free:
        return Row("ok", found)
    stops = sum(need.size for need in needs if need.stops_a_start) > free
    to_do = "make the volume (or the container's disk) larger, or delete what is not needed on it"
    return Row("failed" if stops else "warning", found, to_do)


@dataclass(frozen=True)
class Need:
    """Something that the next start, or a job, puts on a disk."""

    what: str
    size: int
    """Bytes."""
    folder: Path
    stops_a_start: bool = True


def _still_needed(context: Context) -> list[Need]:
    settings, needs = context.settings, []
    if context.settings.clones and not inside_image() and context.packages.python() is None:
        needs.append(Need("packages", context.packages.needed_bytes, settings.volume_dir))
    published = None if settings.f5_checkpoint else published_for(settings)
    if context.settings.clones and published and look_for(published, settings) is None:
        needs.append(Need("checkpoint", CHECKPOINT_BYTES, settings.models))
    if context.settings.clones and not settings.vocoder_dir and look_for(VOCODER, settings) is None:
        needs.append(Need("vocoder", VOCODER_BYTES, settings.models))
    with contextlib.suppress(ModuleNotFoundError):
        if find_transcriber(settings) is None and not Path(settings.transcriber_model).is_absolute():
            needs.append(Need("transcriber", TRANSCRIBER_BYTES, settings.models, stops_a_start=False))
    return needs


def _disks(context: Context) -> list[Path]:
    """The volume and the models' folder, once if they are on one disk."""
    places = {_device(path): path for path in (context.settings.models, context.settings.volume_dir)}
    return list(places.values())


def _device(folder: Path) -> int:
    while not folder.exists():
        folder = folder.parent
    return folder.stat().st_dev


def check_speed(context: Context) -> Row:
    """Write, read and rename a file on the volume."""
    folder = context.settings.volume_dir
    size = QUICK_SPEED_BYTES if context.quick else SPEED_BYTES
    if _writable_volume(context) is None:
        return Row("skipped", f"there is no volume at {folder} that can be written to")
    if free_bytes(folder) < 2 * size:
        return Row("skipped", f"{folder} has less than {2 * size / 1e6:.0f} MB free")
    write_s, read_s, rename_s = _measured(folder, size)
    write, read, rename = size / 1e6 / write_s, size / 1e6 / read_s, rename_s * 1e3
    found = (
        f"writes {write:.0f} MB/s, reads {read:.0f} MB/s, renames in {rename:.2f} ms (a file of {size / 1e6:.0f} MB)"
    )
    if not context.quick and (min(write, read) < SLOW_MB_S or rename > SLOW_RENAME_MS):
        return Row(
            "warning", f"{found}: slow", "if it stays so, cold starts are slow: see the data center of the volume"
        )
    return Row("ok", found)


def _writable_volume(context: Context) -> Volume | None:
    try:
        return find_volume(context.settings)
    except LoadError:  # check_volume says it
        return None


def _measured(folder: Path, size: int) -> tuple[float, float, float]:
    """Seconds to write a file to the disk, to read it, and to rename it; nothing of it stays."""
    name = f".speed-{secrets.token_hex(8)}"
    path, other = folder / name, folder / f"{name}.renamed"
    block = os.urandom(BLOCK_BYTES)
    try:
        write_s = _write(path, block, size // BLOCK_BYTES)
        read_s = _read(path, block)
        began = time.perf_counter()
        for _ in range(RENAMES // 2):
            path.rename(other)
            other.rename(path)
        return write_s, read_s, (time.perf_counter() - began) / RENAMES
    finally:
        path.unlink(missing_ok=True)
        other.unlink(missing_ok=True)


def _write(path: Path, block: bytes, blocks: int) -> float:
    """Seconds until the file is on the disk; what the system keeps of it in memory is dropped if it can be."""
    began = time.perf_counter()
    with path.open("xb", buffering=0) as file:
        for _ in range(blocks):
            file.write(block)
        os.fsync(file.fileno())
        took = time.perf_counter() - began
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return took


def _read(path: Path, block: bytes) -> float:
    began = time.perf_counter()
    with path.open("rb", buffering=0) as file:
        while data := file.read(len(block)):
            if not block.startswith(data):
                raise BrokenFileError(f"{path.parent} gave back other bytes than were written")
    return time.perf_counter() - began


def check_caches(context: Context) -> Row:
    """Where each package will keep what it downloads or compiles."""
    settings = context.settings
    planned = {name: Path(value) for name, value in cache_environment(settings).items() if Path(value).is_absolute()}
    actual = {name: Path(os.environ.get(name) or path) for name, path in planned.items()}
    root = planned["XDG_CACHE_HOME"]
    beside = {name: path for name, path in actual.items() if path.is_relative_to(root)}
    outside = {name: path for name, path in actual.items() if not path.is_relative_to(root.parent)}
    elsewhere = {name: path for name, path in actual.items() if name not in beside}
    below = ", ".join(f"{name} {path.relative_to(root)}" for name, path in beside.items())
    lines = [f"below {root}: {below}"] if beside else []
    lines += [f"{name}={path}" + (" (not on the volume)" * (name in outside)) for name, path in elsewhere.items()]
    if outside:
        return Row("warning", "\n".join(lines), f"unset {', '.join(outside)}: the worker points them to the volume")
    return Row("ok", "\n".join(lines))


def check_packages(context: Context) -> Row:
    """In this Python, on the volume, or still to be built."""
    if not context.settings.clones:
        return Row("skipped", "ENGINE=preview needs none but those of requirements/core.txt")
    if inside_image():
        versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("torch", "f5-tts", "whisperx"))
        return Row("ok", f"in this Python, {sys.executable}: {versions}")
    packages = context.packages
    if python := packages.python():
        return Row("ok", f"on the volume: {python}")
    if not context.settings.volume_dir.is_dir():
        return Row("failed", "neither in this Python nor on a volume", "attach a volume, or use the full image")
    return Row(
        "warning",
        f"not built yet: {packages.environment} (for Python {sys.version.split()[0]} and {LOCK.name})",
        f"the first start builds them in some minutes; {packages.needed_bytes / 1e9:.1f} GB",
    )


def check_checkpoint(context: Context) -> Row:
    """The weights of the engine: where they were found, and whether the file is whole."""
    settings = context.settings
    if not context.settings.clones:
        return Row("skipped", "ENGINE=preview has no weights")
    path = _checkpoint(settings)
    if path is not None and path.is_file():
        return _weights(path)
    if settings.f5_checkpoint:
        return Row("failed", f"F5_CHECKPOINT={path}: there is no such file", "put it there, or unset F5_CHECKPOINT")
    if published_for(settings) is None:
        return Row("failed", f"no checkpoint of F5_MODEL={settings.f5_model} is published", "set F5_CHECKPOINT")
    return _missing(f"the checkpoint of {settings.f5_model}", CHECKPOINT_BYTES, settings)


def check_vocabulary(context: Context) -> Row:
    """The characters that the checkpoint knows."""
    if not context.settings.clones:
        return Row("skipped", "ENGINE=preview has no vocabulary")
    settings = context.settings
    checkpoint = _checkpoint(settings)
    if checkpoint is None and settings.f5_vocab is None:
        return Row("skipped", "it comes with the checkpoint, which is missing")
    try:
        path = find_vocab(settings, checkpoint or Path())
    except LoadError:
        if settings.f5_vocab or inside_image():
            raise
        return Row("warning", "none beside the checkpoint: the one of the f5-tts package is used, once it is there")
    return Row("ok", f"{path}, {path.read_text(encoding='utf-8').count(chr(10))} entries")


def check_vocoder(context: Context) -> Row:
    """The model that makes sound of what the engine makes."""
    if not context.settings.clones:
        return Row("skipped", "ENGINE=preview has no vocoder")
    settings = context.settings
    published = look_for(VOCODER, settings)
    folder = settings.vocoder_dir or (published and published.parent)
    if folder is None:
        return _missing("the vocoder", VOCODER_BYTES, settings)
    for name in ("model.safetensors", "pytorch_model.bin"):
        if (folder / name).is_file():
            return _weights(folder / name)
    return Row("failed", f"{folder} has neither pytorch_model.bin nor model.safetensors", "put one of them there")


def _checkpoint(settings: Settings) -> Path | None:
    published = published_for(settings)
    return settings.f5_checkpoint or (look_for(published, settings) if published else None)


def _missing(what: str, size: int, settings: Settings) -> Row:
    found = f"{what} is nowhere below {settings.volume_dir}, {settings.models} or {IMAGE_MODELS}"
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE"):  # as huggingface_hub reads it
        return Row("failed", f"{found}, and HF_HUB_OFFLINE forbids a download", "unset HF_HUB_OFFLINE, or put it there")
    return Row("warning", found, f"the first start downloads it: {size / 1e9:.2f} GB")


def _weights(path: Path) -> Row:
    try:
        how = _integrity(path)
    except BrokenFileError as e:
        return Row("failed", f"{path}: {e}", "delete it; put it there again, or let the next start download it")
    return Row("ok", f"{path}, {_size(path.stat().st_size)}, {how}")


def _integrity(path: Path) -> str:
    """How the file was looked at; raises BrokenFileError if it is not whole."""
    if path.suffix == ".safetensors":
        return _check_safetensors(path)
    with path.open("rb") as file:
        zipped = file.read(4) == b"PK\x03\x04"
    if not zipped:
        return "not looked into: the format says nothing about its length"
    if not zipfile.is_zipfile(path):  # its directory is at the end
        raise BrokenFileError(f"truncated: its {_size(path.stat().st_size)} have no end")
    return "its directory is whole"


def _check_safetensors(path: Path) -> str:
    """The length of the file is in its header: 8 bytes of length, JSON with offsets, data."""
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 2 <= length <= min(HEADER_MAX_BYTES, max(size - 8, 0)):
            raise BrokenFileError(f"truncated or no safetensors file: {size} bytes")
        try:
            header = json.loads(file.read(length))
            ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
        except (ValueError, AttributeError, KeyError, TypeError, IndexError) as e:
            raise BrokenFileError("its header cannot be read") from e
    expected = 8 + length + max(ends, default=0)
    if size != expected:
        state = "truncated" if size < expected else "too long"
        raise BrokenFileError(f"{state}: {size} bytes, and its header says {expected}")
    return f"{len(ends)} tensors, as long as its header says"


def _size(size: int) -> str:
    return f"{size / 1e9:.2f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB"


def check_transcriber(context: Context) -> Row:
    """The model that writes down what a voice says: only voices without a text need it."""
    settings = context.settings
    name = settings.transcriber_model
    try:
        path = find_transcriber(settings)
    except ModuleNotFoundError:
        return Row("skipped", "the package faster-whisper is not in this Python")
    if path is not None:
        return Row("ok", f"{path}, {_size((path / 'model.bin').stat().st_size)}")
    if Path(name).is_absolute():
        return Row("warning", f"there is no model.bin in {name}", "put it there: voices need a ref_text until then")
    return Row("warning", f"{name} is not below {settings.models}", "it is downloaded when it is first needed")


def find_transcriber(settings: Settings) -> Path | None:
    """The model's folder, in the order in which the worker looks; downloads nothing. Raises ModuleNotFoundError."""
    for place in model_folders(settings.transcriber_model, settings.models):
        if place.is_dir():
            return place if (place / "model.bin").is_file() else None
    from faster_whisper import download_model

    try:
        path = Path(
            download_model(
                settings.transcriber_model, local_files_only=True, cache_dir=str(download_folder(settings.models))
            )
        )
    except (OSError, ValueError):  # not there; no such name
        return None
    return path if (path / "model.bin").is_file() else None


def check_storage(context: Context) -> Row:
    """Write, read, link, list and delete a file below incoming/."""
    settings = context.settings
    storage = open_storage(settings)
    where = str(settings.storage_dir.absolute()) if settings.storage == "local" else f"bucket {settings.s3_bucket}"
    with _nothing_made(settings):
        storage.check()  # tries once, and waits 5 s at most
        steps = _exercise(storage, f"incoming/check-{secrets.token_hex(16)}", os.urandom(OBJECT_BYTES))
    took = ", ".join(f"{step} {seconds * 1e3:.0f} ms" for step, seconds in steps.items())
    return Row("ok", f"{where}: {took} ({OBJECT_BYTES / 1e3:.0f} kB)")


def _exercise(storage: Storage, key: str, data: bytes) -> dict[str, float]:
    """Seconds of each step; the file is deleted whatever happens."""
    try:
        took = _write_and_read(storage, key, data)
    except BaseException:
        with contextlib.suppress(WorkerError):  # what failed first says more
            storage.delete(key)
        raise
    with _timed(took, "delete"):
        storage.delete(key)
    if storage.get(key) is not None:
        raise BrokenFileError("the file is still there after it was deleted")
    return took


def _write_and_read(storage: Storage, key: str, data: bytes) -> dict[str, float]:
    took: dict[str, float] = {}
    kind = "application/octet-stream"
    with _timed(took, "put"):
        storage.put(key, data, kind)
    with _timed(took, "get"):
        _same(storage.get(key), data, "reading it back")
    with _timed(took, "link"):
        link = storage.link(key, expires_in=LINK_LIFE_S, content_type=kind, filename="check.bin")
        _same(_fetched(urllib.request.Request(link)), data, "its link")
    if storage.name == "s3":
        with _timed(took, "upload link"):
            address = storage.upload_link(key, expires_in=LINK_LIFE_S, content_type=kind)
            _fetched(urllib.request.Request(address, data[::-1], {"Content-Type": kind}, method="PUT"))
            _same(storage.get(key), data[::-1], "what was sent to an upload link")
    with _timed(took, "list"):
        if [item.key for item in storage.scan(key)] != [key]:
            raise BrokenFileError("the file that was written is not listed")
    return took


@contextlib.contextmanager
def _timed(took: dict[str, float], step: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    took[step] = time.perf_counter() - began


def _fetched(request: urllib.request.Request) -> bytes:
    """The answer; an error names neither the address nor what signs it."""
    try:
        with urllib.request.urlopen(request, timeout=LINK_TIMEOUT_S) as answer:
            return bytes(answer.read())
    except OSError as e:
        why = f"HTTP {e.code}" if isinstance(e, urllib.error.HTTPError) else type(getattr(e, "reason", e)).__name__
        raise BrokenFileError(
            f"a {request.get_method()} to a link does not work ({why}): check AWS_REGION, AWS_ENDPOINT_URL, the clock"
        ) from None


def _same(found: bytes | None, expected: bytes, what: str) -> None:
    if found != expected:
        raise BrokenFileError(f"{what} gives {'nothing' if found is None else 'other bytes than were written'}")


@contextlib.contextmanager
def _nothing_made(settings: Settings) -> Iterator[None]:
    """Remove folders that were not there before; a bucket has none."""
    if settings.storage != "local":
        yield
        return
    deepest = settings.storage_dir.absolute() / "incoming"
    made = [folder for folder in (deepest, *deepest.parents) if not folder.exists()]
    try:
        yield
    finally:
        for folder in made:
            with contextlib.suppress(OSError):  # somebody has put something there
                folder.rmdir()


def check_gpu(context: Context) -> Row:
    """Is there one; says what was looked at."""
    looked = [_ask_nvidia_smi(), _ask_devices()]
    if context.gpu:
        looked.append(_ask_torch())
    there = [answer for answer, found in looked if found]
    asked = "; ".join([answer for answer, _ in looked] + ([] if context.gpu else ["torch was not asked (--gpu)"]))
    if not context.settings.clones or context.settings.device == "cpu":
        return Row("ok" if there else "skipped", f"none is needed by ENGINE and DEVICE; {asked}")
    if looked[-1][1] if context.gpu else there:
        return Row("ok", asked)
    if context.settings.device == "cuda":
        return Row("failed", f"DEVICE=cuda; {asked}", "choose a GPU for the endpoint, or set DEVICE=auto")
    return Row(
        "warning", f"none: {asked}", "choose a GPU for the endpoint: F5-TTS without one takes minutes a sentence"
    )


def _ask_nvidia_smi() -> tuple[str, bool]:
    program = shutil.which("nvidia-smi")
    if program is None:
        return "nvidia-smi is not on the PATH", False
    query = ["--query-gpu=name,driver_version,memory.free,memory.total", "--format=csv,noheader"]
    result = subprocess.run([program, *query], capture_output=True, text=True, timeout=60, check=False)
    said = "; ".join((result.stdout or result.stderr).strip().splitlines()) or "nothing"
    return f"nvidia-smi: {said}", result.returncode == 0


def _ask_devices() -> tuple[str, bool]:
    there = [str(path) for path in GPU_DEVICES if path.exists()]
    return (f"{' and '.join(there)} there" if there else f"no {' or '.join(map(str, GPU_DEVICES))}"), bool(there)


def _ask_torch() -> tuple[str, bool]:
    try:
        import torch
    except ModuleNotFoundError:
        return "torch is not in this Python", False
    if not torch.cuda.is_available():
        return f"torch {torch.__version__} sees none", False
    free, total = torch.cuda.mem_get_info()
    return f"torch: {torch.cuda.get_device_name()}, {free / 1e9:.1f} of {total / 1e9:.1f} GB free", True


CHECKS: dict[str, Callable[[Context], Row]] = {
    "environment": check_environment,
    "volume": check_volume,
    "space": check_space,
    "speed": check_speed,
    "caches": check_caches,
    "packages": check_packages,
    "checkpoint": check_checkpoint,
    "vocabulary": check_vocabulary,
    "vocoder": check_vocoder,
    "transcriber": check_transcriber,
    "storage": check_storage,
    "gpu": check_gpu,
}


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:  # of `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
