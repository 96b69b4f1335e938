"""Transcriber: what is said in a reference, by faster-whisper; one model, kept loaded."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .audio import Audio, resample
from .errors import TranscriberUnavailable
from .job import heed_stop
from .lease import Lease
from .resident import Resident
from .volume import IMAGE_MODELS

WHISPER_RATE = 16_000  # Hertz


@dataclass(frozen=True)
class Transcript:
    """What was heard."""

    text: str
    language: str


class Transcriber(Resident):
    """Loads its model beside the worker's first jobs: from the folder if it is there, else from the hub."""

    def __init__(self, model: str, folder: Path) -> None:
        """`model` is a faster-whisper name, a hub repository or a folder; `folder` keeps what is downloaded."""
        super().__init__("transcriber")
        self._name = model
        self._folder = folder
        self._model: Any = None

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

    def _open(self) -> None:
        self._model = self._find()

    def _find(self) -> Any:
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

    def _reason(self, error: Exception) -> str:
        name = Path(self._name).name if Path(self._name).is_absolute() else self._name  # callers are shown no path
        return f"model {name} could not be loaded: {type(error).__name__}"


def model_folders(name: str, models: Path) -> list[Path]:
    """Where a model may lie as a folder of its own, the best first."""
    return [Path(name), download_folder(models) / name, download_folder(IMAGE_MODELS) / name]


def download_folder(models: Path) -> Path:
    """Where faster-whisper keeps what it downloads."""
    return models / "faster-whisper"
