"""Repeat: something done every few seconds beside long work."""

import contextlib
import threading
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def every(seconds: float, action: Callable[[], None]) -> Iterator[None]:
    """Call `action` in a thread of its own as long as the context lasts, the first time after `seconds`."""
    done = threading.Event()

    def repeat() -> None:
        while not done.wait(seconds):
            action()

    thread = threading.Thread(target=repeat, daemon=True, name="repeat")
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
