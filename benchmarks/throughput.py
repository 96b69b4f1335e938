"""Seconds of speech a second, and peak memory, for texts of 1 to 64 chunks: ours against the f5-tts package.

Each side is a process of its own, so that its memory is its own; they take turns. Memory is the most that was taken
while a text was read: on a GPU by PyTorch there, on the processor by the process. Defaults are chosen so that two cores
need some eight minutes with a model of full size.
"""

import argparse
import contextlib
import multiprocessing
import os
import statistics
import time
from collections.abc import Callable, Mapping
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal

import torch

from benchmarks.report import Panel, Report, Row, ratio
from benchmarks.weights import model_options, peak_gb, sides, weights

Device = Literal["cpu", "cuda"]
Told = dict[str, float]

REFERENCE_S: dict[Device, float | None] = {"cpu": 1.0, "cuda": None}
"""Of the sample reference; None is all of it."""

DEFAULTS: dict[Device, dict[str, float]] = {
    "cpu": {"steps": 1, "seconds": 1.5, "runs": 3},
    "cuda": {"steps": 32, "seconds": 8.0, "runs": 3},
}
ONCE_FROM = 16
"""Chunks from which a text is read once on the processor."""


def main() -> None:
    """Measure what this machine has."""
    parser = model_options(__doc__, runs=3)
    parser.add_argument("--chunks", default="1,4,16,64", help="of the texts (default: %(default)s)")
    parser.add_argument("--steps", type=int, help="default: 1 on the processor, 32 on a GPU")
    parser.add_argument("--seconds", type=float, help="of a chunk; default: 1.5 on the processor, 8 on a GPU")
    parser.add_argument("--batch", type=int, default=4, help="chunks of the text that is read in one batch on CPU")
    parser.add_argument("--threads", type=int, default=2, help="on the processor (default: %(default)s)")
    parser.add_argument("--device", choices=("cpu", "cuda"), help="default: both, where there is a GPU")
    parser.add_argument("--compiled", action="store_true", help="take upstream's function without importing its module")
    arguments = parser.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    title = "Throughput, ours against f5-tts (reach on a GPU: at least 8 times as much at 16 chunks)"
    report = Report(title, arguments.json, arguments.png)
    if not torch.cuda.is_available():
        report.note("no CUDA device is visible to PyTorch: the processor alone is measured")
    elif arguments.device != "cpu":
        measure("cuda", arguments, report)
    if arguments.device != "cuda":
        measure("cpu", arguments, report)


class Side:
    """One of the two, in its own process: it is told what to read, and tells how long it took."""

    def __init__(self, name: str, device: Device, arguments: argparse.Namespace) -> None:
        context = multiprocessing.get_context("spawn")
        self._name = name
        self._connection, there = context.Pipe()
        settings = {**weights(arguments), "device": device}
        self._process = context.Process(
            target=serve, args=(there, name, settings, arguments.threads, arguments.compiled), daemon=True
        )
        self._process.start()
        there.close()

    def wait_until_ready(self) -> float:
        """Until it has loaded and spoken once; returns the most memory that it had until then, in GB."""
        return self._told()["peak_gb"]

    def read(self, **request: Any) -> Told:
        """See `read_one`."""
        self._connection.send(request)
        return self._told()

    def close(self) -> None:
        """End it."""
        self._connection.close()
        self._process.join()

    def _told(self) -> Told:
        try:
            told: Told = self._connection.recv()
        except EOFError:
            self._process.join()
            raise SystemExit(f"{self._name} has ended, with {self._process.exitcode}") from None
        return told


def measure(device: Device, arguments: argparse.Namespace, report: Report) -> None:
    """Both on one device."""
    asked = {name: getattr(arguments, name) or default for name, default in DEFAULTS[device].items()}
    steps, seconds, runs = int(asked["steps"]), asked["seconds"], int(asked["runs"])
    reading = {"steps": steps, "seconds": seconds, "reference_s": REFERENCE_S[device]}
    processes = {name: Side(name, device, arguments) for name in sides(arguments)}
    loaded = {name: side.wait_until_ready() for name, side in processes.items()}
    report.note(f"{device}: peak while loading {', '.join(f'{name} {peak} GB' for name, peak in loaded.items())}")
    rows = []
    for n in map(int, arguments.chunks.split(",")):
        once = device == "cpu" and n >= ONCE_FROM
        asking = {name: partial(side.read, chunks=n, **reading) for name, side in processes.items()}
        if device == "cuda":
            in_turns(asking, 1)  # kernels are chosen, and graphs captured
        rows.append(row_of(n, in_turns(asking, 1 if once else runs)))
    where = f"{device.upper()}, {steps} step(s), chunks of about {seconds:g} s"
    groups = {f"{row['chunks']} chunk(s)": {s: row.get(f"{s}_x_real_time") for s in processes} for row in rows}
    peaks = {f"{row['chunks']} chunk(s)": {s: row.get(f"{s}_peak_gb") for s in processes} for row in rows}
    report.table(
        where,
        rows,
        Panel(where, "seconds of speech a second", groups),
        Panel(f"{where}: peak memory", "GB", peaks),
    )
    if device == "cpu" and "ours" in processes:
        batches(processes["ours"], arguments.batch, reading, runs, report)
    for side in processes.values():
        side.close()


