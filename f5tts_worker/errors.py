"""What can go wrong in a job: one class a code. The codes are part of the contract (API.md)."""

from typing import Any, ClassVar

MESSAGE_MAX_CHARS = 1_000
SHOWN_CHARS = 80

ALWAYS_TO_DO = "mend this and start the worker again; CONFIG.md has every setting. No other engine is tried instead."


def shown(value: Any) -> str:
    """What a caller sent, safe to show back to them: escaped, and cut where it is long."""
    text = repr(value[: SHOWN_CHARS + 1] if isinstance(value, str) else value)
    return text if len(text) <= SHOWN_CHARS + 2 else f"{text[:SHOWN_CHARS]}..."


class WorkerError(Exception):
    """A failed job; `message` says what was wrong, what is accepted and what to do."""

    code: ClassVar[str] = "internal_error"

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message if len(message) <= MESSAGE_MAX_CHARS else f"{message[:MESSAGE_MAX_CHARS]}..."
        self.details = details

    def to_json(self) -> dict[str, Any]:
        """The response of the failed job: RunPod fails a job only for a top-level `error` string."""
        return {"error": f"{self.code}: {self.message}", "code": self.code, "details": self.details}


class InvalidInput(WorkerError):
    """A field is missing, unknown or out of its range."""

    code = "invalid_input"

    def __init__(self, message: str, *, field: str, **details: Any) -> None:
        super().__init__(f"{field}: {message}", field=field, **details)


class UnknownEndpoint(WorkerError):
    """No endpoint has this name."""

    code = "unknown_endpoint"


class VoiceNotFound(WorkerError):
    """The library has no such voice."""

    code = "voice_not_found"


class VoiceExists(WorkerError):
    """The name is taken and `overwrite` is false."""

    code = "voice_exists"


class InvalidAudio(WorkerError):
    """The bytes are no audio, or no usable speech."""

    code = "invalid_audio"


class AudioTooLong(WorkerError):
    """The recording is longer than a voice may be."""

    code = "audio_too_long"


class TextTooLong(WorkerError):
    """The text has more than MAX_TEXT_CHARS characters."""

    code = "text_too_long"


class UrlNotAllowed(WorkerError):
    """The address is not http(s) or leads somewhere that is not public."""

    code = "url_not_allowed"


class DownloadFailed(WorkerError):
    """The address did not answer with the file in time."""

    code = "download_failed"


class DownloadTooLarge(WorkerError):
    """The file behind the address is over the limit."""

    code = "download_too_large"


class StorageNotConfigured(WorkerError):
    """The job needs a bucket and the worker has none, or none that can do this."""

    code = "storage_not_configured"


class StorageError(WorkerError):
    """The bucket refused or did not answer."""

    code = "storage_error"


class NotFound(WorkerError):
    """No such job, or no such file of it."""

    code = "not_found"


class TimingUnavailable(WorkerError):
    """Word times could not be made."""

    code = "timing_unavailable"


class TranscriberUnavailable(WorkerError):
    """Speech has to be transcribed and no model for that is there."""

    code = "transcriber_unavailable"


class EngineError(WorkerError):
    """The engine failed on this text."""

    code = "engine_error"


class DeviceFailed(EngineError):
    """The GPU failed, and will fail every job after this one until the process is another."""

    def __init__(self, message: str) -> None:
        super().__init__(message, device_failed=True)


class OutOfMemory(WorkerError):
    """Not enough memory for this job."""

    code = "out_of_memory"


class Cancelled(WorkerError):
    """The job was stopped."""

    code = "cancelled"


class InternalError(WorkerError):
    """Anything else; its id is in the log beside the traceback."""

    code = "internal_error"


class LoadError(Exception):
    """The worker cannot start; the message says what was missing and where it looked."""

    def __init__(self, message: str, to_do: str = "") -> None:
        super().__init__(message)
        self.to_do = f"{to_do}\n{ALWAYS_TO_DO}".strip()
