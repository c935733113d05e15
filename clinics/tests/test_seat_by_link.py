"""The page of a seat behind the link of a letter: it needs no account, tells little, and acts by its buttons only."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.urls import reverse

from clinics.domain.clinics import ClinicState
from clinics.models import Rsvp
from clinics.seats.links import rsvp_by_token, seat_url, token_of
from clinics.seats.rsvps import cancel_rsvp
from clinics.tests.factories import LINK, START, make_channel, make_clinic, make_person, sign_up
from letsconnect.base.links import BARE_LINKS_WORK_FOR, sign
from registrations.models import Member
from registrations.privacy.erasing import erase_member
from registrations.tests.factories import NOW, make_agreement

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def seats(db):
    return sign_up(make_clinic(capacity=1), 2)


def path_of(rsvp):
    return urlsplit(seat_url(rsvp)).path


def test_the_link_opens_the_page_of_this_seat_and_of_no_other(client, seats):
    going, waiting = seats

    assert "You have a seat." in client.get(path_of(going)).content.decode()
    assert "You are number 1 on the waiting list." in client.get(path_of(waiting)).content.decode()


def test_the_page_names_nobody_and_gives_no_meeting_link(client, seats):
    member = seats[0].member
    with time_machine.travel(START, tick=False):
        page = client.get(path_of(seats[0])).content.decode()

    assert not [word for word in (member.name, member.email, member.public_id, LINK) if word in page]


def test_the_hour_is_by_the_clock_of_whose_seat_it_is(client, seats):
    member = seats[0].member
    member.zone = "Asia/Kathmandu"
    member.save(update_fields=["zone"])

    assert "17:45 (Kathmandu time, UTC+5:45)" in client.get(path_of(seats[0])).content.decode()


def test_opening_it_changes_nothing_and_the_button_gives_the_seat_to_the_next(client, seats):
    going, waiting = seats
    for method in (client.get, client.head):
        method(path_of(going))
    going.refresh_from_db()
    assert going.is_going

    client.post(path_of(going), {"do": "give_back"})

    for rsvp in seats:
        rsvp.refresh_from_db()
    assert (going.state, waiting.state) == ("cancelled", "going")
    assert "You are not signed up for this clinic any more." in client.get(path_of(going)).content.decode()


def test_pressing_twice_or_pressing_nothing_we_know_is_harmless(client, seats):
    path = path_of(seats[1])
    for do in ("", "moon", "give_back", "give_back"):
        assert client.post(path, {"do": do}).status_code == 302

    seats[1].refresh_from_db()
    assert seats[1].state == "cancelled"


@pytest.mark.parametrize("state", [ClinicState.CANCELLED, ClinicState.ANNOUNCED])
def test_nothing_is_given_back_of_a_clinic_that_is_cancelled_or_has_begun(client, seats, state):
    clinic = seats[0].clinic
    if state == ClinicState.CANCELLED:
        type(clinic).objects.filter(pk=clinic.pk).update(state=state, cancel_reason="The sharer is ill.")
    with time_machine.travel(NOW if state == ClinicState.CANCELLED else START, tick=False):
        assert b"Give my seat back" not in client.get(path_of(seats[0])).content


@pytest.mark.parametrize("token", ["forged", "WzEsMV0:1wFl8m:x"])
def test_a_forged_link_is_gone(client, token):
    assert client.get(reverse("clinics:seat-by-link", args=[token])).status_code == 410


def test_a_link_of_something_else_opens_no_seat(seats):
    assert rsvp_by_token(sign("clinics.person", [seats[0].pk, seats[0].clinic_id])) is None
    assert rsvp_by_token(token_of(seats[0])) == seats[0]


def test_the_link_of_somebody_erased_is_gone(client, seats):
    path = path_of(seats[0])
    erase_member(member=seats[0].member, by=seats[0].member, now=NOW)

    assert client.get(path).status_code == 410


def test_a_seat_given_back_elsewhere_and_taken_again_has_the_same_page(client, seats):
    going = seats[0]
    cancel_rsvp(clinic=going.clinic, member=going.member, by=going.member, now=NOW + timedelta(minutes=1))

    assert client.get(path_of(going)).status_code == 200


def test_the_channel_is_changed_by_the_link(client, seats):
    going = seats[0]
    channel = make_channel(going.clinic, "ar")
    assert b"listens_in" not in client.get(path_of(going)).content  # nobody interprets yet
    make_person(going.clinic, "interpreter", channel=channel)
    assert b"listens_in" in client.get(path_of(going)).content

    client.post(path_of(going), {"do": "listen", "listens_in": "ar"})
    going.refresh_from_db()
    assert going.channel == channel
    client.post(path_of(going), {"do": "listen", "listens_in": ""})
    going.refresh_from_db()
    assert going.channel is None


@pytest.fixture
def offered(seats):
    going, waiting = seats
    Rsvp.objects.filter(pk=going.pk).update(state="cancelled", seat=None, seated_at=None)
    Rsvp.objects.filter(pk=waiting.pk).update(state="offered", seat=1, place=None, claim_by=NOW + timedelta(hours=4))
    waiting.refresh_from_db()
    make_agreement(waiting.member)
    return waiting


@pytest.mark.parametrize(("do", "becomes"), [("claim", "going"), ("decline", "cancelled")])
def test_an_offered_seat_is_claimed_or_passed_on_by_the_link(client, offered, do, becomes):
    assert "A seat is kept for you until" in client.get(path_of(offered)).content.decode()

    client.post(path_of(offered), {"do": do})

    offered.refresh_from_db()
    assert offered.state == becomes


def test_an_offer_that_has_ended_is_refused_with_words(client, offered):
    with time_machine.travel(NOW + timedelta(hours=5), tick=False):
        page = client.post(path_of(offered), {"do": "claim"}, follow=True).content.decode()

    offered.refresh_from_db()
    assert not offered.is_going
    assert page.count("This seat is not kept for you any more") == 2  # about the press, and about the seat
    assert "A seat is free" not in page
    Rsvp.objects.filter(pk=offered.pk).update(state="expired", seat=None, claim_by=None)
    assert "This seat is not kept for you any more" in client.get(path_of(offered)).content.decode()


def test_whose_offer_has_ended_finds_the_seat_free_at_the_door_before_the_sweep_looks(client, offered):
    with time_machine.travel(START - timedelta(minutes=20), tick=False):
        assert "A seat is free" in client.get(path_of(offered)).content.decode()
        client.post(path_of(offered), {"do": "take"})

    offered.refresh_from_db()
    assert (offered.is_going, offered.turn) == (True, 2)


def test_the_page_of_the_clinic_offers_the_same(client, offered):
    client.force_login(offered.member)
    page = client.get(reverse("clinics:clinic-detail", args=[offered.clinic_id])).content.decode()

    assert "Yes, I take the seat" in page
    assert f'action="{path_of(offered).rsplit(":", 2)[0]}' in page


def test_at_the_door_whoever_waits_takes_a_free_seat_by_the_link(client, seats):
    going, waiting = seats
    make_agreement(waiting.member)
    with time_machine.travel(START - timedelta(minutes=20), tick=False):
        assert b'value="take"' not in client.get(path_of(waiting)).content
        Rsvp.objects.filter(pk=going.pk).update(state="cancelled", seat=None, seated_at=None)
        assert b'value="take"' in client.get(path_of(waiting)).content
        client.post(path_of(waiting), {"do": "take"})

    waiting.refresh_from_db()
    assert waiting.is_going


def test_who_gave_the_seat_back_takes_none_by_the_old_link(client, seats):
    going = seats[0]
    client.post(path_of(going), {"do": "give_back"})
    client.post(path_of(going), {"do": "take"})

    going.refresh_from_db()
    assert going.state == "cancelled"


def test_whoever_has_the_mailbox_of_before_opens_no_seat(client, seats):
    going = seats[0]
    old, bare = path_of(going), sign("clinics.seat", [going.pk, going.clinic_id])
    Member.objects.filter(pk=going.member_id).update(email="new@example.org")

    assert client.get(old).status_code == client.post(old, {"do": "give_back"}).status_code == 410
    assert Rsvp.objects.get(pk=going.pk).is_going
    assert client.get(path_of(Rsvp.objects.get(pk=going.pk))).status_code == 200
    assert rsvp_by_token(bare) == going  # of a letter from before addresses stood in links
    with time_machine.travel(NOW + BARE_LINKS_WORK_FOR + timedelta(days=1), tick=False):
        assert rsvp_by_token(bare) is None
