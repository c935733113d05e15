"""The pages of clinics and the home page are kept for visitors, until anything changed that stands on them."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinics.domain.clinics import ClinicState
from clinics.listing import versions
from clinics.models import (
    AgendaItem,
    Clinic,
    ClinicHourChoice,
    ClinicResource,
    ClinicText,
    OtherHeads,
    Quote,
)
from clinics.seats.rsvps import rsvp
from clinics.tests.after_factories import make_clinic_that_was
from clinics.tests.factories import START, make_attendance, make_clinic, make_person, make_text, sign_up
from clinics.tests.resource_factories import make_resource
from letsconnect.base import kept_pages
from registrations.tests.factories import NOW, make_coordinator, make_member

pytestmark = pytest.mark.django_db
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w{64})"')


@pytest.fixture(autouse=True)
def _keeping(settings, monkeypatch):
    settings.KEEPS_PAGES = True
    monkeypatch.setattr(kept_pages, "ASKED_EVERY", 0)
    kept_pages._kept.clear()
    kept_pages._narrowed.clear()
    versions.VERSION._asked_at = float("-inf")
    yield
    kept_pages._kept.clear()
    kept_pages._narrowed.clear()


def path_of(clinic):
    return f"/clinics/{clinic.pk}/"


def page(client, path, **headers):
    with time_machine.travel(NOW, tick=False):
        return client.get(path, headers=headers)


def drawn(client, path, **headers):
    """Whether the page was drawn, and not kept from before."""
    response = page(client, path, **headers)
    assert response.status_code == 200
    return bool(response.templates)


@pytest.mark.parametrize("of_clinic", [True, False])
def test_a_page_is_drawn_once_for_all_visitors_and_each_form_has_the_token_of_its_reader(client, of_clinic):
    clinic = make_clinic()
    path, others = path_of(clinic) if of_clinic else "/", [Client(), Client(enforce_csrf_checks=True)]
    assert drawn(client, path) and not drawn(client, path)

    texts = [page(other, path).content.decode() for other in (client, *others)]
    tokens = [TOKEN.findall(text) for text in texts]

    assert [len(set(found)) for found in tokens] == [1, 1, 1]
    assert {len(found) for found in tokens} == {2 if of_clinic else 1}  # the sign-up form, and that of the language
    assert len({found[0] for found in tokens}) == 3
    assert len({TOKEN.sub("", text) for text in texts}) == 1
    assert page(client, path, **{"if-none-match": page(client, path).headers["ETag"]}).status_code == 304
    packed = page(client, path, **{"accept-encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip" and len(packed.content) < len(texts[0]) / 2
    assert drawn(client, path, **{"accept-language": "ar"}) and drawn(client, path + "?any=thing")
    client.cookies[settings.ZONE_COOKIE_NAME] = "Africa/Cairo"
    assert drawn(client, path) and not drawn(client, path)


def test_the_form_of_a_kept_page_takes_a_seat_with_the_token_of_its_reader_and_no_other(client):
    clinic = make_clinic()
    page(client, path_of(clinic))
    readers = [Client(enforce_csrf_checks=True) for _number in range(2)]
    tokens = [TOKEN.search(page(reader, path_of(clinic)).content.decode())[1] for reader in readers]

    def answer(token):
        data = {"email": "amina@example.org", "csrfmiddlewaretoken": token}
        return readers[0].post(f"{path_of(clinic)}rsvp/", data)

    assert answer(tokens[1]).status_code == 403
    assert answer(tokens[0]).status_code in (200, 302)


def test_whatever_changes_on_the_page_of_a_clinic_is_seen(client):
    was = make_clinic_that_was(held_at=NOW - timedelta(hours=1))
    sharer = make_person(was, member=make_member(name="Amina")).member
    came, person = make_member(), make_coordinator()

    def quote():
        given = {"given_at": NOW, "published_at": NOW, "published_by": person, "decided_at": NOW}
        Quote.objects.create(clinic=was, member=came, text="So kind", **given)

    def acts():
        yield lambda: AgendaItem.objects.create(clinic=was, place=1, part="break", minutes=5, title="Tea for all")
        yield lambda: make_resource(was, is_ready=True)
        yield lambda: ClinicResource.objects.update(is_ready=False)
        yield lambda: make_attendance(was, came)
        yield quote
        yield lambda: Quote.objects.all().delete()
        yield lambda: OtherHeads.objects.create(clinic=was, number=4, counted_at=NOW, counted_by=person)
        yield lambda: type(sharer).objects.filter(pk=sharer.pk).update(name="Zoë")
        yield lambda: type(came).objects.filter(pk=came.pk).update(region="LAC")
        yield lambda: ClinicText.objects.filter(clinic=was).update(summary="Something else")
        yield lambda: ClinicHourChoice.objects.create(
            clinic=was,
            starts_at=was.starts_at + timedelta(days=1),
            minutes=5,
            chosen_at=NOW,
            chosen_by=person,
            reasons={},
        )
        yield lambda: Clinic.objects.filter(pk=was.pk).update(partner="Room 5")

    for act in acts():
        page(client, path_of(was))
        assert not drawn(client, path_of(was))
        act()
        assert drawn(client, path_of(was))
    text = page(client, path_of(was)).content.decode()
    assert all(words in text for words in ("Tea for all", "Zoë", "Room 5", "Something else"))
    assert "So kind" not in text and "Amina" not in text


def test_an_account_that_is_seen_or_named_nowhere_empties_nothing(client):
    clinic = make_clinic()
    sharer, other = make_person(clinic, member=make_member(name="Amina")).member, make_member()
    page(client, path_of(clinic))
    type(sharer).objects.filter(pk=sharer.pk).update(last_seen_on=NOW.date())
    type(other).objects.filter(pk=other.pk).update(name="Nobody here")

    assert not drawn(client, path_of(clinic))


@pytest.mark.parametrize("of_clinic", [True, False])
def test_every_table_that_a_visitors_page_reads_tells_when_it_changes(client, of_clinic):
    was = make_clinic_that_was(held_at=NOW - timedelta(hours=1))
    for _number in range(2):
        make_resource(was, is_ready=True)
        make_attendance(was)
    make_person(was, member=make_member(name="Amina"))
    clinics = [was, make_clinic(edition_of=make_clinic(starts_at=START + timedelta(days=2)))]
    with CaptureQueriesContext(connection) as queries:
        for clinic in clinics if of_clinic else [None]:
            page(client, path_of(clinic) if clinic else "/")
    read = set(re.findall(r'(?:FROM|JOIN) "(\w+)"', " ".join(query["sql"] for query in queries)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE 'clinics_note_%'")
        telling = {table for (table,) in cursor.fetchall()}

    assert read - {"clinics_listchange"} <= telling and "clinics_clinic" in read


def test_what_is_kept_of_a_clinic_goes_with_it_and_a_draft_is_never_there(client):
    """It is cancelled, then archived; one that nobody was told of is for its own people and the desk only."""
    clinic, draft = make_clinic(), make_clinic(state=ClinicState.DRAFT, title="A draft", announced_at=None)
    desk = Client()
    desk.force_login(make_coordinator())
    for _time in range(2):
        assert page(desk, path_of(draft)).status_code == 200
        assert page(client, path_of(draft)).status_code == 404
        assert "Take a seat" in page(client, path_of(clinic)).content.decode()

    Clinic.objects.filter(pk=clinic.pk).update(state=ClinicState.CANCELLED, cancel_reason="A storm")
    cancelled = page(client, path_of(clinic)).content.decode()
    assert "A storm" in cancelled and "Take a seat" not in cancelled
    Clinic.objects.filter(pk=clinic.pk).update(announced_at=None, state=ClinicState.DRAFT, cancel_reason="")
    assert page(client, path_of(clinic)).status_code == 404


def test_members_and_whoever_has_a_session_or_a_message_read_their_own_page(client):
    clinic, member = make_clinic(), make_member()
    make_text(clinic, "fr", "Demander")
    rsvp(clinic=clinic, member=member, by=member, now=NOW)
    for path in (path_of(clinic), "/"):
        page(client, path)
        theirs = Client()
        theirs.force_login(member)
        assert drawn(theirs, path) and drawn(theirs, path)
        for cookie in ("sessionid", "messages"):
            other = Client()
            other.cookies[f"{settings.COOKIE_PREFIX}{cookie}"] = "anything"
            assert drawn(other, path) and drawn(other, path)
        assert "You have a seat" not in page(client, path).content.decode()


def test_no_place_that_is_left_outlives_an_act_by_more_than_a_second(client):
    clinic = make_clinic(capacity=3)
    for left in (3, 2, 1):
        assert f"{left} of 3" in page(client, path_of(clinic)).content.decode()
        sign_up(clinic, 1)
    assert "Join the waiting list" in page(client, path_of(clinic)).content.decode()
