"""The weights that the benchmarks of the model run on, and the options that choose them."""

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.report import options

ROOT = Path(__file__).resolve().parent.parent
MODELS = Path.home() / ".cache/f5tts-benchmarks/models"
CHECKPOINT = "F5-TTS/F5TTS_v1_Base/model_1250000.safetensors"
VOCODER = "vocos-mel-24khz"
WRITTEN_LAST = f"{VOCODER}/pytorch_model.bin"
SIDES = ("upstream", "ours")


def model_options(description: str | None, *, runs: int) -> argparse.ArgumentParser:
    """A parser with what every benchmark of the model takes."""
    parser = options(description)
    parser.add_argument("--png", type=Path, help="draw the figures into this file")
    parser.add_argument("--models", type=Path, default=MODELS, help="a MODEL_DIR; made if it is empty (%(default)s)")
    parser.add_argument(
        "--model",
        type=Path,
        help="an f5-tts config (.yaml) with model.safetensors and vocos/ beside it, in place of F5TTS_v1_Base",
    )
    parser.add_argument("--runs", type=int, default=runs, help="whose median is taken (default: %(default)s)")
    parser.add_argument("--only", choices=SIDES, help="measure one side; there are no ratios then")
    return parser


def sides(arguments: argparse.Namespace) -> list[str]:
    """Who is measured."""
    return [arguments.only] if arguments.only else list(SIDES)


def weights(arguments: argparse.Namespace) -> dict[str, Any]:
    """Fields of Settings that name the weights; makes those of full size where there are none."""
    if arguments.model:
        config: Path = arguments.model.absolute()
        return {
            "f5_model": str(config),
            "f5_checkpoint": config.with_name("model.safetensors"),
            "vocoder_dir": config.with_name("vocos"),
        }
    models: Path = arguments.models.expanduser().absolute()
    if not (models / WRITTEN_LAST).is_file():
        print(f"making a checkpoint of full size in {models}", flush=True)
        subprocess.run([sys.executable, "-m", "benchmarks.make_checkpoint", str(models)], cwd=ROOT, check=True)
    return {"model_dir": models}


def weight_files(arguments: argparse.Namespace) -> list[Path]:
    """Checkpoint and vocoder."""
    chosen = weights(arguments)
    if arguments.model:
        return [chosen["f5_checkpoint"], chosen["vocoder_dir"] / "pytorch_model.bin"]
    return [chosen["model_dir"] / CHECKPOINT, chosen["model_dir"] / WRITTEN_LAST]


def peak_gb(pid: int | str = "self") -> float:
    """The most memory that a process had at a time, in GB: its VmHWM.

    ru_maxrss is the same figure for a process that a small one started; it counts the starter's memory too.
    """
    status = Path(f"/proc/{pid}/status").read_text()
    return round(int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e9, 3)
