"""Claims: stretches of a text that rules have found something to say for, and the pieces that they make of it."""

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from .pieces import Piece, piece
from .words import word_spans

TAKEN = "\ue000"
"""Stands in `Claims.free` for every character that is claimed: no rule's pattern knows it."""


@dataclass(frozen=True)
class Rule:
    """What to look for and how to say it. Of several rules the first that finds a stretch has it."""

    pattern: re.Pattern[str]
    say: Callable[[re.Match[str]], str | None]
    """Words with one space between, "" for what is not said, None for what this rule leaves to the others."""


@dataclass(frozen=True)
class Claim:
    """A stretch of the text, and what is said for it."""

    start: int
    end: int
    said: str


@dataclass
class Claims:
    """The claims on a text; they never overlap."""

    text: str
    found: list[Claim] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.free = self.text

    def apply(self, rule: Rule) -> None:
        """Claim what a rule finds in what is still free."""
        parts: list[str] = []
        done = 0
        for match in rule.pattern.finditer(self.free):
            said = rule.say(match) if match.end() > match.start() else None
            if said is not None:
                self.found.append(Claim(match.start(), match.end(), " ".join(said.split())))
                parts += [self.free[done : match.start()], TAKEN * (match.end() - match.start())]
                done = match.end()
        self.free = "".join([*parts, self.free[done:]])

    def pieces(self) -> list[Piece]:
        """The text's words, joined where one claim has several; each with what is said for it."""
        return [
            piece(self.text, start, end, _said(self.text, start, end, inside))
            for start, end, inside in self._stretches()
        ]

    def _stretches(self) -> list[tuple[int, int, list[Claim]]]:
        """Stretches of whole words, each with the claims in it; no claim is in two of them."""
        pending = deque(sorted(self.found, key=lambda claim: claim.start))
        stretches: list[tuple[int, int, list[Claim]]] = []
        reach = 0
        for word_start, end in word_spans(self.text):
            start, inside = stretches.pop()[::2] if word_start < reach else (word_start, [])
            while pending and pending[0].start < end:
                inside.append(pending.popleft())
                reach = inside[-1].end
            stretches.append((start, end, inside))
        return stretches


def _said(text: str, start: int, end: int, claims: list[Claim]) -> str:
    """What is said for a stretch: its claims, and between them what is written, parted where letters would touch."""
    said = ""
    at = start
    for claim in claims:
        said = _parted(_parted(said, text[at : claim.start]), claim.said)
        at = claim.end
    return _tidy(_parted(said, text[at:end]))


def _parted(said: str, more: str) -> str:
    return f"{said} {more}" if said[-1:].isalnum() and more[:1].isalnum() else said + more


_BEFORE_MARK = re.compile(r"\s+(?=[.,;:!?…)\]}”’»]+(?:\s|$))")


def _tidy(said: str) -> str:
    """One space between words, and none before a closing mark: what stood there may not be said."""
    return _BEFORE_MARK.sub("", " ".join(said.split()))
