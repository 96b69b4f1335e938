"""Claims: stretches of a text that rules have found something to say for, and the pieces that they make of it."""

import re
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from .pieces import Piece, piece
from .plain import Plain
from .words import join_words, word_spans

TAKEN = "\ue000"
"""Stands in `Claims.free` for every character that is claimed: no rule's pattern knows it."""

_CLOSING = re.compile(r"[.,;:!?)]+(?:\s|$)")
"""A mark that is all that is said of what stood before it, an emoji or a dash, goes to the word before."""


@dataclass(frozen=True)
class Rule:
    """What to look for and how to say it. Of several rules the first that finds a stretch has it."""

    pattern: re.Pattern[str]
    say: Callable[[re.Match[str]], str | None]
    """What is said, "" for nothing, None for what this rule leaves to the others."""


@dataclass(frozen=True)
class Claim:
    """A stretch of the plain text, and what is said for it."""

    start: int
    end: int
    said: str


@dataclass
class Claims:
    """The claims on a text; they never overlap."""

    text: str
    plain: Plain
    found: list[Claim] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.free = self.plain.text

    def apply(self, rule: Rule) -> None:
        """Claim what a rule finds in what is still free."""
        parts: list[str] = []
        done = 0
        for match in rule.pattern.finditer(self.free):
            said = rule.say(match) if match.end() > match.start() else None
            if said is not None:
                self.found.append(Claim(match.start(), match.end(), said))
                parts += [self.free[done : match.start()], TAKEN * (match.end() - match.start())]
                done = match.end()
        if parts:
            self.free = "".join([*parts, self.free[done:]])

    def pieces(self) -> list[Piece]:
        """The text's words, joined where one claim has several; each with what is said for it."""
        made: list[Piece] = []
        for start, end, inside in self._joined():
            said = self._said(start, end, inside)
            if made and _CLOSING.match(said) and said[0] != self.text[start]:
                before = made.pop()
                made.append(piece(self.text, before.start, end, before.said + said))
            else:
                made.append(piece(self.text, start, end, said))
        return made

    def _joined(self) -> list[tuple[int, int, list[Claim]]]:
        """Stretches of whole words, each with the claims in it; no claim is in two of them."""
        places = self.plain.places
        pending = deque(sorted(self.found, key=lambda claim: claim.start))
        stretches: list[tuple[int, int, list[Claim]]] = []
        reach = 0
        for word_start, end in word_spans(self.text):
            start, inside = stretches.pop()[::2] if word_start < reach else (word_start, [])
            while pending and places[pending[0].start] < end:
                inside.append(pending.popleft())
                reach = places[inside[-1].end - 1] + 1
            stretches.append((start, end, inside))
        return stretches

    def _said(self, start: int, end: int, claims: list[Claim]) -> str:
        """What is said for a stretch: its claims, and between them what is written."""
        at, stop = self.plain.between(start, end)
        parts: list[str] = []
        for claim in claims:
            parts += [self.plain.text[at : claim.start], claim.said]
            at = max(at, claim.end)
        return _tidy(_parted([*parts, self.plain.text[at:stop]]))


def _parted(parts: Iterable[str]) -> str:
    """The parts as one, with a space where letters or digits would touch, but none in Chinese and Japanese."""
    said: list[str] = []
    last = ""
    for part in parts:
        if last.isalnum() and part[:1].isalnum() and join_words([last, part[:1]]) != last + part[:1]:
            said.append(" ")
        said.append(part)
        last = part[-1:] or last
    return "".join(said)


_UNHEARD = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_AFTER_BRACKET = re.compile(r"(?<=[(\[{])\s+")
_BEFORE_MARK = re.compile(r"\s+(?=[.,;:!?…)\]}”’»]+(?:\s|$))")


def _tidy(said: str) -> str:
    """One space between words, and none inside brackets or before a closing mark: what stood there may not be said."""
    return _AFTER_BRACKET.sub("", _BEFORE_MARK.sub("", " ".join(_UNHEARD.sub(" ", said).split())))
