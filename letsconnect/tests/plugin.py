"""What pytest needs to know about the whole portal; loaded by the root conftest."""

import gc
import threading
from collections.abc import Callable, Generator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import signing
from django.core.management.commands import flush
from django.db import connections
from django.db.backends.postgresql.operations import DatabaseOperations
from django.db.models.expressions import BaseExpression, Col
from django.test import client
from django.urls import base as urls
from django.utils import timezone
from django.utils.translation import trans_real
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis.internal.conjecture import providers

from letsconnect.translations import compile_stale

pytest_plugins = ["letsconnect.tests.browser", "letsconnect.tests.counting"]


djangos_sql_flush = DatabaseOperations.sql_flush
_LOGS = {"base_act", "base_securityevent", "reports_edition"}
_LONGEST = {  # files that take long, and about how many seconds
    "test_doors": 60,
    "test_run": 28,
    "test_state_machine": 20,
    "test_fuzz": 14,
    "test_scanners": 14,
    "test_kill": 8,
}
_FILLED_BY_MIGRATING = {"django_content_type", "auth_permission"}


def _delete_rows(operations: DatabaseOperations, style: object, tables: list[str], **options: bool) -> list[str]:
    """Return what empties the tables between transactional tests: only those that hold rows, and none that migrating
    fills, so that nothing need be filled again. Emptying all by TRUNCATE took ten times as long as most tests.

    The triggers that let nobody empty a log, or what was published, rest meanwhile. The portal has no such way: only
    who owns the tables can switch a trigger off, and `manage.py flush` is refused."""
    quote = operations.quote_name
    asked = [f"SELECT '{table}' WHERE EXISTS (SELECT FROM {quote(table)})" for table in tables]
    with operations.connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        filled = {table for (table,) in cursor.fetchall()} - _FILLED_BY_MIGRATING
    logs = sorted(filled & _LOGS)
    return [
        *(f"ALTER TABLE {quote(table)} DISABLE TRIGGER USER" for table in logs),
        *(f"DELETE FROM {quote(table)}" for table in sorted(filled)),
        "SET CONSTRAINTS ALL IMMEDIATE",
        *(f"ALTER TABLE {quote(table)} ENABLE TRIGGER USER" for table in logs),
    ]


def _keep_pages(
    store: dict[str, Any], signal: object, sender: object, template: Any, context: Any, **sent: Any
) -> None:
    """Keep what a page was drawn with, for ``response.context``; Django's own keeps a copy for each part as well."""
    if context.template is template:
        client.store_rendered_templates_of_django(store, signal, sender, template, context, **sent)


def _a_second_after_the_last(timestamp: Callable[[signing.TimestampSigner], str]) -> Callable[..., str]:
    """Return what lets no two tokens of a test be signed in the same second, as on a slow machine: a test that compares
    two of them as texts, instead of what they say (`letsconnect/tests/signed_links.py`), fails each time."""
    signed = [0]

    def later(signer: signing.TimestampSigner) -> str:
        signed[0] = (signed[0] + 1) % 30
        return signing.b62_encode(signing.b62_decode(timestamp(signer)) + signed[0])

    return later


def _keep_by_thread() -> None:
    """Let what each thread has of its own be found by Python itself: connections, the language, the zone. Django asks
    for it many thousand times a test, in a way that serves coroutines as well, of which there are none here."""
    connections._connections = threading.local()
    for module, names in ((trans_real, ["_active"]), (timezone, ["_active"]), (urls, ["_prefixes", "_urlconfs"])):
        for name in names:
            setattr(module, name, threading.local())


def _hash_of_column(column: Col) -> int:
    """Return what equal columns of a query have in common. Django asks for it of each column of each ordered query,
    and reads the signature of the class to find it."""
    return hash((column.alias, getattr(column.target, "attname", None)))


