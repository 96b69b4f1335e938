"""Aligner `offline`: espeak-ng speaks the words, and what it spoke is matched to the audio. Needs no weights."""

import logging
import unicodedata
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .. import espeak
from ..audio import Audio
from ..resident import Resident
from ..words import Word
from .base import AlignmentError
from .features import HOP, RATE, Frames, Matrix, Sound, background, normalised, runs

logger = logging.getLogger(__name__)

FRAME_MS = 10
DEFAULT_LANGUAGE = "en"

NEAR_FRAMES = 5  # 50 ms
CLOSURE_FRAMES = 10  # 100 ms: a shorter silence may be the closure of a stop, inside its word

PICTURES = frozenset({"So", "Sk", "Cf", "Mn", "Me", "Cn"})
"""Unicode categories of what emoji are made of: symbols, skin tones, joiners, variation selectors."""

Times = NDArray[np.float64]


class OfflineAligner(Resident):
    """See Aligner."""

    name = "offline"

    def __init__(self) -> None:
        super().__init__("offline aligner")

    def _open(self) -> None:
        """Compile the matching, 2.5 s, or read it from numba's cache; then say and find a word."""
        self.align(espeak.speak(["ready"], espeak.voices()["en-gb"]).audio, ["ready"], DEFAULT_LANGUAGE)

    def _reason(self, error: Exception) -> str:
        return f"numba or espeak-ng does not work here ({type(error).__name__}); see the worker's log"

    def align(self, audio: Audio, words: list[str], language: str | None) -> list[Word]:
        """See Aligner.

        A word's score is the correlation of its log-mel frames with the reference's that they were matched to.
        """
        voice = espeak.voice_for(language or DEFAULT_LANGUAGE)
        if voice is None:
            raise AlignmentError(f"aligner offline does not speak {language!r}")
        heard = _Heard.of(audio)
        reference = _Reference.of(words, voice, heard.noise)
        return _words(words, heard, reference)


@dataclass(frozen=True)
class _Heard:
    """The audio, as frames."""

    frames: Matrix
    loudness: Matrix
    noise: Matrix

    @classmethod
    def of(cls, audio: Audio) -> "_Heard":
        sound = Sound.of(audio)
        loudness = sound.loudness()
        if not loudness.any():
            raise AlignmentError("the audio is silent")
        powers = sound.powers(sound.centres)
        noise = background(powers, loudness > 0)
        return cls(normalised(powers, noise, loudness > 0), loudness, noise)


@dataclass(frozen=True)
class _Reference:
    """The words as espeak speaks them, without the pauses between them: each word's first frame begins with it."""

    frames: Matrix
    lengths: Frames
    """Frames of each word, (n_words,)."""

    @classmethod
    def of(cls, words: list[str], voice: str, noise: Matrix) -> "_Reference":
        try:
            spoken = espeak.speak(["" if _is_picture(word) else word for word in words], voice)
        except espeak.EspeakError as e:
            raise AlignmentError(f"{e}; try another text or language") from e
        scale = RATE / spoken.audio.rate
        centres = [np.arange(start * scale + HOP / 2, end * scale, HOP) for start, end in spoken.starts_ends]
        lengths = np.array([len(places) for places in centres])
        if not lengths.any():
            raise AlignmentError("nothing in the text can be spoken")
        powers = Sound.of(spoken.audio).powers(np.concatenate(centres).astype(np.int64))
        # It is given the recording's noise: what noise hides there is hidden here.
        return cls(normalised(powers, noise, np.ones(len(powers), np.bool_)), lengths)


def _is_picture(word: str) -> bool:
    """Emoji: espeak would say their names, but nobody else does."""
    return all(unicodedata.category(character) in PICTURES for character in word)


def _words(words: list[str], heard: _Heard, reference: _Reference) -> list[Word]:
    from .path import match  # numba takes a second to import

    spoken = np.flatnonzero(reference.lengths)
    found = match(reference.frames, reference.lengths[spoken], heard.frames, heard.loudness)
    starts, ends = _beside_pauses(found.starts.astype(float), found.ends.astype(float), heard.loudness == 0)
    times = iter(zip((starts * FRAME_MS).tolist(), (ends * FRAME_MS).tolist(), found.scores.tolist(), strict=True))
    result: list[Word] = []
    at = 0
    for text, length in zip(words, reference.lengths, strict=True):
        start, end, score = next(times) if length else (at, at, 1.0)
        result.append(Word(text, round(start), round(end), min(max(score, 0.0), 1.0), OfflineAligner.name))
        at = round(end)
    return result


def _beside_pauses(starts: Times, ends: Times, silent: NDArray[np.bool_]) -> tuple[Times, Times]:
    """Word bounds in frames: shared where words touch, and moved to the edge of a pause that they are beside."""
    touching = ends[:-1] >= starts[1:] - 1
    ends[:-1][touching] = starts[1:][touching] = ((ends[:-1] + starts[1:]) / 2)[touching]
    for first, end in runs(silent, CLOSURE_FRAMES):
        starts[(starts > first - NEAR_FRAMES) & (starts < end + NEAR_FRAMES)] = end
        ends[(ends > first - NEAR_FRAMES) & (ends < end + NEAR_FRAMES)] = first
    return starts, np.maximum(starts, ends)
