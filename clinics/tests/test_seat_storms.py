"""Seats given back, offered, claimed and added by many at once, over real connections; and the same without the lock.

They run each time; the long storm is in `test_long_storm.py`, by `make chaos`.
"""

from collections import Counter
from datetime import timedelta

import pytest

from clinics.domain import seats as domain
from clinics.domain.clinics import ClinicError
from clinics.models import Clinic, Rsvp
from clinics.seats import offers, rsvps
from clinics.seats.offers import claim
from clinics.seats.rsvps import cancel_rsvp, change_capacity, rsvp
from clinics.seats.rules import change_seat_rules
from clinics.seats.sweeps import give_seats_on
from clinics.tests.factories import START, make_clinic
from letsconnect.base.models import Act
from letsconnect.tests.at_once import at_once, in_the_middle, meet_after
from registrations.models import Member
from registrations.tests.factories import NOW, make_coordinator

pytestmark = pytest.mark.django_db(transaction=True)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
LATE = START - 12 * HOUR  # after the cut-off: free seats are offered
LEAVING, WAITING = 20, 40


def make_people(number):
    return Member.objects.bulk_create(
        Member(email=f"storm-{person}@example.org", joined_at=NOW) for person in range(number)
    )


def full_clinic(seats, waiting):
    """A clinic whose seats are taken: those who have one, and those who wait, each in their order."""
    clinic = make_clinic(capacity=seats)
    rows = [
        rsvp(clinic=clinic, member=member, by=member, now=NOW + timedelta(seconds=number))
        for number, member in enumerate(make_people(seats + waiting))
    ]
    return clinic, rows[:seats], rows[seats:]


def leave(row, now):
    return lambda: cancel_rsvp(clinic=row.clinic, member=row.member, by=row.member, now=now)


def without_the_lock(monkeypatch):
    for module in (rsvps, offers):
        monkeypatch.setattr(module, "lock_clinic", lambda clinic: Clinic.objects.get(pk=clinic.pk))


def check(clinic, waiting, *, most=0):
    """Nobody too many, no seat twice, no seat empty while somebody waits, and nobody before those ahead of them."""
    holders = list(clinic.rsvps.holding_a_seat().values_list("seat", flat=True))
    most = most or clinic.capacity
    assert sorted(holders) == sorted(set(holders)) and set(holders) <= set(range(1, most + 1))
    queue = list(clinic.rsvps.waiting().values_list("pk", flat=True))
    assert not queue or clinic.capacity <= len(holders) <= most
    assert queue == [row.pk for row in waiting if row.pk in set(queue)]
    turns = Act.objects.filter(verb__in=("move_up", "offer_seat")).order_by("pk").values_list("object_id", flat=True)
    assert list(turns) == [row.pk for row in waiting][: len(turns)]  # each in its turn, none left out


@pytest.mark.parametrize(("now", "state"), [(NOW + HOUR, "going"), (LATE, "offered")])
def test_of_twenty_seats_given_back_at_once_none_stays_empty_and_each_goes_to_the_next(now, state):
    clinic, going, waiting = full_clinic(LEAVING, WAITING)

    at_once(*(leave(row, now) for row in going))

    check(clinic, waiting)
    states = dict(Rsvp.objects.values_list("pk", "state"))
    assert [states[row.pk] for row in waiting] == [state] * LEAVING + ["waiting"] * (WAITING - LEAVING)


def test_control_without_the_lock_two_who_leave_at_once_give_both_seats_to_the_same_person(monkeypatch):
    clinic, going, waiting = full_clinic(2, 3)
    without_the_lock(monkeypatch)
    meet_after(monkeypatch, domain, "queue", people=2)  # both have read who waits, and neither has given anything yet

    at_once(*(leave(row, NOW + HOUR) for row in going))

    with pytest.raises(AssertionError):
        check(clinic, waiting)


