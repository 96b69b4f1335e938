"""CloningEngine: lines and references in, speech out, by a model that speaks some at a time."""

import gc
import logging
import threading
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np

from ..audio import SAMPLE_RATE, Audio, Samples
from ..errors import EngineError, InvalidAudio, InvalidInput, OutOfMemory
from ..f5.batches import Utterance
from ..f5.duration import Pace, ending_sentence
from ..f5.sampler import Guidance
from ..job import check_stop
from ..reference import PACE_MAX, PACE_MIN, Reference
from ..settings import Settings
from ..text.words import is_spoken
from .base import EngineInfo, Line, Measure, SpeechOptions, Take

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

VOICES_KEPT = 64
"""Prepared references; the mel of one of 12 s takes 0.45 MB."""

AT_ONCE = 32
"""Lines among which batches are made: more would hold more takes back that come before their turn."""

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

    def batches(self, utterances: Sequence[Utterance], *, first_alone: bool) -> list[list[int]]:
        """Which of them are best run together; with `first_alone` that one comes first."""

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

    def measure(self, reference: Reference | None, speed: float) -> Measure:
        """See Engine. Sizes are bytes of UTF-8, by which F5-TTS counts."""
        pace = self._pace(_clonable(reference))
        return Measure(
            lambda text: len(text.encode()), pace.max_bytes(speed), lambda text: pace.seconds_for(text, speed)
        )

    def unknown(self, text: str) -> list[str]:
        """See Engine."""
        return self._model.unknown(readable(text))

    def doubts(self, text: str, language: str | None, speeds: Collection[float]) -> list[str]:
        """See Engine."""
        published = self._settings.f5_checkpoint is None
        if language and published and language.replace("_", "-").split("-")[0].lower() not in TRAINED_ON:
            return [f"the model was trained on {' and '.join(TRAINED_ON)}, not on {language}"]
        return []

    def speak(
        self, lines: Sequence[Line], options: SpeechOptions, stop: threading.Event, done: Collection[int] = ()
    ) -> Iterator[tuple[int, Take]]:
        """See Engine. A line's samples are its seed's, whatever it runs with.

        What runs together does not depend on `done`: a batch is left out if all of it is there.
        """
        guidance = Guidance(options.nfe_step, options.cfg_strength, options.sway_sampling_coef)
        for first in range(0, len(lines), AT_ONCE):
            some = range(first, min(first + AT_ONCE, len(lines)))
            for same_voice in _by_voice(lines, some):
                voice = self._voice(_clonable(lines[same_voice[0]].reference), options.target_rms)
                utterances = [_utterance(lines[i], voice) for i in same_voice]
                for batch in self._model.batches(utterances, first_alone=0 in same_voice):
                    check_stop(stop)
                    if all(same_voice[i] in done for i in batch):
                        continue
                    together = self._speak(voice, [utterances[i] for i in batch], guidance, stop)
                    for i, samples in zip(batch, together, strict=True):
                        yield same_voice[i], Take(Audio(_finite(samples), SAMPLE_RATE))

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

    def _voice(self, reference: Reference, target_rms: float) -> _Voice:
        """The reference as the model needs it; a quiet one is raised to `target_rms`, and with it what is spoken."""
        pace = self._pace(reference)
        key = (reference.key, pace.reference_text, target_rms)
        if key not in self._voices:
            samples = reference.audio.samples
            rms = float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))
            if rms < 1e-5:
                raise InvalidAudio("the reference is silent; record the voice again, louder")
            raised = (samples * max(1.0, target_rms / rms)).astype(np.float32)
            prepared = self._tried_twice(lambda: self._model.prepare(raised, pace.spoken_text()))
            self._voices[key] = _Voice(prepared, pace)
            if len(self._voices) > VOICES_KEPT:
                self._voices.popitem(last=False)
        self._voices.move_to_end(key)
        return self._voices[key]

    def _pace(self, reference: Reference) -> Pace:
        """How fast the reference is spoken; raises InvalidInput if its text cannot be what it says."""
        said = readable(reference.text or "")
        self._check_reference_text(said, reference.audio.duration_s)
        return Pace(len(reference.audio.samples), ending_sentence(said))

    def _check_reference_text(self, text: str, seconds: float) -> None:
        """The length of what is spoken is measured by this text: with a wrong one it would be ten times too long."""
        unknown = set(self._model.unknown(text))
        if not is_spoken("".join(character for character in text if character not in unknown)):
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


def readable(text: str) -> str:
    """A text without what is not spoken: line breaks become spaces; invisible characters go, for the time that is given
    to a text is counted by its bytes."""
    kept = "".join(c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf"))
    return " ".join(kept.split())


def _clonable(reference: Reference | None) -> Reference:
    if reference is None or not reference.text:
        raise EngineError("nothing to clone: the engine was given no reference, or one without its text")
    return reference


def _by_voice(lines: Sequence[Line], some: range) -> list[list[int]]:
    """Indices of lines, those of one voice together; voices in the order in which they come."""
    groups: dict[tuple[str, str | None], list[int]] = {}
    for i in some:
        reference = _clonable(lines[i].reference)
        groups.setdefault((reference.key, reference.text), []).append(i)
    return list(groups.values())


def _utterance(line: Line, voice: _Voice) -> Utterance:
    said = readable(line.text)
    return Utterance(said, voice.pace.frames_for(said, line.speed), line.seed)


def _finite(samples: Samples) -> Samples:
    """The samples; raises EngineError if the model has lost itself in numbers that are none."""
    if not np.isfinite(samples).all():
        raise EngineError("the model gave no sound, only invalid numbers; try other options or another checkpoint")
    return samples
