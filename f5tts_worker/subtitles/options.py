"""Caption options: how words become cues, and how cues look."""

from dataclasses import dataclass, replace
from typing import Literal

CaptionStyle = Literal["words", "lines", "karaoke", "pop"]
Position = Literal["bottom", "middle", "top"]

CHARS_RANGE = (8, 120)
LINES_RANGE = (1, 4)
CUE_S_RANGE = (1.0, 30.0)

SIZE_RANGE = (8, 400)
OUTLINE_RANGE = (0.0, 40.0)
SHADOW_RANGE = (0.0, 40.0)
MARGIN_RANGE = (0, 2_000)
SCREEN_RANGE = (64, 8_192)
FONT_PATTERN = r"^[\w.+'-]+( [\w.+'-]+)*$"
FONT_MAX_CHARS = 64
COLOR_PATTERN = r"^#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?$"

DEFAULT_FONT = "DejaVu Sans"
"""Free (Bitstream Vera's licence), wide in scripts; Debian's fonts-dejavu-core, and in matplotlib's package."""


@dataclass(frozen=True)
class Look:
    """How captions look in ASS. Lengths are pixels of a screen of `width` x `height`, and scale with the video's."""

    font: str = DEFAULT_FONT
    size: int = 72
    """Height of a line of text."""
    color: str = "#FFFFFF"
    """#RRGGBB, or #RRGGBBAA with AA = FF for opaque; so are all colours."""
    highlight: str = "#FFE14D"
    """Of the word that is spoken, in karaoke (where it stays) and pop."""
    outline_color: str = "#000000"
    outline: float = 5.0
    shadow: float = 0.0
    position: Position = "bottom"
    margin_v: int = 480
    """From the top or bottom edge; apps for short videos cover up to a fifth of 1920 = 384 at the bottom."""
    margin_h: int = 100
    """From the left and right edges; their buttons cover about as much at the right."""
    width: int = 1080
    height: int = 1920
    uppercase: bool = False
    bold: bool = True


def fit_screen(look: Look, width: int, height: int) -> Look:
    """The look on another screen: lengths as the shorter side, and no room for apps where it is not upright."""
    scale = min(width, height) / min(look.width, look.height)
    return replace(
        look,
        size=max(SIZE_RANGE[0], round(look.size * scale)),
        outline=round(look.outline * scale, 1),
        shadow=round(look.shadow * scale, 1),
        margin_v=round(look.margin_v * height / look.height if height > width else height * 0.08),
        margin_h=round(look.margin_h * width / look.width if height > width else width * 0.08),
        width=width,
        height=height,
    )


PRESETS: dict[str, Look] = {
    "classic": Look(),
    "bold": Look(size=140, outline=9.0, position="middle", uppercase=True),
    "karaoke-yellow": Look(size=88, highlight="#FFD400", outline=6.0),
    "minimal": Look(size=80, highlight="#7FDBFF", outline=3.0, shadow=2.0, bold=False),
    "top": Look(position="top", margin_v=260),
}

STYLE_PRESETS: dict[CaptionStyle, str] = {
    "words": "bold",
    "lines": "classic",
    "karaoke": "karaoke-yellow",
    "pop": "bold",
}
"""The preset of a style for which none was named."""


@dataclass(frozen=True)
class CaptionOptions:
    """What a caller may choose about captions."""

    style: CaptionStyle = "words"
    """words: one a cue; lines: sentences in readable lines; karaoke: those, word by word; pop: one to three words."""
    max_chars_per_line: int = 42
    """Of lines and karaoke; a Chinese, Japanese or Korean character counts as two."""
    max_lines: int = 2
    max_cue_s: float = 7.0
    look: Look = PRESETS["bold"]
