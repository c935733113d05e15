"""The test databases: one that is migrated, and a copy of it for each process that runs tests.

A plugin of pytest: its two fixtures go on from those of pytest-django that have the same names.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import NOT_PROVIDED, Field
from pytest_django.plugin import DjangoDbBlocker


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None,
    django_db_keepdb: bool,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
    worker_id: str,
) -> Iterator[None]:
    """Where several processes run the tests, let each copy one migrated database: migrating takes seconds of a
    processor, a copy a tenth of one. The first process makes it, the last one to end removes it."""
    if worker_id == "master" or django_db_keepdb:
        yield
        return
    name = f"{connection.creation._get_test_db_name().removesuffix(worker_id)}template"
    users = tmp_path_factory.getbasetemp().parent / "users-of-the-template-database"
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
    machine would lose, the next run makes anew; what is locked and seen, and when, stays as it is."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")  # of the sessions that begin from now on
        cursor.execute("SET synchronous_commit = off")
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


def _set_option(state: ProjectState, app_label: str, model_name: str, option: str, rows: list[Any]) -> None:
    """Give a model of the migrations its list of constraints or indexes: in place, as no other model depends on it.

    Django's own makes the model and all its neighbours anew for each, which took a third of the time of migrating."""
    state.models[app_label, model_name].options[option] = rows
    if "apps" in vars(state):
        setattr(state.apps.get_model(app_label, model_name)._meta, option, list(rows))


def _append_option(state: ProjectState, app_label: str, model_name: str, option: str, added: Any) -> None:
    rows = state.models[app_label, model_name].options[option]
    _set_option(state, app_label, model_name, option, [*rows, added])


def _remove_option(state: ProjectState, app_label: str, model_name: str, option: str, removed: str) -> None:
    rows = state.models[app_label, model_name].options[option]
    _set_option(state, app_label, model_name, option, [row for row in rows if row.name != removed])


def _add_field(
    state: ProjectState, app_label: str, model_name: str, name: str, field: "Field[Any, Any]", preserve_default: bool
) -> None:
    """Give a model of the migrations one more field, in place too: Django's own makes its neighbours anew."""
    if not preserve_default:
        field = field.clone()
        field.default = NOT_PROVIDED
    state.models[app_label, model_name].fields[name] = field
    if state._relations is not None:
        state.resolve_model_field_relations((app_label, model_name), name, field)
    if "apps" in vars(state):
        state.apps.get_model(app_label, model_name).add_to_class(name, field.clone())
        state.apps.clear_cache()


def _add_model(state: ProjectState, model: ModelState) -> None:
    """Add a model to those of the migrations; Django's own makes all that are related to it anew."""
    key = model.app_label, model.name_lower
    state.models[key] = model
    if state._relations is not None:
        state.resolve_model_relations(key)
    if "apps" in vars(state):
        state.apps.render_multiple([model])


def _make_template(name: str) -> None:
    """Make and migrate the database of this name, and leave the connection as it was."""
    own_name, test_name = connection.settings_dict["NAME"], connection.settings_dict["TEST"]["NAME"]
    connection.settings_dict["TEST"]["NAME"] = name
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ProjectState, "_append_option", _append_option)
            patch.setattr(ProjectState, "_remove_option", _remove_option)
            patch.setattr(ProjectState, "add_field", _add_field)
            patch.setattr(ProjectState, "add_model", _add_model)
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    finally:
        connection.close()
        connection.settings_dict["TEST"]["NAME"] = test_name
        connection.settings_dict["NAME"] = settings.DATABASES[connection.alias]["NAME"] = own_name
