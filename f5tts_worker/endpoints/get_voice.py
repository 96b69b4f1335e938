"""`get_voice`: what is known of a voice, and a link to what is cloned."""

from typing import Literal

from pydantic import Field

from ..contract import Request, Response, VoiceName
from ..job import Job
from ..names import VOICE_NAME
from ..voice_profile import VoiceProfile, reference_key
from ..worker import Worker


class GetVoiceRequest(Request):
    """Which voice."""

    voice_name: VoiceName = Field(description=VOICE_NAME)


class GetVoiceResponse(Response):
    """The voice."""

    status: Literal["success"]
    voice: VoiceProfile
    reference_url: str
    expires_in: int


def handle(request: GetVoiceRequest, worker: Worker, job: Job) -> GetVoiceResponse:
    """Read the profile; one is made for a recording that was put into the bucket by hand, and an older one upgraded."""
    profile = worker.voices.profile(request.voice_name)
    expires_in = worker.settings.url_expires_in
    reference_url = worker.storage.link(
        reference_key(profile), expires_in=expires_in, content_type="audio/wav", filename=profile.name
    )
    return GetVoiceResponse(status="success", voice=profile, reference_url=reference_url, expires_in=expires_in)
