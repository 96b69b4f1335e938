"""CloningEngine: long text and a reference in, speech out, by a model that speaks one chunk at a time."""

import gc
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ..audio import SAMPLE_RATE, Audio, Samples, cross_fade
from ..errors import EngineError, InvalidAudio, InvalidInput, OutOfMemory
from ..f5.duration import Pace, ending_sentence
from ..f5.sampler import Guidance
from ..job import check_stop
from ..reference import Reference
from ..settings import Settings
from ..text.chunks import split_chunks
from .base import ChunkDone, EngineInfo, Speech, SpeechOptions

logger = logging.getLogger(__name__)

VOICES_KEPT = 64
"""Prepared references; the mel of one of 12 s takes 0.45 MB."""

CHUNK_MIN_BYTES = 8
"""A chunk shorter than this is no speech: the reference's text cannot be what it says."""

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

    def speak(
        self, voice: Any, text: str, n_frames: int, guidance: Guidance, seed: int, check_stop: Callable[[], None]
    ) -> Samples:
        """Samples of one chunk; raises OutOfMemory."""

    def free_memory(self) -> None:
        """Give back what is held but not used."""


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
        warnings = self._check_text(text, options.language)
        voice = self._voice(reference, reference.text, options.target_rms)
        limit = voice.pace.max_bytes(options.speed)
        if limit < CHUNK_MIN_BYTES:
            raise InvalidInput(
                f"{len(reference.text)} characters cannot be what {reference.audio.duration_s:.1f} s of speech say; "
                "send the whole text of the recording",
                field="ref_text",
            )
        guidance = Guidance(options.nfe_step, options.cfg_strength, options.sway_sampling_coef)
        chunks = split_chunks(text, limit, size=lambda piece: len(piece.encode()))
        parts: list[Audio] = []
        for i, chunk in enumerate(chunks):
            check_stop(stop)
            spoken = chunk.text.strip()
            n_frames = voice.pace.frames_for(spoken, options.speed)

            def speak(spoken: str = spoken, n_frames: int = n_frames, seed: int = options.seed + i) -> Samples:
                return self._model.speak(voice.prepared, spoken, n_frames, guidance, seed, lambda: check_stop(stop))

            parts.append(Audio(self._tried_twice(speak), SAMPLE_RATE))
            on_chunk(ChunkDone(i + 1, len(chunks), parts[-1]))
        return Speech(cross_fade(parts, options.cross_fade_duration), None, warnings)

    def _check_text(self, text: str, language: str | None) -> list[str]:
        unknown = self._model.unknown(text)
        if not any(character.isalnum() and character not in unknown for character in text):
            raise InvalidInput("nothing in it can be spoken by this model; send words that it can read", field="text")
        named = "".join(unknown[:40]) + ("..." if len(unknown) > 40 else "")
        warnings = [f"the model does not know these characters and leaves them out: {named}"] if unknown else []
        published = self._settings.f5_checkpoint is None
        if language and published and language.replace("_", "-").split("-")[0].lower() not in TRAINED_ON:
            warnings.append(f"the model was trained on {' and '.join(TRAINED_ON)}, not on {language}")
        return warnings

    def _voice(self, reference: Reference, text: str, target_rms: float) -> _Voice:
        """The reference as the model needs it; a quiet one is raised to `target_rms`, and with it what is spoken."""
        key = (reference.key, text, target_rms)
        if key not in self._voices:
            rms = float(np.sqrt(np.mean(np.square(reference.audio.samples, dtype=np.float64))))
            if rms < 1e-5:
                raise InvalidAudio("the reference is silent; record the voice again, louder")
            gain = max(1.0, target_rms / rms)
            pace = Pace(len(reference.audio.samples), ending_sentence(text))
            prepared = self._model.prepare((reference.audio.samples * gain).astype(np.float32), pace.spoken_text())
            self._voices[key] = _Voice(prepared, pace)
            if len(self._voices) > VOICES_KEPT:
                self._voices.popitem(last=False)
        self._voices.move_to_end(key)
        return self._voices[key]

    def _tried_twice(self, speak: Callable[[], Samples]) -> Samples:
        try:
            return speak()
        except OutOfMemory:
            logger.warning("out of memory: freeing what can be freed, and trying this chunk once more")
        gc.collect()
        self._model.free_memory()
        return speak()
