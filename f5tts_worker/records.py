"""JobRecord: what is stored of a speech job, so that the same job is never spoken twice and files can be found later.

output/JOB.FORMAT         the audio
output/JOB.first.FORMAT   the first chunk of several; a job's id has no dot, so this is no other job's
output/JOB.json           the record: written before the first chunk, and again when the audio is stored
"""

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from .audio import AUDIO_FORMATS, Audio, decode
from .captions import Timing
from .errors import NotFound
from .job import heed_stop
from .names import key_job_id
from .parts import Part, whole_part
from .storage import Storage
from .text.words import split_words
from .words import Word, split_times


class JobRecord(BaseModel):
    """One job that spoke a text, or that timed the words of an audio."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    job_id: str
    request_hash: str
    state: Literal["started", "done"]
    started_at: datetime
    text: str
    language: str | None
    voice: str | None = None
    engine: str = ""
    seed: int = 0
    audio_format: str = ""
    """Empty where no audio was made."""
    duration_s: float | None = None
    sample_rate: int | None = None
    parts: list[Part] | None = None
    """Where each chunk of the text is said; None in records of older versions and of audio that was linked."""
    words: list[Word] | None = None
    """The engine's own word times, where it has them."""
    timing: Timing | None = None
    """The word times that captions were made of."""
    warnings: list[str] = []

    @property
    def said(self) -> list[Part]:
        """Where what of the text is said, as well as it is known."""
        return self.parts or [whole_part(self.text, round((self.duration_s or 0) * 1000))]

    @property
    def native_words(self) -> list[Word] | None:
        """The caller's words at the engine's own times; records of older versions have what white space separates."""
        if self.words is None or self.parts:
            return self.words
        return split_times(self.words, split_words(self.text))


def request_hash(request: BaseModel) -> str:
    """A short hash of everything that was asked for; a field that a later version adds does not change it."""
    asked = request.model_dump(mode="json", exclude_defaults=True)
    return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()[:16]


def audio_key(job_id: str, audio_format: str) -> str:
    """Where a job's audio lies."""
    return f"output/{job_id}.{audio_format}"


def first_audio_key(job_id: str, audio_format: str) -> str:
    """Where the first chunk of a job's audio lies."""
    return f"output/{job_id}.first.{audio_format}"


class JobRecords:
    """The records in a store."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def read(self, job_id: str) -> JobRecord | None:
        """The record of a job, or None."""
        data = self._storage.get(_key(job_id))
        try:
            return JobRecord.model_validate_json(data) if data else None
        except ValidationError:  # of another version, or somebody else's file: the job is run anew
            return None

    def claim(self, job_id: str, wanted: str) -> tuple[str, JobRecord | None]:
        """The id to work under, and the record of an earlier delivery of the same job.

        RunPod delivers a job again when its worker died: the same id and request go on under the same record. The same
        id with another request becomes a job of its own.
        """
        own_id = key_job_id(job_id)
        earlier = self.read(own_id)
        if earlier and earlier.request_hash != wanted:
            own_id = f"{own_id}-{wanted}"
            earlier = self.read(own_id)
        return own_id, earlier

    def audio(self, record: JobRecord) -> Audio:
        """The job's stored audio; raises NotFound."""
        data = self._storage.get(audio_key(record.job_id, record.audio_format)) if record.audio_format else None
        if data is None:
            raise NotFound(
                f"the audio of job {record.job_id} is not here: it timed a link or has expired; send audio_url, text",
                job_id=record.job_id,
            )
        return decode(data, max_s=(record.duration_s or 0) + 1)

    def finish(self, done: JobRecord, file: Path) -> None:
        """Store a job's audio, and then the record that says so."""
        self._put_audio(audio_key(done.job_id, done.audio_format), done.audio_format, file)
        self.write(done)

    def put_first(self, record: JobRecord, file: Path) -> str:
        """Store a job's first chunk, as the whole will be; returns its key. Raises Cancelled."""
        key = first_audio_key(record.job_id, record.audio_format)
        self._put_audio(key, record.audio_format, file)
        return key

    def _put_audio(self, key: str, audio_format: str, file: Path) -> None:
        heed_stop()
        self._storage.put_file(key, file, AUDIO_FORMATS[audio_format].content_type)

    def write(self, record: JobRecord) -> None:
        """Store a record."""
        self._storage.put(_key(record.job_id), record.model_dump_json().encode(), "application/json")


def _key(job_id: str) -> str:
    return f"output/{job_id}.json"
