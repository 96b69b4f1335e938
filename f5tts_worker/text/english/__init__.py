"""English: what is said for what people write, a kind a file."""

from ..claims import Rule
from . import (
    abbreviations,
    acronyms,
    addresses,
    compass,
    dashes,
    dates,
    day_names,
    emoji,
    fractions,
    letters,
    lines,
    models,
    money,
    numbered,
    numbers,
    phones,
    roman,
    scripture,
    sizes,
    sums,
    symbols,
    times,
    titles,
    units,
    versions,
)

_BEFORE_DATES = (
    *acronyms.NAME_RULES,
    *scripture.RULES,
    *emoji.RULES,
    *numbered.RULES,
    *addresses.RULES,
    *compass.RULES,
)
_AFTER_DATES = (
    *phones.RULES,
    *versions.RULES,
    *times.RULES,
    *money.RULES,
    *sums.RULES,
    *models.RESOLUTION_RULES,
    *titles.RULES,
    *day_names.RULES,
    *abbreviations.RULES,
    *units.RULES,
    *sizes.RULES,
    *fractions.RULES,
    *roman.RULES,
    *numbers.EARLY_RULES,
    *models.RULES,
    *numbers.RULES,
    *acronyms.RULES,
    *letters.RULES,
    *dashes.RULES,
    *symbols.RULES,
    *lines.RULES,
)
RULES: tuple[Rule, ...] = (*_BEFORE_DATES, *dates.RULES, *_AFTER_DATES)
"""The first that finds a stretch has it: what is written in one way only comes before what is ambiguous."""
BRITISH_RULES: tuple[Rule, ...] = (*_BEFORE_DATES, *dates.BRITISH_RULES, *_AFTER_DATES)
"""The same with the day before the month in 3/4/2024."""
