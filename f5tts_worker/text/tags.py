"""Tags: what a text says about itself in brackets. What looks like a tag and is none is an error, never spoken."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ..errors import SHOWN_CHARS, InvalidInput, shown
from ..names import VOICE_NAME, voice_name

SPEED_MIN, SPEED_MAX = 0.3, 3.0
PAUSE_MAX_MS = 30_000

Kind = Literal["pause", "voice", "speed"]

EXAMPLES = {
    "pause": "[pause 1.5s]",
    "break": '<break time="500ms"/>',
    "voice": "[voice:NAME]...[/voice]",
    "speed": "[speed:0.9]...[/speed]",
}
ACCEPTED = {
    "pause": f"a pause from 0 to {PAUSE_MAX_MS // 1000} s, such as [pause 1.5s], [pause 800ms] or [pause 2] (seconds)",
    "break": f'a pause from 0 to {PAUSE_MAX_MS // 1000} s, such as <break time="500ms"/> or <break time="1.5s"/>',
    "voice": f"[voice:NAME]...[/voice] with {VOICE_NAME}",
    "speed": f"[speed:0.9]...[/speed] with a number from {SPEED_MIN:g} to {SPEED_MAX:g}",
}
MEANT = {
    **dict.fromkeys(("delay", "silence", "sleep", "wait"), "pause"),
    **dict.fromkeys(("pace", "prosody", "rate", "tempo"), "speed"),
    "speak": "",  # the root of SSML; not near speed
    **dict.fromkeys(("character", "name", "narrator", "speaker"), "voice"),
}
"""What other programs call the same."""

_WORD = re.compile(
    r"beak|bleak|bread|breaks|cause|freak|paused|pauses|seed|sped|speeds|speedy|spend|steed|vice|voiced|voices"
)
"""One letter from a tag's name, and words of their own."""

# Letters of scripts that put a blank behind a colon. Chinese and Japanese put none, so there a note looks like a tag.
_LETTERS = r"A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u058f"
_BLANK = r"[^\S\n]"
_OPENING = re.compile(r"[\[<]")
_SQUARE = re.compile(
    rf"\[{_BLANK}*+(?P<slash>/?){_BLANK}*+(?P<name>[{_LETTERS}]++)(?P<rest>[^\[\]\n]*+)(?P<closed>\]?)"
)
_NAMED = re.compile(
    rf"(?!(?:mailto|tel):)[{_LETTERS}][{_LETTERS}0-9_-]++(?::(?!//)[^\s:=\\].*|=[^\s=]++{_BLANK}*+)", re.IGNORECASE
)
_LINK = re.compile(r"\((?:https?://|mailto:|www\.|[#/])", re.IGNORECASE)
_VALUE = re.compile(r"\s*$|\s*[:=：]|\s|[\W_]?[0-9]")  # what stands behind a tag's name, not behind a word's
_SURE_VALUE = re.compile(r"\s*[:=：]|\s+[0-9]|\s*$")
_SEPARATOR = re.compile(r"\s*[:=：]\s*|\s+")

_ANGLE = re.compile(r"<(?P<content>[^<>]*+)(?P<closed>>?)")
_MARKUP = re.compile(
    r"/?[A-Za-z][\w-]*+(?::[A-Za-z][\w-]*+)?"
    r"""(?:\s*+/?\s*+$|\s++[\w:-]++\s*+=\s*+(?P<quote>["'“”‘’])|\s++[\w:-]++=\w)"""
)
_PROLOGUE = re.compile(r"<(?:!--|!doctype\b|!\[cdata\[|\?xml\b)", re.IGNORECASE)
_OURS = re.compile(r"/?(?P<name>break|pause|voice|speed)(?=\s*/?\s*$|\s|[:=])", re.IGNORECASE)
_BREAK = re.compile(r"""\s*+break\s++time\s*+=\s*+["'“”‘’]?(?P<value>[^"'“”‘’/]*+)["'“”‘’]?\s*+/?\s*+""", re.IGNORECASE)
_BREAK_END = re.compile(r"\s*+</\s*+break\s*+>", re.IGNORECASE)

_DURATION = re.compile(
    r"\s*+(?P<number>[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)\s*+(?P<unit>ms|s|secs?|seconds?)?\s*+", re.IGNORECASE
)
_NUMBER = re.compile(r"[0-9]++(?:\.[0-9]*+)?|\.[0-9]++")


@dataclass(frozen=True)
class Source:
    """A text that a caller sent, and the field that it came in."""

    text: str
    field: str

    def error(self, position: int, message: str) -> InvalidInput:
        """What is wrong at a place of the text."""
        line = self.text.count("\n", 0, position) + 1
        column = position - self.text.rfind("\n", 0, position)
        where = f"line {line}, column {column}"
        return InvalidInput(f"{where}: {message}", field=self.field, position=position, line=line, column=column)


@dataclass(frozen=True)
class Tag:
    """A tag of the text: a pause, or where a voice or a speed begins or ends."""

    start: int
    end: int
    kind: Kind
    closes: bool = False
    pause_ms: int = 0
    voice: str | None = None
    speed: float | None = None


def find_tags(source: Source) -> Iterator[Tag]:
    """The tags of a text in order; raises InvalidInput for one that is unknown or has a bad value."""
    end = 0
    for opening in _OPENING.finditer(source.text):
        if opening.start() >= end:
            find = _square_tag if opening[0] == "[" else _angle_tag
            tag = find(source, opening.start())
            if tag:
                yield tag
                end = tag.end


