"""The voice library at its limits: a bucket of 10,000 voices, and an upload of ten minutes.

The bucket is moto's S3 server on this machine: its seconds are in the figures as much as ours.
"""

import logging
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import numpy as np
from moto.server import ThreadedMotoServer

from benchmarks.report import options, show
from f5tts_worker import espeak
from f5tts_worker.audio import Audio, encode
from f5tts_worker.dispatch import dispatch
from f5tts_worker.job import Job
from f5tts_worker.settings import Settings
from f5tts_worker.worker import Worker

KEYS = {"aws_access_key_id": "AKIAEXAMPLE", "aws_secret_access_key": "secret"}
SENTENCE = "Some people read aloud to learn a text, and others read aloud to be heard."


def main() -> None:
    """Measure each call once: they take long enough."""
    parser = options(__doc__)
    parser.add_argument("--voices", type=int, default=10_000, help="how many are in the bucket (default: 10000)")
    arguments = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        with tempfile.TemporaryDirectory() as folder:
            rows = measure(f"http://{host}:{port}", Path(folder), arguments.voices)
    finally:
        server.stop()
    show(f"A bucket of {arguments.voices} voices; an upload of ten minutes", rows, arguments.json)


def measure(url: str, folder: Path, n_voices: int) -> list[dict[str, Any]]:
    """Fill the bucket and time the calls."""
    client = boto3.client("s3", endpoint_url=url, region_name="us-east-1", **KEYS)
    client.create_bucket(Bucket="voices")
    settings = Settings(
        engine="preview",
        s3_bucket="voices",
        aws_endpoint_url=url,
        volume_dir=folder,
        warm_transcriber="off",
        warm_aligner="off",
        allow_private_urls=True,
        **KEYS,
    )
    worker = Worker.load(settings)
    recording = espeak.speak(SENTENCE.split(), espeak.voice_for("en-gb") or "").audio
    worker.voices.add("voice-05000-used", encode(recording, "wav"), ref_text=SENTENCE, language="en")
    for i in range(n_voices - 1):
        client.put_object(Bucket="voices", Key=f"voices/voice-{i:05}.wav", Body=b"x")
    repeats = int(600 / recording.duration_s)
    ten_minutes = encode(Audio(np.tile(recording.samples, repeats), recording.rate), "mp3")
    client.put_object(Bucket="voices", Key="incoming/0123456789abcdef0123456789abcdef", Body=ten_minutes)

    def call(**fields: Any) -> dict[str, Any]:
        return dispatch(fields, worker, Job("benchmark"))

    def all_pages() -> dict[str, Any]:
        found, cursor = 0, None
        while True:
            page = call(endpoint="list_voices", cursor=cursor)
            found, cursor = found + page["count"], page["next_cursor"]
            if not cursor:
                return {"count": found}

    calls: dict[str, Callable[[], dict[str, Any]]] = {
        "list_voices, first page of 1000": lambda: call(endpoint="list_voices"),
        "list_voices, all pages": all_pages,
        "list_voices, 50 in the middle": lambda: call(endpoint="list_voices", limit=50, cursor="voice-05000"),
        "tts with one of the voices": lambda: call(text="Hello.", local_voice="voice-05000-used"),
        "tts with a misspelt voice": lambda: call(text="Hello.", local_voice="voice-05000-usd"),
        f"upload of 10 min ({len(ten_minutes) / 1e6:.1f} MB mp3)": lambda: call(
            endpoint="upload", voice_name="long", voice_key="incoming/0123456789abcdef0123456789abcdef"
        ),
    }
    rows = []
    for name, run in calls.items():
        began = time.perf_counter()
        answer = run()
        seconds = time.perf_counter() - began
        rows.append({"call": name, "seconds": round(seconds, 3), "result": _summary(answer)})
    return rows


def _summary(answer: dict[str, Any]) -> str:
    if "error" in answer:
        return str(answer["error"])[:70]
    if "voice" in answer and isinstance(answer["voice"], dict):
        return f"{answer['voice']['duration_s']} s, kept {answer['voice']['kept_s']} s"
    return f"{answer['count']} voices" if "count" in answer else str(answer["status"])


if __name__ == "__main__":
    main()
