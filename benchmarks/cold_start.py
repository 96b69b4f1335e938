"""From the start of a process to its first finished speech, and its peak memory: ours against the f5-tts package.

Ours is handler.py behind RunPod's SDK with its usual warm-up; its job, of one step on a second of text in an uploaded
voice, comes from a local server and is done when its result is posted there. Upstream is a process that imports
f5_tts.api, loads, and calls infer on the same. Both on the processor.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.report import Panel, Report, Row, ratio
from benchmarks.weights import CHECKPOINT, ROOT, VOCODER, model_options, peak_gb, sides, weight_files, weights
from f5tts_worker import espeak
from f5tts_worker.audio import encode
from f5tts_worker.settings import Settings
from f5tts_worker.worker import Worker

sys.path.insert(0, str(ROOT / "tests"))

from runpod_server import RunPodServer  # the tests' own stand-in for RunPod
from worker_process import HANDLER, WorkerProcess

VOICE, REFERENCE_TEXT = "alice", "Some people read aloud."
TEXT = "Others listen to them."
SEED = 2
"""Random weights speak noise; in that of this seed the offline aligner finds room for each word."""
SCENARIOS = ("warm", "cold", "timings")
PATIENCE_S = 300.0
BLOCK = 1 << 24


@dataclass(frozen=True)
class Start:
    """One process, from its start to its first speech."""

    total_s: float
    peak_gb: float
    ready_s: float | None = None
    """Until it took the job."""
    timing_method: str | None = None
    """Who timed the words; or the error's code where nobody could: random weights speak noise."""
    stages: dict[str, float] = field(default_factory=dict)
    """Seconds, as its log and its answer tell them."""


class MeasuredWorker(WorkerProcess):
    """A worker whose memory can be asked for."""

    @property
    def peak_gb(self) -> float:
        """So far; without that of its heartbeat, which is a process of its own."""
        return peak_gb(self._process.pid)


def main() -> None:
    """Measure."""
    parser = model_options(__doc__, runs=5)
    parser.add_argument(
        *("--scenarios", "-s"),
        default=",".join(SCENARIOS),
        help="warm: the weights' pages in memory; cold: dropped before each run; timings: ours, with the times of "
        "words (default: all)",
    )
    arguments = parser.parse_args()
    title = "Cold start to the first speech, CPU (reach: ours at least 3.5 times faster, peak at most 2.2 GB)"
    report = Report(title, arguments.json, arguments.png)
    with tempfile.TemporaryDirectory() as folder:
        measure(arguments, Path(folder), report)


def measure(arguments: argparse.Namespace, folder: Path, report: Report) -> None:
    """All scenarios in turns, so many times."""
    chosen = arguments.scenarios.split(",")
    files = weight_files(arguments)
    if "cold" in chosen:
        report.note(disk_speed(files))
    starts = starters(arguments, put_voice(folder), folder)
    taken: dict[tuple[str, str], list[Start]] = {
        (scenario, side): [] for scenario in chosen for side in sides(arguments) if (scenario, side) in starts
    }
    warm(files)
    for _ in range(arguments.runs):
        for (scenario, side), runs in taken.items():
            if scenario == "cold":
                drop_pages(files)
            runs.append(starts[scenario, side]())
    report.table("Seconds, medians of interleaved runs", as_rows(taken), *_panels(taken))


def starters(arguments: argparse.Namespace, wav: Path, folder: Path) -> dict[tuple[str, str], Callable[[], Start]]:
    """How each scenario is started by each side."""
    environment = {name.upper(): str(value) for name, value in weights(arguments).items()}
    ours = partial(start_ours, folder, environment)
    upstream = partial(start_upstream, arguments.models.expanduser().absolute(), wav)
    return {
        ("warm", "upstream"): upstream,
        ("warm", "ours"): ours,
        ("cold", "upstream"): upstream,
        ("cold", "ours"): ours,
        ("timings", "ours"): partial(ours, timings=True),
    }


def put_voice(folder: Path) -> Path:
    """Store a voice of a second and its text for the workers; returns the same as a file."""
    speech = espeak.speak(REFERENCE_TEXT.split(), espeak.voice_for("en-gb") or "").audio
    settings = Settings.model_validate(
        {
            **{"engine": "preview", "storage": "local", "storage_dir": folder / "storage", "volume_dir": folder},
            **{"warm_transcriber": "off", "warm_aligner": "off"},
        }
    )
    wav = encode(speech, "wav")
    Worker.load(settings).voices.add(VOICE, wav, ref_text=REFERENCE_TEXT, language="en")
    path = folder / "reference.wav"
    path.write_bytes(wav)
    return path


