"""Both logs are written once: nothing in the database changes, deletes or empties them."""

from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.operations import DatabaseOperations

from letsconnect.base import acts, security_log
from letsconnect.base.models import Act, SecurityEvent, SecurityEventKind
from letsconnect.tests import plugin

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {} SET at = now()",
        "DELETE FROM {}",
        "TRUNCATE {} CASCADE",
        "TRUNCATE registrations_member CASCADE",
    ],
)
@pytest.mark.parametrize(("table", "which"), [("base_act", "acts"), ("base_securityevent", "security")])
def test_the_database_refuses_to_rewrite_a_log(member, statement, table, which):
    if which == "acts":
        acts.record(by=member, verb="join", on=member, now=NOW)
    else:
        security_log.record(kind=SecurityEventKind.SIGNED_IN, member=member, by=member, now=NOW)

    with pytest.raises(IntegrityError, match=r"log .*is never changed"), transaction.atomic():
        # What waits for the commit would keep TRUNCATE from being tried at all.
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
        connection.cursor().execute(statement.format(table))


def test_flushing_a_real_portal_is_refused(member, monkeypatch):
    acts.record(by=member, verb="join", on=member, now=NOW)
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    monkeypatch.setattr(DatabaseOperations, "sql_flush", plugin.djangos_sql_flush)  # as it is where no tests run

    with pytest.raises(CommandError, match="couldn't be flushed"), transaction.atomic():
        call_command("flush", interactive=False, verbosity=0)

    assert Act.objects.exists()


def test_the_database_refuses_an_unknown_kind_of_event(member):
    with pytest.raises(IntegrityError, match="base_security_event_kind_is_known"), transaction.atomic():
        SecurityEvent.objects.create(kind="dream", member=member, by=None, at=NOW)
