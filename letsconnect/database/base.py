"""The backend Django loads for a `DATABASE_URL`; that of the embedded server builds on it."""

import time

from django.db.backends.postgresql import base
from psycopg2 import OperationalError

from letsconnect.database import reading
from letsconnect.database.zones import DatabaseOperations


class DatabaseWrapper(base.DatabaseWrapper):
    """A PostgreSQL connection. Only connecting is tried twice: nothing was asked yet, so nothing can be done twice."""

    ops_class = DatabaseOperations

    def get_new_connection(self, conn_params: dict[str, object]) -> object:
        """Connect; a page that only reads tries once more, half a second after a refusal.

        If the server did not answer in time, it would not answer the second time either: nobody waits for it twice.
        """
        started = time.monotonic()
        try:
            return super().get_new_connection(conn_params)
        except OperationalError:
            was_refused = time.monotonic() - started < reading.REFUSED_WITHIN
            if not was_refused or not reading.take_second_try():
                raise
        time.sleep(reading.PAUSE)
        return super().get_new_connection(conn_params)
