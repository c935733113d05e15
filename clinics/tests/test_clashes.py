"""Whoever takes a seat at an hour at which they have agreed to be elsewhere is told; and again when a clinic moves."""

from datetime import timedelta

import pytest
from django.utils import translation

from clinics.domain.clinics import RsvpState
from clinics.models import Notice
from clinics.planning.plans import reschedule
from clinics.seats.clashes import clashes_of, hours_of
from clinics.seats.rsvps import change_capacity, rsvp
from clinics.tests.factories import START, make_clinic, make_person, make_text, sign_up
from mailings import kinds
from registrations.tests.factories import NOW, make_coordinator, make_member

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def going(clinic):
    [row] = sign_up(clinic, 1)
    return row.member


def plain(sentences):
    return [sentence.replace("\u2068", "").replace("\u2069", "") for sentence in sentences]


def test_other_seats_and_parts_are_named_because_they_are_ones_own():
    member = going(make_clinic(starts_at=START + HOUR, title="Budgets"))
    make_person(make_clinic(starts_at=START - HOUR, title="Surveys"), "helper", member=member)

    assert plain(clashes_of(member, make_clinic(), NOW)) == [
        "You take part in “Surveys” at that time.",
        "You have a seat at “Budgets” at that time.",
    ]


@pytest.mark.parametrize("hours", [2, -2])
def test_hours_that_only_touch_are_no_clash(hours):
    member = going(make_clinic(starts_at=START + hours * HOUR))

    assert clashes_of(member, make_clinic(), NOW) == []


def test_ones_own_seat_and_part_at_the_clinic_itself_are_not_in_the_way():
    clinic = make_clinic()
    member = going(clinic)
    make_person(clinic, "helper", member=member)

    assert clashes_of(member, clinic, NOW) == []


def test_what_is_not_agreed_or_does_not_take_place_is_no_clash():
    member = make_member()
    full = make_clinic(capacity=1, starts_at=START + HOUR)
    going(full)
    assert rsvp(clinic=full, member=member, by=member, now=NOW).state == RsvpState.WAITING
    make_person(make_clinic(starts_at=START + HOUR), state="asked", member=member)
    make_person(make_clinic(starts_at=START + HOUR, state="cancelled"), member=member)

    assert clashes_of(member, make_clinic(), NOW) == []


def test_many_people_cost_as_many_queries_as_one(django_assert_num_queries):
    members = [going(make_clinic(starts_at=START + HOUR, title=f"Clinic {number}")).pk for number in range(4)]
    for key in members:
        make_person(make_clinic(starts_at=START + 9 * HOUR), "helper", member_id=key, member=None)
    for number in (1, 4):
        with django_assert_num_queries(4):
            assert all(len(hours) == 2 for hours in hours_of(members[:number], now=NOW).values())


def test_a_clinic_that_moves_into_another_hour_says_so_in_its_letter_in_the_readers_language():
    clinic, there = make_clinic(), make_clinic(starts_at=START + timedelta(days=1), title="Budgets")
    make_text(there, "ar", "ميزانيات")
    member = going(clinic)
    rsvp(clinic=there, member=member, by=member, now=NOW)
    start = there.starts_at
    reschedule(
        clinic=clinic, local_date=start.date(), local_time=start.time(), zone="UTC", by=make_coordinator(), now=NOW
    )

    kind = kinds.get("clinics.clinic_moved")
    [notice] = kind.reads([Notice.objects.get().pk], NOW)
    letter = kind.render(notice, "en", "UTC")
    [sentence] = clashes_of(member, notice.rsvp.clinic, NOW)
    assert sentence in letter.text and sentence in letter.html
    with translation.override("ar"):
        [sentence] = clashes_of(member, notice.rsvp.clinic, NOW)
    assert "ميزانيات" in sentence and sentence in kind.render(notice, "ar", "UTC").text


def test_a_clinic_that_moves_to_a_free_hour_says_nothing_of_clashes():
    clinic = make_clinic()
    going(clinic)
    start = START + timedelta(days=1)
    reschedule(
        clinic=clinic, local_date=start.date(), local_time=start.time(), zone="UTC", by=make_coordinator(), now=NOW
    )
    [notice] = kinds.get("clinics.clinic_moved").reads([Notice.objects.get().pk], NOW)

    assert "elsewhere" not in kinds.get("clinics.clinic_moved").render(notice, "en", "UTC").text


def letter_of(kind, seat):
    registered = kinds.get(f"clinics.{kind}")
    [read] = registered.reads([seat.pk], NOW)
    return registered.render(read, "en", "UTC")


def test_whoever_gets_a_seat_unasked_reads_where_else_they_are_or_wait_at_that_hour():
    full, there = (
        make_clinic(title="Full", capacity=1),
        make_clinic(starts_at=START + HOUR, title="Budgets", capacity=2),
    )
    going(full)
    member = make_member()
    waiting = rsvp(clinic=full, member=member, by=member, now=NOW)
    seat = rsvp(clinic=there, member=member, by=member, now=NOW)

    recorded = letter_of("rsvp_recorded", seat)
    assert "You wait for a seat at “Full” at that time." in plain([recorded.text])[0]
    change_capacity(clinic=full, capacity=2, by=make_coordinator(), now=NOW)
    for kind in ("moved_up", "put_in"):
        letter = letter_of(kind, waiting)
        for part in (letter.text, letter.html):
            assert "You have a seat at “Budgets” at that time." in plain([part])[0]
        assert "give this seat back" in letter.text
    free = sign_up(make_clinic(starts_at=START + 9 * HOUR), 1)[0]
    assert "at that time" not in letter_of("moved_up", free).text
