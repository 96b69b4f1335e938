"""`delete_voice`: remove a voice and everything kept with it."""

from typing import Literal

from pydantic import Field

from ..contract import Request, Response, VoiceName
from ..job import Job
from ..names import VOICE_NAME
from ..worker import Worker


class DeleteVoiceRequest(Request):
    """Which voice."""

    voice_name: VoiceName = Field(description=VOICE_NAME)


class DeleteVoiceResponse(Response):
    """What was deleted."""

    status: Literal["success"]
    message: str
    voice: str
    deleted: list[str]
    """Keys of the bucket."""


def handle(request: DeleteVoiceRequest, worker: Worker, job: Job) -> DeleteVoiceResponse:
    """Delete; speech that was made with the voice stays."""
    deleted = worker.voices.remove(request.voice_name)
    name = f"{request.voice_name}.wav"
    return DeleteVoiceResponse(status="success", message=f"Voice '{name}' deleted", voice=name, deleted=deleted)
