"""Units: the least that a cue can show."""

import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import NamedTuple

from ..text.breaks import ends_sentence
from ..words import Word


@dataclass(frozen=True)
class Unit:
    """A spoken word with the unspoken ones that are shown with it: an emoji, a dash, a lone quotation mark."""

    words: tuple[Word, ...]
    start_ms: int
    end_ms: int

    @property
    def speaker(self) -> str | None:
        """Whose words they are, where a text has several voices."""
        return self.words[0].speaker


class _Shown(NamedTuple):
    """When a word around which a unit is made is on the screen."""

    number: int
    """The word's, from 0."""
    start_ms: int
    end_ms: int


def make_units(words: list[Word], audio_ms: int) -> list[Unit]:
    """Units in the order of the words, inside the audio, none empty or over the next; none if no word is spoken.

    None holds words of two speakers, unless words of one are not spoken and those beside them last under 2 ms.
    """
    spoken = _spoken(words, audio_ms)
    if not spoken:
        return []
    shown = _with_silent_turns(words, spoken, audio_ms)
    firsts = [0, *(_first(words, before.number, after.number) for before, after in pairwise(shown)), len(words)]
    return [
        Unit(tuple(words[first:past]), one.start_ms, one.end_ms)
        for (first, past), one in zip(pairwise(firsts), shown, strict=True)
    ]


def _spoken(words: list[Word], audio_ms: int) -> list[_Shown]:
    """The words that are spoken, cut where they overlap or go on behind the audio."""
    spoken, now_ms = [], 0
    for index, word in enumerate(words):
        start_ms, end_ms = max(now_ms, word.start_ms), min(word.end_ms, audio_ms)
        if start_ms < end_ms:
            spoken.append(_Shown(index, start_ms, end_ms))
            now_ms = end_ms
    return spoken


def _with_silent_turns(words: list[Word], spoken: list[_Shown], audio_ms: int) -> list[_Shown]:
    """With the first word of every turn of a speaker in which none is spoken: an emoji between two other voices.

    Such turns share the pause that they stand in; without one the word before them is cut to half, or the one behind.
    """
    shown = [_Shown(-1, 0, 0), *spoken, _Shown(len(words), audio_ms, audio_ms)]
    added = []
    for place, firsts in _silent_turns(words, spoken):
        before, after = shown[place], shown[place + 1]
        half_ms = (before.start_ms + before.end_ms + 1) // 2
        rooms = (
            (before.end_ms, after.start_ms),
            (half_ms, after.start_ms),
            (half_ms, (after.start_ms + after.end_ms) // 2),
        )
        found = next((room for room in rooms if room[1] - room[0] >= len(firsts)), None)
        if found:
            shown[place : place + 2] = before._replace(end_ms=found[0]), after._replace(start_ms=found[1])
            added += _share(firsts, *found)
    return sorted([*shown[1:-1], *added])


def _silent_turns(words: list[Word], spoken: list[_Shown]) -> list[tuple[int, list[int]]]:
    """First words of turns without a spoken word, by how many spoken ones stand before them."""
    turns = [0, *(i for i in range(1, len(words)) if words[i].speaker != words[i - 1].speaker), len(words)]
    place = {turn: bisect_left(spoken, (turn,)) for turn in turns}
    silent = [first for first, past in pairwise(turns) if place[first] == place[past]]
    return [(before, [*firsts]) for before, firsts in groupby(silent, key=place.__getitem__)]


def _share(firsts: list[int], from_ms: int, until_ms: int) -> list[_Shown]:
    """Divide a time evenly."""
    edges = [from_ms + i * (until_ms - from_ms) // len(firsts) for i in range(len(firsts) + 1)]
    return [_Shown(first, *edge) for first, edge in zip(firsts, pairwise(edges), strict=True)]


def spread_units(words: list[Word], audio_ms: int) -> list[Unit]:
    """Words of which none is spoken, evenly over the audio."""
    count = min(len(words), audio_ms)
    edges = [(i * len(words) // count, i * audio_ms // count) for i in range(count)] if count else []
    return [
        Unit(tuple(words[first:past]), start_ms, end_ms)
        for (first, start_ms), (past, end_ms) in pairwise([*edges, (len(words), audio_ms)])
    ]


def _first(words: list[Word], before: int, after: int) -> int:
    """Where the unit of the shown word `after` begins: what stands between belongs to the one before it.

    But not what is another speaker's, nor what opens something: a bracket, a quotation mark, a dash behind a finished
    sentence.
    """
    turn = after
    while turn > before + 1 and words[turn - 1].speaker == words[after].speaker:
        turn -= 1
    if words[turn - 1].speaker != words[after].speaker:
        return turn
    for index in range(before + 1, after):
        kind = unicodedata.category(words[index].text[0])
        if kind in ("Ps", "Pi") or (kind == "Pd" and ends_sentence(words[index - 1].text)):
            return index
    return after
