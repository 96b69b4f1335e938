"""ASS captions as ffmpeg burns them into a video of 1080 x 1920: what is where, in which colour, when."""

import subprocess
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from captioned import captions_of
from numpy.typing import NDArray

from f5tts_worker.audio import ffmpeg_path
from f5tts_worker.subtitles import FORMATS, PRESETS, STYLE_PRESETS, Captions, Look, fit_screen
from f5tts_worker.subtitles.ass import ALIGNMENTS
from f5tts_worker.subtitles.palette import PALETTE
from f5tts_worker.words import Word

FONTS = Path(mpl.get_data_path()) / "fonts" / "ttf"
GREY, RATE = 0x60, 10
ONE_LINE = [
    Word("mama", 0, 600, 1, "native"),
    Word("nono", 700, 1_200, 1, "native"),
    Word("wow", 1_200, 2_000, 1, "native"),
]
LINE_LOOK = Look(size=90, color="#FFFFFF", highlight="#FFD400", outline=4)

Frame = NDArray[np.uint8]
"""(height, width, 3)."""
Box = tuple[int, int, int, int]
"""Left, top, right, bottom; the last two are past it."""


def burn(captions: Captions, folder: Path, *times_ms: int) -> list[Frame]:
    """Frames of a grey video at these times."""
    (folder / "captions.ass").write_text(FORMATS["ass"].render(captions), encoding="utf-8")
    if not (folder / "fonts").exists():
        (folder / "fonts").symlink_to(FONTS)
    width, height = captions.options.look.width, captions.options.look.height
    wanted = "+".join(f"eq(n,{time_ms * RATE // 1000})" for time_ms in times_ms)
    command = [
        *(ffmpeg_path(), "-nostdin", "-v", "error", "-f", "lavfi"),
        *("-i", f"color=c=0x{GREY:02x}{GREY:02x}{GREY:02x}:s={width}x{height}:r={RATE}:d={max(times_ms) / 1000 + 0.2}"),
        *("-vf", f"format=gbrp,ass=captions.ass:fontsdir=fonts,select='{wanted}'"),
        *("-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"),
    ]
    result = subprocess.run(command, cwd=folder, capture_output=True, check=True, timeout=100)
    return list(np.frombuffer(result.stdout, np.uint8).reshape(-1, height, width, 3))


def box(mask: NDArray[np.bool_]) -> Box | None:
    """Around what is set."""
    if not mask.any():
        return None
    rows, cols = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return int(cols[0]), int(rows[0]), int(cols[-1]) + 1, int(rows[-1]) + 1


def of_color(frame: Frame, color: str) -> Box | None:
    """Around the pixels that have this colour, or nearly."""
    wanted = np.frombuffer(bytes.fromhex(color[1:7]), np.uint8).astype(np.int16)
    return box((np.abs(frame.astype(np.int16) - wanted) <= 12).all(2))


def drawn(frame: Frame) -> Box | None:
    """Around everything that is not the video's own."""
    return box((np.abs(frame.astype(np.int16) - GREY) > 8).any(2))


def test_ffmpeg_can_burn_captions_in() -> None:
    """The ffmpeg of the imageio-ffmpeg package, or the machine's, has libass."""
    listed = subprocess.run([ffmpeg_path(), "-hide_banner", "-filters"], capture_output=True, text=True, check=True)
    assert {"ass", "subtitles"} <= {line.split()[1] for line in listed.stdout.splitlines() if "V->V" in line}


def test_karaoke_fills_word_by_word(tmp_path: Path) -> None:
    """Words that were spoken have the highlight colour up to the one that is, and those to its right not yet."""
    captions = captions_of("mama nono wow", ONE_LINE, 2_500, "karaoke", look=LINE_LOOK)
    first, second, third, over = burn(captions, tmp_path, 300, 900, 1_500, 2_400)
    lit = [of_color(frame, LINE_LOOK.highlight) for frame in (first, second, third)]
    waiting = [of_color(frame, LINE_LOOK.color) for frame in (first, second, third)]
    assert lit[0][2] < waiting[0][0]
    assert lit[1][2] < waiting[1][0]
    assert waiting[2] is None
    assert lit[0][0] == lit[1][0] == lit[2][0]
    assert waiting[0][0] < lit[1][2] < waiting[1][0] < lit[2][2] == waiting[0][2] == waiting[1][2]
    assert drawn(over) is None


