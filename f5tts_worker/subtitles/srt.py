"""SubRip: numbered cues, times with a comma."""

import re

from .captions import Captions
from .display import WORD_JOINER, shown

# The format has no escapes, but players read HTML tags in it, and ASS: \N, and anything in braces, which those that are
# built on libass hide. A joiner breaks the first two; braces become others that look alike.
_MARK = re.compile(r"(?<=[<\\])|(?<=--)(?=>)")
_BRACES = str.maketrans("{}", "❴❵")


def render(captions: Captions) -> str:
    """Write the cues; karaoke as plain lines. What a player would take for markup is defused.

    Speakers are not named: the format has no field for them, and in the text a name would be read as a word.
    """
    blocks = (
        f"{number}\n{_time(cue.start_ms)} --> {_time(cue.end_ms)}\n{_escape(cue.text)}\n"
        for number, cue in enumerate(captions.cues, 1)
    )
    return "\n".join(blocks)


def _escape(text: str) -> str:
    return "\n".join(_MARK.sub(WORD_JOINER, shown(line)).translate(_BRACES) for line in text.split("\n"))


def _time(ms: int) -> str:
    seconds, ms = divmod(ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02},{ms:03}"
