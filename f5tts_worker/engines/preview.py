"""Engine `preview`: espeak-ng speaks, with exact word times and without cloning. For trying the API without a GPU."""

import difflib
import threading
import unicodedata
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from .. import espeak
from ..audio import SAMPLE_RATE, Audio, join, resample
from ..errors import EngineError, InvalidInput, LoadError
from ..job import check_stop
from ..reference import Reference
from ..text.chunks import Chunk, split_chunks
from ..words import Word
from .base import ChunkDone, EngineInfo, Speech, SpeechOptions

CHUNK_CHARS = 400
"""Half a minute of speech, a tenth of a second of work: soon enough to stop between two."""

DEFAULT_LANGUAGE = "en"
NO_CLONING = "engine preview speaks with a synthetic voice and clones none; set ENGINE on the worker to clone"


class PreviewEngine:
    """See Engine."""

    name = "preview"
    clones = False
    ignores: frozenset[str] = frozenset(
        {"quality", "nfe_step", "cfg_strength", "sway_sampling_coef", "target_rms", "cross_fade_duration"}
    )

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

    def synthesize(
        self,
        reference: Reference | None,
        text: str,
        options: SpeechOptions,
        on_chunk: Callable[[ChunkDone], None],
        stop: threading.Event,
    ) -> Speech:
        """See Engine. The seed changes nothing: the same text always gives the same samples."""
        voice = _voice(options.language or DEFAULT_LANGUAGE)
        pace = round(espeak.WPM_DEFAULT * options.speed)
        warnings = [NO_CLONING]
        if not options.language and _mostly_not_latin(text):
            warnings.append("most of the text is not in Latin letters, and was read as English; send its language")
        if pace < espeak.WPM_MIN:
            slowest = espeak.WPM_MIN / espeak.WPM_DEFAULT
            warnings.append(f"engine preview speaks no slower than speed {slowest:.2f}")
        if pace > espeak.WPM_MAX:
            pace = espeak.WPM_MAX
            warnings.append(f"engine preview speaks no faster than speed {pace / espeak.WPM_DEFAULT:.2f}")
        parts: list[Audio] = []
        words: list[Word] = []
        chunks = split_chunks(text, CHUNK_CHARS)
        for done, chunk in enumerate(chunks, 1):
            check_stop(stop)
            audio, spoken = _speak(chunk, voice, pace, start_s=sum(part.duration_s for part in parts))
            parts.append(audio)
            if chunk.inside_word:
                begun = words.pop()
                spoken[0] = replace(spoken[0], text=begun.text + spoken[0].text, start_ms=begun.start_ms)
            words += spoken
            on_chunk(ChunkDone(done - 1, done, len(chunks), audio))
        audio = join(parts) if parts else Audio(np.zeros(0, np.float32), SAMPLE_RATE)
        if not np.any(audio.samples):
            raise InvalidInput("nothing in it can be spoken; send words, not only symbols", field="text")
        return Speech(audio, words, warnings)


def _speak(chunk: Chunk, voice: str, pace: int, start_s: float) -> tuple[Audio, list[Word]]:
    try:
        utterance = espeak.speak(chunk.words, voice, pace)
    except espeak.EspeakError as e:
        raise EngineError(f"{e}; try another text or language") from e
    rate = utterance.audio.rate

    def to_ms(sample: int) -> int:
        return round((start_s + sample / rate) * 1000)

    words = [
        Word(text, to_ms(start), to_ms(end), 1.0, "native")
        for text, (start, end) in zip(chunk.words, utterance.starts_ends, strict=True)
    ]
    return resample(utterance.audio, SAMPLE_RATE), words


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