def test_karaoke_runs_from_right_to_left(tmp_path: Path) -> None:
    """A Hebrew line is filled from its right end."""
    words = [Word("שלום", 0, 600, 1, "native"), Word("עולם", 700, 1_200, 1, "native")]
    first, second = burn(captions_of("שלום עולם", words, 2_000, "karaoke", look=LINE_LOOK), tmp_path, 300, 900)
    lit, waiting = of_color(first, LINE_LOOK.highlight), of_color(first, LINE_LOOK.color)
    assert waiting[2] < lit[0]
    assert of_color(second, LINE_LOOK.highlight)[0] == waiting[0]


def test_pop_colours_the_word_that_is_spoken(tmp_path: Path) -> None:
    """The highlight colour is on one word at a time, and goes from left to right."""
    captions = captions_of("mama nono wow", ONE_LINE, 2_500, "pop", look=LINE_LOOK)
    captions = replace(captions, cues=[replace(captions.cues[0], end_ms=2_000, lines=(tuple(ONE_LINE),))])
    frames = burn(captions, tmp_path, 300, 900, 1_500)
    lit = [of_color(frame, LINE_LOOK.highlight) for frame in frames]
    assert lit[0][2] < lit[1][0] < lit[1][2] < lit[2][0]
    plain = [of_color(frame, LINE_LOOK.color) for frame in frames]
    assert lit[0][2] < plain[0][0] < lit[1][0] + 5
    assert plain[1][0] < lit[1][0] < lit[1][2] < plain[1][2]
    assert plain[2][2] < lit[2][0]
    edges = np.array([drawn(frame) for frame in frames])
    assert np.ptp(edges, axis=0).max() <= 2  # the line itself stays where it is


def test_speakers_have_colours_and_no_names(tmp_path: Path) -> None:
    """The same word of two speakers is at the same place in two colours: nothing is shown but the word."""
    words = [Word("mama", 0, 600, 1, "native", "anna"), Word("mama", 700, 1_200, 1, "native", "Bob")]
    first, second = burn(captions_of("mama mama", words, 1_500, "lines", look=LINE_LOOK), tmp_path, 300, 900)
    assert drawn(first) == drawn(second)
    assert of_color(first, LINE_LOOK.color) == of_color(second, PALETTE[0])
    assert of_color(second, LINE_LOOK.color) is None


@pytest.mark.parametrize("style", ["karaoke", "pop"])
def test_a_speakers_words_are_highlighted(style: str, tmp_path: Path) -> None:
    """The word that is spoken has the highlight colour, and the next one its speaker's."""
    words = [Word("oh", 0, 400, 1, "native", "anna"), *(replace(word, speaker="Bob") for word in ONE_LINE[1:])]
    (frame,) = burn(captions_of("oh nono wow", words, 2_500, style, look=LINE_LOOK), tmp_path, 900)
    assert of_color(frame, LINE_LOOK.highlight)[2] < of_color(frame, PALETTE[0])[0]
    assert of_color(frame, LINE_LOOK.color) is None


def test_words_come_one_by_one(tmp_path: Path) -> None:
    """Each word is alone, in the middle, and as wide as it is long; between far words there is nothing."""
    words = [
        Word("i", 0, 500, 1, "native"),
        Word("mmm", 500, 1_000, 1, "native"),
        Word("mmmmm", 1_600, 2_000, 1, "native"),
    ]
    frames = burn(captions_of("i mmm mmmmm", words, 2_500, "words"), tmp_path, 200, 700, 1_300, 1_800)
    boxes = [drawn(frame) for frame in frames]
    assert boxes[2] is None
    widths = [found[2] - found[0] for found in boxes if found]
    assert widths[0] < widths[1] < widths[2]
    assert all(abs(found[0] + found[2] - 1080) <= 8 for found in boxes if found)


