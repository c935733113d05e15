"""Taking back what requests wrote, for tests that knock at hundreds of doors one after another."""

from collections.abc import Callable
from types import TracebackType
from typing import Any

from django.db import connection, transaction
from psycopg2.extensions import TRANSACTION_STATUS_INERROR


class Undoing:
    """Notes whether a block wrote anything and how many statements it sent, and takes it back at the end of the block.

    One savepoint, made at the beginning, serves all blocks. A block that only read, as most do that refuse or show
    something, costs no statement; and PostgreSQL does not look through a savepoint for each block at every row.
    """

    def __init__(self) -> None:
        self._savepoint = transaction.savepoint()
        self.has_written, self.statements = False, 0

    def __enter__(self) -> "Undoing":
        self.has_written, self.statements = False, 0
        connection.execute_wrappers.append(self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        connection.execute_wrappers.remove(self._note)
        if self.has_written or connection.connection.get_transaction_status() == TRANSACTION_STATUS_INERROR:
            transaction.savepoint_rollback(self._savepoint)

    def _note(self, execute: Callable[..., Any], sql: Any, *args: Any) -> Any:
        """Take whatever is no SELECT for writing: also a savepoint, behind which rows may be copied unseen. Savepoints
        are no statements that are counted: where nobody undoes anything there are none."""
        self.statements += not (isinstance(sql, str) and sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")))
        if not (isinstance(sql, str) and sql.startswith("SELECT")):
            self.has_written = True
        return execute(sql, *args)
