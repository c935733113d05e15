"""The life of one clinic's seats under people who act at random: whatever they do, what must hold is looked at.

Letters about it leave now and then; what they did to calendars is what calendar programs make of them.
"""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run
from icalendar import Calendar

from clinics.domain.clinics import ClinicError, ClinicState
from clinics.domain.people import AnswerState
from clinics.domain.seats import Queue, queue
from clinics.models import ClinicSeatRules, Rsvp
from clinics.people.answering import answer
from clinics.planning.plans import cancel_clinic, reschedule
from clinics.seats import desk, offers, sweeps
from clinics.seats.rsvps import cancel_rsvp, change_capacity, rsvp
from clinics.tests.factories import START, make_clinic, make_person
from letsconnect.base.models import Act
from mailings.tests.factories import letters_that_leave
from registrations.tests.factories import NOW, make_coordinator, make_member

WHO = st.integers(0, 6)
# From what a seat or turn may become what; "" is where somebody signs up for the first time.
ALLOWED = {
    "": {"going", "waiting", "offered"},
    "going": {"cancelled"},
    "waiting": {"going", "offered", "cancelled"},
    "offered": {"going", "cancelled", "expired"},
    "cancelled": {"going", "waiting", "offered"},
    "expired": {"going", "waiting", "offered"},
}


