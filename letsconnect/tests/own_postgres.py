"""A PostgreSQL of a test's own, which may be killed: the checkout's serves others too."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from letsconnect.embedded import paths
from letsconnect.embedded.postgres import Postgres, programs


class OwnPostgres:
    """A server under a folder, whose first database is a copy of the test's."""

    def __init__(self, folder: Path) -> None:
        self.server = Postgres(folder)
        self.server.start()
        self._count = 0
        self._copy_the_database_of_the_test()

    @property
    def socket_folder(self) -> Path:
        return self.server._folder

    def kill(self) -> None:
        """End it at once: connections are cut, nothing is written down."""
        assert self.server._process is not None
        self.server._process.send_signal(signal.SIGQUIT)
        self.server._process.wait(30)

    def start(self) -> None:
        self.server.start()

    def stop(self) -> None:
        self.server.stop()

    def make_database(self) -> str:
        """Make one more copy, and return its name."""
        self._count += 1
        name = f"copy_{self._count}"
        self._run("psql", "--quiet", "--command", f'CREATE DATABASE {name} TEMPLATE "{paths.DATABASE}"', "postgres")
        return name

    def _copy_the_database_of_the_test(self) -> None:
        where = connection.settings_dict
        there = ["--host", where["HOST"] or "localhost", "--port", str(where["PORT"] or 5432), "--user", where["USER"]]
        dumped = subprocess.run(
            [programs() / "pg_dump", "--no-owner", "--no-privileges", *there, where["NAME"]],
            env={**os.environ, "PGPASSWORD": str(where["PASSWORD"])},
            capture_output=True,
            check=True,
        )
        self._run("psql", "--quiet", "--set", "ON_ERROR_STOP=1", paths.DATABASE, text=dumped.stdout)

    def _run(self, program: str, *words: str, text: bytes = b"") -> None:
        here = ["--host", str(self.socket_folder), "--port", "5432", "--user", paths.USER]
        subprocess.run([programs() / program, *here, *words], input=text, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def own_postgres(folder: Path) -> Iterator[OwnPostgres]:
    """Let this test's connection, and all processes it starts, be of a database that may be killed."""
    own = OwnPostgres(folder)
    try:
        with connected_to(own, paths.DATABASE):
            yield own
    finally:
        own.stop()


@contextmanager
def connected_to(own: OwnPostgres, name: str) -> Iterator[None]:
    """Let this test's connection, and all processes it starts, be of this database of the server."""
    here = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict |= {"HOST": str(own.socket_folder), "PORT": "5432", "USER": paths.USER, "NAME": name}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict |= here
