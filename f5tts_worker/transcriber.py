"""Transcriber: what is said in a reference, by faster-whisper; one model, kept loaded."""

import logging
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from .audio import Audio, resample
from .errors import TranscriberUnavailable
from .job import heed_stop, wait_for
from .lease import Lease
from .volume import IMAGE_MODELS

logger = logging.getLogger(__name__)

WHISPER_RATE = 16_000  # Hertz

State = Literal["cold", "loading", "ready", "unavailable"]


@dataclass(frozen=True)
class Transcript:
    """What was heard."""

    text: str
    language: str


class Transcriber:
    """Loads its model beside the worker's first jobs; whoever needs it sooner waits for it."""

    def __init__(self, model: str, folder: Path) -> None:
        """`model` is a faster-whisper name, a hub repository or a folder; `folder` keeps what is downloaded."""
        self._name = model
        self._folder = folder
        self._model: Any = None
        self._lock = threading.Lock()
        self._loading: threading.Thread | None = None
        self._loaded = threading.Event()
        self.state: State = "cold"
        self.problem: str | None = None

    def load_in_background(self) -> None:
        """Start loading, once, and return."""
        with self._lock:
            if self._loading is None:
                self._loading = threading.Thread(target=self._load, daemon=True, name="transcriber")
                self._loading.start()

    def load(self) -> None:
        """Load the model: from the folder if it is there, else from the hub. Sets `state`.

        In a thread of its own even where it is waited for: a job that is stopped waits no longer (Cancelled).
        """
        self.load_in_background()
        wait_for(self._loaded)

    def _load(self) -> None:
        self.state = "loading"
        started = time.monotonic()
        try:
            self._model = self._open()
        except Exception as e:  # whatever is wrong with it, voices can be stored without a transcriber
            self.problem = _reason(e, self._name)
            logger.warning("no transcriber: %s", self.problem)
            self.state = "unavailable"
        else:
            logger.info("transcriber %s ready in %.1f s", self._name, time.monotonic() - started)
            self.state = "ready"
        self._loaded.set()

    def transcribe(self, audio: Audio, language: str | None = None) -> Transcript:
        """Write down what is said; `language` is guessed if not given. Raises TranscriberUnavailable."""
        self.load()
        if self._model is None:
            raise TranscriberUnavailable(
                f"speech cannot be transcribed here ({self.problem}); send its text as ref_text (in timing: text)"
            )
        base = language.replace("_", "-").split("-")[0].lower() if language else None
        segments, info = self._model.transcribe(
            resample(audio, WHISPER_RATE).samples,
            language=base if base in self._model.supported_languages else None,
            beam_size=5,
            condition_on_previous_text=False,  # keeps one misheard segment from repeating itself
        )
        heard: list[str] = []
        for segment in segments:  # each is written down when it is asked for
            heed_stop()
            heard.append(segment.text.strip())
        return Transcript(" ".join(heard).strip(), info.language)

    def _open(self) -> Any:
        from faster_whisper import WhisperModel

        folder = download_folder(self._folder)
        for place in model_folders(self._name, self._folder):
            if place.is_dir():
                return WhisperModel(str(place))
        try:
            return WhisperModel(self._name, download_root=str(folder), local_files_only=True)
        except (OSError, ValueError, RuntimeError):  # not here, or not whole
            with Lease(folder / ".download", f"downloading {self._name}"):
                return WhisperModel(self._name, download_root=str(folder))


def model_folders(name: str, models: Path) -> list[Path]:
    """Where a model may lie as a folder of its own, the best first."""
    return [Path(name), download_folder(models) / name, download_folder(IMAGE_MODELS) / name]


def download_folder(models: Path) -> Path:
    """Where faster-whisper keeps what it downloads."""
    return models / "faster-whisper"


def _reason(error: Exception, model: str) -> str:
    if isinstance(error, ModuleNotFoundError):
        return f"the package {error.name} is not installed"
    shown = Path(model).name if Path(model).is_absolute() else model  # callers are shown no path of this machine
    return f"model {shown} could not be loaded: {type(error).__name__}"
