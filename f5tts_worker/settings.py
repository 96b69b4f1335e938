"""The worker's settings: the only reader of the environment."""

import difflib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from .errors import LoadError
from .names import voice_name

S3_REQUIRED = ("S3_BUCKET", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
F5_ONLY = ("F5_MODEL", "F5_CHECKPOINT", "F5_VOCAB", "VOCODER_DIR")
S3_ONLY = (*S3_REQUIRED, "AWS_REGION", "AWS_ENDPOINT_URL")

_LOGIN = re.compile(r"//[^/]*@")
"""What some put into an address: a name and a password."""

LINK_MIN_S, LINK_MAX_S = 60, 604_800  # S3 signs links for at most 7 days
"""Seconds that a link may live."""


class Settings(BaseSettings):
    """Read once at start; an empty variable counts as absent. CONFIG.md lists the same fields."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True, extra="ignore", hide_input_in_errors=True)

    engine: Literal["f5", "upstream", "preview"] = Field(
        "f5",
        description="What speaks: `f5` (F5-TTS, our inference), `upstream` (the f5-tts package) or `preview` "
        "(espeak-ng, clones no voice).",
    )
    f5_model: str = Field(
        "F5TTS_v1_Base",
        description="Architecture: `F5TTS_v1_Base`, `F5TTS_Base`, `F5TTS_v1_Small`, `F5TTS_Small`, or the path of an "
        "f5-tts config (.yaml).",
    )
    f5_checkpoint: Path | None = Field(
        None, description="A checkpoint (.safetensors or .pt) in place of the published one."
    )
    f5_vocab: Path | None = Field(None, description="Its vocabulary; `vocab.txt` beside the checkpoint if not set.")
    vocoder_dir: Path | None = Field(None, description="A folder with a Vocos (config.yaml, pytorch_model.bin).")
    cache_fp16: bool = Field(
        False,
        description="Keep a copy of the checkpoint in half precision in `MODEL_DIR/fp16` (0.7 GB), if there is space: "
        "a GPU's later starts read half as much.",
    )
    device: Literal["auto", "cuda", "cpu"] = Field("auto", description="Where the model runs: `auto`, `cuda` or `cpu`.")
    default_voice: Annotated[str, AfterValidator(voice_name)] | None = Field(
        None,
        description="The voice of a job that names none.",
    )
    volume_dir: Path = Field(Path("/runpod-volume"), description="The network volume.")
    model_dir: Path | None = Field(None, description="Where models are kept; `VOLUME_DIR/models` if not set.")
    storage: Literal["s3", "local"] = Field(
        "s3",
        description="Where voices and results are kept: `s3` or `local` (a folder of the worker; nobody else can open "
        "its links).",
    )
    storage_dir: Path = Field(Path("storage"), description="The folder of `STORAGE=local`.")
    s3_bucket: str | None = Field(
        None, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", description="The bucket of `STORAGE=s3`: its name alone."
    )
    aws_access_key_id: SecretStr | None = Field(None, description="Key id for the bucket.")
    aws_secret_access_key: SecretStr | None = Field(None, description="Secret key for the bucket.")
    aws_region: str = Field(
        "us-east-1", pattern=r"^[a-z0-9-]+$", description="Region of the bucket; `auto` for Cloudflare R2."
    )
    aws_endpoint_url: str | None = Field(
        None,
        pattern=r"^https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:\d+)?/?$",
        description="S3 address of a provider that is not AWS (B2, R2, MinIO), from https:// on.",
    )
    url_expires_in: int = Field(
        3600, ge=LINK_MIN_S, le=LINK_MAX_S, description="Seconds that a link to a result works: 60 to 604800."
    )
    transcriber_model: str = Field(
        "large-v3-turbo", description="faster-whisper model, by name or folder, that writes down a voice's words."
    )
    warm_transcriber: Literal["background", "eager", "off"] = Field(
        "background",
        description="When the transcriber is loaded: `background` (after the first answer), `eager` (before any job) "
        "or `off` (at first use).",
    )
    warm_aligner: Literal["background", "eager", "off"] = Field(
        "background",
        description="When the whisperx aligner is loaded: `background` (after the first answer, or with the first job "
        "that needs it), `eager` (before any job) or `off` (at first use).",
    )
    google_credentials_json: SecretStr | None = Field(
        None, description="A Google service account's key, the JSON itself: word times by Google as well."
    )
    google_application_credentials: Path | None = Field(
        None, description="A file with that key, where it is not in `GOOGLE_CREDENTIALS_JSON`."
    )
    max_text_chars: int = Field(
        20_000, ge=1, le=200_000, description="Longest text of a job, in characters: 1 to 200000."
    )
    max_concurrency: int = Field(
        1,
        ge=1,
        le=16,
        description="Jobs that a worker takes at a time: 1 to 16. They are spoken one after another; with 2 the next "
        "is there when one ends.",
    )
    allow_private_urls: bool = Field(
        False, description="Fetch from private and loopback addresses too: for development only."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="What the log shows: `DEBUG`, `INFO`, `WARNING` or `ERROR`."
    )

    @model_validator(mode="before")
    @classmethod
    def _drop_blank(cls, given: dict[str, Any]) -> dict[str, Any]:
        """A variable of nothing but spaces counts as absent, and the spaces around a value are nobody's intention."""
        stripped = {name: value.strip() if isinstance(value, str) else value for name, value in given.items()}
        return {name: value for name, value in stripped.items() if value != ""}

    @field_validator("engine", "storage", "device", "warm_transcriber", "warm_aligner", mode="before")
    @classmethod
    def _any_case(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value

    @field_validator("volume_dir", "model_dir")
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        """Other programs are told of these folders, from other places."""
        return path.absolute() if path else None

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper_case(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value

    @property
    def clones(self) -> bool:
        """Whether the engine needs packages and weights beyond the core."""
        return self.engine != "preview"

    @property
    def models(self) -> Path:
        """The folder of all models."""
        return self.model_dir or self.volume_dir / "models"

    @property
    def missing_for_s3(self) -> list[str]:
        """Names of the variables without which S3 cannot be used."""
        return [name for name in S3_REQUIRED if getattr(self, name.lower()) is None]


KNOWN = tuple(name.upper() for name in Settings.model_fields)


def load_settings() -> Settings:
    """Read the environment; raise LoadError naming every value that does not parse and what is valid."""
    try:
        return Settings()
    except ValidationError as e:
        raise LoadError("\n".join(_explain(dict(error)) for error in e.errors())) from e


def _explain(error: dict[str, object]) -> str:
    name = str(error["loc"][0]).upper()  # type: ignore[index]  # pydantic's own tuple
    secret = "KEY" in name or "CREDENTIALS" in name
    sent = "***" if secret else repr(_LOGIN.sub("//***@", os.environ.get(name, "")))
    return f"{name}={sent} is not valid: {error['msg']}. {Settings.model_fields[name.lower()].description}"


def environment_warnings(settings: Settings, environ: Mapping[str, str] = os.environ) -> list[str]:
    """Name variables that look like misspelt settings, and settings that the chosen storage ignores or lacks."""
    given = {name for name, value in environ.items() if value}
    warnings = [
        f"{name} is not a setting of this worker; did you mean {near}?"
        for name in sorted(given - set(KNOWN))
        if (near := _near_miss(name)) and near not in given
    ]
    ignored = S3_ONLY if settings.storage == "local" else ("STORAGE_DIR",)
    warnings += [f"{name} is set, but STORAGE={settings.storage} ignores it" for name in ignored if name in given]
    if settings.engine == "preview":
        warnings += [f"{name} is set, but ENGINE=preview ignores it" for name in F5_ONLY if name in given]
    if settings.storage == "s3" and settings.missing_for_s3:
        missing = ", ".join(settings.missing_for_s3)
        warnings.append(f"STORAGE=s3, but {missing} not set: jobs that read or store a file will fail until then")
    return warnings


def _near_miss(name: str) -> str | None:
    """The setting that `name` was probably meant to be: S3_BUCKET for S3_BUCKETS or S3_BUCKET_NAME."""
    longer = [known for known in KNOWN if len(known) > 7 and name.startswith(known + "_")]
    return next(iter(longer or difflib.get_close_matches(name, KNOWN, n=1, cutoff=0.88)), None)
