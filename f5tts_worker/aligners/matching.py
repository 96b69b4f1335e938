"""Matching: the words that a recogniser heard, brought to the words that the caller wrote.

Words are compared as letters and digits alone, first whole, then, where they differ, letter by letter, so that
"state-of-the-art" is found in "state of the art". What is written in another way than it was heard ("$45", "forty five
dollars") is found by what is left over between two words that were.
"""

import itertools
import unicodedata
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from ..words import Word
from .base import AlignmentError

MIN_HEARD = 0.3
"""Of the text's letters, in words that were heard whole. Two parts of a long English text share up to
11 %, by their short words and by chance; with less than this, another text was heard, or another language."""

GUESSED_SCORE = 0.1
"""Of a word that nobody heard, placed by its length between its neighbours: a median of 92 ms off (FACTS)."""

HEARD_OTHERWISE_SCORE = 0.5
"""Of a word where something else was heard: the stretch of time is heard, how words share it is guessed."""

MIN_WORD_MS = 40

_MAX_BLOCK = 250_000  # letters times letters, 500 by 500: what is compared letter by letter
_SPOKEN_SYMBOLS = "%&+=@#°§"


def letters(word: str) -> str:
    """What of a word is spoken, in a form that can be compared: Café, -> cafe; an emoji or a dash has none."""
    return "".join(
        c
        for c in unicodedata.normalize("NFKD", word).casefold()
        if c.isalnum() or c in _SPOKEN_SYMBOLS or unicodedata.category(c) == "Sc"
    )


def match_words(words: list[str], heard: list[Word]) -> list[Word]:
    """One Word for each of `words`, with times of those `heard`; raises AlignmentError if too few are found.

    Starts never run backwards and words do not overlap.
    """
    if not words:
        return []
    written = [letters(word) for word in words]
    spoken = [i for i, text in enumerate(written) if text]
    tape = _Tape.of(heard)
    if not spoken or not tape.times:
        raise AlignmentError("nothing was heard" if spoken else "nothing in the text is spoken")
    found = _found([written[i] for i in spoken], tape)
    lengths = [len(written[i]) for i in spoken]
    share = sum(place.whole * length for place, length in zip(found, lengths, strict=True) if place) / sum(lengths)
    if share < MIN_HEARD:
        raise AlignmentError(f"only {share:.0%} of the text was heard")
    places = _filled(found, lengths, tape)
    return _in_line(words, dict(zip(spoken, places, strict=True)), heard[0].source)


@dataclass(frozen=True)
class _Place:
    """When a word is spoken."""

    start: float
    end: float
    """Milliseconds."""
    score: float
    letters: tuple[int, int]
    """Its first and last letter on the tape."""
    whole: bool = False
    """Whether every letter of it was heard, and no other between them."""


@dataclass(frozen=True)
class _Tape:
    """Everything heard, letter by letter."""

    words: list[str]
    times: list[tuple[float, float]]
    """From and to of each letter in milliseconds: an equal share of its word's time; in order."""
    scores: list[float]

    @classmethod
    def of(cls, heard: list[Word]) -> "_Tape":
        tape = cls([], [], [])
        starts = list(itertools.accumulate((word.start_ms for word in heard), max))
        for i, (word, start) in enumerate(zip(heard, starts, strict=True)):
            text = letters(word.text)
            if not text:
                continue
            limit = starts[i + 1] if i + 1 < len(starts) else word.end_ms
            length = max(min(word.end_ms, limit) - start, 0) / len(text)
            tape.words.append(text)
            tape.times.extend((start + k * length, start + (k + 1) * length) for k in range(len(text)))
            tape.scores.extend(word.score for _ in text)
        return tape


def _found(written: list[str], tape: _Tape) -> list[_Place | None]:
    """The place of each word of which more than half the letters were heard."""
    pairs = _pairs(written, tape.words)
    places: list[_Place | None] = []
    at = 0
    for text in written:
        on_tape = [pairs[k] for k in range(at, at + len(text)) if k in pairs]
        at += len(text)
        if 2 * len(on_tape) <= len(text):
            places.append(None)
            continue
        score = sum(tape.scores[k] for k in on_tape) / len(text)
        first, last = on_tape[0], on_tape[-1]
        whole = len(text) == len(on_tape) == last - first + 1
        places.append(_Place(tape.times[first][0], tape.times[last][1], score, (first, last), whole))
    return places


