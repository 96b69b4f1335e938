"""`upload`: add a voice to the library."""

from typing import Annotated

from pydantic import Field, model_validator

from ..contract import LANGUAGE, REF_TEXT, Language, RefText, Request, Response, VoiceName
from ..errors import DownloadTooLarge, InvalidInput, NotFound
from ..job import Job
from ..names import VOICE_NAME
from ..net import MAX_BYTES
from ..voice_profile import VoiceProfile
from ..worker import Worker


class UploadRequest(Request):
    """A recording and the name it gets."""

    voice_name: VoiceName = Field(description=VOICE_NAME)
    voice_file_url: str | None = Field(
        None, description="an http(s) link to the recording: wav, mp3, flac, ogg, m4a, aac, opus or webm, 1 s to 10 min"
    )
    voice_key: Annotated[str, Field(pattern=r"^incoming/[0-9a-f]{32}$")] | None = Field(
        None, description="the voice_key of an upload_url answer"
    )
    ref_text: RefText | None = Field(None, description=REF_TEXT)
    language: Language | None = Field(None, description=LANGUAGE)
    overwrite: bool = Field(True, description="true or false: replace a voice of this name")

    @model_validator(mode="after")
    def _one_source(self) -> "UploadRequest":
        if not self.voice_file_url and not self.voice_key:
            fields = self.fields()
            accepted = f"{fields['voice_file_url']}, or as voice_key {fields['voice_key']}"
            raise InvalidInput(f"missing; send {accepted}", field="voice_file_url")
        if self.voice_file_url and self.voice_key:
            raise InvalidInput("voice_file_url names another recording; send one of the two", field="voice_key")
        return self


class UploadResponse(Response):
    """The voice that was stored."""

    status: str
    message: str
    voice: VoiceProfile


def handle(request: UploadRequest, worker: Worker, job: Job) -> UploadResponse:
    """Fetch the recording, make a voice of it and store that."""
    if not request.overwrite:
        worker.voices.refuse_taken(request.voice_name)
    with job.stages.stage("fetch"):
        data = _recording(request, worker)
    with job.stages.stage("voice"):
        profile = worker.voices.add(request.voice_name, data, ref_text=request.ref_text, language=request.language)
    if request.voice_key:
        worker.storage.delete(request.voice_key)
    done = f"Voice '{profile.name}' uploaded successfully"
    return UploadResponse(status=done, message=done, voice=profile)


def _recording(request: UploadRequest, worker: Worker) -> bytes:
    if request.voice_file_url:
        return worker.fetcher.fetch(request.voice_file_url, field="voice_file_url")
    key = request.voice_key or ""
    found = worker.storage.head(key)
    if found and found.size > MAX_BYTES:
        raise DownloadTooLarge(
            f"the file has {found.size / 1024 / 1024:.0f} MB and {MAX_BYTES // 1024 // 1024} are accepted; "
            "send a shorter or a compressed one (mp3, m4a)",
            max_bytes=MAX_BYTES,
        )
    data = worker.storage.get(key) if found else None
    if data is None:
        raise NotFound(
            f"there is no file at {key}: PUT it to the upload_url first, or ask upload_url for a new one", voice_key=key
        )
    return data
