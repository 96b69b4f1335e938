"""Subtitles: words to cues, and cues to files."""

from collections.abc import Callable
from dataclasses import dataclass

from . import ass, csv, json, srt, vtt
from .captions import Captions
from .cues import Cue, make_cues
from .fonts import find_font, look_warnings
from .options import PRESETS, STYLE_PRESETS, CaptionOptions, Look, fit_screen

__all__ = [
    "FORMATS",
    "PRESETS",
    "STYLE_PRESETS",
    "CaptionFormat",
    "CaptionOptions",
    "Captions",
    "Cue",
    "Look",
    "find_font",
    "fit_screen",
    "look_warnings",
    "make_cues",
]


@dataclass(frozen=True)
class CaptionFormat:
    """A kind of caption file that the worker writes."""

    content_type: str
    render: Callable[[Captions], str]
    """UTF-8 without a byte order mark, lines ended by LF, the last one too."""


FORMATS = {
    "srt": CaptionFormat("application/x-subrip", srt.render),
    "vtt": CaptionFormat("text/vtt", vtt.render),
    "csv": CaptionFormat("text/csv; charset=utf-8", csv.render),
    "json": CaptionFormat("application/json", json.render),
    "ass": CaptionFormat("text/x-ssa; charset=utf-8", ass.render),
}