def _pairs(ours: list[str], theirs: list[str]) -> dict[int, int]:
    """Which letter of ours, counted over all words, is which of theirs; both run forwards."""
    our_start = [0, *itertools.accumulate(len(text) for text in ours)]
    their_start = [0, *itertools.accumulate(len(text) for text in theirs)]
    pairs: dict[int, int] = {}
    for _, i1, i2, j1, j2 in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        a, b = "".join(ours[i1:i2]), "".join(theirs[j1:j2])
        if a == b:
            blocks = [(0, 0, len(a))]
        elif len(a) * len(b) <= _MAX_BLOCK:
            blocks = [(m.a, m.b, m.size) for m in SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()]
        else:
            continue
        for at_a, at_b, size in blocks:
            pairs.update((our_start[i1] + at_a + k, their_start[j1] + at_b + k) for k in range(size))
    return pairs


def _filled(found: list[_Place | None], lengths: list[int], tape: _Tape) -> list[_Place]:
    """The places with those of the words between them; `lengths` in letters."""
    pace = _pace(found, lengths)
    places = list(found)
    for missing, run in itertools.groupby(range(len(found)), lambda i: found[i] is None):
        if missing:
            indices = list(run)
            _fill(places, indices, lengths, tape, pace)
    return [place for place in places if place is not None]


def _pace(found: list[_Place | None], lengths: list[int]) -> float:
    """Milliseconds a letter takes."""
    pairs = [(place.end - place.start, length) for place, length in zip(found, lengths, strict=True) if place]
    return sum(ms for ms, _ in pairs) / sum(length for _, length in pairs)


def _fill(places: list[_Place | None], run: list[int], lengths: list[int], tape: _Tape, pace: float) -> None:
    """Place a run of words that were not found: where something else was heard, else by their length."""
    before = places[run[0] - 1] if run[0] > 0 else None
    after = places[run[-1] + 1] if run[-1] + 1 < len(places) else None
    left_over = tape.times[
        before.letters[1] + 1 if before else 0 : after.letters[0] if after else len(tape.times)
    ]  # of what was heard
    needed = MIN_WORD_MS * len(run)
    if left_over and left_over[-1][1] - left_over[0][0] >= needed:
        _share(places, run, lengths, left_over[0][0], left_over[-1][1], HEARD_OTHERWISE_SCORE)
        return
    length = pace * sum(lengths[i] for i in run)
    start = before.end if before else max(0.0, after.start - length) if after else 0.0
    end = min(after.start, start + 2 * length) if after else start + length  # not all of a long pause
    if end - start >= needed:
        _share(places, run, lengths, start, end, GUESSED_SCORE)
    elif before:  # heard words follow one another without a gap: what was not heard is in the time of a neighbour
        _share(places, [run[0] - 1, *run], lengths, before.start, max(end, before.end), GUESSED_SCORE)
    elif after:
        _share(places, [*run, run[-1] + 1], lengths, start, after.end, GUESSED_SCORE)


def _share(
    places: list[_Place | None], run: list[int], lengths: list[int], start: float, end: float, score: float
) -> None:
    """Divide a stretch of time among words by their letters; one that had a place keeps its letters."""
    total = sum(lengths[i] for i in run)
    at = start
    for i in run:
        until = at + (end - start) * lengths[i] / total
        had = places[i]
        places[i] = _Place(at, until, min(score, had.score) if had else score, had.letters if had else (-1, -1))
        at = until


def _in_line(words: list[str], places: dict[int, _Place], source: str) -> list[Word]:
    """Words in order and without overlap; one that is not spoken takes no time, behind the one before it."""
    line: list[Word] = []
    at = round(places[min(places)].start)
    for i, text in enumerate(words):
        place = places.get(i)
        if place is None:
            end = line[-1].end_ms if line else at
            line.append(Word(text, end, end, GUESSED_SCORE, source))
            continue
        start = max(round(place.start), line[-1].start_ms if line else 0)
        line.append(Word(text, start, max(round(place.end), start), place.score, source))
    following = [*(word.start_ms for word in line[1:]), line[-1].end_ms]
    return [replace(word, end_ms=min(word.end_ms, limit)) for word, limit in zip(line, following, strict=True)]