def _copy_of_expression(expression: BaseExpression) -> BaseExpression:
    """Return what `copy.copy` makes of a part of a query, which takes a detour by what is pickled."""
    copy = object.__new__(expression.__class__)
    copy.__dict__.update(expression.__getstate__())
    return copy


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Where several processes run the tests of a fresh checkout, let each begin to read them at another place: pytest
    rewrites a module once, and who reads it later finds that done. All beginning at the same place, each did it all,
    which took seconds of a processor each."""
    if workers := getattr(session.config, "workerinput", None):
        modules = sorted(
            file.relative_to(session.config.rootpath).with_suffix("")
            for folder in session.config.args
            for file in (session.config.rootpath / folder).rglob("test_*.py")
        )
        own_place = len(modules) * int(workers["workerid"].removeprefix("gw")) // workers["workercount"]
        for module in modules[own_place:] + modules[:own_place]:
            import_module(".".join(module.parts))
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let each of the processes that run the tests begin with its part of those that take long, most of which wait for
    browsers and for processes of their own: done last, they leave a processor with nothing to do beside them."""
    if workers := getattr(config, "workerinput", None):
        groups: dict[str, list[pytest.Item]] = {}
        for item in items:
            if group := _long_group(item):
                groups.setdefault(group, []).append(item)
        parts: list[list[pytest.Item]] = [[] for _ in range(workers["workercount"])]
        loads = [0.0] * len(parts)
        for group in sorted(groups, key=lambda group: -_seconds(group, groups[group])):
            least = loads.index(min(loads))
            parts[least] += groups[group]
            loads[least] += _seconds(group, groups[group])
        rest = [item for item in items if not _long_group(item)]
        total, items[:] = len(items), []
        for number, part in enumerate(parts, 1):  # xdist gives each process as many tests as the others, in this order
            items += part
            room = max(0, total * number // len(parts) - len(items))
            items += rest[:room]
            del rest[:room]


def _long_group(item: pytest.Item) -> str:
    """Return what a test that takes long shares with others, so that one process does them all; "" for a short one.

    Those that write rows that others see take long, and so do some others."""
    fixtures = set(getattr(item, "fixturenames", ()))
    for costly in ("open_window", "nursery"):  # a browser, and workers that can be forked: each starts but once
        if costly in fixtures:
            return costly
    marker = item.get_closest_marker("django_db")
    is_committing = "live_server" in fixtures or bool(marker and marker.kwargs.get("transaction"))
    return str(item.path) if is_committing or item.path.stem in _LONGEST else ""


def _seconds(group: str, items: list[pytest.Item]) -> float:
    """Return about how long the tests of a group take: enough to deal them out."""
    if seconds := _LONGEST.get(Path(group).stem):
        return seconds
    return len(items) * {"open_window": 5, "nursery": 8}.get(group, 0.5)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print what tests recorded of people's ways, whichever process they ran in."""
    recorded = [
        str(words)
        for report in terminalreporter.stats.get("passed", [])
        for name, words in report.user_properties
        if name == "journey" and report.when == "call"
    ]
    if recorded:
        terminalreporter.section("people's ways")
        for words in sorted(recorded):
            terminalreporter.write_line(words)


def pytest_collection_finish() -> None:
    """Look for garbage among what tests make, not among modules and settings, and seldom: a tenth of the time of all
    tests was spent on it."""
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)


@pytest.hookimpl(tryfirst=True)  # before the plugin of hypothesis looks for the profile that it was given
def pytest_configure(config: pytest.Config) -> None:
    """Let pages render without a set-up step: sheets as they are in the checkout, translations compiled. Examples that
    hypothesis makes up are the same in each run, whichever modules a process has read, and no machine is too slow for
    them."""
    hypothesis_settings.register_profile(
        "portal",
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
        max_examples=30,
    )
    hypothesis_settings.register_profile("storm", hypothesis_settings.get_profile("portal"), max_examples=500)
    hypothesis_settings.load_profile(config.getoption("--hypothesis-profile") or "portal")
    # It reads all our modules for constants to try: seconds in a fresh clone, and other ones beside other tests.
    providers._get_local_constants = lambda: providers._local_constants
    _keep_by_thread()
    Col.__hash__ = _hash_of_column
    BaseExpression.copy = _copy_of_expression
    gc.disable()  # until all tests are read: a fresh clone compiles each of them
    DatabaseOperations.sql_flush = _delete_rows
    client.store_rendered_templates_of_django = client.store_rendered_templates
    client.store_rendered_templates = _keep_pages
    flush.emit_post_migrate_signal = lambda *args, **options: None
    signing.TimestampSigner.timestamp = _a_second_after_the_last(signing.TimestampSigner.timestamp)
    settings.NUDGES = False  # no broker listens; tests about nudges switch them on
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    for folder in settings.LOCALE_PATHS:
        compile_stale(Path(folder))
    settings.MIDDLEWARE.remove("whitenoise.middleware.WhiteNoiseMiddleware")  # it serves what collectstatic made
