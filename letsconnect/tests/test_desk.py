"""The first page of the desk: what waits for whom."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise

from letsconnect.base import mass_acts
from mailings.domain.letters import UNREACHABLE
from mailings.models import LastTick, Letter
from mailings.tests.factories import make_letter
from matching.tests.factories import make_match, make_round
from registrations.privacy import erasing
from registrations.tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tick(db):
    """A tick a moment ago: without one that is the first thing the desk says."""
    return LastTick.objects.create(pk=1, at=timezone.now())


def waiting(client):
    return [(line.text, line.url) for line in client.get(reverse("admin:index")).context["waiting"]]


def test_the_desk_says_first_that_nothing_happens_by_the_clock(client, liaison, coordinator, tick):
    client.force_login(liaison)
    assert waiting(client) == []

    LastTick.objects.update(at=timezone.now() - timedelta(hours=3))
    [(text, address)] = waiting(client)
    assert "for 3\xa0hours" in text
    assert address == ""  # a liaison can only tell somebody
    client.force_login(coordinator)
    assert client.get(waiting(client)[0][1]).context["title"] == "How the mail stands"
    tick.delete()
    assert "The portal does nothing on its own" in waiting(client)[0][0]


def test_the_desk_says_that_letters_do_not_leave(client, liaison):
    client.force_login(liaison)
    letter = make_letter()
    Letter.objects.update(owed_at=timezone.now() - timedelta(minutes=50), due_at=timezone.now() - timedelta(minutes=5))
    assert waiting(client) == []

    Letter.objects.update(due_at=timezone.now() - timedelta(minutes=40))
    assert "Emails have been waiting for up to 50\xa0minutes." in waiting(client)[0][0]
    Letter.objects.update(state="deferred", tries=1, reason=UNREACHABLE, due_at=timezone.now() + timedelta(hours=1))
    assert "Emails have been waiting for up to 50\xa0minutes." in waiting(client)[0][0]
    Letter.objects.filter(pk=letter.pk).update(reason="the mail server refused it for now")
    assert waiting(client) == []


def test_the_desk_begins_with_what_waits_in_my_regions(client, liaison, other_liaison):
    factories.make_registration(state="submitted", region="MENA")

    client.force_login(liaison)
    assert [text for text, _url in waiting(client)] == ["1 registration waits for review"]
    client.force_login(other_liaison)
    assert waiting(client) == []


def test_what_waits_is_where_the_link_leads(client, coordinator):
    submitted = factories.make_registration(state="submitted")
    factories.make_registration()
    client.force_login(coordinator)
    url = dict(waiting(client))["1 registration waits for review"]

    assert [str(one) for one in client.get(url).context["cl"].result_list] == [str(submitted)]


def test_what_a_worker_does_for_me_is_said_first_with_how_far_it_is(client, liaison, other_liaison):
    rows = [factories.make_registration(state="approved") for _ in range(2)]
    act = mass_acts.prepare(kind="registrations.accept", rows=rows, by=liaison, now=timezone.now())
    client.force_login(liaison)
    assert waiting(client) == []
    mass_acts.begin(act=act, note="", by=liaison, now=timezone.now())

    assert waiting(client) == [
        ("Accept the changes of approved people: 0 of 2 are done with", f"/admin/base/massact/{act.pk}/change/")
    ]
    mass_acts.work_waiting(now=timezone.now())
    assert waiting(client) == []
    client.force_login(other_liaison)
    assert waiting(client) == []


def test_what_is_over_for_a_person_is_no_work(client, coordinator):
    """A pair made by hand in a draft, an erased account, a code, and an email to nobody look like work."""
    round_ = make_round("cancelled", cancelled_at=timezone.now(), cancelled_by=coordinator)
    make_match("proposed", round=round_, made_by_hand=True, made_by=coordinator, made_why="They know.")
    gone = factories.make_member(has_doubtful_address=True)
    erasing.erase_member(member=gone, by=gone, now=timezone.now())
    code = make_letter(kind="registrations.sign_in_code", to=None, address="nobody@example.org")
    to_nobody = make_letter(to=None, address="gone@example.org")
    for letter in (code, to_nobody):
        Letter.objects.filter(pk=letter.pk).update(state="failed", reason="the mail server refused it", tries=1)
    Letter.objects.filter(pk=to_nobody.pk).update(address="")
    client.force_login(coordinator)

    assert [text for text, _url in waiting(client)] == ["The trust team needs at least two members"]


def test_a_trust_team_that_is_too_small_waits_for_coordinators(client, coordinator, liaison):
    client.force_login(coordinator)
    waits = dict(waiting(client))
    assert waits["The trust team needs at least two members"] == reverse("admin:trust_trustseat_changelist")

    client.force_login(liaison)
    assert waiting(client) == []


def computed_columns(page):
    """Return the columns that are no columns of the table: what the desk or the model computes for a row."""
    fields = {field.name for field in page.model._meta.get_fields()}
    return {column for column in (*page.list_display, *page.readonly_fields) if column not in {*fields, "__str__"}}


@pytest.mark.parametrize("page", admin.site._registry.values(), ids=lambda page: page.model._meta.label)
def test_what_the_desk_computes_has_a_heading_in_the_language_of_who_reads(page):
    """Without one Django makes it of the name in the code, in English."""
    for column in computed_columns(page):
        computed = getattr(page, column, None) or getattr(page.model, column)
        heading = getattr(getattr(computed, "fget", computed), "short_description", None)
        assert isinstance(heading, Promise), column
