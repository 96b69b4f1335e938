"""A full-size checkpoint with random weights: F5TTS_v1_Base (337 M parameters, 1.35 GB) and a Vocos of its real size.

It speaks noise, and costs in time and memory what the published one costs. Layers that training starts at zero are
drawn at 0.2, so that no part of the model is without effect.
"""

import argparse
import sys
from pathlib import Path

import torch

from f5tts_worker.f5.config import ARCHITECTURES
from f5tts_worker.f5.places import f5_tts_file

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from tiny_f5 import random_dit, write_checkpoint, write_vocoder  # the tests' own maker, in another size


def main() -> None:
    """Write the files where a worker looks for them: MODEL_DIR=FOLDER."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.make_checkpoint", description=__doc__)
    parser.add_argument("folder", type=Path, help="becomes a MODEL_DIR")
    folder = parser.parse_args().folder
    checkpoint = folder / "F5-TTS/F5TTS_v1_Base/model_1250000.safetensors"
    write_checkpoint(checkpoint, random_dit(ARCHITECTURES["F5TTS_v1_Base"]))
    vocab = f5_tts_file("infer/examples/vocab.txt")
    if vocab is None:
        sys.exit("the package f5-tts is not installed: scripts/setup dev")
    checkpoint.with_name("vocab.txt").write_bytes(vocab.read_bytes())
    write_vocoder(folder / "vocos-mel-24khz", dim=512, inner=1536, depth=8)
    size = checkpoint.stat().st_size
    print(f"{checkpoint}: {size / 1e9:.2f} GB (torch {torch.__version__})")


if __name__ == "__main__":
    main()
