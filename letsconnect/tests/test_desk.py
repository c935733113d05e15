"""The first page of the desk: what waits for whom."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from mailings.domain import UNREACHABLE
from mailings.models import LastTick, Letter
from mailings.tests.factories import make_letter
from registrations.tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tick(db):
    """A tick a moment ago: without one that is the first thing the desk says."""
    return LastTick.objects.create(pk=1, at=timezone.now())


def waiting(client):
    return client.get(reverse("admin:index")).context["waiting"]


def test_the_desk_says_first_that_nothing_happens_by_the_clock(client, liaison, tick):
    client.force_login(liaison)
    assert waiting(client) == []

    LastTick.objects.update(at=timezone.now() - timedelta(hours=3))
    [(text, address)] = waiting(client)
    assert "for 3\xa0hours" in text
    assert client.get(address).json()["status"] == "degraded"
    tick.delete()
    assert "The portal does nothing on its own" in waiting(client)[0][0]


def test_the_desk_says_that_letters_do_not_leave(client, liaison):
    client.force_login(liaison)
    letter = make_letter()
    Letter.objects.update(owed_at=timezone.now() - timedelta(minutes=50), due_at=timezone.now() - timedelta(minutes=5))
    assert waiting(client) == []

    Letter.objects.update(due_at=timezone.now() - timedelta(minutes=40))
    assert "Letters have been waiting for up to 50\xa0minutes." in waiting(client)[0][0]
    Letter.objects.update(state="deferred", tries=1, reason=UNREACHABLE, due_at=timezone.now() + timedelta(hours=1))
    assert "Letters have been waiting for up to 50\xa0minutes." in waiting(client)[0][0]
    Letter.objects.filter(pk=letter.pk).update(reason="the mail server refused it for now")
    assert waiting(client) == []


def test_the_desk_begins_with_what_waits_in_my_regions(client, liaison, other_liaison):
    factories.make_registration(state="submitted", region="MENA")

    client.force_login(liaison)
    assert [text for text, _ in client.get(reverse("admin:index")).context["waiting"]] == [
        "1 registration waits for review"
    ]
    client.force_login(other_liaison)
    assert client.get(reverse("admin:index")).context["waiting"] == []


def test_what_waits_is_where_the_link_leads(client, coordinator):
    waiting = factories.make_registration(state="submitted")
    factories.make_registration()
    client.force_login(coordinator)
    waits = dict(client.get(reverse("admin:index")).context["waiting"])
    url = waits["1 registration waits for review"]

    assert [str(one) for one in client.get(url).context["cl"].result_list] == [str(waiting)]


def test_a_trust_team_that_is_too_small_waits_for_coordinators(client, coordinator, liaison):
    client.force_login(coordinator)
    waits = dict(client.get(reverse("admin:index")).context["waiting"])
    assert waits["The trust team needs at least two members"] == reverse("admin:trust_trustseat_changelist")

    client.force_login(liaison)
    assert client.get(reverse("admin:index")).context["waiting"] == []
