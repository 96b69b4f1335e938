"""Checks: what every aligner's result has to be, whatever made it."""

import itertools
import math
from dataclasses import replace

from ..text.words import is_spoken
from ..words import Word
from .base import AlignmentError

MIN_WORD_MS = 30
"""The shortest word that is spoken: a reduced "a" takes 30 to 40 ms."""

OUTSIDE_MS = 100
"""How far past the audio a time may be before the whole result is doubted; it is moved inside."""

SQUEEZED_SHARE = 0.3
"""Of the words; where so many have no room, the text is not what is spoken."""


def checked(words: list[str], found: list[Word], audio_ms: int) -> list[Word]:
    """The result with one entry per word, in order, inside the audio and of a minimum length; raises AlignmentError."""
    if [word.text for word in found] != words:
        raise AlignmentError(f"it found {len(found)} words of {len(words)}")
    if not all(math.isfinite(word.score) for word in found):
        raise AlignmentError("its scores are no numbers")
    if any(later.start_ms < earlier.start_ms for earlier, later in itertools.pairwise(found)):
        raise AlignmentError("its words run backwards")
    if any(word.start_ms < -OUTSIDE_MS or word.end_ms > audio_ms + OUTSIDE_MS for word in found):
        raise AlignmentError("its words lie outside the audio")
    squeezed = sum(word.end_ms - word.start_ms < MIN_WORD_MS for word in found if is_spoken(word.text))
    if squeezed > max(1, SQUEEZED_SHARE * len(found)):
        raise AlignmentError(f"{squeezed} of {len(found)} words found no room")
    return _with_room(found, audio_ms)


def _with_room(found: list[Word], audio_ms: int) -> list[Word]:
    """Words that do not overlap, each spoken one at least MIN_WORD_MS long where the audio has room for it."""
    shortest = [min(MIN_WORD_MS, audio_ms) if is_spoken(word.text) else 0 for word in found]
    starts, earliest = [], 0
    for word, needed in zip(found, shortest, strict=True):  # behind what comes before
        starts.append(max(word.start_ms, earliest))
        earliest = starts[-1] + needed
    latest = audio_ms
    for i in reversed(range(len(starts))):  # and before what follows
        starts[i] = latest = max(min(starts[i], latest - shortest[i]), 0)
    following = [*starts[1:], audio_ms]
    return [
        replace(word, start_ms=start, end_ms=min(max(word.end_ms, start + needed), limit))
        for word, start, needed, limit in zip(found, starts, shortest, following, strict=True)
    ]
