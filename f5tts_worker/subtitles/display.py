"""Display: text as a player may be handed it."""

import re
from collections.abc import Sequence
from itertools import pairwise

from ..text.words import join_words
from ..words import Word

# Wherever a mark of the format stands in the caller's text, one of these keeps it from being one. It has no width and
# allows no break; ffmpeg does the same when it turns other subtitles into ASS.
WORD_JOINER = "\u2060"

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def shown(text: str) -> str:
    """The text without control characters: they show nothing, and some players end a file at one.

    Never empty: to SubRip and WebVTT an empty line is the end of a cue.
    """
    return _CONTROL.sub("", text) or WORD_JOINER


def shown_name(speaker: str) -> str:
    """The name on one line, with nothing blank around it."""
    return shown(" ".join(speaker.splitlines()).strip())


def spaces(line: Sequence[Word]) -> list[str]:
    """What stands before each word of a line: a space, or nothing at its start and in Chinese and Japanese."""
    joined = ((before.text + word.text, join_words([before.text, word.text])) for before, word in pairwise(line))
    return ["", *("" if tight == line else " " for tight, line in joined)]
