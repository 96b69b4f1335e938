"""Sentences: whether a full stop behind an abbreviation ends one."""

import re

SENTENCE_STARTS = (
    "The|Then|They|This|That|There|These|Those|It|We|He|She|You|But|And|So|In|On|At|If|As|What|When|Who|Why|How|My|"
    "Our|Now|No|Yes|For|To|Its|Is|Are|Do|Let|Here|Not|Or|A|An|All|Some|One"
)
"""Words with a capital that begin a sentence more often than a name."""
_END = re.compile(r"""["')\]]*(?:\s*$|\n|\s+["'(]?[A-Z](?![A-Z]))""")


def ends_sentence(match: re.Match[str]) -> bool:
    """Whether the text ends behind a match or goes on with a capital."""
    return bool(_END.match(match.string, match.end()))


def full_stop(match: re.Match[str]) -> str:
    """The full stop of an abbreviation where it also ends the sentence."""
    return "." if match[0].endswith(".") and ends_sentence(match) else ""
