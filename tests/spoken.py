"""A text as a job speaks it, from its plan to the joined whole; without a worker, a record or a file."""

import threading
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from f5tts_worker.audio import SAMPLE_RATE, Audio
from f5tts_worker.engines import Engine, Line, SpeechOptions, Take
from f5tts_worker.mix import Mix
from f5tts_worker.parts import Part
from f5tts_worker.plan import Manner, Plan, make_plan
from f5tts_worker.reference import Reference
from f5tts_worker.speech import Speaker
from f5tts_worker.speech_fields import PARAGRAPH_PAUSE_MS
from f5tts_worker.speech_progress import SpeechProgress
from f5tts_worker.takes import Takes
from f5tts_worker.tape import Tape
from f5tts_worker.text.script import parse_script
from f5tts_worker.words import Word


class WatchedEngine:
    """An engine that keeps what it is asked for, and what it gave."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.lines: list[Line] = []
        """Of all texts, whether or not they were to be spoken."""
        self.takes: dict[int, Take] = {}
        """In the order in which they were spoken."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def speak(
        self, lines: Sequence[Line], options: SpeechOptions, stop: threading.Event, done: Collection[int] = ()
    ) -> Iterator[tuple[int, Take]]:
        """See Engine."""
        self.lines += lines
        for index, take in self._engine.speak(lines, options, stop, done):
            self.takes[index] = take
            yield index, take


@dataclass(frozen=True, eq=False)
class Spoken:
    """A text in sound."""

    plan: Plan
    audio: Audio
    spoken: dict[int, Take] = field(repr=False)
    """What the engine gave, in that order."""
    parts: list[Part]
    words: list[Word] | None

    @property
    def takes(self) -> list[Take]:
        """In the order of the text."""
        return [self.spoken[i] for i in sorted(self.spoken)]

    @property
    def warnings(self) -> list[str]:
        """Of the plan."""
        return self.plan.warnings


def plan_text(
    engine: Any, text: str, reference: Reference | None = None, *, speed: float = 1.0, language: str | None = None
) -> Plan:
    """The plan of a text that one voice speaks."""
    script = parse_script(text, PARAGRAPH_PAUSE_MS)
    return make_plan(script, {None: reference}, Manner(speed=speed, language=language), engine, "text")


def speak(
    engine: Any,
    text: str,
    reference: Reference | None = None,
    options: SpeechOptions | None = None,
    *,
    speed: float = 1.0,
    seed: int = 1,
) -> Spoken:
    """Speak a text with one voice."""
    options = options or SpeechOptions()
    return speak_plan(engine, plan_text(engine, text, reference, speed=speed, language=options.language), options, seed)


def speak_plan(
    engine: Any,
    plan: Plan,
    options: SpeechOptions | None = None,
    seed: int = 1,
    takes: Takes | None = None,
    stop: threading.Event | None = None,
    *,
    shorten: bool = False,
) -> Spoken:
    """Speak a text that is planned."""
    watched = WatchedEngine(engine)
    with Tape() as tape, SpeechProgress(lambda _: None, lambda _: "a link") as progress:
        mix = Mix(tape, cross_fade_s=0.15, shorten=shorten)
        speaker = Speaker(watched, options or SpeechOptions(), takes, progress, stop or threading.Event())
        speech = speaker.speak(plan, plan.lines(seed), mix)
        return Spoken(plan, tape_audio(tape), watched.takes, speech.parts, speech.words)


def tape_audio(tape: Tape) -> Audio:
    """All that is on a tape."""
    return Audio(np.concatenate([np.zeros(0, np.float32), *tape.blocks()]), tape.rate)


def speak_lines(engine: Any, lines: Sequence[Line], options: SpeechOptions, done: Collection[int] = ()) -> list[Take]:
    """The takes of lines in their order; the first comes first, because somebody waits to hear it."""
    spoken = list(engine.speak(lines, options, threading.Event(), done))
    assert not spoken or done or spoken[0][0] == 0
    assert len({index for index, _ in spoken}) == len(spoken)
    return [take for _, take in sorted(spoken, key=lambda pair: pair[0])]


def tone(seconds: float, *, lead_s: float = 0.0, trail_s: float = 0.0, peak: float = 0.5, hertz: float = 440) -> Audio:
    """A steady tone between two silences."""

    def silence(length_s: float) -> Any:
        return np.zeros(round(length_s * SAMPLE_RATE), np.float32)

    times = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    sound = (peak * np.sin(2 * np.pi * hertz * times)).astype(np.float32)
    return Audio(np.concatenate([silence(lead_s), sound, silence(trail_s)]), SAMPLE_RATE)
