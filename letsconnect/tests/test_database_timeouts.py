"""How long a process lets the database keep it waiting, and a second try at connecting for who only reads."""

import time

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection

from letsconnect import database_timeouts
from letsconnect.database import reading
from letsconnect.database.reading import only_reading
from letsconnect.tests.waiting import PATIENCE

LIMITS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")


@pytest.mark.parametrize(
    ("argv", "environ", "kind"),
    [
        (["/venv/bin/celery", "-A", "letsconnect", "worker"], {}, "worker"),
        (["/venv/lib/python3/site-packages/celery/__main__.py", "-A", "letsconnect"], {}, "worker"),
        (["manage.py", "migrate"], {}, "command"),
        ([], {}, "command"),
        (["/venv/bin/gunicorn"], {database_timeouts.PROCESS: "web"}, "web"),
        (["/venv/bin/celery"], {database_timeouts.PROCESS: "command"}, "command"),
    ],
)
def test_a_process_knows_what_it_is(argv, environ, kind):
    assert database_timeouts.process_kind(argv, environ=environ) == kind


def test_an_unknown_kind_of_process_is_refused_by_name():
    with pytest.raises(ImproperlyConfigured, match="LETSCONNECT_PROCESS='site'"):
        database_timeouts.process_kind([], environ={database_timeouts.PROCESS: "site"})


def test_a_page_waits_least_and_a_command_runs_as_long_as_it_takes():
    page, worker, command = (database_timeouts.limits_of(kind, environ={}) for kind in ("web", "worker", "command"))

    assert page["lock_timeout"] < 5
    for name in LIMITS:
        assert 0 < page[name] < worker[name]
    assert command["statement_timeout"] == 0
    assert worker["idle_in_transaction_session_timeout"] < command["idle_in_transaction_session_timeout"]


def test_a_limit_is_set_by_the_environment_for_one_kind_of_process():
    environ = {"WEB_LOCK_SECONDS": "2"}

    assert database_timeouts.limits_of("web", environ=environ)["lock_timeout"] == 2
    assert database_timeouts.limits_of("worker", environ=environ)["lock_timeout"] == 10
    with pytest.raises(ImproperlyConfigured, match="WEB_LOCK_SECONDS='soon'"):
        database_timeouts.limits_of("web", environ={"WEB_LOCK_SECONDS": "soon"})


def settings_of(connection):
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name IN %s", [LIMITS])
        return dict(cursor.fetchall())


@pytest.mark.django_db
def test_every_connection_carries_the_limits():
    wanted = database_timeouts.limits_of(database_timeouts.this_process())

    assert settings_of(connection) == {name: str(seconds * 1000) for name, seconds in wanted.items()}


@pytest.mark.django_db
def test_options_that_are_there_already_stay_beside_the_limits():
    web = database_timeouts.limits_of("web", environ={})
    other = connection.copy()
    other.settings_dict["OPTIONS"] = database_timeouts.with_limits(
        {"options": "-c work_mem=5MB", "connect_timeout": 9}, web
    )
    try:
        found = settings_of(other)
        with other.cursor() as cursor:
            cursor.execute("SHOW work_mem")
            assert cursor.fetchone() == ("5MB",)
    finally:
        other.close()

    assert found == {name: str(seconds * 1000) for name, seconds in web.items()}
    assert other.settings_dict["OPTIONS"]["connect_timeout"] == 9


@pytest.fixture
def gone(monkeypatch):
    """A connection to a server that is not there."""
    monkeypatch.setattr(reading, "PAUSE", 0.05)
    monkeypatch.setattr(reading, "REFUSED_WITHIN", PATIENCE)  # a busy machine refuses late
    other = connection.copy()
    other.settings_dict |= {"HOST": "127.0.0.1", "PORT": "1"}
    tries = []
    connect = other.Database.connect
    monkeypatch.setattr(other.Database, "connect", lambda *args, **kwargs: tries.append(1) or connect(*args, **kwargs))
    return other, tries


@pytest.mark.django_db
@pytest.mark.parametrize(("is_safe", "expected"), [(True, [2, 3]), (False, [1, 2])])
def test_who_only_reads_tries_to_connect_once_more(gone, is_safe, expected):
    other, tries = gone
    counts = []
    with only_reading(is_safe):
        for _ in range(2):
            with pytest.raises(OperationalError):
                other.ensure_connection()
            counts.append(len(tries))

    assert counts == expected


@pytest.mark.django_db
def test_the_second_try_finds_a_server_that_is_back(gone, monkeypatch):
    other, tries = gone
    where = other.get_connection_params()
    back = connection.copy().get_connection_params()
    monkeypatch.setattr(time, "sleep", lambda _seconds: where.update(back))

    with only_reading(True):
        other.get_new_connection(where).close()

    assert len(tries) == 2


@pytest.mark.django_db
def test_a_server_that_kept_us_waiting_is_not_waited_for_again(gone, monkeypatch):
    other, tries = gone
    monkeypatch.setattr(reading, "REFUSED_WITHIN", 0.0)

    with only_reading(True), pytest.raises(OperationalError):
        other.ensure_connection()

    assert len(tries) == 1


def test_what_the_entry_point_of_pages_says_of_its_process_counts(monkeypatch):
    monkeypatch.delenv(database_timeouts.PROCESS, raising=False)
    monkeypatch.setattr(database_timeouts, "_kind", "")

    database_timeouts.set_process_kind("web")

    assert database_timeouts.this_process() == "web"
