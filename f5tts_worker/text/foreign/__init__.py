"""Foreign: numbers, money, dates and times in languages other than English, said as their speakers do."""

from functools import cache

from ..claims import Rule
from .asian import ASIAN
from .east_slavic import EAST_SLAVIC
from .germanic import GERMANIC
from .iberian import IBERIAN
from .languages import OTHERS
from .nordic import NORDIC
from .reading import reading_rules
from .romance import ROMANCE
from .slavic import SLAVIC
from .tongue import Tongue

TONGUES = {**ROMANCE, **IBERIAN, **GERMANIC, **NORDIC, **EAST_SLAVIC, **SLAVIC, **ASIAN, **OTHERS}
"""By language tag, lower case."""
_SAME = {"nb": "no", "nn": "no", "kk": "kz", "iw": "he", "in": "id", "cmn": "zh", "yue": "zh"}


def covered(language: str) -> bool:
    """Whether there are rules for a language tag."""
    return _tongue(language) is not None


@cache
def foreign_rules(language: str) -> tuple[Rule, ...]:
    """The rules of a language tag in any case, the most particular first; none for English and what is not covered."""
    tongue = _tongue(language)
    return reading_rules(tongue) if tongue else ()


def _tongue(language: str) -> Tongue | None:
    base, _, region = language.lower().replace("_", "-").partition("-")
    base = _SAME.get(base, base)
    return TONGUES.get(f"{base}-{region}") or TONGUES.get(base)
