"""Seconds that a speech takes once everything is loaded: ours against the f5-tts package, same weights and chunks.

On the processor one chunk and eight, by the package's infer_batch_process; on a GPU, where there is one, utterances of
3, 10 and 22 s against the package's own eager path and against the floor: the operations that cannot be left out, at
the rate at which this card multiplies large matrices.
"""

import argparse
import gc
from collections.abc import Callable
from functools import partial
from typing import Any

import torch

from benchmarks.operations import dit_operations, matmul_rate
from benchmarks.readers import (
    SENTENCES,
    Ours,
    Reading,
    Upstream,
    check_alike,
    chunks_of,
    make_reading,
    reference,
    waited,
)
from benchmarks.report import Panel, Report, Row, interleaved, ratio, seconds_of
from benchmarks.weights import model_options, sides, weights
from f5tts_worker.audio import SAMPLE_RATE
from f5tts_worker.f5.batches import Utterance
from f5tts_worker.f5.config import ModelConfig
from f5tts_worker.f5.duration import CHUNK_MAX_S
from f5tts_worker.f5.mel import HOP
from f5tts_worker.f5.model import model_config
from f5tts_worker.f5.sampler import Guidance
from f5tts_worker.settings import Settings

PRESETS = {"draft": 7, "balanced": 16, "high": 32}
"""Steps of each."""

PRESET_CHUNK_S, PRESET_REFERENCE_S = 3.0, 1.5
SECONDS, GPU_STEPS = (3.0, 10.0, 22.0), (7, 16, 32)
PARTS = ("cpu", "presets", "cuda")


def main() -> None:
    """Measure what this machine has."""
    parser = model_options(__doc__, runs=3)
    parser.add_argument("--parts", default=",".join(PARTS), help="of cpu,presets,cuda (default: all)")
    parser.add_argument("--threads", type=int, default=2, help="on the processor (default: %(default)s)")
    parser.add_argument("--steps", type=int, default=4, help="on the processor (default: %(default)s)")
    parser.add_argument("--chunks", default="1,8", help="on the processor (default: %(default)s)")
    parser.add_argument("--compiled", action="store_true", help="take upstream's function without importing its module")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    title = "One job, ours against f5-tts (reach on CPU: at most 0.97 of its time on one chunk, 0.9 on eight)"
    report = Report(title, arguments.json, arguments.png)
    parts = arguments.parts.split(",")
    if "cuda" in parts:
        if torch.cuda.is_available():
            on_gpu(arguments, report)
        else:
            report.note("no CUDA device is visible to PyTorch: the processor alone is measured")
    if "cpu" in parts:
        on_processor(arguments, report)
    if "presets" in parts and arguments.only != "upstream":
        presets(arguments, report)


def load(arguments: argparse.Namespace, device: str) -> dict[str, Any]:
    """The sides, by name; upstream first, as its import has to come first."""
    settings = Settings.model_validate({**weights(arguments), "device": device})
    makers: dict[str, Callable[[], Any]] = {
        "upstream": lambda: Upstream(settings, compiled=arguments.compiled),
        "ours": lambda: Ours(settings),
    }
    return {name: makers[name]() for name in sides(arguments)}


def on_processor(arguments: argparse.Namespace, report: Report) -> None:
    """Chunks of 4 to 4.5 s."""
    readers = load(arguments, "cpu")
    rows: list[Row] = []
    for n in map(int, arguments.chunks.split(",")):
        reading = make_reading([SENTENCES[i % len(SENTENCES)] for i in range(n)], arguments.steps)
        compare_work(readers)
        median = interleaved(
            {name: partial(seconds_of, partial(reader.read, reading)) for name, reader in readers.items()},
            arguments.runs,
        )
        rows.append(processor_row(reading, median))
    name = f"CPU, {arguments.threads} threads, {arguments.steps} steps: seconds, medians of {arguments.runs}"
    groups = {f"{row['chunks']} chunk(s)": {s: row.get(f"{s}_s") for s in readers} for row in rows}
    report.table(name, rows, Panel(f"CPU, {arguments.threads} threads, {arguments.steps} steps", "seconds", groups))


def compare_work(readers: dict[str, Any]) -> None:
    """A short text by each, to warm up and to see that both say the same length."""
    spoken = {name: reader.read(make_reading(SENTENCES[:1], 1, 1.0)) for name, reader in readers.items()}
    if len(spoken) == 2:
        check_alike(spoken["ours"], spoken["upstream"])