def in_turns(asking: Mapping[str, Callable[[], Told]], runs: int) -> dict[str, Told]:
    """What each side tells, A B A B: medians, but the highest of its peaks."""
    told: dict[str, list[Told]] = {name: [] for name in asking}
    for _ in range(runs):
        for name, ask in asking.items():
            told[name].append(ask())
    return {
        name: {
            "x_real_time": round(statistics.median(t["spoken_s"] / t["seconds"] for t in all_told), 3),
            "seconds": round(statistics.median(t["seconds"] for t in all_told), 3),
            "peak_gb": max(t["peak_gb"] for t in all_told),
            "spoken_s": round(all_told[0]["spoken_s"], 1),
        }
        for name, all_told in told.items()
    }


def row_of(n: int, told: dict[str, Told]) -> Row:
    """A line of the table; how much is spoken is the same for both."""
    row: Row = {"chunks": n, "spoken_s": next(iter(told.values()))["spoken_s"]}
    for name, figures in told.items():
        row |= {f"{name}_{key}": value for key, value in figures.items() if key != "spoken_s"}
    speeds = {name: figures["x_real_time"] for name, figures in told.items()}
    return row | {"times_upstream": ratio(speeds.get("ours"), speeds.get("upstream"), 2)}


def batches(ours: Side, n: int, reading: dict[str, Any], runs: int, report: Report) -> None:
    """Whether a processor gains by a batch."""
    hows = ("one by one", "one batch")
    told = in_turns({how: partial(ours.read, chunks=n, how=how, **reading) for how in hows}, runs)
    alone = told["one by one"]["x_real_time"]
    rows: list[Row] = [
        {"chunks": n, "how": how, **told[how], "of one by one": ratio(told[how]["x_real_time"], alone, 2)}
        for how in hows
    ]
    groups = {how: {"ours": told[how]["x_real_time"]} for how in hows}
    name = f"CPU, ours: {n} chunks at once and one by one"
    report.table(name, rows, Panel(name, "seconds of speech a second", groups))


def serve(parent: Connection, name: str, settings: dict[str, Any], threads: int, compiled: bool) -> None:
    """Be one of the sides: load, say so, then answer what is asked until nobody asks."""
    from benchmarks.readers import Ours, Upstream, make_reading
    from f5tts_worker.settings import Settings

    torch.set_num_threads(threads)
    chosen = Settings.model_validate(settings)
    reader = Ours(chosen) if name == "ours" else Upstream(chosen, compiled=compiled)
    reader.read(make_reading(["Ready to speak, and to be heard."], 1, 1.0))
    parent.send({"peak_gb": peak_of(reader)})
    with contextlib.suppress(EOFError):
        while True:
            parent.send(read_one(reader, **parent.recv()))


def read_one(
    reader: Any, chunks: int, steps: int, seconds: float, reference_s: float | None, how: str = "as it chooses"
) -> Told:
    """Read a text of so many chunks: `seconds` that it took, seconds of speech, and the most memory meanwhile."""
    from benchmarks.readers import Reading, chunks_of, reference, waited

    samples, pace = reference(reference_s)
    reading = Reading(samples, pace, chunks_of(seconds, chunks, pace), steps)
    ways = {
        "as it chooses": lambda: reader.read(reading),
        "one batch": lambda: reader.read_in([list(range(chunks))], reading),
        "one by one": lambda: reader.read_in([[i] for i in range(chunks)], reading),
    }
    forget_peak(reader)
    began = time.perf_counter()
    waited(ways[how], reader.device)()
    took = time.perf_counter() - began
    return {"seconds": took, "spoken_s": reading.spoken_s, "peak_gb": peak_of(reader)}


def peak_of(reader: Any) -> float:
    """The most memory since it was last forgotten, in GB: what PyTorch reserved on the GPU, or the process's own.

    Reserved, not allocated: what a CUDA graph computes in counts as allocated only while it is captured.
    """
    on_gpu = reader.device.type == "cuda"
    return round(torch.cuda.max_memory_reserved() / 1e9, 3) if on_gpu else peak_gb()


def forget_peak(reader: Any) -> None:
    """Begin to look for the peak anew; where the kernel has no means for it, it is that since the start."""
    if reader.device.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
        return
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


if __name__ == "__main__":
    main()
