"""The desk and seats: who comes, putting somebody in, taking somebody out, the rules."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from clinics.domain.clinics import ClinicClosed, NotYourClinic
from clinics.domain.seats import ComesAnyway, PutInRefused
from clinics.models import Clinic, Rsvp
from clinics.seats.desk import put_in, take_out
from clinics.tests.factories import START, make_channel, make_clinic, make_person, sign_up
from letsconnect.base.models import Act
from mailings import kinds
from mailings.models import Letter
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_member

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def planner(client):
    member = make_coordinator()
    client.force_login(member)
    return member


def tab(clinic):
    return reverse("admin:clinics_clinic_who_comes", args=[clinic.pk])


def press(client, clinic, do, **typed):
    return client.post(tab(clinic), {"do": do, **typed}, follow=True)


def hidden(response):
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', response.content.decode()))


def confirm(client, clinic, asked, **more):
    fields = {name: value for name, value in hidden(asked).items() if name != "csrfmiddlewaretoken"}
    return client.post(tab(clinic), {**fields, **more}, follow=True)


def owed(kind):
    return Letter.objects.filter(kind=f"clinics.{kind}")


def states(clinic):
    return list(clinic.rsvps.order_by("pk").values_list("state", flat=True))


# The actions


def test_the_desk_puts_somebody_in_over_the_queue_where_a_seat_is_free(coordinator):
    clinic = make_clinic(capacity=2)
    one, two, waiting, last = sign_up(clinic, 4)
    Clinic.objects.update(capacity=3)  # a seat that nobody has given on yet

    given = put_in(clinic=clinic, member=last.member, by=coordinator, now=NOW)

    assert (given.state, given.seat, given.turn) == ("going", 3, 1)
    assert states(clinic) == ["going", "going", "waiting", "going"] and waiting.position() == 1
    assert owed("put_in").get().member == last.member
    assert put_in(clinic=clinic, member=one.member, by=coordinator, now=NOW).seat == 1  # nothing changes
    assert owed("put_in").count() == 1 and two.is_going


def test_where_all_seats_are_taken_the_desk_adds_one_in_so_many_words(coordinator, member):
    clinic = make_clinic(capacity=1)
    sign_up(clinic, 2)

    with pytest.raises(PutInRefused):
        put_in(clinic=clinic, member=member, by=coordinator, now=NOW)
    put_in(clinic=clinic, member=member, add_seat=True, by=coordinator, now=NOW)

    assert states(clinic) == ["going", "waiting", "going"]
    assert Clinic.objects.get().capacity == 2
    assert Act.objects.get(verb="change_capacity").became == "2"


def test_who_is_offered_a_seat_is_put_in_on_that_seat(coordinator):
    clinic = make_clinic(capacity=1)
    going, waiting = sign_up(clinic, 2)
    take_out(clinic=clinic, member=going.member, by=coordinator, now=START - timedelta(hours=9))

    given = put_in(clinic=clinic, member=waiting.member, by=coordinator, now=START - timedelta(hours=8))

    assert (given.state, given.seat, given.claim_by) == ("going", 1, None)


def test_who_is_put_in_after_an_offer_ended_begins_a_new_turn_as_the_log_tells(coordinator):
    clinic = make_clinic(capacity=1)
    going, waiting = sign_up(clinic, 2)
    take_out(clinic=clinic, member=going.member, by=coordinator, now=START - timedelta(hours=9))
    later = Rsvp.objects.get(pk=waiting.pk).claim_by

    now_going = put_in(clinic=clinic, member=waiting.member, by=coordinator, now=later)

    assert (now_going.state, now_going.turn) == ("going", 2)
    acts = Act.objects.filter(object_type="clinics.rsvp", object_id=waiting.pk, at=later).order_by("pk")
    assert list(acts.values_list("was", "became")) == [("offered", "expired"), ("expired", "going")]


def test_nobody_is_put_in_who_comes_anyway_or_where_nothing_takes_place(coordinator, member):
    clinic = make_clinic()
    make_person(clinic, "host", member=member)
    other = make_member()

    with pytest.raises(ComesAnyway):
        put_in(clinic=clinic, member=member, by=coordinator, now=NOW)
    with pytest.raises(NotYourClinic):
        put_in(clinic=clinic, member=other, by=make_liaison("MENA"), now=NOW)
    with pytest.raises(ClinicClosed):
        put_in(clinic=clinic, member=other, by=coordinator, now=clinic.ends_at)
    for state in ("draft", "cancelled"):
        with pytest.raises(ClinicClosed):
            put_in(clinic=make_clinic(state=state), member=other, by=coordinator, now=NOW)
    type(other).objects.filter(pk=other.pk).update(is_active=False)
    with pytest.raises(PutInRefused):
        put_in(clinic=clinic, member=other, by=coordinator, now=NOW)


def test_who_is_taken_out_is_told_why_and_the_seat_goes_on(coordinator):
    clinic = make_clinic(capacity=1)
    going, waiting = sign_up(clinic, 2)

    for _time in range(2):
        take_out(clinic=clinic, member=going.member, reason=" A seat too many. ", by=coordinator, now=NOW)

    assert states(clinic) == ["cancelled", "going"]
    letter = owed("taken_out").get()
    kind, gone = kinds.get("clinics.taken_out"), Rsvp.objects.get(pk=going.pk)
    assert letter.member == going.member and kind.still_owed(gone, NOW) is None
    assert "The reason: A seat too many." in kind.render(gone, "en", "UTC").text
    assert Act.objects.filter(verb="take_out_of_clinic").count() == 1
    with pytest.raises(NotYourClinic):
        take_out(clinic=clinic, member=waiting.member, by=make_liaison("MENA"), now=NOW)
    assert take_out(clinic=clinic, member=make_member(), by=coordinator, now=NOW) is None


def test_at_the_door_the_desk_still_takes_out_and_the_seat_waits_for_whoever_finds_it(coordinator):
    clinic = make_clinic(capacity=1)
    going, _waiting = sign_up(clinic, 2)

    take_out(clinic=clinic, member=going.member, by=coordinator, now=START + MINUTE)

    assert states(clinic) == ["cancelled", "waiting"]


# The pages


def test_somebody_found_by_name_is_put_in_after_it_was_asked_once_more(client, planner):
    clinic, ana = make_clinic(), make_member(name="Ana Anders")

    found = press(client, clinic, "put_in", person="anders")
    assert found.status_code == 422 and ana.public_id in found.content.decode()
    asked = press(client, clinic, "put_in", person="anders", member=ana.public_id)
    assert "Give Ana Anders a seat?" in asked.content.decode() and not clinic.rsvps.exists()
    done = confirm(client, clinic, asked)

    assert "Ana Anders has a seat." in done.content.decode()
    assert clinic.rsvps.get().is_going


def test_who_waits_is_given_a_seat_that_is_added_and_only_if_the_page_said_so(client, planner):
    clinic = make_clinic(capacity=1)
    going, waiting = sign_up(clinic, 2)

    asked = press(client, clinic, "give", rsvp=waiting.pk)
    assert "All seats are taken: one is added for them." in asked.content.decode()
    refused = confirm(client, clinic, asked, adds="0")
    assert "Add a seat for this person" in refused.content.decode() and states(clinic) == ["going", "waiting"]
    confirm(client, clinic, asked)

    assert states(clinic) == ["going", "going"] and Clinic.objects.get().capacity == 2
    assert going.is_going


def test_who_is_taken_out_stays_until_it_was_asked_once_more(client, planner):
    clinic = make_clinic(capacity=1)
    going, _waiting = sign_up(clinic, 2)

    asked = press(client, clinic, "take_out", rsvp=going.pk)
    assert states(clinic) == ["going", "waiting"] and "loses the seat" in asked.content.decode()
    done = confirm(client, clinic, asked, reason="You come to the other hour.")

    assert states(clinic) == ["cancelled", "going"] and "is taken out" in done.content.decode()
    assert Act.objects.get(verb="take_out_of_clinic").reason.text == "You come to the other hour."
    gone = press(client, clinic, "take_out", rsvp=going.pk)
    assert "given their place up meanwhile" in gone.content.decode()


def test_the_tab_says_who_listens_where_and_until_when_a_seat_is_kept(client, planner, django_assert_max_num_queries):
    clinic = make_clinic(capacity=2, starts_at=NOW + timedelta(hours=12))
    one, two, waiting = sign_up(clinic, 3)
    Rsvp.objects.filter(pk=two.pk).update(channel=make_channel(clinic, "es"))
    take_out(clinic=clinic, member=one.member, by=planner, now=NOW)

    words = client.get(tab(clinic)).content.decode()

    assert "Seats taken or offered: 2 of 2." in words and "Spanish" in words and "Kept until" in words
    assert waiting.member.name in words and waiting.member.email not in words


def test_clinics_that_are_over_or_drafts_have_no_buttons(client, planner):
    over = make_clinic(starts_at=NOW - timedelta(hours=3))
    Rsvp.objects.filter(pk=sign_up(make_clinic(), 1)[0].pk).update(clinic=over)
    for clinic in (over, make_clinic(state="held"), make_clinic(state="draft")):
        assert 'name="do"' not in client.get(tab(clinic)).content.decode()


def test_coordinators_change_the_cut_off_on_its_page_and_liaisons_read_it(client, planner):
    page = reverse("admin:clinics_clinicseatrules_change", args=[1])
    opened = re.search(r'name="opened" value="([^"]*)"', client.get(page).content.decode())[1].replace("&quot;", '"')

    response = client.post(page, {"cut_off_hours": "36", "opened": opened}, follow=True)
    assert "The rules are changed." in response.content.decode()
    refused = client.post(page, {"cut_off_hours": "0", "opened": opened})
    assert 'id="id_cut_off_hours_error"' in refused.content.decode() or "errorlist" in refused.content.decode()
    client.force_login(make_liaison("MENA"))
    assert "disabled" in client.get(page).content.decode()
