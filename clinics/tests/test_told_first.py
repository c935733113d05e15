"""Whichever way somebody takes a seat, they first read where they are at that hour, and agree to what all agree to."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from clinics.attendance.ticking import let_in
from clinics.models import Clinic, Rsvp
from clinics.seats.desk import put_in
from clinics.seats.links import token_of
from clinics.seats.rsvps import cancel_rsvp, rsvp
from clinics.tests.factories import START, TICKED, make_clinic, make_person, sign_up
from mailings import kinds
from mailings.models import Letter
from registrations.tests.factories import NOW, make_agreement, make_coordinator, make_member

pytestmark = pytest.mark.django_db
HERE, THERE = "You have a seat at “Writing reports”", "You have agreed to be elsewhere at that time."
AT_THE_DOOR = START - timedelta(minutes=20)


def detail(clinic, _seat):
    return reverse("clinics:clinic-detail", args=[clinic.pk])


def join(clinic, _seat):
    return reverse("clinics:clinic-join", args=[clinic.pk])


def by_link(_clinic, seat):
    return reverse("clinics:seat-by-link", args=[token_of(seat)])


def make(clinic, _seat):
    return reverse("clinics:rsvp-make", args=[clinic.pk])


# How somebody comes: what they have before, when, the page, where its button leads, what it sends.
WAYS = {
    "the page of the clinic": (None, NOW, detail, make, {}),
    "the page, at the door": ("waiting", AT_THE_DOOR, detail, make, {}),
    "the page, an offer": ("offered", NOW, detail, make, {"do": "claim"}),
    "the link, at the door": ("waiting", AT_THE_DOOR, by_link, by_link, {"do": "take"}),
    "the link, an offer": ("offered", NOW, by_link, by_link, {"do": "claim"}),
    "the page of the call": (None, AT_THE_DOOR, join, join, {"seat": "take"}),
    "the page of the call, waiting": ("waiting", AT_THE_DOOR, join, join, {"seat": "take"}),
}


@pytest.fixture(params=WAYS, ids=str)
def way(request, client):
    """A member without agreements, and the two addresses; by the link nobody is signed in."""
    has, now, page, act, sent = WAYS[request.param]
    clinic, member, seat = make_clinic(capacity=1), make_member(), None
    if has:
        holder, seat = sign_up(clinic, 1)[0], rsvp(clinic=clinic, member=member, by=member, now=NOW)
        Rsvp.objects.filter(pk=holder.pk).update(state="cancelled", seat=None, seated_at=None)
    if has == "offered":
        Rsvp.objects.filter(pk=seat.pk).update(state="offered", seat=1, place=None, claim_by=NOW + timedelta(hours=4))
    if page is not by_link:
        client.force_login(member)
    with time_machine.travel(now, tick=False):
        yield member, clinic, page(clinic, seat), act(clinic, seat), sent, page is by_link


def told(page):
    return re.findall(r'name="told" value="([^"]*)"', page)


def test_somebody_who_has_agreed_to_be_elsewhere_reads_it_first_and_chooses(client, way):
    member, clinic, page, act, sent, is_by_link = way
    make_agreement(member)
    elsewhere = make_clinic(title="Writing reports")
    rsvp(clinic=elsewhere, member=member, by=member, now=NOW)

    shown = client.get(page).content.decode()
    untold = client.post(act, sent, follow=True).content.decode()
    assert not clinic.rsvps.going().exists()
    for said in (shown, untold):
        assert told(said) and (THERE if is_by_link else HERE) in said
        assert "Writing reports" not in said or not is_by_link  # whoever has the letter reads it
    client.post(act, {**sent, "told": told(shown)})

    assert clinic.rsvps.going().get().member == member
    assert elsewhere.rsvps.get().is_going


def test_somebody_who_has_not_agreed_agrees_first(client, way):
    member, clinic, page, act, sent, is_by_link = way

    shown = client.get(page).content.decode()
    client.post(act, sent)
    assert not clinic.rsvps.going().exists()
    if is_by_link:  # agreements are the member's own: whoever has the letter cannot give them
        assert "once you have signed in" in shown
        client.post(act, {**sent, **TICKED})
        assert not clinic.rsvps.going().exists()
        client.force_login(member)
        page, act = detail(clinic, None), make(clinic, None)
        shown = client.get(page).content.decode()
    assert 'name="code_of_conduct"' in shown and 'name="version-code_of_conduct"' in shown
    client.post(act, {**sent, **TICKED})

    assert clinic.rsvps.going().get().member == member


def test_the_other_hour_of_a_clinic_is_given_up_knowingly_whichever_way_one_comes(client, way):
    member, clinic, page, act, sent, _is_by_link = way
    make_agreement(member)
    other = make_clinic(edition_of=clinic, starts_at=START + timedelta(days=1))
    first = rsvp(clinic=other, member=member, by=member, now=NOW)

    shown = client.get(page).content.decode()
    client.post(act, sent)
    assert not clinic.rsvps.going().exists()
    after = client.post(act, {**sent, "told": told(shown)}, follow=True).content.decode()
    assert "no longer signed up for the same clinic at another hour: Tue 10 March 2026" in after

    first.refresh_from_db()
    assert clinic.rsvps.going().get().member == member
    assert first.state == "cancelled"


def test_the_desk_reads_what_it_would_have_to_ask_and_not_where_somebody_is(client):
    clinic, member = make_clinic(), make_member(name="Ada")
    elsewhere, other = (
        make_clinic(title="Writing reports"),
        make_clinic(edition_of=clinic, starts_at=NOW + 2 * (START - NOW)),
    )
    for there in (elsewhere, other):
        rsvp(clinic=there, member=member, by=member, now=NOW)
    client.force_login(make_coordinator())

    asked = {"do": "put_in", "person": member.public_id, "member": member.public_id}
    with time_machine.travel(NOW, tick=False):
        page = client.post(reverse("admin:clinics_clinic_who_comes", args=[clinic.pk]), asked).content.decode()

    sentences = ("to be elsewhere at that time", "given back: people take one of the two", "please ask them to")
    assert [said for said in sentences if said not in page] == []
    assert "Writing reports" not in page


def test_by_each_way_to_a_seat_there_is_one_at_one_of_two_editions(coordinator):
    """The desk, a host at the door, the queue, and editions that became so afterwards."""
    here, there = make_clinic(capacity=1), make_clinic(capacity=1, starts_at=START + timedelta(days=1))
    member, other = make_member(), make_member()
    make_agreement(member)
    rsvp(clinic=there, member=member, by=member, now=NOW)
    rsvp(clinic=here, member=other, by=other, now=NOW)
    waits = rsvp(clinic=here, member=member, by=member, now=NOW)
    Clinic.objects.filter(pk=there.pk).update(edition_of=here)
    there.refresh_from_db()

    cancel_rsvp(clinic=here, member=other, by=other, now=NOW)
    waits.refresh_from_db()
    assert waits.is_waiting and waits.position() == 1  # passed over, and nothing lost
    newcomer = make_member()
    assert rsvp(clinic=here, member=newcomer, by=newcomer, now=NOW).is_going
    with pytest.raises(IntegrityError, match="clinics_one_seat_of_two_editions"), transaction.atomic():
        Rsvp.objects.filter(pk=waits.pk).update(state="going", seat=2, place=None, seated_at=NOW)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    put_in(clinic=here, member=member, add_seat=True, by=coordinator, now=NOW)
    assert states_of(member) == {here.pk: "going", there.pk: "cancelled"}
    assert Letter.objects.filter(kind="clinics.seat_given_back", member=member).count() == 1
    given_back = Rsvp.objects.get(clinic=there, member=member)
    said = kinds.get("clinics.seat_given_back").render(given_back, "en", "UTC")
    assert "People take one of the two" in said.text and "People take one of the two" in said.html

    put_in(clinic=there, member=member, by=coordinator, now=NOW)
    assert states_of(member) == {here.pk: "cancelled", there.pk: "going"}
    host = make_person(here, "host").member
    Rsvp.objects.filter(clinic=here, member=member).update(state="waiting", place=9)
    let_in(clinic=here, member=member, by=host, now=START)
    assert states_of(member) == {here.pk: "going", there.pk: "cancelled"}


def states_of(member):
    return dict(Rsvp.objects.of(member).values_list("clinic", "state"))
