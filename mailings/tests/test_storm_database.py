"""PostgreSQL crashes and starts again, again and again, while an issue of the newsletter is being sent.

The server is one of the test's own, set to answer before a commit is on the disk, as some do to be faster: what was
committed in the last seconds is lost with it. What the ledger needs it waits for.
"""

import random
import time

import pytest
from django.conf import settings as portal
from django.db import connection
from django.utils import timezone

from letsconnect.tests.own_postgres import OwnPostgres, connected_to
from mailings.domain.letters import LEASE
from mailings.ledger.draining import drain
from mailings.ledger.sweeping import sweep
from mailings.tests.storms import (
    assert_every_reader_is_accounted_for,
    doubles,
    moment_of,
    queue_again,
    say,
    start_issue,
)

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 2


@pytest.fixture(scope="module")
def server(django_db_setup, django_db_blocker, tmp_path_factory):
    with django_db_blocker.unblock():
        own = OwnPostgres(tmp_path_factory.mktemp("own"))
    yield own
    own.stop()


@pytest.fixture
def postgres(transactional_db, server):
    with connected_to(server, server.make_database()):
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER DATABASE {connection.settings_dict['NAME']} SET synchronous_commit = off")
            cursor.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
            cursor.execute("SELECT pg_reload_conf()")
        connection.close()
        yield server


def storm(sink, postgres, nursery, *, readers, crashes, pause=0.02, give_back=sweep, trusts_the_disk=False, seed=7):
    """Let two workers send, crash the database at ``crashes`` moments, and send what is left when leases are over."""
    chance = random.Random(seed)
    sink.pause = pause
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")  # the issue itself is on the disk
    for _ in range(WORKERS):
        nursery.start(trusts_the_disk=trusts_the_disk)
    for number in range(1, crashes + 1):
        assert sink.wait_for(moment_of(number, readers=readers, deaths=crashes, workers=WORKERS), seconds=600)
        time.sleep(chance.uniform(0, 0.05))  # so that it comes at any step of a letter
        postgres.kill()
        postgres.start()
    sink.pause = 0.0
    nursery.finish()
    connection.close()  # of the server that crashed
    give_back(now=timezone.now() + LEASE)
    drain(now=timezone.now())


def most_uncertain(crashes):
    return crashes * WORKERS * portal.EMAIL_TOGETHER


def test_a_database_that_crashes_in_the_middle_gives_no_reader_an_issue_twice(sink, postgres, nursery, settings):
    issue = start_issue(settings, readers=300)

    storm(sink, postgres, nursery, readers=300, crashes=1)

    say("database crashed", sink, issue, crashes=1)
    assert_every_reader_is_accounted_for(sink, issue, readers=300, most_uncertain=most_uncertain(1))


@pytest.mark.chaos
@pytest.mark.parametrize("off", [{"trusts_the_disk": True}, {"give_back": queue_again}], ids=["disk", "uncertain"])
def test_control_after_a_crash_a_letter_is_sent_again_that_the_ledger_forgot(sink, postgres, nursery, settings, off):
    """It forgets where the disk was not waited for, or where nothing says that a letter was being handed over."""
    issue = start_issue(settings, readers=300)

    storm(sink, postgres, nursery, readers=300, crashes=1, **off)

    say("database crashed, control", sink, issue, crashes=1)
    assert doubles(sink) != []


@pytest.mark.chaos
def test_twenty_crashes_of_the_database_give_none_of_ten_thousand_readers_an_issue_twice(
    sink, postgres, nursery, settings
):
    issue = start_issue(settings, readers=10_000)
    began = time.monotonic()

    storm(sink, postgres, nursery, readers=10_000, crashes=20, pause=0.001)

    say("database crashed", sink, issue, crashes=20, seconds=round(time.monotonic() - began))
    assert_every_reader_is_accounted_for(sink, issue, readers=10_000, most_uncertain=most_uncertain(20))
