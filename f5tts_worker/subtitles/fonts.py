"""Fonts: whether this machine has one, and what it can show."""

import re
import shutil
import struct
import subprocess
import sys
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from ..words import Word
from .options import Look

FOLDERS = (
    *("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts"),
    *("/System/Library/Fonts", "/Library/Fonts", "~/Library/Fonts", "C:/Windows/Fonts"),
)
SUFFIXES = (".ttf", ".otf", ".ttc")
INVISIBLE = ("Cc", "Cf", "Mn", "Me", "Zs", "Zl", "Zp")  # or, of marks, drawn with their letter

_REGULAR = re.compile(r"[-_ ](Regular|Book|Roman)$", re.IGNORECASE)

# What to install for a script, by the first word of its characters' Unicode names.
FONTS_OF_SCRIPTS = {
    "CJK": "Noto Sans CJK SC",
    "IDEOGRAPHIC": "Noto Sans CJK SC",
    "FULLWIDTH": "Noto Sans CJK SC",
    "HIRAGANA": "Noto Sans CJK JP",
    "KATAKANA": "Noto Sans CJK JP",
    "HANGUL": "Noto Sans CJK KR",
    "ARABIC": "Noto Sans Arabic",
    "HEBREW": "Noto Sans Hebrew",
    "DEVANAGARI": "Noto Sans Devanagari",
    "THAI": "Noto Sans Thai",
    "EMOJI": "Noto Emoji",
}
NAMED = 5
"""Missing characters that a warning shows."""

Ranges = tuple[tuple[int, int], ...]
"""First and last code points."""


@lru_cache(maxsize=64)
def find_font(family: str) -> Path | None:
    """A file of this family: by fontconfig's list, else by the names of files in the usual folders."""
    found = _listed(family) or fonts_in([Path(folder).expanduser() for folder in FOLDERS], family)
    return min(found, key=lambda path: (len(path.name), path)) if found else None  # the regular one has no suffix


def fonts_in(folders: Iterable[Path], family: str) -> list[Path]:
    """Font files under these folders whose names say that they are the regular ones of this family."""
    files = (path for folder in folders for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    return [path for path in files if _squeezed(_REGULAR.sub("", path.stem)) == _squeezed(family)]


def look_warnings(words: Iterable[Word], look: Look) -> list[str]:
    """What a caller should know of the look's font: that it may be missing, or lacks characters of the text."""
    path = find_font(look.font)
    if path is None:
        return [
            f"the font {look.font!r} is not on this worker, so what it can show was not checked; it has to be "
            "installed where the captions are burned in, or given there by ffmpeg's fontsdir"
        ]
    text = "".join(word.text for word in words)
    missing = lacking(text.upper() + text if look.uppercase else text, path)
    if not missing:
        return []
    fonts = sorted({FONTS_OF_SCRIPTS.get(_script(char), "one of the Noto fonts") for char in missing})
    return [
        f"the font {look.font!r} lacks {len(missing)} characters of the text ({' '.join(missing[:NAMED])}); where the "
        f"captions are burned in, install a font that has them ({', '.join(fonts)}) and name it as the captions' font"
    ]


def lacking(text: str, font: Path) -> list[str]:
    """The characters of a text, in order of their code points, for which a font has no glyphs."""
    covered = _covered(font)
    return [
        char
        for char in sorted(set(text))
        if unicodedata.category(char) not in INVISIBLE
        and not any(first <= ord(char) <= last for first, last in covered)
    ]


def _script(char: str) -> str:
    if unicodedata.category(char) == "So":
        return "EMOJI"
    return unicodedata.name(char, "unknown").split()[0]


def _listed(family: str) -> list[Path]:
    program = shutil.which("fc-list")
    if not program:
        return []
    try:
        listed = subprocess.run(
            [program, "--format", "%{family}\\t%{file}\\n"], capture_output=True, timeout=20, check=False
        )
    except subprocess.TimeoutExpired:
        return []
    rows = (line.partition("\t") for line in listed.stdout.decode(errors="replace").splitlines())
    return [Path(file) for families, _, file in rows if family.lower() in families.lower().split(",")]


def _squeezed(name: str) -> str:
    return re.sub(r"\W|_", "", name).lower()


@lru_cache(maxsize=16)
def _covered(path: Path) -> Ranges:
    """Code points for which the font has glyphs; all of them where the file is not understood."""
    try:
        return _unicode_table(path.read_bytes())
    except (OSError, struct.error, StopIteration, ValueError):
        return ((0, sys.maxunicode),)


def _unicode_table(data: bytes) -> Ranges:
    """The largest of the font's character maps (OpenType's cmap)."""
    start = int.from_bytes(data[12:16], "big") if data[:4] == b"ttcf" else 0  # of a collection, the first font
    tables = (struct.unpack_from(">4s4xI", data, start + 12 + 16 * i) for i in range(_u16(data, start + 4)))
    cmap = next(offset for tag, offset in tables if tag == b"cmap")
    offsets = [cmap + struct.unpack_from(">4xI", data, cmap + 4 + 8 * i)[0] for i in range(_u16(data, cmap + 2))]
    return max(
        (_ranges(data, offset) for offset in offsets), key=lambda found: sum(last - first for first, last in found)
    )


def _ranges(data: bytes, offset: int) -> Ranges:
    if _u16(data, offset) == 12:
        count = struct.unpack_from(">I", data, offset + 12)[0]
        groups = struct.unpack_from(f">{3 * count}I", data, offset + 16)
        return tuple(zip(groups[::3], groups[1::3], strict=True))
    if _u16(data, offset) == 4:
        count = _u16(data, offset + 6) // 2
        lasts = struct.unpack_from(f">{count}H", data, offset + 14)
        firsts = struct.unpack_from(f">{count}H", data, offset + 16 + 2 * count)
        return tuple(zip(firsts, lasts, strict=True))
    return ()


def _u16(data: bytes, offset: int) -> int:
    return int.from_bytes(data[offset : offset + 2], "big")
