"""Script: what of a text is said by whom, how fast, and with which silence between."""

import re
from dataclasses import dataclass, field, replace

from ..errors import InvalidInput, shown
from .tags import EXAMPLES, Source, Tag, find_tags
from .words import join_words

PAUSES_MAX_MS = 600_000
TURNS_MAX = 1_000
"""Each is spoken by itself, and costs its voice's reference anew."""

TOO_MUCH = f"all pauses together are longer than the {PAUSES_MAX_MS // 1000} s that are accepted; shorten some"

_CLOSING = frozenset(".,;:!?…%)]}'\"’”»。，、！？；：）」』")
_PARAGRAPH = re.compile(r"\n[^\S\n]*+\n\s*+")


@dataclass(frozen=True)
class Turn:
    """A stretch of a text that one voice says at one speed, with no pause in it."""

    text: str
    """As the caller wrote it, without tags; not blank."""
    start: int
    """Where it begins in the caller's text, in characters; of a dialogue, in the text of its entry."""
    voice: str | None = None
    """Without .wav; None for the request's own."""
    speed: float | None = None
    """None for the request's own."""
    pause_ms: int = 0
    """Of exact silence behind it."""
    gap: str = " "
    """White space between it and the turn before; "" where only a tag stands there."""

    @property
    def goes_on(self) -> bool:
        """Whether it begins with a mark of the word before, from which only a tag parts it: [voice:A]you[/voice]."""
        return not self.gap and is_mark(self.text[0])


@dataclass(frozen=True)
class Script:
    """A text without its tags."""

    turns: tuple[Turn, ...]
    pause_ms: int = 0
    """Of exact silence before the first."""

    @property
    def several(self) -> bool:
        """Whether it names a voice, so that captions carry the speaker."""
        return any(turn.voice for turn in self.turns)

    @property
    def text(self) -> str:
        """What captions show."""
        text = ""
        for turn in self.turns:
            text += _gap(text, turn) + turn.text
        return text


def _gap(text: str, turn: Turn) -> str:
    """What stands between a text and the turn behind it: where a tag alone parted two words, a space."""
    if not text or turn.gap or turn.goes_on:
        return turn.gap if text else ""
    return join_words([text[-1], turn.text[0]])[1:-1]


def is_mark(text: str) -> bool:
    """Whether it is only marks that close something: a full stop, a comma, a bracket."""
    return _CLOSING.issuperset(text)


def parse_script(text: str, paragraph_pause_ms: int, field: str = "text") -> Script:
    """Read a text with tags; raises InvalidInput."""
    reading = Reading(paragraph_pause_ms)
    reading.read(Source(text, field), Scope())
    return reading.script()


@dataclass(frozen=True)
class Scope:
    """What holds between a tag and the one that closes it; without a tag, in the whole text."""

    voice: str | None = None
    speed: float | None = None
    tag: Tag | None = None

    def inside(self, tag: Tag) -> "Scope":
        return Scope(tag.voice or self.voice, tag.speed or self.speed, tag)


@dataclass
class Reading:
    """A script as it is read."""

    paragraph_pause_ms: int
    turns: list[Turn] = field(default_factory=list)
    before_ms: int = 0
    silence_ms: int = 0  # that was asked for, in all
    asked_ms: int | None = None  # since the last turn
    gaps: list[str] = field(default_factory=list)  # the white space since the last turn, as tags part it
    parts: bool = False  # whether an entry has ended since the last turn
    at: int = 0  # what is read of the source
    field: str = ""  # of the source

    def read(self, source: Source, scope: Scope) -> None:
        """Read one text."""
        scopes, self.field = [scope], source.field
        self.at = len(source.text) - len(source.text.lstrip())
        turns = len(self.turns)
        for tag in find_tags(source):
            self._words(source.text, tag.start, scopes[-1])
            self._tag(source, tag, scopes)
        self._words(source.text, len(source.text), scopes[-1])
        if opened := next((scope.tag for scope in scopes if scope.tag), None):
            sent = shown(source.text[opened.start : opened.end])
            raise source.error(opened.start, f"{sent} is not closed; put [/{opened.kind}] where it ends")
        if len(self.turns) == turns:
            raise InvalidInput("there is nothing in it to say; send words, not only pauses", field=source.field)

    def end_entry(self, pause_ms: int | None, name: str) -> None:
        """Part what follows from what was read."""
        self.gaps = ["\n"]
        self.parts = True
        if pause_ms is not None and not self._ask(pause_ms):
            raise InvalidInput(TOO_MUCH, field=name)

    def script(self) -> Script:
        """What was read."""
        self._end_turn(self.asked_ms or 0)
        return Script(tuple(self.turns), self.before_ms)

    def _words(self, text: str, end: int, scope: Scope) -> None:
        """Add the paragraphs up to a place, and what white space is left behind them."""
        breaks = [match.span() for match in _PARAGRAPH.finditer(text, self.at, end)]
        for stop, _ in [*breaks, (end, end)]:
            part = text[self.at : stop]
            if words := part.strip():
                start = self.at + len(part) - len(part.lstrip())
                self._add(Turn(words, start, scope.voice, scope.speed), text[self.at : start])
                self.at = start + len(words)
        self.gaps.append(text[self.at : end])
        self.at = end

    def _add(self, turn: Turn, gap: str) -> None:
        if len(self.turns) == TURNS_MAX:
            raise InvalidInput(
                f"its pauses, paragraphs, voices and speeds part it into more than the {TURNS_MAX} stretches that are "
                "accepted; split it into several jobs",
                field=self.field,
            )
        gaps = [*self.gaps, gap]
        parted = self.parts or any(_PARAGRAPH.search(white) for white in gaps)
        self._end_turn(self.asked_ms if self.asked_ms is not None else parted * self.paragraph_pause_ms)
        widest = max(gaps, key=lambda white: (white.count("\n"), len(white)))
        self.turns.append(replace(turn, gap=widest) if self.turns else turn)
        self.gaps, self.asked_ms, self.parts = [], None, False

    def _end_turn(self, pause_ms: int) -> None:
        if self.turns:
            self.turns[-1] = replace(self.turns[-1], pause_ms=pause_ms)
        else:
            self.before_ms = self.asked_ms or 0

    def _tag(self, source: Source, tag: Tag, scopes: list[Scope]) -> None:
        self.at = tag.end
        if tag.kind == "pause":
            if not self._ask(tag.pause_ms):
                raise source.error(tag.start, TOO_MUCH)
        elif tag.closes:
            _check_close(source, tag, scopes.pop().tag)
        else:
            scopes.append(scopes[-1].inside(tag))

    def _ask(self, pause_ms: int) -> bool:
        """Take a pause that was asked for, unless it is one too many."""
        self.silence_ms += pause_ms
        self.asked_ms = (self.asked_ms or 0) + pause_ms
        return self.silence_ms <= PAUSES_MAX_MS


def _check_close(source: Source, tag: Tag, opened: Tag | None) -> None:
    """Raise InvalidInput unless a closing tag closes the tag that was opened last."""
    if opened is None:
        example = EXAMPLES[tag.kind]
        raise source.error(tag.start, f"[/{tag.kind}] closes nothing; send {example}, or leave it out")
    if opened.kind != tag.kind:
        sent = shown(source.text[opened.start : opened.end])
        raise source.error(
            tag.start, f"[/{tag.kind}] would cross {sent}; put [/{opened.kind}] before it: what opens last closes first"
        )
