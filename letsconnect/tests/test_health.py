"""What whoever watches over the portal is told: it lives, it can work, it lags behind."""

import socket
import threading
from datetime import timedelta

import pytest
from celery import current_app
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from letsconnect import health, outages
from letsconnect.tests.counting import slow_lookups
from mailings import kinds
from mailings.domain.letters import UNREACHABLE
from mailings.ledger import sweeping
from mailings.ledger.sweeping import sweep
from mailings.models import LastTick, Letter, Outage
from mailings.tests.factories import make_letter
from registrations.tests.factories import NOW, make_coordinator, make_liaison

PROBE = {"host": "10.1.2.3:8000"}  # what watches over us asks by number, over http


@pytest.fixture
def broker(monkeypatch):
    monkeypatch.setattr(current_app.conf, "broker_write_url", "memory://")


def ready():
    answer = Client(headers=PROBE).get("/readyz")
    return answer.status_code, answer.json()


def test_the_process_lives_whatever_else_is_away(settings):
    """Without the mark of pytest-django a query would be refused."""
    settings.SECURE_SSL_REDIRECT = True

    answer = Client(headers=PROBE | {"cookie": "sessionid=abcdefghijklmnopqrstuvwxyz"}).get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"lives\n")
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.django_db
def test_all_is_well_after_a_tick_by_the_clock_of_the_database(broker, monkeypatch):
    monkeypatch.setattr(health, "database_now", lambda: NOW)
    LastTick.objects.create(pk=1, at=NOW - timedelta(seconds=12))
    make_letter()
    Letter.objects.update(owed_at=NOW - timedelta(seconds=40), due_at=NOW)

    status, told = ready()

    assert (status, told["status"], told["words"]) == (200, "ready", [])
    assert told["tick_age_seconds"] == 12
    assert told["oldest_owed_letter_seconds"] == 40


@pytest.mark.django_db
def test_a_tick_that_is_late_and_letters_that_wait_are_told_and_the_pages_still_serve(broker):
    LastTick.objects.create(pk=1, at=timezone.now() - timedelta(hours=3))
    make_letter()
    Letter.objects.update(owed_at=timezone.now() - timedelta(hours=3), due_at=timezone.now() - timedelta(hours=3))

    status, told = ready()

    assert (status, told["status"]) == (200, "degraded")
    assert told["tick_age_seconds"] >= 3 * 60 * 60
    assert told["oldest_owed_letter_seconds"] >= 3 * 60 * 60
    assert len(told["words"]) == 2


@pytest.mark.django_db
def test_a_portal_in_which_no_tick_ever_ran_says_how_to_have_one(broker):
    [words] = ready()[1]["words"]

    assert "manage.py tick" in words


@pytest.mark.django_db
@pytest.mark.parametrize("hangs", [False, True])
def test_redis_away_is_told_soon_and_is_no_reason_to_stop_serving(monkeypatch, hangs, connects):
    monkeypatch.setattr(health, "BROKER_PATIENCE", 0.05)
    LastTick.objects.create(pk=1, at=timezone.now())
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1] if hangs else 1
        monkeypatch.setattr(current_app.conf, "broker_write_url", f"redis://127.0.0.1:{port}/0")
        status, told = ready()
        tries = len(connects)

    assert (status, told["status"], told["redis"]) == (200, "degraded", "does not answer")
    assert tries <= 2


@pytest.mark.django_db
def test_the_probe_does_not_wait_until_the_name_of_redis_is_looked_up(monkeypatch):
    assert health.BROKER_PATIENCE <= 1
    monkeypatch.setattr(health, "BROKER_PATIENCE", 0.05)
    monkeypatch.setattr(current_app.conf, "broker_write_url", "redis://redis.invalid:6379/0")
    LastTick.objects.create(pk=1, at=timezone.now())

    with slow_lookups(monkeypatch) as ended:
        status, told = ready()
        assert ended == []

    assert (status, told["status"], told["redis"]) == (200, "degraded", "does not answer")


@pytest.mark.django_db
def test_without_a_database_it_is_not_ready_and_says_when_to_ask_again(monkeypatch):
    def refuse(*args, **options):
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "cursor", refuse)
    answer = Client(headers=PROBE).get("/readyz")

    assert (answer.status_code, answer.json()["status"]) == (503, "down")
    assert answer.headers["Retry-After"] == "10"


@pytest.mark.django_db
def test_only_the_two_addresses_answer(client):
    assert client.get("/health/").status_code == 404
    assert client.post("/readyz").status_code == 405


@pytest.fixture
def only_outages(monkeypatch):
    monkeypatch.setattr(kinds, "_sweeps", {"letsconnect.outages": outages.note_outages})


def told():
    return list(Letter.objects.filter(kind=outages.KIND).values_list("member", flat=True))


@pytest.mark.django_db(transaction=True)
def test_each_coordinator_is_told_once_of_each_time_nothing_happened(only_outages):
    coordinator, _liaison = make_coordinator(), make_liaison("MENA")
    for hours in (0, 3, 3.01, 3.02, 7):
        assert sweep(now=NOW + timedelta(hours=hours)).errors == {}
        assert LastTick.objects.get().at == NOW + timedelta(hours=hours)

    spells = [(outage.began_at - NOW, outage.ended_at - NOW) for outage in Outage.objects.order_by("pk")]
    hour = timedelta(hours=1)
    assert spells == [(0 * hour, 3 * hour), (3.02 * hour, 7 * hour)]
    assert told() == [coordinator.pk, coordinator.pk]


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_is_away_for_long_is_told_once_until_it_is_back(only_outages):
    coordinator = make_coordinator()
    make_letter()
    Letter.objects.update(state="deferred", tries=1, reason=UNREACHABLE)
    for minutes in (1, 16, 17, 40, 60):
        sweep(now=NOW + timedelta(minutes=minutes))
    assert told() == [coordinator.pk]
    [outage] = Outage.objects.all()
    assert (outage.kind, outage.began_at, outage.ended_at) == ("mail", NOW, None)

    Letter.objects.exclude(kind=outages.KIND).update(state="sent", sent_at=NOW, reason="")
    sweep(now=NOW + timedelta(minutes=61))
    outage.refresh_from_db()
    assert outage.ended_at == NOW + timedelta(minutes=61)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "words"), [("mail", "the mail server did not answer"), ("tick", "did nothing on its own")]
)
def test_the_letter_says_from_when_to_when(kind, words):
    outage = Outage.objects.create(kind=kind, began_at=NOW, ended_at=NOW + timedelta(hours=3))

    letter = outages.render_outage(outage, "en", "Africa/Tunis")

    assert words in " ".join(letter.text.split())
    assert "(Tunis time, UTC+1)" in letter.text
    assert outages.outage_owed(outage, NOW) is None
    assert outages.outage_owed(None, NOW)


@pytest.mark.django_db(transaction=True)
def test_the_tick_that_finds_another_one_sweeping_does_not_say_it_ran(only_outages):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [sweeping.ADVISORY_LOCK])
    try:
        ran = []

        def other():
            ran.append(sweep(now=NOW).ran)
            connection.close()

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [sweeping.ADVISORY_LOCK])

    assert ran == [False]
    assert not LastTick.objects.exists()
