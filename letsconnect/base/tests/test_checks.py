"""The system checks, each made to complain."""

import pytest
from django.db import connection

from letsconnect.base.checks import read_committed

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_database_we_run_on_is_read_committed():
    assert read_committed(databases=["default"]) == []


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_any_other_isolation_level_is_refused(level):
    with connection.cursor() as cursor:
        cursor.execute(f"SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL {level}")
    try:
        [error] = read_committed(databases=["default"])
    finally:
        connection.close()

    assert error.id == "letsconnect.E002"
    assert level.upper() in error.msg
