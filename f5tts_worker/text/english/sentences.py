"""Sentences: whether a full stop behind an abbreviation ends one."""

import re

_END = re.compile(r"""["')\]]*(?:\s*$|\n|\s+["'(]?[A-Z](?![A-Z]))""")


def ends_sentence(match: re.Match[str]) -> bool:
    """Whether the text ends behind a match or goes on with a capital."""
    return bool(_END.match(match.string, match.end()))


def full_stop(match: re.Match[str]) -> str:
    """The full stop of an abbreviation where it also ends the sentence."""
    return "." if match[0].endswith(".") and ends_sentence(match) else ""
