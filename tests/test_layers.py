"""The layers of the package: who may import whom, read from the imports themselves."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "f5tts_worker"

LAYERS = {
    "__init__": 0,
    "errors": 0,
    **dict.fromkeys(["settings", "logs", "job", "metrics", "names", "net", "text", "audio", "words", "subtitles"], 1),
    **dict.fromkeys(
        ["reference", "espeak", "progress", "lease", "failure", "volume", "repeat", "resident", "beside"], 1
    ),
    **dict.fromkeys(["activity", "voice_report", "voice_advice"], 1),
    **dict.fromkeys(["voice_profile", "voice_upgrade"], 3),
    **dict.fromkeys(["tape", "mastering", "encoding", "ffmpeg_run", "loudness", "riff", "tags"], 1),
    **dict.fromkeys(["mix", "parts"], 1),
    "shelf": 2,
    **dict.fromkeys(["plan", "takes", "speech", "speech_fields"], 3),
    **dict.fromkeys(["storage", "engines", "f5", "transcriber", "hub", "packages", "aligners"], 2),
    **dict.fromkeys(["contract", "draft", "voices", "records", "captions", "caption_fields", "speech_progress"], 3),
    **dict.fromkeys(["worker", "cast", "production"], 4),
    "fitness": 5,
    "endpoints": 5,
    "dispatch": 6,
    "serving": 7,
    "bootstrap": 7,
}
"""Module or package of f5tts_worker -> layer; an import may go down or stay in the layer."""

F5_ON_TORCH = ("attention", "config", "dit", "fitness", "half", "mel", "memory", "model", "sampler", "steps", "vocos")
F5_ON_TORCH += ("linear", "text_encoder", "weights")

HEAVY: dict[str, set[str]] = {
    "boto3": {"storage/s3"},
    "botocore": {"storage/s3"},
    "espeakng_loader": {"espeak"},
    "faster_whisper": {"transcriber"},
    "httpcore": {"net"},
    "huggingface_hub": {"hub"},
    "runpod": set(),
    "safetensors": {"f5/half", "f5/places", "f5/weights"},
    "torch": {
        *(f"f5/{name}" for name in F5_ON_TORCH),
        "engines/upstream",
        "aligners/whisperx",
    },
    "torchaudio": {"aligners/whisperx"},
    "whisperx": {"aligners/whisperx"},
    "nltk": {"aligners/punkt"},
    "google": {"aligners/google", "aligners/credentials"},
    "numba": {"aligners/dtw"},
    "vocos": {"engines/upstream"},
    **{name: set() for name in ("f5_tts", "librosa", "torchdiffeq", "transformers", "x_transformers")},
}
"""Heavy package -> the modules that may import it."""

MODULES = sorted(PACKAGE.rglob("*.py"))


def _name(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").as_posix()


def _imports(path: Path) -> set[str]:
    """Absolute names of everything that a file imports, at its top or inside functions."""
    package = ["f5tts_worker", *path.relative_to(PACKAGE).parent.parts]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            found |= {f"{source}.{alias.name}" for alias in node.names} if node.module is None else {source}
    return found


def _inside(imported: str) -> str | None:
    parts = imported.split(".")
    return parts[1] if parts[0] == "f5tts_worker" and len(parts) > 1 else None


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_imports_point_down(path: Path) -> None:
    """No module imports one of a higher layer."""
    own = LAYERS[_name(path).split("/", maxsplit=1)[0]]
    wrong = {name for name in _imports(path) if (inside := _inside(name)) and LAYERS.get(inside, 0) > own}
    assert not wrong


@pytest.mark.parametrize("path", sorted((PACKAGE / "endpoints").glob("*.py")), ids=_name)
def test_endpoints_do_not_know_one_another(path: Path) -> None:
    """No endpoint imports another."""
    assert not {name for name in _imports(path) if name.startswith("f5tts_worker.endpoints")}


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_heavy_packages_have_one_importing_place(path: Path) -> None:
    """A heavy package is imported only where HEAVY says."""
    tops = {name.split(".")[0] for name in _imports(path)}
    assert not {top for top in tops & set(HEAVY) if _name(path) not in HEAVY[top]}


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_only_settings_read_the_environment(path: Path) -> None:
    """os.environ and os.getenv appear in settings alone; the bootstrap sets what other packages read."""
    read = {
        node.attr
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
    }
    assert not read or _name(path) in ("settings", "bootstrap")


def test_low_layers_import_nothing_heavy() -> None:
    """Importing the handler and the package's low layers loads none of the heavy packages, and starts nothing."""
    heavy = sorted(set(HEAVY) - {"httpcore"})
    low = [name for name, layer in LAYERS.items() if layer <= 1 and name not in ("__init__", "net")]
    program = (
        f"import sys, threading, handler\n{''.join(f'import f5tts_worker.{name}' + chr(10) for name in low)}"
        f"print([name for name in {heavy} if name in sys.modules], threading.active_count())"
    )
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[] 1"
