"""When the first chunk of a text of ten can be heard, and what storing it meanwhile costs the whole.

Jobs through dispatch on a model of a fiftieth of the full size, so that a chunk takes a processor about as long as the
full one takes a GPU. In turns: as they are, and with the first chunk kept back as the others are.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.report import Panel, Report, Row, options, ratio
from f5tts_worker.audio import Audio
from f5tts_worker.dispatch import dispatch
from f5tts_worker.job import Job
from f5tts_worker.speech_progress import SpeechProgress
from f5tts_worker.worker import Worker

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import tiny_f5  # the tests' own maker, in another size

SIZE = {"dim": 256, "depth": 4, "heads": 4}
SENTENCE = "Some people read aloud to learn a text by heart, and others read aloud to be heard by those they love. "
CHUNKS, STEPS = 10, 8


def main() -> None:
    """Measure a wav and an mp3."""
    parser = options(__doc__)
    parser.add_argument("--png", type=Path, help="draw the figures into this file")
    parser.add_argument("--runs", type=int, default=5, help="whose median is taken (default: %(default)s)")
    arguments = parser.parse_args()
    report = Report(
        "First sound of a text of ten chunks (reach: total unchanged within 3 %)", arguments.json, arguments.png
    )
    with tempfile.TemporaryDirectory() as folder:
        worker = load(Path(folder))
        rows = [measure(worker, audio_format, arguments.runs) for audio_format in ("wav", "mp3")]
    seconds = {
        row["format"]: {"first link": row["first_link_s"], "whole": row["total_s"], "without": row["without_s"]}
        for row in rows
    }
    report.table(f"Seconds, medians of {arguments.runs}", rows, Panel("First sound and whole", "s", seconds))


def load(folder: Path) -> Worker:
    """A worker on a model of random weights."""
    tiny_f5.TINY.update(SIZE)
    worker = Worker.load(tiny_f5.tiny_settings(folder))
    speak(worker, "wav", "warm-up")
    return worker


def measure(worker: Worker, audio_format: str, runs: int) -> Row:
    """Both ways in turns."""
    first, total, without = [], [], []
    for i in range(runs):
        link_s, seconds = speak(worker, audio_format, f"{audio_format}-{i}")
        first.append(link_s)
        total.append(seconds)
        with kept_back():
            without.append(speak(worker, audio_format, f"{audio_format}-{i}-without")[1])
    figures = {
        "first_link_s": statistics.median(value for value in first if value is not None),
        "total_s": statistics.median(total),
        "without_s": statistics.median(without),
    }
    rounded = {name: round(value, 3) for name, value in figures.items()}
    pairs = [ratio(one, other) for one, other in zip(total, without, strict=True)]
    return {"format": audio_format, "chunks": CHUNKS, **rounded, "ratio": statistics.median(p for p in pairs if p)}


def speak(worker: Worker, audio_format: str, job_id: str) -> tuple[float | None, float]:
    """Seconds to the first chunk's link, and to the answer."""
    began = time.perf_counter()
    linked: list[float] = []
    chunks: list[int] = []

    def report(progress: dict[str, Any]) -> None:
        chunks.append(progress["chunks"])
        if "first_audio_url" in progress:
            linked.append(time.perf_counter() - began)

    text = SENTENCE * CHUNKS
    request = {"text": text, "seed": 1, "nfe_step": STEPS, "audio_format": audio_format}
    answer = dispatch(request, worker, Job(job_id, report=report))
    seconds = time.perf_counter() - began
    if "error" in answer or chunks[-1] != CHUNKS:
        sys.exit(f"not ten chunks: {answer.get('error')} {chunks[-1:]}")
    return (linked[0] if linked else None), seconds


@contextmanager
def kept_back() -> Iterator[None]:
    """The first chunk is not stored."""

    def store_first(progress: SpeechProgress, audio: Audio) -> None:
        pass

    stored = SpeechProgress._store_first
    SpeechProgress._store_first = store_first  # type: ignore[method-assign]  # what is measured is its absence
    try:
        yield
    finally:
        SpeechProgress._store_first = stored  # type: ignore[method-assign]  # put back


if __name__ == "__main__":
    main()
