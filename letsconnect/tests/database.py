"""What tests ask of the database: that it refuses, that it changes a row unseen, that it does not wait for long."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction


def refuses(constraint: str, write: Callable[[], Any]) -> None:
    """Check that the database refuses what ``write`` does, by this constraint."""
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        write()


def change(row: models.Model, **columns: Any) -> Callable[[], Any]:
    """Return what changes these columns of the row, past all actions."""
    return lambda: type(row)._default_manager.filter(pk=row.pk).update(**columns)


@contextmanager
def waiting_at_most(milliseconds: int) -> Iterator[None]:
    """Let this connection wait no longer for a lock, as a page does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{milliseconds}ms"])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")


def somebody_waits_for_us() -> bool:
    """Tell whether another connection stands before a lock that the connection of this thread holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
        )
        return cursor.fetchone()[0]
