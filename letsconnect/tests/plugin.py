"""What pytest needs to know about the whole portal; loaded by the root conftest."""

from pathlib import Path

from django.conf import settings
from django.db.backends.postgresql.operations import DatabaseOperations

from letsconnect.translations import compile_stale

pytest_plugins = ["letsconnect.tests.browser"]


_LOGS = {"base_act": "base_act_never_emptied", "base_securityevent": "base_securityevent_never_emptied"}
_sql_flush = DatabaseOperations.sql_flush


def _flush_logs_too(operations: DatabaseOperations, style: object, tables: list[str], **options: bool) -> list[str]:
    """Empty tables between transactional tests, for which the triggers that refuse to empty a log must rest.

    The portal has no such way: only who owns the tables can switch a trigger off, and `manage.py flush` is refused."""
    logs = [(table, _LOGS[table]) for table in tables if table in _LOGS]
    off, on = ([f"ALTER TABLE {table} {what} TRIGGER {name}" for table, name in logs] for what in ("DISABLE", "ENABLE"))
    return [*off, *_sql_flush(operations, style, tables, **options), *on]


def pytest_configure() -> None:
    """Let pages render without a set-up step: sheets as they are in the checkout, translations compiled."""
    DatabaseOperations.sql_flush = _flush_logs_too
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    for folder in settings.LOCALE_PATHS:
        compile_stale(Path(folder))
    settings.MIDDLEWARE.remove("whitenoise.middleware.WhiteNoiseMiddleware")  # it serves what collectstatic made