def start_ours(folder: Path, environment: dict[str, str], *, timings: bool = False) -> Start:
    """A worker and its first job."""
    request: dict[str, Any] = {"text": TEXT, "voice": VOICE, "nfe_step": 1, "seed": SEED}
    aligner = {"WARM_ALIGNER": "off"}
    if timings:
        request |= {"return_word_timings": True, "timing_method": "auto"}
        aligner = {"WARM_ALIGNER": "background"}
    server = RunPodServer()
    job = server.submit(request, uuid.uuid4().hex)  # a known id is answered from what is stored
    began = time.perf_counter()
    worker = MeasuredWorker(server, folder, HANDLER, ENGINE="f5", DEVICE="cpu", **environment, **aligner)
    try:
        taken = server.wait_for(lambda: job.taken_by, PATIENCE_S)
        ready_s = time.perf_counter() - began
        if not taken:
            raise SystemExit(f"the worker took no job:\n{worker.log}")
        answer = job.result(PATIENCE_S)
        total_s = time.perf_counter() - began
        if "output" not in answer:
            raise SystemExit(f"the job failed: {answer}")
        return _start_of(worker, answer["output"], ready_s, total_s)
    finally:
        worker.kill()
        server.close()


def _start_of(worker: MeasuredWorker, output: dict[str, Any], ready_s: float, total_s: float) -> Start:
    warmed = re.search(r"is warm after ([\d.]+) s", worker.log)
    stages = {"load and warm-up": float(warmed[1])} if warmed else {}
    stages |= {f"job: {name}": seconds for name, seconds in output["metrics"].items()}
    method = output.get("timing_method") or output.get("timing_error", {}).get("code")
    return Start(total_s, worker.peak_gb, ready_s, method, stages)


def start_upstream(models: Path, wav: Path) -> Start:
    """A process with the package."""
    checkpoint = models / CHECKPOINT
    files = [checkpoint, checkpoint.with_name("vocab.txt"), models / VOCODER, wav]
    command = [sys.executable, "-m", "benchmarks.upstream_start", *map(str, files), REFERENCE_TEXT, TEXT]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT)}
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True)
        told = None
        for line in process.stdout or ():
            if line.startswith('{"spoken_s"'):
                told = json.loads(line)
                total_s = time.perf_counter() - began
        if process.wait() or told is None:
            errors.seek(0)
            raise SystemExit(f"the f5-tts package did not speak:\n{errors.read()[-3000:]}")
    return Start(total_s, told["peak_gb"])


def as_rows(taken: dict[tuple[str, str], list[Start]]) -> list[Row]:
    """A line for each side of each scenario, and one for the way to the first job."""
    rows: list[Row] = []
    for (scenario, side), runs in taken.items():
        other = taken.get((scenario, "upstream"), [])
        total_s, upstream_s = _median([run.total_s for run in runs]), _median([run.total_s for run in other])
        row: Row = {"what": _name(scenario, side, runs), "side": side, "scenario": scenario, "seconds": total_s}
        row["times faster"] = ratio(upstream_s, total_s, 2) if side == "ours" else None
        row["peak_gb"] = max(run.peak_gb for run in runs)
        row["stages"] = _stages(runs)
        rows.append(row)
        if (scenario, side) == ("warm", "ours"):
            ready_s = _median([run.ready_s for run in runs if run.ready_s])
            rows.append({"what": "ours, to ready alone", "side": side, "scenario": "ready", "seconds": ready_s})
    return rows


def _name(scenario: str, side: str, runs: Sequence[Start]) -> str:
    methods = "/".join(sorted({run.timing_method or "none" for run in runs}))
    scenes = {"warm": "", "cold": ", pages cold", "timings": f", first job with timings ({methods})"}
    return side + scenes[scenario]


def _median(values: Sequence[float]) -> float | None:
    return round(statistics.median(values), 2) if values else None


def _stages(runs: Sequence[Start]) -> dict[str, float]:
    names = dict.fromkeys(name for run in runs for name in run.stages)
    medians = {name: round(statistics.median(run.stages.get(name, 0.0) for run in runs), 2) for name in names}
    return {name: seconds for name, seconds in medians.items() if seconds}


def _panels(taken: dict[tuple[str, str], list[Start]]) -> list[Panel]:
    titles = {"warm": "pages in memory", "cold": "pages cold", "timings": "with the times of words"}
    seconds: dict[str, dict[str, float | None]] = {}
    peaks: dict[str, dict[str, float | None]] = {}
    for (scenario, side), runs in taken.items():
        seconds.setdefault(titles[scenario], {})[side] = _median([run.total_s for run in runs])
        peaks.setdefault(titles[scenario], {})[side] = max(run.peak_gb for run in runs)
    if ready := [run.ready_s for run in taken.get(("warm", "ours"), []) if run.ready_s]:
        seconds["to ready alone"] = {"ours": _median(ready)}
    return [
        Panel("Process start to the first finished speech", "seconds", seconds),
        Panel("Peak memory of the process", "GB", peaks),
    ]


def drop_pages(files: Sequence[Path]) -> None:
    """Take files out of the page cache."""
    for path in files:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)  # a page that is not written yet would stay
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)


def warm(files: Sequence[Path]) -> float:
    """Read files through; returns MB/s."""
    began = time.perf_counter()
    size = 0
    for path in files:
        with path.open("rb", buffering=0) as file:
            while block := file.read(BLOCK):
                size += len(block)
    return size / 1e6 / (time.perf_counter() - began)


def disk_speed(files: Sequence[Path]) -> str:
    """What reading costs where pages are cold, in words."""
    drop_pages(files)
    dropped, cached = warm(files), warm(files)
    return f"with its pages dropped the disk reads {dropped:.0f} MB/s, from the page cache {cached:.0f} MB/s"


if __name__ == "__main__":
    main()
