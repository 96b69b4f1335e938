"""What dispatch itself costs a job: parsing, checking, routing, and the answer as JSON; nothing is spoken.

A tts request with every field is refused by its handler's first line (the text is over a limit of one character), a
list_voices request reads an empty folder.
"""

import tempfile
import time
from pathlib import Path

from benchmarks.report import options, show, spread
from f5tts_worker.dispatch import dispatch
from f5tts_worker.job import Job
from f5tts_worker.settings import Settings
from f5tts_worker.worker import Worker

TTS = {
    **{"text": "word " * 200, "local_voice": "alice.wav", "speed": "1.2", "seed": "7", "language": "en"},
    **{"audio_format": "mp3", "remove_silence": "false", "nfe_step": "16", "cfg_strength": 2, "target_rms": 0.1},
    **{"sway_sampling_coef": -1, "cross_fade_duration": 0.15, "return_word_timings": True, "timing_format": "all"},
}
REQUESTS = {
    "tts, refused by its handler": TTS,
    "tts, refused by its fields": {**TTS, "sped": 1},
    "list_voices, empty": {"endpoint": "list_voices"},
}


def main() -> None:
    """Measure each request."""
    parser = options(__doc__)
    parser.add_argument("--jobs", type=int, default=2_000, help="how many of each (default: 2000)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            engine="preview",
            storage="local",
            storage_dir=Path(folder),
            warm_transcriber="off",
            warm_aligner="off",
            max_text_chars=1,
        )
        worker = Worker.load(settings)
        rows = []
        for name, request in REQUESTS.items():
            seconds = []
            for i in range(arguments.jobs):
                began = time.perf_counter()
                dispatch(request, worker, Job(f"job-{i}"))
                seconds.append(time.perf_counter() - began)
            rows.append({"request": name, "jobs": arguments.jobs, **spread(seconds)})
    show("Dispatch, per job (reach: under 2 ms)", rows, arguments.json)


if __name__ == "__main__":
    main()
