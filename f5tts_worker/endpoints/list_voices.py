"""`list_voices`: the voices of the library, a page at a time."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from ..beside import Beside
from ..contract import Request, Response, VoiceName, VoicePrefix, Whole, whole
from ..job import Job
from ..voice_profile import VoiceProfile
from ..worker import Worker

PAGE_MAX = 1_000
DETAILS_AT_ONCE = 8


class ListVoicesRequest(Request):
    """Which page."""

    limit: Whole = whole(PAGE_MAX, 1, PAGE_MAX, "how many voices at most")
    cursor: VoiceName | None = Field(None, description="the next_cursor of the page before")
    prefix: VoicePrefix = Field("", description="the beginning of the names that are wanted")
    details: bool = Field(False, description="true or false: each voice's profile too")


class ListedVoice(Response):
    """A voice as it is stored."""

    name: str
    size: int
    """Bytes of NAME.wav."""
    last_modified: datetime
    profile: VoiceProfile | None = None
    """With `details`; null for a recording that was put into the bucket by hand and not used yet. Listing upgrades
    nothing: that reads whole recordings."""


class ListVoicesResponse(Response):
    """A page of voices."""

    status: Literal["success"]
    voices: list[ListedVoice]
    count: int
    next_cursor: str | None


def handle(request: ListVoicesRequest, worker: Worker, job: Job) -> ListVoicesResponse:
    """List by name; a profile is one more request to the store each, so a few are read at once."""
    page = worker.voices.page(limit=request.limit, cursor=request.cursor, prefix=request.prefix)
    voices = [
        ListedVoice(name=f"{name}.wav", size=item.size, last_modified=item.last_modified) for name, item in page.voices
    ]
    if request.details:
        with Beside(DETAILS_AT_ONCE) as beside:
            profiles = list(beside.map(worker.voices.listed, (name for name, _ in page.voices)))
        voices = [
            voice.model_copy(update={"profile": profile}) for voice, profile in zip(voices, profiles, strict=True)
        ]
    return ListVoicesResponse(status="success", voices=voices, count=len(voices), next_cursor=page.next_cursor)