@pytest.mark.parametrize("style", STYLE_PRESETS)
@pytest.mark.parametrize("name", PRESETS)
def test_presets_stay_inside_their_margins(name: str, style: str, tmp_path: Path) -> None:
    """Every preset in every style is inside the margins and at its place, the longest of words too."""
    look = PRESETS[name]
    texts = ["MWMW", "sentences", "Donaudampfschifffahrtsgesellschaft,", "whatsoever", "jog"]
    words = [Word(text, 300 * i, 300 * i + 300, 1, "native") for i, text in enumerate(texts)]
    frames = burn(captions_of(" ".join(texts), words, 1_500, style, look=look), tmp_path, 100, 700, 1_300)
    for frame in frames:
        left, top, right, bottom = drawn(frame)
        assert look.margin_h <= left < right <= 1080 - look.margin_h
        if look.position == "bottom":
            assert top > 1920 * 0.4
            assert 1920 - look.margin_v - 1.2 * look.size < bottom <= 1920 - look.margin_v + look.outline + look.shadow
        elif look.position == "top":
            assert look.margin_v - look.outline <= top < look.margin_v + 1.2 * look.size
        else:
            assert abs(top + bottom - 1920) <= look.size


@pytest.mark.parametrize("position", ALIGNMENTS)
def test_position_is_where_it_says(position: str, tmp_path: Path) -> None:
    """Bottom, middle and top are below, around and above the middle."""
    look = Look(position=position, margin_v=300)
    (frame,) = burn(captions_of("here", [Word("here", 0, 900, 1, "native")], 900, "lines", look=look), tmp_path, 500)
    _, top, _, bottom = drawn(frame)
    where = "bottom" if top > 960 else "top" if bottom < 960 else "middle"
    assert where == position


MARKS = {
    "braces": ("a{bbbb}c", "a(bbbb)c"),
    "an override": (r"{\b1\fs200}x", "(/b1/fs200)x"),
    "a line break that is none": (r"aaa\Naaa", "aaa/Naaa"),
    "a backslash at the end": ("aaaa\\", "aaaa/"),
    "a backslash before a brace": (r"aa\{a}", "aa/(a)"),
}


@pytest.mark.parametrize(("text", "like"), MARKS.values(), ids=MARKS)
@pytest.mark.parametrize("style", ["words", "karaoke"])
def test_marks_are_shown_as_written(style: str, text: str, like: str, tmp_path: Path) -> None:
    """Braces and backslashes of the text take the room of a text of as many characters, on one line."""
    look = replace(LINE_LOOK, size=60)
    boxes = []
    for word in (text, like):
        (frame,) = burn(captions_of(word, [Word(word, 0, 900, 1, "native")], 900, style, look=look), tmp_path, 500)
        boxes.append(drawn(frame))
    widths, heights = [found[2] - found[0] for found in boxes], [found[3] - found[1] for found in boxes]
    assert abs(widths[0] - widths[1]) < 0.12 * widths[1] + 20
    assert abs(heights[0] - heights[1]) < 30


@pytest.mark.parametrize("name", PRESETS)
def test_presets_fit_a_landscape_video(name: str, tmp_path: Path) -> None:
    """On 1920 x 1080 the text is as large as on an upright screen, inside the margins, and lower."""
    look = fit_screen(PRESETS[name], 1920, 1080)
    words = [Word(text, 0, 900, 1, "native") for text in ("sentences",)]
    (frame,) = burn(captions_of("sentences", words, 900, "lines", look=look), tmp_path, 500)
    left, top, right, bottom = drawn(frame)
    assert look.size == PRESETS[name].size
    assert abs(left + right - 1920) <= 8
    assert look.margin_v - 10 <= (top if look.position == "top" else 1080 - bottom)
    if look.position == "bottom":
        assert 1080 - bottom < 0.2 * 1080
