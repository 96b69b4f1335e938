"""JobRecord: what is stored of a speech job, so that the same job is never spoken twice and files can be found later.

output/JOB.FORMAT   the audio
output/JOB.json     the record: written before the first chunk, and again when the audio is stored
"""

import hashlib
import json
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from .storage import Storage
from .words import Word


class JobRecord(BaseModel):
    """One speech job."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    job_id: str
    request_hash: str
    state: Literal["started", "done"]
    started_at: datetime
    text: str
    voice: str | None
    engine: str
    language: str | None
    seed: int
    audio_format: str
    duration_s: float | None = None
    sample_rate: int | None = None
    words: list[Word] | None = None
    """The engine's own word times, where it has them."""
    warnings: list[str] = []


def request_hash(request: dict[str, Any]) -> str:
    """A short hash of everything that was asked for."""
    return hashlib.sha256(json.dumps(request, sort_keys=True, default=str).encode()).hexdigest()[:16]


def audio_key(job_id: str, audio_format: str) -> str:
    """Where a job's audio lies."""
    return f"output/{job_id}.{audio_format}"


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

    def write(self, record: JobRecord) -> None:
        """Store a record."""
        self._storage.put(_key(record.job_id), record.model_dump_json().encode(), "application/json")


def _key(job_id: str) -> str:
    return f"output/{job_id}.json"
