"""The test databases: one that is migrated, and a copy of it for each process that runs tests.

A plugin of pytest: its two fixtures go on from those of pytest-django that have the same names.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from letsconnect.embedded.migrating import models_changed_in_place

_PLANNED_BRIEFLY = {  # tables of a few rows: there is little to gain by weighing many ways to read them
    "join_collapse_limit": "1",
    "from_collapse_limit": "1",
    "enable_mergejoin": "off",
    "enable_memoize": "off",
    "max_parallel_workers_per_gather": "0",
}
_SESSIONS = {"synchronous_commit": "off"} | _PLANNED_BRIEFLY


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None,
    django_db_keepdb: bool,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
    worker_id: str,
) -> Iterator[None]:
    """Let each process that runs tests copy one migrated database: migrating takes seconds of a processor, as Django
    does it half a minute, a copy a tenth of a second. The first process makes it, the last one to end removes it."""
    if django_db_keepdb:
        yield
        return
    name = f"{connection.creation._get_test_db_name().removesuffix(worker_id)}template"
    folder = tmp_path_factory.getbasetemp()
    users = (folder if worker_id == "master" else folder.parent) / "users-of-the-template-database"
    with django_db_blocker.unblock(), _counted(users, +1) as count:
        if count == 1:
            _make_template(name)
    connection.settings_dict["TEST"]["TEMPLATE"] = name
    yield
    with django_db_blocker.unblock(), _counted(users, -1) as count:
        if count == 0:
            with connection.creation._nodb_cursor() as cursor:
                cursor.execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(name)}")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Let nobody count the tables while tests run: a test takes its rows back, and what was counted in between (no row
    on many pages) made PostgreSQL lay table beside table for minutes. And let no commit wait for the disk: what a lost
    machine would lose, the next run makes anew; what is locked and seen, and when, stays as it is. And let queries be
    planned as they are written: to plan a page of the desk took longer than to read it."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        for setting, value in _SESSIONS.items():
            cursor.execute(f"ALTER DATABASE {name} SET {setting} = {value}")  # of the sessions that begin from now on
            cursor.execute(f"SET {setting} = {value}")
        cursor.execute(
            """DO $$ DECLARE name text; BEGIN
            FOR name IN SELECT quote_ident(relname) FROM pg_class
              WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
                AND NOT coalesce('autovacuum_enabled=false' = ANY(reloptions), false)
            LOOP EXECUTE 'ALTER TABLE ' || name || ' SET (autovacuum_enabled = false)'; END LOOP; END $$"""
        )


@contextmanager
def _counted(path: Path, change: int) -> Iterator[int]:
    """Count one process more or less in a file, and yield how many they are now; the others wait meanwhile."""
    with path.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        count = int(file.read() or 0) + change
        yield count
        file.truncate(0)
        file.write(str(count))


def _make_template(name: str) -> None:
    """Make and migrate the database of this name, and leave the connection as it was."""
    own_name, test_name = connection.settings_dict["NAME"], connection.settings_dict["TEST"]["NAME"]
    connection.settings_dict["TEST"]["NAME"] = name
    try:
        with models_changed_in_place():
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    finally:
        connection.close()
        connection.settings_dict["TEST"]["NAME"] = test_name
        connection.settings_dict["NAME"] = settings.DATABASES[connection.alias]["NAME"] = own_name
