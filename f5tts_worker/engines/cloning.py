"""CloningEngine: long text and a reference in, speech out, by a model that speaks one chunk at a time."""

import gc
import logging
import threading
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np

from ..audio import SAMPLE_RATE, Audio, Samples, cross_fade
from ..errors import EngineError, InvalidAudio, InvalidInput, OutOfMemory
from ..f5.batches import Utterance
from ..f5.duration import Pace, ending_sentence
from ..f5.sampler import Guidance
from ..job import check_stop
from ..reference import PACE_MAX, PACE_MIN, Reference
from ..settings import Settings
from ..text.chunks import split_chunks
from .base import ChunkDone, EngineInfo, Speech, SpeechOptions

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

VOICES_KEPT = 64
"""Prepared references; the mel of one of 12 s takes 0.45 MB."""

NAMED = 40
"""Unknown characters that a warning shows."""

TRAINED_ON = ("en", "zh")
"""Languages of the published checkpoints."""


class SpeechModel(Protocol):
    """A loaded model; `prepare` gives what `speak` needs of a reference."""

    @property
    def name(self) -> str:
        """Of the architecture."""

    @property
    def device(self) -> Any:
        """Where it runs."""

    @property
    def dtype(self) -> Any:
        """Its precision."""

    @property
    def attention_kernel(self) -> str:
        """What computes the attention."""

    def prepare(self, samples: Samples, reference_text: str) -> Any:
        """Compute once what depends on the reference alone."""

    def unknown(self, text: str) -> list[str]:
        """What of a text the model cannot read."""

    def batches(self, utterances: Sequence[Utterance]) -> list[list[int]]:
        """Which of them are best run together; the first one comes first."""

    def speak(
        self, voice: Any, utterances: Sequence[Utterance], guidance: Guidance, check_stop: Callable[[], None]
    ) -> list[Samples]:
        """Samples of each; raises OutOfMemory."""

    def free_memory(self) -> None:
        """Give back what is held but not used."""

    def fitness_checks(self) -> dict[str, Callable[[], None]]:
        """See Engine."""


@dataclass(frozen=True, eq=False)
class _Voice:
    prepared: Any
    pace: Pace