def _square_tag(source: Source, start: int) -> Tag | None:
    match = _SQUARE.match(source.text, start)
    if not match or (match["closed"] and _LINK.match(source.text, match.end())):
        return None
    name, rest = match["name"].lower(), match["rest"]
    if not match["closed"]:
        if name in EXAMPLES and (match["slash"] or _SURE_VALUE.match(rest)):
            raise source.error(start, f"the tag {shown(match[0])} has no ]; {_as_text('[')}")
        return None
    if name in EXAMPLES and _VALUE.match(rest):
        return _known(source, match, name)
    content = source.text[match.start("name") : match.end("rest")]
    closes = match["slash"] and not rest.strip()
    if closes or _is_near(name, rest) or (not match["slash"] and _NAMED.fullmatch(content)):
        raise _unknown(source, start, match[0], name)
    return None


def _known(source: Source, match: re.Match[str], name: str) -> Tag:
    """The tag in square brackets whose name is one of ours."""
    start, end = match.span()
    if name == "break" or (name == "pause" and match["slash"]):
        raise _unknown(source, start, match[0], name)
    if match["slash"]:
        if match["rest"].strip():
            raise source.error(start, f"{shown(match[0])} is not accepted; send [/{name}]")
        return Tag(start, end, "voice" if name == "voice" else "speed", closes=True)
    separator = _SEPARATOR.match(match["rest"])
    value = match["rest"][separator.end() :].strip() if separator else match["rest"]
    if name == "pause":
        return Tag(start, end, "pause", pause_ms=_pause_ms(source, match, name, value))
    if not (separator and separator[0].strip()):  # [voice over] is no change of voices
        raise _bad_value(source, match, name)
    if name == "voice":
        return Tag(start, end, "voice", voice=_voice(source, match, value))
    return Tag(start, end, "speed", speed=_speed(source, match, value))


def _angle_tag(source: Source, start: int) -> Tag | None:
    match = _ANGLE.match(source.text, start)
    if not match:
        return None
    pause = _BREAK.fullmatch(match["content"])
    if pause and match["closed"]:
        end = _BREAK_END.match(source.text, match.end())
        pause_ms = _pause_ms(source, match, "break", pause["value"])
        return Tag(start, end.end() if end else match.end(), "pause", pause_ms=pause_ms)
    ours = _OURS.match(match["content"])
    if ours and match["closed"]:
        if ours[0].lower() == "break":
            raise _bad_value(source, match, "break")
        raise _unknown(source, start, match[0], ours["name"].lower())
    markup = _MARKUP.match(match["content"])
    if _PROLOGUE.match(source.text, start) or (markup and (match["closed"] or markup["quote"])):
        name = re.match(r"[\w-]*", match["content"].lstrip("/"))
        raise _unknown(source, start, match[0], name[0].lower() if name else "")
    return None


def _pause_ms(source: Source, match: re.Match[str], name: str, value: str) -> int:
    duration = _DURATION.fullmatch(value)
    unit = 1 if duration and (duration["unit"] or "").lower() == "ms" else 1000
    pause_ms = float(duration["number"]) * unit if duration else -1.0
    if not 0 <= pause_ms <= PAUSE_MAX_MS:
        raise _bad_value(source, match, name)
    return round(pause_ms)


def _voice(source: Source, match: re.Match[str], value: str) -> str:
    try:
        return voice_name(value)
    except ValueError as e:
        raise _bad_value(source, match, "voice") from e


def _speed(source: Source, match: re.Match[str], value: str) -> float:
    speed = float(value) if _NUMBER.fullmatch(value) else 0.0
    if not SPEED_MIN <= speed <= SPEED_MAX:
        raise _bad_value(source, match, "speed")
    return speed


def _bad_value(source: Source, match: re.Match[str], name: str) -> InvalidInput:
    message = f"{shown(match[0])} is not accepted; send {ACCEPTED[name]}; {_as_text(match[0][0])}"
    return source.error(match.start(), message)


def _unknown(source: Source, start: int, tag: str, name: str) -> InvalidInput:
    near = MEANT.get(name, next(iter(difflib.get_close_matches(name[:SHOWN_CHARS], EXAMPLES, n=1)), None))
    hint = f"did you mean {EXAMPLES[near]}? " if near else ""
    known = ", ".join(EXAMPLES.values())
    return source.error(start, f"unknown tag {shown(tag)}; {hint}tags are {known}; {_as_text(tag[0])}")


def _as_text(bracket: str) -> str:
    entity = "&#91;" if bracket == "[" else "&lt;"
    return f"to have it read as text, write {entity} in place of {bracket}"


def _is_near(name: str, rest: str) -> bool:
    """Whether a name is a slip of the pen from a tag's: [puase 1s]; a word of its own needs a duration behind it."""
    if not any(_is_one_slip(name, known) for known in EXAMPLES) or not _VALUE.match(rest):
        return False
    return not _WORD.fullmatch(name) or bool(_DURATION.fullmatch(rest.lstrip(" \t:=")))


def _is_one_slip(name: str, known: str) -> bool:
    """Whether one letter is wrong, missing or too many, or two are swapped."""
    while name and known and name[0] == known[0]:
        name, known = name[1:], known[1:]
    while name and known and name[-1] == known[-1]:
        name, known = name[:-1], known[:-1]
    return max(len(name), len(known)) <= 1 or (len(name) == 2 and name == known[::-1])
