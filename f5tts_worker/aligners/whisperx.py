"""whisperx's aligner: wav2vec2 letters against the caller's own words; no recogniser is in the way."""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np

from ..audio import Audio, resample
from ..hub import is_offline
from ..lease import Lease
from ..resident import Resident
from ..volume import IMAGE_MODELS, is_full
from ..words import Word
from .base import AlignmentError
from .emissions import FIELD, HOP, HOP_MS, RATE, Remembered, emissions
from .matching import GUESSED_SCORE
from .punkt import no_sentences
from .spelling import UNKNOWN, spell
from .stretches import Found, place_in_stretches

logger = logging.getLogger(__name__)

RESIDENT = 2
"""Models kept loaded; each takes 0.4 to 1.3 GB."""

MIN_KNOWN = 0.5
"""Of the text's letters; a model that knows fewer was made for another script."""

# Where whisperx has another name for a language; what is said nowhere is English.
ALIASES = {"nb": "no", "iw": "he", "in": "id", "fil": "tl", "cmn": "zh"}

WITHOUT_SPACES = ("ja", "zh")

Result = TypeVar("Result")


@dataclass(frozen=True)
class _Model:
    """A loaded model."""

    model: Any
    metadata: dict[str, Any]
    """As whisperx.align takes it: language, dictionary (letter -> number), type."""
    device: str


