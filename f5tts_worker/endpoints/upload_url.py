"""`upload_url`: an address to PUT a recording to that has no public address of its own."""

import secrets
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from ..contract import Request, Response, VoiceName, lower
from ..job import Job
from ..names import VOICE_NAME
from ..net import MAX_BYTES
from ..worker import Worker

CONTENT_TYPES = (
    *("audio/wav", "audio/x-wav", "audio/mpeg", "audio/mp3", "audio/flac", "audio/ogg", "audio/opus", "audio/mp4"),
    *("audio/x-m4a", "audio/m4a", "audio/aac", "audio/webm", "video/webm", "application/octet-stream"),
)


class UploadUrlRequest(Request):
    """The voice that the recording will become."""

    voice_name: VoiceName = Field(description=VOICE_NAME)
    content_type: Annotated[str, BeforeValidator(lower), Field(pattern=f"^({'|'.join(CONTENT_TYPES)})$")] = Field(
        "audio/wav",
        description=f"the recording's type: {', '.join(CONTENT_TYPES)}",
    )


class UploadUrlResponse(Response):
    """Where and how to send the recording, and the key to give to `upload` afterwards."""

    status: Literal["ready"]
    upload_url: str
    method: Literal["PUT"]
    headers: dict[str, str]
    voice_key: str
    voice_name: str
    max_bytes: int
    expires_in: int


def handle(request: UploadUrlRequest, worker: Worker, job: Job) -> UploadUrlResponse:
    """Sign a PUT to a new key; the name plays no part in it, so it cannot be guessed or taken."""
    key = f"incoming/{secrets.token_hex(16)}"
    expires_in = worker.settings.url_expires_in
    return UploadUrlResponse(
        status="ready",
        upload_url=worker.storage.upload_link(key, expires_in=expires_in, content_type=request.content_type),
        method="PUT",
        headers={"Content-Type": request.content_type},
        voice_key=key,
        voice_name=f"{request.voice_name}.wav",
        max_bytes=MAX_BYTES,
        expires_in=expires_in,
    )
