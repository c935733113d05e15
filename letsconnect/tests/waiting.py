"""Waiting for a condition: the one place where tests that are no storm read a clock.

Whoever waits goes on as soon as it holds. The time-out only ends a test that would hang, so it is long enough for any
machine.
"""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
PATIENCE = 60.0  # seconds


def wait_until(
    holds: Callable[[], Found], what: str | Callable[[], str], *, seconds: float = PATIENCE, every: float = 0.02
) -> Found:
    """Ask again and again until the answer is true, and return it; fail with ``what`` was waited for."""
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < deadline, f"not in time: {what() if callable(what) else what}"
        time.sleep(every)
    return found


def couriers() -> list[threading.Thread]:
    """Return the threads in which this process asks the message broker something at this moment."""
    return [thread for thread in threading.enumerate() if thread.name == "asking the broker"]


def join_couriers() -> None:
    """Wait until nobody asks the message broker any more."""
    for courier in couriers():
        courier.join(PATIENCE)
        assert not courier.is_alive(), "the message broker is asked for ever"
