"""Fonts: what is found, and what a font can show."""

from pathlib import Path

import matplotlib as mpl
import pytest
from fontTools.ttLib import TTFont

from f5tts_worker.subtitles import Look, find_font, look_warnings
from f5tts_worker.subtitles.fonts import fonts_in, lacking
from f5tts_worker.words import Word

FONTS = Path(mpl.get_data_path()) / "fonts" / "ttf"
DEJAVU = FONTS / "DejaVuSans.ttf"

FAMILIES = {
    "DejaVu Sans": ["DejaVuSans.ttf"],
    "dejavu sans mono": ["DejaVuSansMono.ttf"],
    "cmr10": ["cmr10.ttf"],
    "LastResortHE": ["LastResortHE-Regular.ttf"],
    "No Such Font": [],
}


@pytest.mark.parametrize(("family", "files"), FAMILIES.items(), ids=FAMILIES)
def test_finds_a_family_by_its_files(family: str, files: list[str]) -> None:
    """The regular font of a family is found by its file's name, whatever its case and spaces."""
    assert fonts_in([FONTS, FONTS / "none"], family) == [FONTS / name for name in files]


@pytest.mark.parametrize("name", ["DejaVuSans.ttf", "DejaVuSansMono.ttf", "STIXGeneral.ttf", "cmr10.ttf"])
def test_knows_the_characters_of_a_font(name: str) -> None:
    """What is lacking is exactly what fontTools finds no glyph for."""
    glyphs = TTFont(FONTS / name).getBestCmap()
    letters = [chr(code) for code in [*range(0x21, 0x3000), 0x4E2D, 0x1D54F] if chr(code).isalpha()]
    assert lacking("".join(letters), FONTS / name) == [char for char in letters if ord(char) not in glyphs]


SCRIPTS = {"Chinese": "中", "Japanese": "ひ", "Korean": "한", "Devanagari": "न", "Thai": "ก", "emoji": "🎉"}


@pytest.mark.parametrize("char", SCRIPTS.values(), ids=SCRIPTS)
def test_names_what_the_default_font_lacks(char: str) -> None:
    """DejaVu Sans lacks these scripts, and for each the warning knows a font."""
    assert lacking(f"naïve {char}\u200d!", DEJAVU) == [char]


def test_has_what_the_default_font_shows() -> None:
    """Latin, Greek, Cyrillic, Hebrew, Arabic, marks and what has no glyph of its own are no cause to warn."""
    assert not lacking("naïve ŉ “Ελλάδα” Привет שלום مرحبا e\u0301 \u2060\u200f\ufe0f — … ❴❵", DEJAVU)


def test_warns_of_a_font_that_is_not_here() -> None:
    """The warning names the font and says what to do."""
    assert find_font("No Such Font") is None
    assert look_warnings([Word("hello", 0, 1, 1.0, "native")], Look(font="No Such Font")) == [
        "the font 'No Such Font' is not on this worker, so what it can show was not checked; it has to be installed "
        "where the captions are burned in, or given there by ffmpeg's fontsdir"
    ]


@pytest.mark.skipif(find_font("DejaVu Sans") is None, reason="DejaVu Sans is not installed")
def test_warns_of_characters_that_a_font_lacks() -> None:
    """The warning shows a few of them, and which fonts have them; a text that the font covers needs none."""
    words = [Word(text, 0, 1, 1.0, "native") for text in ("hello", "中文", "🎉")]
    assert look_warnings(words, Look()) == [
        "the font 'DejaVu Sans' lacks 3 characters of the text (中 文 🎉); where the captions are burned in, install a "
        "font that has them (Noto Emoji, Noto Sans CJK SC) and name it as the captions' font"
    ]
    assert not look_warnings(words[:1], Look())


def test_a_file_that_is_no_font_is_not_judged(tmp_path: Path) -> None:
    """A font that is not understood gives no warning."""
    for name, data in {"empty": b"", "short": DEJAVU.read_bytes()[:2_000], "text": b"no font" * 100}.items():
        (tmp_path / name).write_bytes(data)
        assert not lacking("中", tmp_path / name)
