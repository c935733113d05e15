"""Which time zones PostgreSQL knows: it brings its own list, which may be older than the one Python reads."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.backends.postgresql import operations

_zones_of_the_server: set[str] = set()  # asked for once, when the first zone goes into SQL


class DatabaseOperations(operations.DatabaseOperations):
    """PostgreSQL's own; a zone that the server does not know goes into SQL as its distance from UTC at this moment.

    Every zone of the ORM comes through here, also the reader's own one. An unknown name would end in an error.
    """

    def _prepare_tzname_delta(self, tzname: str) -> str:
        name = tzname if tzname == "UTC" or not self._is_unknown(tzname) else _as_distance(tzname)
        django: Any = super()
        return str(django._prepare_tzname_delta(name))

    def _is_unknown(self, tzname: str) -> bool:
        """Tell whether Python has such a zone, and the server has not; a distance from UTC is no zone."""
        try:
            ZoneInfo(tzname)
        except (ZoneInfoNotFoundError, ValueError):
            return False
        if not _zones_of_the_server:
            connection: Any = self.connection
            connection.ensure_connection()
            with connection.wrap_database_errors, connection.connection.cursor() as cursor:
                cursor.execute("SELECT name FROM pg_timezone_names")
                _zones_of_the_server.update(name for (name,) in cursor.fetchall())
        return tzname not in _zones_of_the_server


def _as_distance(tzname: str) -> str:
    """Return the distance of a zone from UTC at this moment, as Django writes a zone of one distance."""
    distance = datetime.now(ZoneInfo(tzname)).utcoffset() or timedelta(0)
    minutes = int(abs(distance).total_seconds()) // 60
    return f"UTC{'-' if distance < timedelta(0) else '+'}{minutes // 60:02}:{minutes % 60:02}"
