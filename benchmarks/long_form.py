"""What a text of 20,000 characters takes: memory, time, and what is lost when a worker is killed in the middle of it.

A handler in RunPod's own loop, with a local server for RunPod's side and a tiny model: memory that grows with the text
is the same with a large one. The worker is killed (SIGKILL) at a chunk, the job delivered to another, and the audio
compared with that of a worker that nobody killed.
"""

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.report import Report, Row, options

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import tiny_f5  # the tests' own maker, and their side of RunPod
from runpod_server import RunPodServer
from worker_process import WorkerProcess

from f5tts_worker.records import audio_key

SENTENCES = (
    "Some people read aloud to learn a text by heart, and others read aloud to be heard by those they love.",
    "On May 6, 2024 it cost $45.",
    "Nobody knew why, though everybody had an opinion about it.",
)
LENGTHS = (1_000, 5_000, 20_000)
POLL_S = 5.0


def main() -> None:
    """Measure texts of several lengths, then kill a worker."""
    parser = options(__doc__)
    parser.add_argument("--kill-at", type=int, default=40, help="the chunk at which the worker dies (default: 40)")
    parser.add_argument("--characters", type=int, nargs="+", default=LENGTHS, help="of the texts, the longest last")
    arguments = parser.parse_args()
    report = Report("Long texts", arguments.json, None)
    with tempfile.TemporaryDirectory() as folder:
        environment = tiny_worker(Path(folder) / "model")
        server = RunPodServer()
        try:
            measure(report, server, Path(folder), environment, arguments.characters, arguments.kill_at)
        finally:
            server.close()


def measure(
    report: Report, server: RunPodServer, folder: Path, environment: dict[str, str], lengths: list[int], kill_at: int
) -> None:
    """Both tables."""
    worker = WorkerProcess(server, folder / "whole", **environment)
    rows = [speak(server, worker, f"job-{length}", length) for length in lengths]
    report.table("One worker, jobs one after another", rows)
    worker.kill()
    longest = lengths[-1]
    first = WorkerProcess(server, folder / "killed", **environment)
    job = server.submit(request(longest), "killed")
    chunks_done = wait_for_chunk(job, kill_at)
    first.kill()
    server.submit(job.input, job.id)
    second = WorkerProcess(server, folder / "killed", **environment)
    row = result(server, second, job, longest)
    reused = next((line for line in second.log.splitlines() if "spoken already" in line), "nothing")
    whole, again = (
        (folder / name / "storage" / audio_key(job_id, "wav")).read_bytes()
        for name, job_id in (("whole", f"job-{longest}"), ("killed", "killed"))
    )
    second.kill()
    left = [path.name for path in (folder / "killed/storage/output").iterdir()]
    report.note(f"killed at chunk {chunks_done}; the next worker: {reused.split('] ')[-1]}")
    report.table(
        "The same job, its worker killed",
        [{**row, "killed_at": chunks_done, "same_bytes": whole == again, "left_in_store": ", ".join(sorted(left))}],
    )


def speak(server: RunPodServer, worker: WorkerProcess, job_id: str, length: int) -> Row:
    """One job."""
    return result(server, worker, server.submit(request(length), job_id), length)


def result(server: RunPodServer, worker: WorkerProcess, job: Any, length: int) -> Row:
    """What became of a job."""
    began = time.perf_counter()
    while not server.wait_for(lambda: bool(job.results), POLL_S):
        if not worker.runs:
            sys.exit(f"the worker has ended:\n{worker.log}")
    seconds = time.perf_counter() - began
    answer = job.results[-1].get("output") or sys.exit(f"the job failed: {job.results} {worker.log}")
    last = job.progress[-1] if job.progress else {}
    return {
        "characters": length,
        "chunks": last.get("chunks"),
        "speech_s": answer["duration"],
        "job_s": round(seconds, 1),
        "reports": len(job.progress),
        "peak_mb": worker.peak_kb // 1024,
    }


def request(length: int) -> dict[str, Any]:
    """A job of about this many characters."""
    text = ""
    while len(text) < length:
        text += SENTENCES[len(text) % len(SENTENCES)] + " "
    return {"text": text[:length], "seed": 1, "nfe_step": 2}


def wait_for_chunk(job: Any, number: int) -> int:
    """Wait until so many chunks are reported; returns how many."""
    while not job.results:
        done = job.progress[-1]["chunks_done"] if job.progress else 0
        if done >= number:
            return int(done)
        time.sleep(0.005)
    sys.exit("the job was over before; take an earlier chunk")


def tiny_worker(folder: Path) -> dict[str, str]:
    """The environment of a worker on a tiny model."""
    settings = tiny_f5.tiny_settings(folder)
    return {
        "ENGINE": "f5",
        "F5_MODEL": settings.f5_model,
        "F5_CHECKPOINT": str(settings.f5_checkpoint),
        "VOCODER_DIR": str(settings.vocoder_dir),
        "DEVICE": "cpu",
    }


if __name__ == "__main__":
    main()