def processor_row(reading: Reading, median: dict[str, float]) -> Row:
    """A line of the table."""
    return {
        "chunks": len(reading.chunks),
        "frames": max(reading.frames),
        "spoken_s": round(reading.spoken_s, 2),
        **{f"{name}_s": round(seconds, 3) for name, seconds in median.items()},
        "ratio": ratio(median.get("ours"), median.get("upstream")),
        "ours_real_time_factor": ratio(median.get("ours"), reading.spoken_s),
    }


def presets(arguments: argparse.Namespace, report: Report) -> None:
    """What 7, 16 and 32 steps cost, as part of 32."""
    ours = load(argparse.Namespace(**{**vars(arguments), "only": "ours"}), "cpu")["ours"]
    samples, pace = reference(PRESET_REFERENCE_S)
    chunks = chunks_of(PRESET_CHUNK_S, 1, pace)
    readings = {name: Reading(samples, pace, chunks, steps) for name, steps in PRESETS.items()}
    ours.read(Reading(samples, pace, chunks, 1))
    median = interleaved(
        {name: partial(seconds_of, partial(ours.read, reading)) for name, reading in readings.items()}, arguments.runs
    )
    rows: list[Row] = [
        {
            "preset": name,
            "steps": steps,
            "seconds": round(median[name], 3),
            "of high": ratio(median[name], median["high"]),
            "spoken_s": round(readings[name].spoken_s, 2),
        }
        for name, steps in PRESETS.items()
    ]
    panel = Panel("Presets on CPU, one chunk of 3 s", "seconds", {name: {"ours": median[name]} for name in PRESETS})
    report.table("Presets on CPU, one chunk of 3 s, ours", rows, panel)


def on_gpu(arguments: argparse.Namespace, report: Report) -> None:
    """One utterance at a time."""
    readers = load(arguments, "cuda")
    device = next(iter(readers.values())).device
    rate = matmul_rate(device, torch.float16)
    report.note(f"fp16 matmul: {rate / 1e12:.0f} TFLOP/s measured")
    config = model_config(weights(arguments).get("f5_model", "F5TTS_v1_Base"))
    rows = [
        gpu_row(arguments.runs, readers, config, rate, seconds, steps) for seconds in SECONDS for steps in GPU_STEPS
    ]
    groups = {
        f"{row['length_s']:g} s\n{row['steps']} steps": {whose: row[f"{whose}_ms"] for whose in (*readers, "floor")}
        for row in rows
    }
    title = "GPU, one utterance, half precision"
    report.table(f"{title}: ms, medians of interleaved runs", rows, Panel(title, "ms", groups))
    del readers
    gc.collect()
    torch.cuda.empty_cache()


def gpu_row(runs: int, readers: dict[str, Any], config: ModelConfig, rate: float, seconds: float, steps: int) -> Row:
    """One length and number of steps; the longest is cut to what the worker makes of a chunk with this reference."""
    samples, pace = reference()
    n_frames = min(pace.frames + round(seconds * SAMPLE_RATE / HOP), int(CHUNK_MAX_S * SAMPLE_RATE / HOP))
    spoken_s = (n_frames - pace.frames) * HOP / SAMPLE_RATE
    utterance = Utterance(chunks_of(spoken_s, 1, pace)[0], n_frames, 0)
    actions = {}
    for name, reader in readers.items():
        voice = reader.model.prepare(samples, pace.spoken_text())
        speak = partial(reader.model.speak, voice, [utterance], Guidance(steps, 2.0, -1.0))
        actions[name] = waited(speak, reader.device)
        for _ in range(2):  # kernels are chosen, and graphs captured
            actions[name]()
    median = interleaved({name: partial(seconds_of, action) for name, action in actions.items()}, max(runs, 7))
    floor_s = steps * dit_operations(config, n_frames) / rate
    ours = median.get("ours")
    return {
        "length_s": seconds,
        "spoken_s": round(spoken_s, 2),
        "frames": n_frames,
        "steps": steps,
        **{f"{name}_ms": round(taken * 1e3, 2) for name, taken in median.items()},
        "ratio": ratio(ours, median.get("upstream")),
        "ours_real_time_factor": ratio(ours, spoken_s, 5),
        "floor_ms": round(floor_s * 1e3, 2),
        "ours_to_floor": ratio(ours, floor_s, 2),
    }


if __name__ == "__main__":
    main()
