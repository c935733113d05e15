"""The backend Django loads for the embedded database; everything but the first connection is PostgreSQL's own."""

from collections.abc import Iterable

from django.db.backends.postgresql.client import DatabaseClient

from letsconnect.database import base
from letsconnect.embedded import servers
from letsconnect.embedded.postgres import programs


class EmbeddedClient(DatabaseClient):
    """`manage.py dbshell` with the psql of the wheel."""

    def runshell(self, parameters: Iterable[str]) -> None:
        """Start the server, then psql."""
        servers.before_connecting()
        super().runshell(parameters)

    @classmethod
    def settings_to_cmd_args_env(
        cls, settings_dict: dict[str, object], parameters: Iterable[str]
    ) -> tuple[list[str], dict[str, str] | None]:
        """Name the wheel's psql instead of the one on the PATH."""
        args, env = super().settings_to_cmd_args_env(settings_dict, parameters)
        return [str(programs() / "psql"), *args[1:]], env


class DatabaseWrapper(base.DatabaseWrapper):
    """A PostgreSQL connection whose server starts when it is first wanted."""

    client_class = EmbeddedClient

    def get_new_connection(self, conn_params: dict[str, object]) -> object:
        """Connect, after starting the server if this process may."""
        servers.before_connecting()
        return super().get_new_connection(conn_params)
