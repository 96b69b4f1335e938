"""WebVTT (https://www.w3.org/TR/webvtt1/): what browsers show."""

from .captions import Captions
from .cues import Cue
from .display import shown, shown_name, spaces

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def render(captions: Captions) -> str:
    """Write the cues; of karaoke each word with its time, which `::cue(:future)` in a page's CSS can colour."""
    text = _karaoke_text if captions.options.style == "karaoke" else _plain_text
    blocks = (
        f"\n{_time(cue.start_ms)} --> {_time(cue.end_ms)}\n{_voice(cue.speaker)}{text(cue)}\n" for cue in captions.cues
    )
    return "".join(["WEBVTT\n", *blocks])


def _voice(speaker: str | None) -> str:
    """The start of a voice span, which needs no end where it is all of a cue; `::cue(v[voice="..."])` in CSS."""
    if speaker is None:
        return ""
    name = shown_name(speaker)
    space = " " if name.endswith("--") else ""  # readers take it off; a cue's text has no -->
    return f"<v {name.translate(_ESCAPES)}{space}>"


def _plain_text(cue: Cue) -> str:
    return "\n".join(_escape(line) for line in cue.text.split("\n"))


def _karaoke_text(cue: Cue) -> str:
    """Times inside a cue have to rise, and to lie inside of it."""
    lines, now_ms = [], cue.start_ms
    for line in cue.lines:
        text = ""
        for space, word in zip(spaces(line), line, strict=True):
            stamp = f"<{_time(word.start_ms)}>" if now_ms < word.start_ms < cue.end_ms else ""
            now_ms = max(now_ms, word.start_ms)
            text += f"{space}{stamp}<c>{_escape(word.text)}</c>"
        lines.append(text)
    return "\n".join(lines)


def _escape(text: str) -> str:
    return shown(text).translate(_ESCAPES)


def _time(ms: int) -> str:
    seconds, ms = divmod(ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{ms:03}"
