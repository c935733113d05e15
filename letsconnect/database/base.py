"""The backend Django loads for a `DATABASE_URL`."""

import time

from django.db.backends.postgresql import base

from letsconnect.database import reading


class DatabaseWrapper(base.DatabaseWrapper):
    """A PostgreSQL connection. Only connecting is tried twice: nothing was asked yet, so nothing is done twice."""

    def get_new_connection(self, conn_params: dict[str, object]) -> object:
        """Connect; a page that only reads waits half a second for a server that does not answer, once."""
        try:
            return super().get_new_connection(conn_params)
        except base.Database.OperationalError:
            if not reading.take_second_try():
                raise
        time.sleep(reading.PAUSE)
        return super().get_new_connection(conn_params)
