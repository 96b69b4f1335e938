"""Palette: a colour of their own for each speaker."""

from collections.abc import Sequence
from dataclasses import replace
from math import dist

from .options import Look

# Of Okabe and Ito's Color Universal Design (https://jfly.uni-koeln.de/color/), which colour-blind viewers tell apart:
# sky blue, orange, vermilion, reddish purple, bluish green, yellow. Black is the outline, and blue too dark upon it:
# these have a contrast of 5.4 (vermilion) to 16 (yellow) to black, blue 4.0.
PALETTE = ("#56B4E9", "#E69F00", "#D55E00", "#CC79A7", "#009E73", "#F0E442")

APART = 0.15
"""The least distance from the look's own colours: orange is 0.16 from the yellow #FFE14D, 0.13 from #FFD400."""


def speaker_looks(look: Look, speakers: Sequence[str | None]) -> dict[str | None, Look]:
    """The look for each speaker: the first one's as it is, the others' in colours that none of its own comes near.

    Colours repeat where there are more speakers. The others' text is as opaque as the first one's.
    """
    own = (look.color, look.highlight, look.outline_color)
    clear = [color for color in PALETTE if all(distance(color, other) >= APART for other in own)]
    colors = (look.color, *(color + look.color[7:] for color in clear or PALETTE))
    return {speaker: replace(look, color=colors[i % len(colors)]) for i, speaker in enumerate(speakers)}


def distance(color: str, other: str) -> float:
    """How far apart two colours are to viewers who do not tell red from green; black and white are 1 apart."""
    return dist(_lightness_and_blue(color), _lightness_and_blue(other))


def _lightness_and_blue(color: str) -> tuple[float, float]:
    """Oklab (https://bottosson.github.io/posts/oklab/) without its axis from green to red."""
    red, green, blue = (_linear(value / 255) for value in bytes.fromhex(color[1:7]))
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _linear(value: float) -> float:
    """Light of an sRGB value, both from 0 to 1."""
    return float(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)
