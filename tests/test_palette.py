"""Palette: colours of speakers that viewers read and tell apart."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from f5tts_worker.subtitles import PRESETS, Look
from f5tts_worker.subtitles.palette import APART, PALETTE, distance, speaker_looks

# Linear RGB as seen without the red, and without the green cones: Machado, Oliveira and Fernandes 2009, severity 1.
VISIONS = {
    "all cones": np.eye(3),
    "no red": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "no green": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = XYZ.sum(1)
COLORS = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06X}")


def light(color: str) -> NDArray[np.float64]:
    """Linear RGB."""
    values = np.frombuffer(bytes.fromhex(color[1:7]), np.uint8) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lab(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    """CIELAB, in which two colours that can just be told apart are about 2 from one another."""
    ratio = XYZ @ np.clip(linear, 0, 1) / WHITE
    x, y, z = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def difference(color: str, other: str, vision: str) -> float:
    """How different two colours are to these eyes."""
    seen = [lab(VISIONS[vision] @ light(each)) for each in (color, other)]
    return float(np.linalg.norm(seen[0] - seen[1]))


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("name", PRESETS)
def test_speakers_can_be_told_apart(name: str, vision: str) -> None:
    """White, the highlight and the colours of five speakers differ to viewers with and without colour blindness."""
    looks = speaker_looks(PRESETS[name], "abcde").values()
    colors = [PRESETS[name].highlight, *(look.color for look in looks)]
    assert len(colors) == 6
    assert min(difference(*pair, vision) for pair in combinations(colors, 2)) > 16  # 17 was measured


@pytest.mark.parametrize("color", PALETTE)
def test_colours_are_readable(color: str) -> None:
    """Their contrast to the black outline is over 4.5 to 1, as the Web Content Accessibility Guidelines ask."""
    assert (light(color) @ XYZ[1] + 0.05) / 0.05 > 4.5


@given(COLORS, COLORS, COLORS)
def test_a_callers_colours_stay_apart(color: str, highlight: str, outline: str) -> None:
    """The first speaker's colour is the caller's; where one of the palette is left, no other comes near the look's."""
    look = Look(color=color, highlight=highlight, outline_color=outline)
    first, *others = (each.color for each in speaker_looks(look, "abcd").values())
    assert first == color
    near = [other for other in PALETTE if min(distance(other, own) for own in (color, highlight, outline)) < APART]
    assert len(near) == len(PALETTE) or not {*others} & {*near}


def test_colours_repeat() -> None:
    """There may be more speakers than colours; all of a look but the colour is everybody's."""
    look = Look(color="#FFFFFF80", highlight="#FFFFFF", size=33)
    colors = [each.color for each in speaker_looks(look, [f"voice {i}" for i in range(15)]).values()]
    assert colors[:2] == ["#FFFFFF80", "#56B4E980"]
    assert colors[7:14] == colors[:7]
    assert len({*colors}) == 7
    assert {each.size for each in speaker_looks(look, "ab").values()} == {33}


def test_black_and_white_are_one_apart() -> None:
    """The unit of distances."""
    assert distance("#000000", "#FFFFFF") == pytest.approx(1, abs=1e-3)
    assert distance("#123456", "#123456FF") == 0
