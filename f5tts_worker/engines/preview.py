"""Engine `preview`: espeak-ng speaks, with exact word times and without cloning. For trying the API without a GPU."""

import difflib
import threading
import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence

from .. import espeak
from ..audio import SAMPLE_RATE, resample
from ..errors import EngineError, InvalidInput, LoadError
from ..job import check_stop
from ..reference import Reference
from ..words import Word
from .base import EngineInfo, Line, Measure, SpeechOptions, Take

LINE_CHARS = 400
"""Half a minute of speech, a tenth of a second of work: soon enough to stop between two."""

CHARS_PER_S = 15.5
"""At speed 1, of English."""

DEFAULT_LANGUAGE = "en"
NO_CLONING = "engine preview speaks with a synthetic voice and clones none; set ENGINE on the worker to clone"


class PreviewEngine:
    """See Engine."""

    name = "preview"
    clones = False
    ignores: frozenset[str] = frozenset({"quality", "nfe_step", "cfg_strength", "sway_sampling_coef", "target_rms"})

    def load(self) -> EngineInfo:
        """See Engine."""
        try:
            return EngineInfo(f"espeak-ng {espeak.version()}", "cpu", "int16", None)
        except (OSError, ImportError, espeak.EspeakError) as e:
            raise LoadError(
                f"engine preview needs espeak-ng from the espeakng-loader package, which does not load: {e}",
                "install the packages of requirements/core.txt, or set ENGINE to another engine",
            ) from e

    def fitness_checks(self) -> dict[str, Callable[[], None]]:
        """See Engine. It has no weights, and it has spoken when it was loaded."""
        return {}

    def measure(self, reference: Reference | None, speed: float) -> Measure:
        """See Engine."""
        pace = CHARS_PER_S * _words_per_minute(speed) / espeak.WPM_DEFAULT
        return Measure(len, LINE_CHARS, lambda text: len(text) / pace)

    def unknown(self, text: str) -> list[str]:
        """See Engine. espeak-ng leaves out what it cannot read."""
        return []

    def doubts(self, text: str, language: str | None, speeds: Collection[float]) -> list[str]:
        """See Engine."""
        _voice(language or DEFAULT_LANGUAGE)
        doubts = [NO_CLONING]
        if not language and _mostly_not_latin(text):
            doubts.append("most of the text is not in Latin letters, and was read as English; send its language")
        slowest, fastest = (wpm / espeak.WPM_DEFAULT for wpm in (espeak.WPM_MIN, espeak.WPM_MAX))
        if round(espeak.WPM_DEFAULT * min(speeds)) < espeak.WPM_MIN:
            doubts.append(f"engine preview speaks no slower than speed {slowest:.2f}")
        if round(espeak.WPM_DEFAULT * max(speeds)) > espeak.WPM_MAX:
            doubts.append(f"engine preview speaks no faster than speed {fastest:.2f}")
        return doubts

    def speak(
        self, lines: Sequence[Line], options: SpeechOptions, stop: threading.Event, done: Collection[int] = ()
    ) -> Iterator[tuple[int, Take]]:
        """See Engine. The seed changes nothing: the same line always gives the same samples."""
        voice = _voice(options.language or DEFAULT_LANGUAGE)
        for i, line in enumerate(lines):
            check_stop(stop)
            if i not in done:
                yield i, _speak(line, voice)


def _words_per_minute(speed: float) -> int:
    return max(espeak.WPM_MIN, min(round(espeak.WPM_DEFAULT * speed), espeak.WPM_MAX))


def _speak(line: Line, voice: str) -> Take:
    texts = line.text.split()
    try:
        utterance = espeak.speak(texts, voice, _words_per_minute(line.speed))
    except espeak.EspeakError as e:
        raise EngineError(f"{e}; try another text or language") from e
    rate = utterance.audio.rate
    words = [
        Word(text, round(start * 1000 / rate), round(end * 1000 / rate), 1.0, "native")
        for text, (start, end) in zip(texts, utterance.starts_ends, strict=True)
    ]
    return Take(resample(utterance.audio, SAMPLE_RATE), words)


def _mostly_not_latin(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    latin = sum(unicodedata.name(letter, "").startswith("LATIN") for letter in letters)
    return latin * 2 < len(letters)


def _voice(language: str) -> str:
    voice = espeak.voice_for(language)
    if voice is None:
        known = espeak.voices()
        near = difflib.get_close_matches(language.lower(), known, n=3, cutoff=0.5)
        hint = f"; near it: {', '.join(near)}" if near else ""
        raise InvalidInput(
            f"engine preview has no voice for {language!r}; send one of its {len(known)} language codes, such as "
            f"en, en-gb, de, fr, es, zh{hint}",
            field="language",
            sent=language,
            near=near,
        )
    return voice
