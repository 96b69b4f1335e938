"""Part: a stretch of a recording with the text that is said in it. Its words are found in it, and nowhere else."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pydantic import BaseModel, ConfigDict

from .text.pieces import Piece, plain_pieces
from .text.script import is_mark
from .words import Word, split_times


class Part(BaseModel):
    """One chunk of a spoken text, or the whole of what somebody else spoke."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    start_ms: int
    end_ms: int
    pieces: tuple[Piece, ...]
    speaker: str | None = None

    @property
    def said_words(self) -> list[str]:
        """The words to be found in it."""
        return [word for piece in self.pieces for word in piece.said_words]


def whole_part(text: str, audio_ms: int) -> Part:
    """All of a recording, in which a text is said as it is written."""
    return Part(start_ms=0, end_ms=audio_ms, pieces=tuple(plain_pieces(text)))


def shown_words(parts: Sequence[Part], heard: Sequence[list[Word]], source: str) -> list[Word]:
    """The caller's words, at the times of what is said for them; `heard` are the times of each part's said_words.

    A word for which nothing is said takes no time, and stands where the one before it ends. Parts may overlap in their
    silence; words do not.
    """
    shown: list[Word] = []
    for piece, words, speaker, at_ms in _spoken(parts, heard):
        if not piece.shown_words:
            if shown and words:  # a long word's rest
                shown[-1] = replace(shown[-1], end_ms=max(shown[-1].end_ms, words[-1].end_ms))
            continue
        left_over = is_mark(piece.said) and piece.said != piece.shown  # of an emoji that is not said: espeak says "."
        heard_words = [] if left_over else words
        sounding = [word for word in heard_words if word.end_ms > word.start_ms] or heard_words
        now_ms = max(at_ms, shown[-1].end_ms if shown else 0)
        whole = Word(
            "".join(piece.shown_words),
            max(sounding[0].start_ms, now_ms) if sounding else now_ms,
            max(sounding[-1].end_ms, now_ms) if sounding else now_ms,
            sum(word.score for word in sounding) / len(sounding) if sounding else 1.0,
            source,
            speaker,
        )
        shown += split_times([whole], piece.shown_words)
    return shown


def _spoken(parts: Sequence[Part], heard: Sequence[list[Word]]) -> Iterable[tuple[Piece, list[Word], str | None, int]]:
    """Each piece with the words heard for it, who says them, and where its part begins."""
    for part, words in zip(parts, heard, strict=True):
        first = 0
        for piece in part.pieces:
            past = first + len(piece.said_words)
            yield piece, words[first:past], part.speaker, part.start_ms
            first = past
