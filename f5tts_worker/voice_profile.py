"""VoiceProfile: what is known of a voice, and the keys of its files."""

from datetime import datetime
from typing import Any

from pydantic import (
    BaseModel,
    ConfigDict,
    ValidationError,
    ValidatorFunctionWrapHandler,
    field_validator,
    model_validator,
)

from .draft import TextSource
from .voice_report import VoiceReport

SCHEMA = 1
"""Of the profiles that are written now; 0 had no report."""


class VoiceProfile(BaseModel):
    """What is known of a voice."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    schema_version: int
    """Which fields the profile was made with; one of an older schema is upgraded when it is read."""
    name: str
    version: str
    """Names this recording with this text; part of the keys of its files."""
    duration_s: float
    """Seconds of the recording."""
    kept_s: float
    """Seconds of it that are cloned."""
    text: str | None
    text_source: TextSource | None
    language: str | None
    created_at: datetime
    warnings: list[str]
    report: VoiceReport | None
    """None until an older profile is upgraded, and where its recording cannot be measured."""

    @model_validator(mode="before")
    @classmethod
    def _of_schema_0(cls, data: Any) -> Any:
        return {"schema_version": 0, "report": None, **data} if isinstance(data, dict) else data

    @field_validator("report", mode="wrap")
    @classmethod
    def _report_of_a_newer_worker(cls, data: Any, parse: ValidatorFunctionWrapHandler) -> Any:
        """A report that this version cannot read does not take the voice with it."""
        try:
            return parse(data)
        except ValidationError:
            return None


def wav_key(name: str) -> str:
    """Where a voice's recording lies."""
    return f"voices/{name}.wav"


def text_key(name: str) -> str:
    """Where a text put there by hand lies."""
    return f"voices/{name}.txt"


def meta(name: str) -> str:
    """The folder of what the worker knows of a voice."""
    return f"voices/.meta/{name}/"


def profile_key(name: str) -> str:
    """Where an uploaded voice's profile lies."""
    return f"{meta(name)}profile.json"


def reference_key(profile: VoiceProfile) -> str:
    """Where a profile's reference audio lies."""
    return f"{_meta_of(profile)}reference-{profile.version}.wav"


def original_key(profile: VoiceProfile) -> str:
    """Where the bytes lie that were uploaded."""
    return f"{_meta_of(profile)}original-{profile.version}"


def upgrade_key(profile: VoiceProfile) -> str:
    """Where what an older profile lacks lies."""
    return f"{upgrades(profile)}{SCHEMA}.json"


def upgrades(profile: VoiceProfile) -> str:
    """The beginning of the keys of its upgrades to any schema."""
    return f"{_meta_of(profile)}upgrade-{profile.version}-"


def _meta_of(profile: VoiceProfile) -> str:
    return meta(profile.name.removesuffix(".wav"))