class WhisperxAligner(Resident):
    """Keeps the models of the last languages; loads them from the volume, or downloads them to it."""

    name = "whisperx"

    def __init__(self, models: Path, *, device: Literal["auto", "cuda", "cpu"] = "auto", language: str = "en") -> None:
        """`models` is the folder of all models; `language` is what is loaded first."""
        super().__init__("whisperx aligner")
        self._folder = models / "whisperx"
        self._device = device
        self._language = language
        self._whisperx: Any = None
        self._resident: OrderedDict[str, _Model] = OrderedDict()
        self._problems: dict[str, str] = {}
        self._lock = threading.RLock()

    def _open(self) -> None:
        """Import whisperx, 23 s, and load the first language's model."""
        with self._lock:
            self._import()
            self._model(self._language)

    def _reason(self, error: Exception) -> str:
        return str(error) if isinstance(error, AlignmentError) else _reason(error)

    def align(self, audio: Audio, words: list[str], language: str | None) -> list[Word]:
        """Place the words, all at once, on the letters that the language's model hears."""
        self.load()
        if self.state != "ready":
            raise AlignmentError(self.problem)
        code = language_of(language) or self._language
        with self._lock:
            resident = self._model(code)
            spelt = [spell(word, resident.metadata["dictionary"]) for word in words]
            audio = resample(audio, RATE)
            _check(spelt, audio, code)
            heard = _guarded(self._hear, audio, resident)

            def place(some: list[str], start_ms: int, end_ms: int) -> list[Found]:
                return _guarded(self._place, some, start_ms, end_ms, heard, resident)

            found = place_in_stretches(place, [word for word in spelt if word], HOP_MS * heard.shape[1])
        return _words(words, spelt, found)

    def _hear(self, audio: Audio, resident: _Model) -> Any:
        """What the model hears: logits (1, n_frames, n_letters)."""
        import torch

        samples = np.pad(audio.samples, (0, max(FIELD - len(audio.samples), 0)))
        with torch.inference_mode():
            return emissions(resident.model, torch.from_numpy(samples)[None].to(resident.device)).float().cpu()

    def _place(self, spelt: list[str], start_ms: int, end_ms: int, heard: Any, resident: _Model) -> list[Found]:
        """whisperx's own places of some words between two times; raises AlignmentError."""
        tight = resident.metadata["language"] in WITHOUT_SPACES
        text = ("" if tight else " ").join(spelt)
        part = heard[:, start_ms // HOP_MS : end_ms // HOP_MS]
        if len(text) > part.shape[1]:
            raise AlignmentError(f"{len(text)} letters do not fit into {part.shape[1] * HOP_MS / 1000:.1f} s of audio")
        result = self._whisperx.align(
            [{"text": text, "start": 0.0, "end": part.shape[1] * HOP / RATE}],
            Remembered((part, None)),
            resident.metadata,
            np.zeros(part.shape[1] * HOP, np.float32),  # only its length is looked at
            "cpu",
        )
        entries = result["word_segments"]  # none on trouble, which it only logs
        lengths = [
            len(word) if tight else 1 for word in spelt
        ]  # it takes each Chinese or Japanese character for a word
        if "".join(entry["word"] for entry in entries) != "".join(spelt) or len(entries) != sum(lengths):
            raise AlignmentError(f"whisperx found {len(entries)} words of {len(spelt)}: is the text what is said?")
        in_turn = iter(entries)
        return [_found([next(in_turn) for _ in range(length)], start_ms) for length in lengths]

    def _import(self) -> None:
        from whisperx import alignment

        no_sentences(self._folder / "nltk", {*alignment.PUNKT_LANGUAGES.values(), "english"})
        self._whisperx = alignment

    def _model(self, code: str) -> _Model:
        """A language's model, loaded if it is not; raises AlignmentError."""
        if code in self._problems:  # asked again at each job, a hub that is not there costs each of them minutes
            raise AlignmentError(self._problems[code])
        if code not in self._resident:
            started = time.monotonic()
            try:
                self._resident[code] = self._open_model(code)
            except Exception as e:  # of torch, transformers, the hub or the disk
                logger.debug("no model", exc_info=True)
                self._problems[code] = str(e) if isinstance(e, AlignmentError) else f"model for {code}: {_reason(e)}"
                raise AlignmentError(self._problems[code]) from e
            logger.info("whisperx model for %s ready in %.1f s", code, time.monotonic() - started)
            while len(self._resident) > RESIDENT:
                self._resident.popitem(last=False)
        self._resident.move_to_end(code)
        return self._resident[code]

    def _open_model(self, code: str) -> _Model:
        import torch

        device = self._device if self._device != "auto" else "cuda" if torch.cuda.is_available() else "cpu"
        if code in self._whisperx.DEFAULT_ALIGN_MODELS_TORCH:
            model, metadata = self._open_bundle(code, device)
        elif code in self._whisperx.DEFAULT_ALIGN_MODELS_HF:
            model, metadata = self._open_repository(code, device)
        else:
            raise AlignmentError(f"whisperx has no model for {code}")
        if metadata["type"] == "torchaudio":
            del metadata["dictionary"]["-"]  # its sign for no letter, which would be found in the text
        return _Model(model.eval(), metadata, device)

    def _open_bundle(self, code: str, device: str) -> tuple[Any, dict[str, Any]]:
        """A model of torchaudio's: one file."""
        from torchaudio import pipelines

        bundle = getattr(pipelines, self._whisperx.DEFAULT_ALIGN_MODELS_TORCH[code])
        name = Path(bundle._path).name
        for place in (self._folder, IMAGE_MODELS / "whisperx"):
            if (place / name).is_file():
                return self._align_model(code, device, model_dir=str(place))
        _check_online()
        with Lease(self._folder / ".download", f"downloading {name}"):
            try:
                return self._align_model(code, device, model_dir=str(self._folder))
            except Exception:
                (self._folder / name).unlink(missing_ok=True)  # it is published whether it is whole or not
                raise

    def _open_repository(self, code: str, device: str) -> tuple[Any, dict[str, Any]]:
        """A model of the hub: a folder of its name, or the hub's cache."""
        repo = self._whisperx.DEFAULT_ALIGN_MODELS_HF[code]
        for place in (self._folder, IMAGE_MODELS / "whisperx"):
            folder = place / repo.split("/")[-1]
            if (folder / "config.json").is_file():
                return self._align_model(code, device, model_name=str(folder))
            if (place / f"models--{repo.replace('/', '--')}").is_dir():
                try:
                    return self._align_model(code, device, model_dir=str(place), model_cache_only=True)
                except (OSError, ValueError):
                    logger.info("%s is not whole yet", repo)
        _check_online()
        with Lease(self._folder / ".download", f"downloading {repo}"):
            return self._align_model(code, device, model_dir=str(self._folder))

    def _align_model(self, code: str, device: str, **where: Any) -> tuple[Any, dict[str, Any]]:
        loaded: tuple[Any, dict[str, Any]] = self._whisperx.load_align_model(code, device, **where)
        return loaded


def _check_online() -> None:
    if is_offline():
        raise AlignmentError("its model is not on this worker, and downloads are switched off")


def language_of(tag: str | None) -> str | None:
    """whisperx's code for a language tag."""
    base = (tag or "").replace("_", "-").split("-")[0].lower()
    return ALIASES.get(base, base) or None


def _check(spelt: list[str], audio: Audio, code: str) -> None:
    """Whether the model can look for this text; raises AlignmentError."""
    text = "".join(spelt)
    if not text:
        raise AlignmentError("nothing in the text is spoken")
    if not len(audio.samples):
        raise AlignmentError("the audio is empty")
    known = sum(letter != UNKNOWN for letter in text)
    if known < MIN_KNOWN * len(text):
        raise AlignmentError(f"the model for {code} knows {known} of the text's {len(text)} letters")


def _guarded(work: Callable[..., Result], *arguments: Any) -> Result:
    """Whatever torch, pandas or nltk raise as an AlignmentError."""
    try:
        return work(*arguments)
    except AlignmentError:
        raise
    except Exception as e:
        logger.warning("whisperx failed", exc_info=True)
        raise AlignmentError(f"whisperx failed: {type(e).__name__}") from e


def _found(entries: list[dict[str, Any]], start_ms: int) -> Found:
    """A word of whisperx's entries for it, whose times count from `start_ms`."""
    start, end = (start_ms + round(1000 * float(time_s)) for time_s in (entries[0]["start"], entries[-1]["end"]))
    scores = [float(entry.get("score", 0.0)) for entry in entries]
    return Found(start, end, sum(scores) / len(scores))


def _words(words: list[str], spelt: list[str], found: list[Found]) -> list[Word]:
    """One Word for each of the caller's; one that is not spoken takes no time, behind the one before it."""
    in_turn = iter(found)
    at = found[0].start_ms
    line: list[Word] = []
    for word, spelling in zip(words, spelt, strict=True):
        if not spelling:
            line.append(Word(word, at, at, GUESSED_SCORE, "whisperx"))
            continue
        place = next(in_turn)
        score = min(max(place.score, 0.0), 1.0)
        if set(spelling) == {UNKNOWN}:  # any sound would have done
            score = min(score, GUESSED_SCORE)
        at = place.end_ms
        line.append(Word(word, place.start_ms, at, score, "whisperx"))
    return line


def _reason(error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError):
        return f"the package {error.name} is not installed"
    if is_full(error):
        return "no space is left where models are kept"
    return f"it could not be loaded ({type(error).__name__})"
