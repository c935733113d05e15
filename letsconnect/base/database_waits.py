"""Database errors that end a wait (a lock, a timeout, a lost server), and ways to wait less than the process may."""

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import DatabaseError, Error, InterfaceError, OperationalError, connection

Done = TypeVar("Done")

# Somebody else has the lock: no lock within the time limit, a stopped statement, a deadlock, or a failed serialization.
_BUSY = frozenset({"55P03", "57014", "40P01", "40001"})
_LEFT_OPEN = "25P03"  # the server ended our own transaction, because it did nothing for too long
_TOO_COMPLEX = "54"  # a statement that no server can run: a mistake of ours, for which waiting does not help


def reason_of(error: BaseException | None) -> str:
    """Return `busy` or `away` if ``error`` says that the database cannot serve us now, else ""."""
    if not isinstance(error, Error):
        return ""
    cause = error.__cause__
    code = getattr(cause, "pgcode", None) or ""
    if code in _BUSY:
        return "busy"
    # When a server dies in the middle of an answer, the driver only says "DatabaseError", without a code.
    was_cut = type(error) is DatabaseError and cause is not None and not code
    if code == _LEFT_OPEN or was_cut or isinstance(error, InterfaceError):
        return "away"
    return "away" if isinstance(error, OperationalError) and not code.startswith(_TOO_COMPLEX) else ""


def wait_at_most(seconds: float) -> None:
    """Give up waiting for a lock after so long in this transaction, because others wait for its own locks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{int(seconds * 1000)}ms"])


def try_again_while_busy(step: Callable[[], Done], *, tries: int, pause: float) -> Done:
    """Run a step that is its own transaction; if somebody else had the lock, run it again after a pause.

    Raises what the last try raised.
    """
    for _ in range(tries - 1):
        try:
            return step()
        except OperationalError as error:
            if reason_of(error) != "busy":
                raise
            time.sleep(pause)
    return step()
