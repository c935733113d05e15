"""What a visitor typed waits for them small, for a day, and where no session carries it."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from mailings.ledger.sweeping import sweep
from registrations.accounts import browser_sessions
from registrations.answers import visitors
from registrations.answers.forms import steps
from registrations.domain.facts import fingerprint
from registrations.models import KeptAnswers
from registrations.models.visitor_answers import LONGEST, MOST_OF_A_NETWORK
from registrations.tests.factories import NOW, make_member
from registrations.tests.typing import typed

pytestmark = pytest.mark.django_db
WHO = reverse("registrations:registration-step", args=["who"])


def keep(**fields):
    given = {"browser": "", "step": "who", "typed": "name=Ana", "network": "10.0.0.1", "member": None, "now": NOW}
    return visitors.keep_answers(**{**given, **fields})


def read(browser, member, *, step="who", now=NOW):
    return visitors.kept_answers(browser=browser, step=step, member=member, now=now)


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"typed": "x" * (LONGEST + 1)}, "registrations_kept_answers_are_short"),
        ({"browser": ""}, "registrations_kept_answers_have_a_browser"),
    ],
)
def test_the_database_keeps_it_small_and_findable(fields, rule):
    given = {"browser": "b", "network": "n", "step": "who", "typed": "x", "made_at": NOW}

    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        KeptAnswers.objects.create(**{**given, **fields})


def test_only_the_browser_that_typed_it_finds_it_for_a_day_and_nobody_once_it_is_somebodys():
    member, other = make_member(), make_member()
    browser = keep()

    assert read(browser, member) == read(browser, other) == "name=Ana"
    assert read("guessed", member) == read("", member) == read(browser, member, step="when") == ""
    assert read(browser, member, now=NOW + timedelta(hours=24)) == ""
    visitors.note_member(browser=browser, member=member)
    visitors.note_member(browser=browser, member=other)
    assert (read(browser, member), read(browser, other)) == ("name=Ana", "")


def test_neither_key_nor_address_nor_network_stands_in_the_row():
    browser = keep()
    visitors.note_address(browser=browser, address="Ana@Example.org")

    row = str(KeptAnswers.objects.values_list().get())

    assert not any(word in row for word in (browser, "xample.org", "10.0.0.1"))
    assert visitors.forget_answers_of(["ana@example.org"]) == 1


def test_a_network_keeps_so_many_and_a_browser_one():
    browser = keep()
    for _number in range(MOST_OF_A_NETWORK - 1):
        keep()
    with pytest.raises(visitors.TooMuchToKeep):
        keep()

    keep(browser=browser, typed="name=Bea")  # their own form again takes no other place
    keep(network="10.0.0.2")
    keep(now=NOW + timedelta(hours=25))  # by then the others are too old to count
    assert KeptAnswers.objects.count() == MOST_OF_A_NETWORK + 2


def test_a_member_keeps_one_form_whatever_their_browser_says():
    member = make_member()
    for number in range(3):
        keep(member=member, typed=f"name={number}")

    assert KeptAnswers.objects.get().typed == "name=2"


def test_the_tick_forgets_what_is_a_day_old_and_sessions_that_are_over(client):
    keep()
    keep(now=NOW + timedelta(hours=2))
    Session.objects.create(session_key="over", session_data="x", expire_date=NOW + timedelta(hours=24))
    Session.objects.create(session_key="open", session_data="x", expire_date=NOW + timedelta(hours=25))

    assert sweep(now=NOW + timedelta(hours=24)).errors == {}

    assert KeptAnswers.objects.get().made_at == NOW + timedelta(hours=2)
    assert Session.objects.get().session_key == "open"


def test_a_tick_deletes_sessions_some_at_a_time(monkeypatch):
    monkeypatch.setattr(browser_sessions, "AT_ONCE", 2)
    Session.objects.bulk_create(
        Session(session_key=f"{number}", session_data="x", expire_date=NOW) for number in range(5)
    )

    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert browser_sessions.forget_ended_sessions(NOW) == 2
    assert not any("session_data" in query["sql"] for query in queries), "their content is nobody's to read"
    assert Session.objects.count() == 3


def test_what_a_visitor_typed_is_in_no_session_and_is_there_after_signing_in(client):
    response = client.post(WHO, {"name": "Anahita"})

    assert response.url == f"{reverse('registrations:sign-in')}?next=%2Fregistration%2Fwho%2F"
    assert not any("Anahita" in str(session.get_decoded()) for session in Session.objects.all())
    assert response.cookies[visitors.COOKIE]["httponly"]
    client.force_login(make_member())
    for _look in range(2):  # looking changes nothing
        assert client.get(WHO).context["page"].form["name"].value() == "Anahita"


def test_saving_the_step_forgets_it(client):
    client.post(WHO, typed("who") | {"seen": ""})
    client.force_login(make_member())
    seen = fingerprint(client.get(WHO).context["page"].facts, steps.BY_NAME["who"].facts)

    response = client.post(WHO, typed("who") | {"seen": seen})

    assert response.status_code == 302
    assert not KeptAnswers.objects.exists()


@pytest.mark.parametrize("by", ["length", "network"])
def test_what_is_not_kept_is_refused_in_words_with_what_was_typed_in_the_page(by):
    text = "<b>x</b>" + "long " * 2000 if by == "length" else "<b>x</b> short"
    if by == "network":
        for _number in range(MOST_OF_A_NETWORK):
            keep(network="127.0.0.1", now=timezone.now())
    before, client = KeptAnswers.objects.count(), Client()

    response = client.post(WHO, {"name": text, "csrfmiddlewaretoken": "secret"})

    content = response.content.decode()
    assert response.status_code == 413
    assert "&lt;b&gt;x&lt;/b&gt;" in content and "<b>x</b>" not in content
    assert text.split()[-1] in content and "secret" not in content
    assert "What you wrote is not saved" in content
    assert KeptAnswers.objects.count() == before
    assert not Session.objects.exists()


def test_a_kept_form_is_not_shown_after_a_day(client):
    with time_machine.travel(NOW, tick=False):
        client.post(WHO, {"name": "Anahita"})
    with time_machine.travel(NOW + timedelta(hours=24), tick=False):
        client.force_login(make_member())
        assert client.get(WHO).context["page"].data is None


def test_a_visitors_session_is_over_after_a_day_and_a_members_lasts(client, settings):
    with time_machine.travel(NOW, tick=False):
        client.post(WHO, {"name": "Anahita"})  # the message about it needs none
        client.post(reverse("registrations:sign-in"), {"email": "ana@example.org", "zone": "UTC"})
        assert Session.objects.get().expire_date == NOW + timedelta(hours=24)
        client.force_login(make_member())
        assert Session.objects.get().expire_date == NOW + timedelta(seconds=settings.SESSION_COOKIE_AGE)


def bytes_kept():
    """What visitors made us keep, in rows of either kind."""
    kept = sum(len(row.typed) for row in KeptAnswers.objects.all())
    return kept + sum(len(session.session_data) for session in Session.objects.all())


def storm(*, length):
    """200 visitors, each with a browser of its own, send a form of so many characters."""
    return [Client().post(WHO, {"name": f"{number}" + "x" * length}) for number in range(200)]


@pytest.mark.chaos
@pytest.mark.parametrize("length", [99_000, 7_900])
def test_two_hundred_visitors_with_large_forms_leave_little(length):
    responses = storm(length=length)

    most = 0 if length > LONGEST else MOST_OF_A_NETWORK
    assert KeptAnswers.objects.count() == most
    assert bytes_kept() <= most * LONGEST
    refused = [response for response in responses if response.status_code == 413]
    assert len(refused) == 200 - most
    assert all("x" * length in response.content.decode() for response in refused)
    assert {response.status_code for response in responses} <= {302, 413}


@pytest.mark.chaos
def test_control_without_the_two_limits_the_same_storm_fills_the_table(monkeypatch):
    monkeypatch.setattr(visitors, "LONGEST", 1_000_000)
    monkeypatch.setattr(visitors, "MOST_OF_A_NETWORK", 1_000_000)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE registrations_keptanswers DROP CONSTRAINT registrations_kept_answers_are_short")

    storm(length=99_000)

    assert bytes_kept() > 19_000_000
