"""Unit names: the words for units of measure."""

SAFE = {
    "mm": "millimeter",
    "cm": "centimeter",
    "km": "kilometer",
    "nm": "nanometer",
    "µm": "micrometer",
    "μm": "micrometer",
    "mi": "mile",
    "ft": "foot",
    "yd": "yard",
    "yds": "yard",
    "nmi": "nautical mile",
    "mg": "milligram",
    "kg": "kilogram",
    "kgs": "kilogram",
    "µg": "microgram",
    "μg": "microgram",
    "mcg": "microgram",
    "lb": "pound",
    "lbs": "pound",
    "oz": "ounce",
    "ml": "milliliter",
    "mL": "milliliter",
    "cl": "centiliter",
    "dl": "deciliter",
    "dL": "deciliter",
    "gal": "gallon",
    "qt": "quart",
    "tsp": "teaspoon",
    "tbsp": "tablespoon",
    "ha": "hectare",
    "ms": "millisecond",
    "µs": "microsecond",
    "μs": "microsecond",
    "ns": "nanosecond",
    "sec": "second",
    "secs": "second",
    "min": "minute",
    "mins": "minute",
    "hr": "hour",
    "hrs": "hour",
    "yr": "year",
    "yrs": "year",
    "wk": "week",
    "wks": "week",
    "mos": "month",
    "Hz": "hertz",
    "kHz": "kilohertz",
    "KHz": "kilohertz",
    "MHz": "megahertz",
    "GHz": "gigahertz",
    "THz": "terahertz",
    "kB": "kilobyte",
    "KB": "kilobyte",
    "MB": "megabyte",
    "GB": "gigabyte",
    "TB": "terabyte",
    "PB": "petabyte",
    "Kb": "kilobit",
    "Mb": "megabit",
    "Gb": "gigabit",
    "KiB": "kibibyte",
    "MiB": "mebibyte",
    "GiB": "gibibyte",
    "kW": "kilowatt",
    "MW": "megawatt",
    "GW": "gigawatt",
    "mW": "milliwatt",
    "Wh": "watt hour",
    "kWh": "kilowatt hour",
    "MWh": "megawatt hour",
    "mAh": "milliamp hour",
    "mA": "milliamp",
    "mV": "millivolt",
    "kV": "kilovolt",
    "kJ": "kilojoule",
    "kcal": "kilocalorie",
    "cal": "calorie",
    "hp": "horsepower",
    "dB": "decibel",
    "kPa": "kilopascal",
    "MPa": "megapascal",
    "hPa": "hectopascal",
    "Pa": "pascal",
    "psi": "P S I",
    "px": "pixel",
    "pt": "point",
    "pts": "point",
    "MP": "megapixel",
    "Ω": "ohm",
    "kΩ": "kiloohm",
}
"""Units that nothing else is written like, in the singular."""

SHORT = {
    "m": "meter",
    "g": "gram",
    "l": "liter",
    "L": "liter",
    "s": "second",
    "h": "hour",
    "in": "inch",
    "V": "volt",
    "W": "watt",
    "A": "amp",
    "N": "newton",
    "J": "joule",
    "t": "ton",
    "d": "day",
}
"""Units that other things are written like too."""
WORDS = frozenset({"in", "s", "h", "A", "N", "J", "t", "d"})
"""Units that are also words or names: with a space before them they need a clear place."""

LETTERS = frozenset({"N", "W", "A", "V", "J"})
"""Units that initials of names are written like: in 3 J. Smiths there is no joule."""

_RATES = {
    "mph": "miles per hour",
    "kph": "kilometers per hour",
    "kmh": "kilometers per hour",
    "fps": "frames per second",
    "rpm": "revolutions per minute",
    "RPM": "revolutions per minute",
    "bpm": "beats per minute",
    "BPM": "beats per minute",
    "mpg": "miles per gallon",
    "dpi": "dots per inch",
    "DPI": "dots per inch",
    "ppi": "pixels per inch",
    "ppm": "parts per million",
    "wpm": "words per minute",
    "kbps": "kilobits per second",
    "Kbps": "kilobits per second",
    "Mbps": "megabits per second",
    "Gbps": "gigabits per second",
    "MBps": "megabytes per second",
    "%": "percent",
    "‰": "per mille",
}
_ONE_OF_RATES = {
    "mph": "mile per hour",
    "kph": "kilometer per hour",
    "kmh": "kilometer per hour",
    "fps": "frame per second",
}
_DEGREES = {
    "°C": "Celsius",
    "° C": "Celsius",
    "ºC": "Celsius",
    "℃": "Celsius",
    "°F": "Fahrenheit",
    "° F": "Fahrenheit",
    "ºF": "Fahrenheit",
    "℉": "Fahrenheit",
    "°": "",
    "º": "",
}
_IRREGULAR = {"foot": "feet", "inch": "inches", "hertz": "hertz", "horsepower": "horsepower", "P S I": "P S I"}
_IRREGULAR |= {name: name for name in ("kilohertz", "megahertz", "gigahertz", "terahertz")}
_AREAS = {"²": "square", "2": "square", "^2": "square", "³": "cubic", "3": "cubic", "^3": "cubic"}
_LENGTHS = ("mm", "cm", "m", "km", "mi", "ft", "in", "yd")
_POWERS = {
    length + mark: f"{word} {(SAFE | SHORT)[length]}" for length in _LENGTHS for mark, word in _AREAS.items()
} | {
    f"{short} {length}": f"{word} {(SAFE | SHORT)[length]}"
    for length in _LENGTHS
    for short, word in (("sq", "square"), ("sq.", "square"), ("cu", "cubic"), ("cu.", "cubic"))
}
_NAMES = SHORT | SAFE | _POWERS | {"fl oz": "fluid ounce", "fl. oz.": "fluid ounce"}
_PERIODS = {"s²": "second squared", "s2": "second squared", "s^2": "second squared", "y": "year"}
_PERIODS |= {word: word for word in ("second", "minute", "hour", "day", "week", "month", "year", "person", "serving")}
PER = (*_NAMES, *_PERIODS)
"""As they are written behind a slash."""
UNITS = (*_NAMES, *_RATES, *_DEGREES)
"""As they are written behind a number."""


def unit_words(unit: str, *, single: bool) -> str:
    """The words for a unit, in the singular or the plural."""
    if unit in _RATES:
        return _ONE_OF_RATES.get(unit, _RATES[unit]) if single else _RATES[unit]
    if unit in _DEGREES:
        return f"{'degree' if single else 'degrees'} {_DEGREES[unit]}".strip()
    name = _NAMES.get(unit) or _PERIODS[unit]
    return name if single else _plural(name)


def _plural(name: str) -> str:
    *before, last = name.split(" ") if name not in _IRREGULAR else [name]
    return " ".join([*before, _IRREGULAR.get(last, last + "s")])
