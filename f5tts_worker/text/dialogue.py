"""Dialogue: lines of several voices, sent as a list."""

import difflib
from dataclasses import dataclass
from typing import Any

from ..errors import SHOWN_CHARS, InvalidInput, shown
from ..names import VOICE_NAME, voice_name
from .script import Reading, Scope, Script
from .sent import as_string, from_json, shown_value
from .tags import PAUSE_MAX_MS, SPEED_MAX, SPEED_MIN, Source

DIALOGUE_MAX = 500

ENTRY = {
    "voice": VOICE_NAME,
    "text": "what the voice says",
    "speed": f"a number from {SPEED_MIN:g} to {SPEED_MAX:g}",
    "pause_after_ms": f"a whole number from 0 to {PAUSE_MAX_MS} (milliseconds of silence behind it)",
}
DIALOGUE = f"a list of 1 to {DIALOGUE_MAX} objects of voice, text and, where wanted, speed and pause_after_ms"
_KEYS = ", ".join(ENTRY)


def parse_dialogue(entries: Any, paragraph_pause_ms: int) -> Script:
    """Read the lines of a dialogue, given as a list or as JSON; raises InvalidInput."""
    lines = from_json(entries, "dialogue", DIALOGUE)
    if not isinstance(lines, list) or not 1 <= len(lines) <= DIALOGUE_MAX:
        sent = f"{len(lines)} entries are" if isinstance(lines, list) else f"{shown_value(lines)} is"
        raise InvalidInput(f"{sent} not accepted; send {DIALOGUE}", field="dialogue")
    reading = Reading(paragraph_pause_ms)
    for i, line in enumerate(lines):
        entry = _Entry(f"dialogue[{i}]", line)
        reading.read(Source(entry.text(), f"{entry.field}.text"), Scope(entry.voice(), entry.speed()))
        reading.end_entry(entry.pause_after_ms(), f"{entry.field}.pause_after_ms")
    return reading.script()


@dataclass(frozen=True)
class _Entry:
    """A line of a dialogue, as it was sent; each part raises InvalidInput."""

    field: str
    sent: Any

    def __post_init__(self) -> None:
        if not isinstance(self.sent, dict):
            raise InvalidInput(f"{shown_value(self.sent)} is not accepted; send an object of {_KEYS}", field=self.field)
        unknown = [str(key) for key in self.sent if key not in ENTRY]
        if unknown:
            near = difflib.get_close_matches(unknown[0][:SHOWN_CHARS].lower(), ENTRY, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"accepted are {_KEYS}"
            raise InvalidInput(f"unknown field {shown(unknown[0])}; {hint}", field=self.field)

    def voice(self) -> str:
        """The voice's name without `.wav`."""
        try:
            return voice_name(as_string(self._required("voice")))
        except ValueError as e:
            raise self._error("voice") from e

    def text(self) -> str:
        """What it says, as it was sent."""
        try:
            return as_string(self._required("text"))
        except ValueError as e:
            raise self._error("text") from e

    def speed(self) -> float | None:
        """Its speed, if it has one of its own."""
        speed = self._number("speed")
        if speed is not None and not SPEED_MIN <= speed <= SPEED_MAX:
            raise self._error("speed")
        return speed

    def pause_after_ms(self) -> int | None:
        """The silence behind it, if that was asked for."""
        pause_ms = self._number("pause_after_ms")
        if pause_ms is not None and not (0 <= pause_ms <= PAUSE_MAX_MS and pause_ms.is_integer()):
            raise self._error("pause_after_ms")
        return None if pause_ms is None else int(pause_ms)

    def _required(self, name: str) -> Any:
        if (sent := self._given(name)) is None:
            raise InvalidInput(f"missing; send {ENTRY[name]}", field=f"{self.field}.{name}")
        return sent

    def _number(self, name: str) -> float | None:
        sent = self._given(name)
        try:
            return None if sent is None else float(as_string(sent))
        except ValueError as e:
            raise self._error(name) from e

    def _given(self, name: str) -> Any:
        """What was sent for a part; None for a part that was left empty."""
        sent = self.sent.get(name)
        return None if isinstance(sent, str) and not sent.strip() else sent

    def _error(self, name: str) -> InvalidInput:
        sent = shown_value(self.sent[name])
        return InvalidInput(f"{sent} is not accepted; send {ENTRY[name]}", field=f"{self.field}.{name}")