class CloningEngine:
    """See Engine."""

    clones = True
    ignores: frozenset[str] = frozenset()

    def __init__(self, name: str, settings: Settings, load: Callable[[Settings], SpeechModel]) -> None:
        self.name = name
        self._settings = settings
        self._load = load
        self._voices: OrderedDict[tuple[str, str, float], _Voice] = OrderedDict()

    def load(self) -> EngineInfo:
        """See Engine."""
        model = self._model = self._load(self._settings)
        return EngineInfo(
            model.name, str(model.device), str(model.dtype).removeprefix("torch."), model.attention_kernel
        )

    def fitness_checks(self) -> dict[str, Callable[[], None]]:
        """See Engine."""
        return self._model.fitness_checks()

    def synthesize(
        self,
        reference: Reference | None,
        text: str,
        options: SpeechOptions,
        on_chunk: Callable[[ChunkDone], None],
        stop: threading.Event,
    ) -> Speech:
        """See Engine. Chunk i comes from the noise of seed + i: the same seed gives the same samples in any order."""
        if reference is None or not reference.text:
            raise EngineError("nothing to clone: the engine was given no reference, or one without its text")
        unknown, warnings = self._check_text(text, options.language)
        voice = self._voice(reference, reference.text, options.target_rms)
        limit = voice.pace.max_bytes(options.speed)
        guidance = Guidance(options.nfe_step, options.cfg_strength, options.sway_sampling_coef)
        chunks = split_chunks(text, limit, size=lambda piece: len(piece.encode()))
        spoken = [said for chunk in chunks if (said := readable(chunk.text, unknown))]
        utterances = [
            Utterance(said, voice.pace.frames_for(said, options.speed), options.seed + i)
            for i, said in enumerate(spoken)
        ]
        parts: dict[int, Audio] = {}
        for batch in self._model.batches(utterances):
            check_stop(stop)
            together = [utterances[i] for i in batch]
            for i, samples in zip(batch, self._speak(voice, together, guidance, stop), strict=True):
                parts[i] = Audio(_finite(samples), SAMPLE_RATE)
                on_chunk(ChunkDone(i, len(parts), len(utterances), parts[i]))
        in_order = [parts[i] for i in range(len(utterances))]
        return Speech(cross_fade(in_order, options.cross_fade_duration), None, warnings)

    def _speak(
        self, voice: _Voice, utterances: list[Utterance], guidance: Guidance, stop: threading.Event
    ) -> list[Samples]:
        """A batch; one that takes too much memory is halved."""
        try:
            return self._tried_twice(
                lambda: self._model.speak(voice.prepared, utterances, guidance, lambda: check_stop(stop))
            )
        except OutOfMemory:
            if len(utterances) == 1:
                raise
        half = len(utterances) // 2
        return [
            samples
            for part in (utterances[:half], utterances[half:])
            for samples in self._speak(voice, part, guidance, stop)
        ]

    def _check_text(self, text: str, language: str | None) -> tuple[list[str], list[str]]:
        """What the model cannot read, and warnings; raises InvalidInput if that is all there is."""
        unknown = self._model.unknown(readable(text))
        if not _has_words(readable(text, unknown)):
            raise InvalidInput("nothing in it can be spoken by this model; send words that it can read", field="text")
        named = "".join(c if c.isprintable() else f" U+{ord(c[0]):04X} " for c in unknown[:NAMED])
        warnings = [f"the model does not know these characters and leaves them out: {named}"] if unknown else []
        published = self._settings.f5_checkpoint is None
        if language and published and language.replace("_", "-").split("-")[0].lower() not in TRAINED_ON:
            warnings.append(f"the model was trained on {' and '.join(TRAINED_ON)}, not on {language}")
        return unknown, warnings

    def _voice(self, reference: Reference, text: str, target_rms: float) -> _Voice:
        """The reference as the model needs it; a quiet one is raised to `target_rms`, and with it what is spoken."""
        key = (reference.key, text, target_rms)
        if key not in self._voices:
            samples = reference.audio.samples
            rms = float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))
            if rms < 1e-5:
                raise InvalidAudio("the reference is silent; record the voice again, louder")
            said = readable(text)
            self._check_reference_text(said, reference.audio.duration_s)
            pace = Pace(len(samples), ending_sentence(said))
            raised = (samples * max(1.0, target_rms / rms)).astype(np.float32)
            prepared = self._tried_twice(lambda: self._model.prepare(raised, pace.spoken_text()))
            self._voices[key] = _Voice(prepared, pace)
            if len(self._voices) > VOICES_KEPT:
                self._voices.popitem(last=False)
        self._voices.move_to_end(key)
        return self._voices[key]

    def _check_reference_text(self, text: str, seconds: float) -> None:
        """The length of what is spoken is measured by this text: with a wrong one it would be ten times too long."""
        if not _has_words(readable(text, self._model.unknown(text))):
            raise InvalidInput("the model can read nothing in it; send the words of the recording", field="ref_text")
        pace = len(text.encode()) / seconds
        if not PACE_MIN <= pace <= PACE_MAX:
            raise InvalidInput(
                f"{len(text)} characters cannot be what {seconds:.1f} s of speech say; send the whole text of the "
                "recording and nothing else",
                field="ref_text",
            )

    def _tried_twice(self, compute: Callable[[], Result]) -> Result:
        try:
            return compute()
        except OutOfMemory:
            logger.warning("out of memory: freeing what can be freed, and trying once more")
        gc.collect()
        self._model.free_memory()
        return compute()


def readable(text: str, unknown: list[str] | None = None) -> str:
    """A text without what is not spoken: line breaks become spaces; invisible and unknown characters go, for the time
    that is given to a text is counted by its bytes."""
    silent = set(unknown or [])
    kept = "".join(c for c in text if c not in silent and (c.isspace() or unicodedata.category(c) not in ("Cc", "Cf")))
    return " ".join(kept.split())


def _has_words(text: str) -> bool:
    return any(character.isalnum() for character in text)


def _finite(samples: Samples) -> Samples:
    """The samples; raises EngineError if the model has lost itself in numbers that are none."""
    if not np.isfinite(samples).all():
        raise EngineError("the model gave no sound, only invalid numbers; try other options or another checkpoint")
    return samples
