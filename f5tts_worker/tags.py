"""Tags: what a file says of itself, in the words that readers of its format know."""

import unicodedata
from collections.abc import Mapping

TAG_MAX_CHARS = 300

FFMPEG_NAMES = {"software": "encoded_by"}
"""Tag -> what ffmpeg calls it, where that is another word. It keeps "encoder" for itself."""


def clean(tags: Mapping[str, str]) -> dict[str, str]:
    """Tags whose values any file can hold: without control characters other than line ends, and not too long."""
    cleaned = {name: "".join(c for c in value if _kept(c))[:TAG_MAX_CHARS].strip() for name, value in tags.items()}
    return {name: value for name, value in cleaned.items() if value}


def ffmpeg_tags(tags: Mapping[str, str]) -> list[str]:
    """Arguments for ffmpeg; each value is a part of one argument, whatever it looks like."""
    named = ((FFMPEG_NAMES.get(name, name), value) for name, value in clean(tags).items())
    return [part for name, value in named for part in ("-metadata", f"{name}={value}")]


def _kept(character: str) -> bool:
    return character == "\n" or unicodedata.category(character) not in ("Cc", "Cs")
