"""Waiting for what another process does."""

import time
from collections.abc import Callable

PATIENCE_S = 30.0


def wait_until(condition: Callable[[], object]) -> None:
    """Look again and again until it holds."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)
