"""Whether the current request only reads, and so may try to connect a second time."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

PAUSE = 0.5  # seconds; a server that is restarted is back in one or two
REFUSED_WITHIN = 1.0  # seconds; what takes longer was no refusal, but silence
_may_try_again: ContextVar[bool] = ContextVar("may_try_again", default=False)


@contextmanager
def only_reading(is_safe: bool) -> Iterator[None]:
    """Allow one second try at connecting within the block, if ``is_safe``."""
    token = _may_try_again.set(is_safe)
    try:
        yield
    finally:
        _may_try_again.reset(token)


def take_second_try() -> bool:
    """Tell whether a second try is allowed, and use it up."""
    allowed = _may_try_again.get()
    _may_try_again.set(False)
    return allowed