class LifeOfSeats(RuleBasedStateMachine):
    """Seven people, two seats, and a clinic that comes nearer."""

    def __init__(self):
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.coordinator, self.people = make_coordinator(), [make_member() for _ in range(7)]
        self.clinic, self.now, self.places = make_clinic(capacity=2), NOW, {}
        self.calendars, self.is_called_off = {}, False  # what stands in calendars: by event its SEQUENCE and its start

    @initialize(before=st.sampled_from([160, 20, 5, 1]), signed_up=st.integers(0, 6), is_called_off=st.booleans())
    def begin(self, before, signed_up, is_called_off):
        """Begin somewhere on the way, with some who have a seat or wait, and may know it."""
        for member in self.people[:signed_up]:
            rsvp(clinic=self.clinic, member=member, by=member, now=NOW)
        self.letters_leave()
        self.now, self.is_called_off = START - timedelta(hours=before), is_called_off

    def teardown(self):
        try:
            if self.is_called_off and self.now < self.clinic.starts_at:
                self.act(cancel_clinic, clinic=self.clinic, reason="ill", by=self.coordinator)
            self.letters_leave()
        finally:
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)

    def act(self, action, **arguments):
        """Do one thing a minute later; what is refused must have changed nothing."""
        self.now += timedelta(minutes=1)
        before = list(Rsvp.objects.order_by("pk").values())
        try:
            return action(now=self.now, **arguments)
        except ClinicError:
            assert list(Rsvp.objects.order_by("pk").values()) == before
        return None

    def as_themselves(self, action, who):
        member = self.people[who]
        self.act(action, clinic=self.clinic, member=member, by=member)

    @rule(who=WHO)
    def sign_up(self, who):
        self.as_themselves(rsvp, who)

    @rule(who=WHO)
    def leave(self, who):
        self.as_themselves(cancel_rsvp, who)

    @rule(who=WHO)
    def claim(self, who):
        self.as_themselves(offers.claim, who)

    @rule(who=WHO)
    def decline(self, who):
        self.as_themselves(offers.decline, who)

    @rule(who=WHO, add_seat=st.booleans())
    def put_in(self, who, add_seat):
        self.act(desk.put_in, clinic=self.clinic, member=self.people[who], add_seat=add_seat, by=self.coordinator)

    @rule(who=WHO)
    def take_out(self, who):
        self.act(desk.take_out, clinic=self.clinic, member=self.people[who], by=self.coordinator)

    @rule(who=WHO)
    def come_as_a_helper(self, who):
        if not self.clinic.people.filter(member=self.people[who]).exists():
            part = make_person(self.clinic, "helper", AnswerState.ASKED, member=self.people[who])
            self.act(answer, person=part, becomes=AnswerState.ACCEPTED, by=self.people[who])

    @rule(who=WHO)
    def step_back_as_a_helper(self, who):
        if part := self.clinic.people.filter(member=self.people[who]).first():
            self.act(answer, person=part, becomes=AnswerState.STEPPED_BACK, by=self.people[who])

    @rule()
    def letters_leave(self):
        """Send what is owed, and look whether calendars show the clinic to those who come, at its hour, and to no
        others."""
        self.now += timedelta(seconds=30)
        for _letter, rendered in letters_that_leave(self.now):
            for event in Calendar.from_ical(rendered.calendar.content).walk("VEVENT") if rendered.calendar else ():
                self.program_reads(event)
        self.clinic.refresh_from_db()
        if self.now >= self.clinic.starts_at:
            return  # calendars are of what is to come
        answers = [*self.clinic.rsvps.all(), *self.clinic.people.all()]
        is_on = self.clinic.state == ClinicState.ANNOUNCED
        come = {str(row.uid): is_on and row.state in ("going", "accepted") for row in answers}
        shown = {uid: self.calendars.get(uid, (0, None))[1] for uid in come}
        assert shown == {uid: self.clinic.starts_at if comes else None for uid, comes in come.items()}

    def program_reads(self, event):
        uid, sequence = str(event["UID"]).partition("@")[0], int(event["SEQUENCE"])
        known, start = self.calendars.get(uid, (0, None))
        assert sequence > known or start is None or event["STATUS"] == "CONFIRMED", "a program leaves what is not newer"
        if sequence >= known:
            self.calendars[uid] = sequence, None if event["STATUS"] == "CANCELLED" else event["DTSTART"].dt

    @rule(seats=st.integers(1, 4))
    def have_other_seats(self, seats):
        self.act(change_capacity, clinic=self.clinic, capacity=seats, by=self.coordinator)

    @rule(hours=st.sampled_from([-3, 3, 48]))
    def move_the_clinic(self, hours):
        self.clinic.refresh_from_db()
        wall = self.clinic.starts_at + timedelta(hours=hours)
        when = {"local_date": wall.date(), "local_time": wall.time(), "zone": "UTC"}
        self.act(reschedule, clinic=self.clinic, **when, by=self.coordinator)
        self.places = {}

    @rule(minutes=st.sampled_from([11, 50, 300, 700]))
    def let_time_pass(self, minutes):
        self.now += timedelta(minutes=minutes)
        self.act(lambda *, now: (sweeps.give_seats_on(now), sweeps.tell_still_waiting(now)))

    @invariant()
    def seats_are_whole(self):
        self.clinic.refresh_from_db()
        seats = list(self.clinic.rsvps.holding_a_seat().values_list("seat", flat=True))
        within = set(range(1, self.clinic.capacity + 1))
        assert len(seats) == len(set(seats))
        assert set(seats) <= within or within <= set(seats)  # nobody beyond it while one of them is free

    @invariant()
    def a_free_seat_is_given_or_offered_while_somebody_waits(self):
        free = self.clinic.capacity - self.clinic.rsvps.holding_a_seat().count()
        cut_off = ClinicSeatRules.objects.current().cut_off
        becomes = queue(starts_at=self.clinic.starts_at, cut_off=cut_off, now=self.now)
        assert free <= 0 or not self.clinic.rsvps.waiting().exists() or becomes is Queue.STANDS

    @invariant()
    def offers_end_in_time(self):
        for offered in self.clinic.rsvps.offered():
            assert offered.claim_by <= self.clinic.doors_open_at

    @invariant()
    def nobodys_place_gets_worse(self):
        places = {(row.pk, row.turn): row.position() for row in self.clinic.rsvps.waiting()}
        assert all(place <= self.places.get(key, place) for key, place in places.items())
        self.places = places

    @invariant()
    def its_own_people_take_none(self):
        own = self.clinic.people.accepted().values("member")
        assert not self.clinic.rsvps.active().filter(member__in=own).exists()

    @invariant()
    def each_went_the_ways_there_are(self):
        ways = Act.objects.filter(object_type="clinics.rsvp").exclude(verb="change_offer").values_list("was", "became")
        assert all(became in ALLOWED[was] for was, became in ways)


@pytest.mark.django_db
def test_seats_keep_their_rules_whatever_people_do():
    run(
        LifeOfSeats,
        settings=settings(
            max_examples=6,
            stateful_step_count=18,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.chaos
@pytest.mark.django_db
def test_seats_keep_their_rules_in_many_lives():
    run(
        LifeOfSeats,
        settings=settings(
            max_examples=150, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
