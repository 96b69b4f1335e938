"""Sent: values as callers' tools send them."""

import json
import math
from typing import Any

from ..errors import InvalidInput, shown


def from_json(value: Any, name: str, accepted: str) -> Any:
    """What a value holds that a tool may have sent as JSON."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as e:
        raise InvalidInput(f"{shown(value)} is no JSON ({e}); send {accepted}", field=name) from e


def shown_value(value: Any) -> str:
    """A value as an error can show it."""
    if isinstance(value, list | dict):  # it may be too deep for repr
        return "a list" if isinstance(value, list) else "an object"
    return shown(value)


def as_string(value: Any) -> str:
    """A string that may have been sent as a number; raises ValueError for what is neither, and for half characters."""
    number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < math.inf
    if not (isinstance(value, str) or number):
        raise ValueError("no string")
    str(value).encode()  # half an emoji is no text: UnicodeEncodeError is a ValueError
    return str(value)
