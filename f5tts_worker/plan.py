"""Plan: what of a text is said in one go, by whom, how fast, and with which pause behind it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from .engines import Engine, Line, Measure, SpeechOptions
from .errors import InvalidInput
from .reference import Reference
from .text.chunks import split_pieces
from .text.folding import fold
from .text.normalise import normalise, respell
from .text.pieces import Piece, said_text
from .text.script import Script, Turn, is_mark
from .text.words import is_spoken

NAMED = 40
"""Unknown characters that a warning shows."""

NARRATOR = "narrator"
"""What captions call a main voice without a name, where a text has several."""


@dataclass(frozen=True)
class Manner:
    """How a text is read."""

    narrator: str = NARRATOR
    speed: float = 1.0
    language: str | None = None
    normalize: bool = True
    lexicon: Mapping[str, str] | None = None


@dataclass(frozen=True, eq=False)
class Chunk:
    """What is said in one go."""

    pieces: tuple[Piece, ...]
    """Their places are those in the caller's text."""
    said: str
    """"" where nothing of it can be spoken: an emoji alone."""
    voice: str | None
    """That a tag gave it; None for the main one."""
    speaker: str | None
    """What captions call it, where a text has several."""
    reference: Reference | None
    speed: float
    seconds: float
    """That it is expected to take."""
    pause_ms: int
    """Of silence behind it."""


@dataclass(frozen=True, eq=False)
class Plan:
    """A text, ready to be spoken."""

    chunks: tuple[Chunk, ...]
    pause_ms: int
    """Of silence before it."""
    warnings: list[str]

    @property
    def spoken(self) -> list[Chunk]:
        """The chunks that an engine gets."""
        return [chunk for chunk in self.chunks if chunk.said]

    @property
    def seconds(self) -> float:
        """That all of it is expected to take, pauses included."""
        return sum(chunk.seconds + chunk.pause_ms / 1000 for chunk in self.chunks) + self.pause_ms / 1000

    def lines(self, seed: int) -> list[Line]:
        """What an engine gets; each line's noise has a seed of its own."""
        return [Line(chunk.said, chunk.reference, chunk.speed, seed + i) for i, chunk in enumerate(self.spoken)]


def make_plan(
    script: Script, cast: Mapping[str | None, Reference | None], manner: Manner, engine: Engine, field: str
) -> Plan:
    """Plan a text for an engine; `cast` has the reference of each voice that the script names, and of None.

    Raises InvalidInput, naming `field`, if nothing of it can be spoken.
    """

    @cache
    def measure(voice: str | None, speed: float) -> Measure:
        return engine.measure(cast[voice], speed)

    read = _marks_to_words(script.turns, [_read(turn, manner) for turn in script.turns])
    said = "\n".join(said_text(pieces) for pieces in read)
    unknown = frozenset(engine.unknown(said))
    speeds = [turn.speed or manner.speed for turn in script.turns]
    chunks: list[Chunk] = []
    for turn, pieces, speed in zip(script.turns, read, speeds, strict=True):
        known = [replace(piece, said=fold(piece.said, unknown)) for piece in pieces] if unknown else pieces
        speaker = (turn.voice or manner.narrator) if script.several else None
        chunks += _chunks(turn, known, cast[turn.voice], speaker, speed, measure(turn.voice, speed))
        if not known:  # the word before has it all
            chunks[-1] = replace(chunks[-1], pause_ms=chunks[-1].pause_ms + turn.pause_ms)
    if not any(chunk.said for chunk in chunks):
        raise InvalidInput(
            "nothing in it can be spoken; send words, not only symbols, in letters that the model knows", field=field
        )
    doubts = engine.doubts(said, manner.language, speeds)
    return Plan(tuple(chunks), script.pause_ms, [*doubts, *_unknown_warnings(unknown)])


def plan_hash(lines: list[Line], options: SpeechOptions, engine: str) -> str:
    """A short hash of everything that the samples depend on."""
    voices = [line.reference and (line.reference.key, line.reference.text) for line in lines]
    spoken = [(line.text, voice, line.speed, line.seed) for line, voice in zip(lines, voices, strict=True)]
    return hashlib.sha256(repr((spoken, options, engine)).encode()).hexdigest()[:12]


def _read(turn: Turn, manner: Manner) -> list[Piece]:
    """A turn's pieces, at their places in the caller's text."""
    lexicon = manner.lexicon or {}
    pieces = normalise(turn.text, manner.language, lexicon) if manner.normalize else respell(turn.text, lexicon)
    return [replace(piece, start=piece.start + turn.start) for piece in pieces]


def _marks_to_words(turns: Sequence[Turn], read: list[list[Piece]]) -> list[list[Piece]]:
    """Give a mark behind a tag to the word before the tag, as in [voice:A]you[/voice], so that it is not said alone."""
    for turn, before, pieces in zip(turns[1:], read, read[1:], strict=False):
        parted = "\n" in turn.gap  # by a line's end, which a mark does not reach over
        if parted or not before or not is_mark(pieces[0].shown) or is_spoken(pieces[0].said):
            continue
        word, mark = before.pop(), pieces.pop(0)
        if turn.goes_on:
            before.append(replace(word, shown=word.shown + mark.shown, said=word.said + mark.said))
        else:
            before += [replace(word, said=word.said + mark.said), replace(mark, said="")]
    return read


def _chunks(
    turn: Turn, pieces: list[Piece], reference: Reference | None, speaker: str | None, speed: float, measure: Measure
) -> list[Chunk]:
    groups = split_pieces(pieces, max(1, measure.limit), measure.size)
    return [
        Chunk(
            pieces=group,
            said=(said := _speakable(said_text(group))),
            voice=turn.voice,
            speaker=speaker,
            reference=reference,
            speed=speed,
            seconds=measure.seconds(said) if said else 0.0,
            pause_ms=turn.pause_ms if i == len(groups) else 0,
        )
        for i, group in enumerate(groups, 1)
    ]


def _speakable(said: str) -> str:
    """The text, or "" if there is no word in it."""
    return said if is_spoken(said) else ""


def _unknown_warnings(unknown: frozenset[str]) -> list[str]:
    """What of the unknown characters is read as another, and what is left out."""
    folded = {character: as_ for character in sorted(unknown) if (as_ := fold(character, unknown).strip())}
    dropped = [character for character in sorted(unknown) if character not in folded]
    warnings = []
    if folded:
        named = ", ".join(f"{character} as {as_}" for character, as_ in list(folded.items())[:NAMED])
        warnings.append(f"the model does not know these characters and reads them as others: {named}")
    if dropped:
        named = "".join(c if c.isprintable() else f" U+{ord(c[0]):04X} " for c in dropped[:NAMED])
        warnings.append(f"the model does not know these characters and leaves them out: {named}")
    return warnings
