"""Units: the least that a cue can show."""

import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from ..words import Word
from .breaks import ends_sentence


@dataclass(frozen=True)
class Unit:
    """A spoken word with the unspoken ones that are shown with it: an emoji, a dash, a lone quotation mark."""

    words: tuple[Word, ...]
    start_ms: int
    end_ms: int


def make_units(words: list[Word], audio_ms: int) -> list[Unit]:
    """Units in the order of the words, inside the audio, none empty or over the next; none if no word is spoken."""
    spoken: list[tuple[int, int, int]] = []  # index, start, end
    now_ms = 0
    for index, word in enumerate(words):
        start_ms, end_ms = max(now_ms, word.start_ms), min(word.end_ms, audio_ms)
        if start_ms < end_ms:
            spoken.append((index, start_ms, end_ms))
            now_ms = end_ms
    firsts = [0, *(_first(words, before[0], after[0]) for before, after in pairwise(spoken)), len(words)]
    return [
        Unit(tuple(words[first:past]), start_ms, end_ms)
        for (first, past), (_, start_ms, end_ms) in zip(pairwise(firsts), spoken, strict=False)
    ]


def spread_units(words: list[Word], audio_ms: int) -> list[Unit]:
    """Words of which none is spoken, evenly over the audio."""
    count = min(len(words), audio_ms)
    edges = [(i * len(words) // count, i * audio_ms // count) for i in range(count)] if count else []
    return [
        Unit(tuple(words[first:past]), start_ms, end_ms)
        for (first, start_ms), (past, end_ms) in pairwise([*edges, (len(words), audio_ms)])
    ]


def _first(words: list[Word], before: int, after: int) -> int:
    """Where the unit of the spoken word `after` begins: what stands between belongs to the one before it.

    But not what opens something: a bracket, a quotation mark, a dash behind a finished sentence.
    """
    for index in range(before + 1, after):
        kind = unicodedata.category(words[index].text[0])
        if kind in ("Ps", "Pi") or (kind == "Pd" and ends_sentence(words[index - 1].text)):
            return index
    return after