def test_offers_that_end_while_they_are_claimed_give_each_seat_to_one_person():
    clinic, going, waiting = full_clinic(4, 8)
    for row in going:
        leave(row, LATE)()
    ended = LATE + 4 * HOUR

    def claims(row, now):
        return lambda: claim(clinic=clinic, member=row.member, by=row.member, now=now)

    early, late = waiting[:2], waiting[2:4]
    answers = at_once(
        *(claims(row, ended - MINUTE) for row in early),
        *(claims(row, ended) for row in late),
        *(lambda: give_seats_on(ended) for _sweep in range(2)),
        refusals=(ClinicError,),
    )
    give_seats_on(ended)

    # Those who claimed in time may still come after the sweep of a later moment, and are refused then.
    claimed = [row for row, answer in zip(early, answers, strict=False) if isinstance(answer, Rsvp)]
    assert {isinstance(answer, ClinicError) for answer in answers[2:4]} == {True}
    states = dict(Rsvp.objects.values_list("pk", "state"))
    assert {states[row.pk] for row in claimed} <= {"going"} and {states[row.pk] for row in late} == {"expired"}
    assert [states[row.pk] for row in waiting[4 : 4 + 4 - len(claimed)]] == ["offered"] * (4 - len(claimed))
    check(clinic, waiting)


def test_control_without_the_lock_an_offer_is_claimed_although_it_went_to_the_next(monkeypatch):
    clinic, going, waiting = full_clinic(1, 2)
    leave(going[0], LATE)()
    ended = LATE + 4 * HOUR
    without_the_lock(monkeypatch)
    seat_it = offers.take_offered

    def take_late(*args, **options):
        at_once(lambda: give_seats_on(ended))  # in the middle of the claim
        return seat_it(*args, **options)

    monkeypatch.setattr(offers, "take_offered", take_late)
    with pytest.raises(Exception, match="clinics_seat_unique_among_going_and_offered"):  # the last defence
        claim(clinic=clinic, member=waiting[0].member, by=waiting[0].member, now=ended - MINUTE)


@pytest.mark.parametrize(("seats", "fewest", "most"), [(10, 10, 10), (4, 4, 6)])
def test_other_seats_in_the_middle_of_a_storm_promote_exactly_as_many_as_fit(seats, fewest, most):
    clinic, going, waiting = full_clinic(6, 14)
    coordinator = make_coordinator()

    at_once(
        *(leave(row, NOW + HOUR) for row in going[:3]),
        lambda: change_capacity(clinic=clinic, capacity=seats, by=coordinator, now=NOW + HOUR),
        *(leave(row, NOW + HOUR) for row in going[3:]),
    )

    clinic.refresh_from_db()
    check(clinic, waiting, most=most)  # fewer throw out nobody who got a seat before
    states = dict(Rsvp.objects.values_list("pk", "state"))
    got = Counter(states.values())["going"]
    assert fewest <= got <= most
    assert [states[row.pk] for row in waiting] == ["going"] * got + ["waiting"] * (14 - got)


def test_control_without_the_lock_more_seats_go_to_somebody_who_has_one(monkeypatch):
    clinic, going, waiting = full_clinic(2, 3)
    coordinator = make_coordinator()
    without_the_lock(monkeypatch)

    in_the_middle(
        monkeypatch,
        domain,
        "queue",
        of=leave(going[0], NOW + HOUR),
        does=lambda: change_capacity(clinic=clinic, capacity=3, by=coordinator, now=NOW + HOUR),
    )

    clinic.refresh_from_db()
    with pytest.raises(AssertionError):
        check(clinic, waiting)


def test_a_seat_that_is_offered_while_the_cut_off_is_made_shorter_is_given_by_the_next_tick(monkeypatch):
    _clinic, going, waiting = full_clinic(1, 1)
    coordinator = make_coordinator()

    in_the_middle(
        monkeypatch,
        domain,
        "queue",
        of=leave(going[0], LATE),
        does=lambda: change_seat_rules(cut_off_hours=1, by=coordinator, now=LATE),
    )
    give_seats_on(LATE + MINUTE)

    assert Rsvp.objects.get(pk=waiting[0].pk).is_going


def test_at_the_door_as_many_as_there_are_free_seats_come_in():
    clinic, going, waiting = full_clinic(3, 3)
    doors = START - 30 * MINUTE
    for row in going[:2]:
        leave(row, doors)()
    newcomers = Member.objects.bulk_create(Member(email=f"door-{n}@example.org", joined_at=NOW) for n in range(8))

    def enter(member):
        return lambda: rsvp(clinic=clinic, member=member, by=member, now=doors)

    answers = at_once(
        *(enter(member) for member in [*newcomers, *(row.member for row in waiting)]), refusals=(ClinicError,)
    )

    assert Counter(isinstance(answer, Rsvp) for answer in answers) == {True: 2, False: 9}
    assert sorted(clinic.rsvps.going().values_list("seat", flat=True)) == [1, 2, 3]
