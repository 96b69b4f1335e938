"""Ours and the f5-tts package's speech of the same sentence, weights and noise, as pictures side by side.

Needs a MODEL_DIR, for example from benchmarks.make_checkpoint. What the pictures show is equality; random weights speak
noise.
"""

import argparse
import threading
import time
from pathlib import Path

import matplotlib as mpl
import numpy as np
import torch

from benchmarks.report import machine
from f5tts_worker.audio import Samples
from f5tts_worker.engines import ENGINES, Line, SpeechOptions
from f5tts_worker.f5.mel import MelSpectrogram
from f5tts_worker.settings import Settings
from f5tts_worker.worker import sample_reference

mpl.use("Agg")

from matplotlib import pyplot as plt  # the backend has to be chosen first

TEXT = "I don't really care what you call me."


def main() -> None:
    """Speak with both and draw."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.spectrogram", description=__doc__)
    parser.add_argument("model_dir", type=Path)
    parser.add_argument("picture", type=Path, help="a .png")
    parser.add_argument("--steps", type=int, default=4)
    arguments = parser.parse_args()
    ours, theirs = (spoken(engine, arguments.model_dir, arguments.steps) for engine in ("f5", "upstream"))
    difference = np.abs(ours - theirs).max() / np.abs(theirs).max()
    print(f"{machine()}: {len(ours)} samples each, largest difference {difference:.1e} of the peak")
    figure, axes = plt.subplots(1, 3, figsize=(15, 4), constrained_layout=True)
    mels = [MelSpectrogram()(torch.from_numpy(samples)).numpy().T for samples in (ours, theirs)]
    for axis, mel, title in zip(axes, mels, ("f5 (ours)", "upstream (f5-tts 1.1.22)"), strict=False):
        axis.imshow(mel, origin="lower", aspect="auto", vmin=mels[1].min(), vmax=mels[1].max())
        axis.set(title=title, xlabel="frame (256 samples)", ylabel="mel")
    picture = axes[2].imshow(np.abs(mels[0] - mels[1]), origin="lower", aspect="auto")
    axes[2].set(title="absolute difference of the log-mels")
    figure.colorbar(picture, ax=axes[2])
    figure.savefig(arguments.picture, dpi=80)


def spoken(engine_name: str, model_dir: Path, steps: int) -> Samples:
    """The sentence, by one engine."""
    settings = Settings.model_validate({"engine": engine_name, "model_dir": model_dir, "device": "cpu"})
    engine = ENGINES[engine_name](settings)
    began = time.perf_counter()
    engine.load()
    loaded = time.perf_counter()
    line = Line(TEXT, sample_reference(), speed=1.0, seed=42)
    ((_, take),) = engine.speak([line], SpeechOptions(nfe_step=steps), threading.Event())
    print(f"{engine_name}: loaded in {loaded - began:.1f} s, spoke in {time.perf_counter() - loaded:.1f} s")
    return take.audio.samples


if __name__ == "__main__":
    main()
