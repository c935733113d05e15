"""Ten hands that do everything that can be done with the seats of one clinic, by pages and by actions, at one clock.

The clock goes on by a step with each deed, so that offers end and the doors open in the middle of it.
"""

import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Lock

import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinics.attendance.joining import join
from clinics.attendance.ticking import let_in, take_tick_back, tick
from clinics.domain.clinics import ClinicError
from clinics.domain.people import AnswerState, ClinicRole
from clinics.models import Clinic, ClinicPerson, Rsvp
from clinics.people.answering import answer
from clinics.planning.plans import cancel_clinic, change_clinic, reschedule
from clinics.seats import desk, links, offers
from clinics.seats.rsvps import cancel_rsvp, change_capacity, rsvp
from clinics.seats.rules import change_seat_rules
from clinics.signing_up.taking import SignUp, sign_up
from clinics.tests.factories import make_clinic, make_person
from mailings.ledger.draining import drain
from mailings.ledger.sweeping import sweep
from registrations.domain.registrations import RegistrationError
from registrations.models import Member
from registrations.privacy.erasing import erase_member
from registrations.tests.factories import NOW, make_agreed_member, make_coordinator

HANDS, PEOPLE, SEATS = 10, 36, 8
REFUSED = (ClinicError, RegistrationError)
ANSWERS = {200, 302, 400, 403, 404, 409, 410, 422}  # of a page: never that we failed, nor that the database was busy


class SharedClock:
    """The moment that all hands live in; each deed happens a step later than the one before."""

    def __init__(self, traveller):
        self._traveller, self._lock = traveller, Lock()
        self.step = timedelta(0)

    def go_on(self):
        with self._lock:
            self._traveller.move_to(timezone.now() + self.step)
            return timezone.now()

    def go_to(self, moment):
        """Go there, unless it is past."""
        self._traveller.move_to(max(moment, timezone.now()))


class World:
    """One clinic with a host and helpers, and the people who come and go."""

    def __init__(self, clock):
        self.clock, self.coordinator = clock, make_coordinator()
        self.clinic = make_clinic(capacity=SEATS)
        self.host = make_person(self.clinic, ClinicRole.HOST).member
        self.people = [make_agreed_member(on=NOW.date()) for _ in range(PEOPLE)]
        self.helpers = [
            make_person(self.clinic, ClinicRole.HELPER, AnswerState.ASKED, member=member) for member in self.people[:3]
        ]
        self.sessions = {}

    def renew_sessions(self):
        for member in [*Member.objects.filter(pk__in=[one.pk for one in self.people], is_active=True), self.host]:
            client = Client()
            client.force_login(member)
            self.sessions[member.pk] = client.cookies["sessionid"].value

    def browser(self, member):
        client = Client()
        client.cookies["sessionid"] = self.sessions[member.pk]
        return client


class PageFailed(AssertionError):
    """A page answered with an error of ours, or that the database was busy."""


def looked(response):
    if response.status_code not in ANSWERS:
        raise PageFailed(f"{response.status_code} at {response.request['PATH_INFO']}")
    return response


def page(name, world):
    return reverse(f"clinics:{name}", args=[world.clinic.pk])


def press(name, world, member, **typed):
    looked(world.browser(member).post(page(name, world), typed))


# What somebody does. Each is told the world, whoever does it, the moment and the dice.


def take(world, member, now, dice):
    ways = [
        partial(press, "rsvp-make", world, member),
        partial(rsvp, clinic=world.clinic, member=member, by=member, now=now),
        partial(sign_up, clinic=world.clinic, member=member, form=SignUp(), by=member, now=now),
    ]
    dice.choice(ways)()


def give_back(world, member, now, dice):
    ways = [
        partial(press, "rsvp-cancel", world, member),
        partial(cancel_rsvp, clinic=world.clinic, member=member, by=member, now=now),
    ]
    dice.choice(ways)()


def claim(world, member, now, dice):
    ways = [
        partial(press, "rsvp-make", world, member, do="claim"),
        partial(offers.claim, clinic=world.clinic, member=member, by=member, now=now),
        partial(sign_up, clinic=world.clinic, member=member, form=SignUp(claims=True), by=member, now=now),
    ]
    dice.choice(ways)()


def decline(world, member, now, dice):
    offers.decline(clinic=world.clinic, member=member, by=member, now=now)


def claim_what_is_offered(world, member, now, dice):
    for row in Rsvp.objects.offered().select_related("member")[:1]:
        claim(world, row.member, now, dice)


def put_in(world, member, now, dice):
    adds = dice.random() < 0.3
    desk.put_in(clinic=world.clinic, member=member, add_seat=adds, by=world.coordinator, now=now)


def take_out(world, member, now, dice):
    desk.take_out(clinic=world.clinic, member=member, by=world.coordinator, now=now)


def other_seats(world, member, now, dice):
    change_capacity(clinic=world.clinic, capacity=dice.randrange(4, 14), by=world.coordinator, now=now)


def other_cut_off(world, member, now, dice):
    change_seat_rules(cut_off_hours=dice.choice([1, 24, 24, 200]), by=world.coordinator, now=now)


def close_sign_up(world, member, now, dice):
    changes = {"closes_minutes_before": dice.choice([0, 0, 60, 3 * 24 * 60])}
    change_clinic(clinic=world.clinic, changes=changes, by=world.coordinator, now=now)


def move(world, member, now, dice):
    wall = Clinic.objects.get(pk=world.clinic.pk).starts_at + timedelta(hours=dice.choice([-3, 3, 3, 30]))
    when = {"local_date": wall.date(), "local_time": wall.time(), "zone": "UTC"}
    reschedule(clinic=world.clinic, **when, by=world.coordinator, now=now)


def cancel(world, member, now, dice):
    cancel_clinic(clinic=world.clinic, reason="The sharer is ill.", by=world.coordinator, now=now)


def help_there(world, member, now, dice):
    person = ClinicPerson.objects.select_related("clinic", "member").get(pk=dice.choice(world.helpers).pk)
    becomes = dice.choice([AnswerState.ACCEPTED, AnswerState.DECLINED, AnswerState.STEPPED_BACK])
    answer(person=person, becomes=becomes, by=person.member, now=now)


def leave_the_portal(world, member, now, dice):
    if dice.random() < 0.1:
        erase_member(member=member, by=member, now=now)


def enter(world, member, now, dice):
    ways = [
        partial(press, "clinic-join", world, member),
        partial(join, clinic=world.clinic, member=member, now=now),
        partial(tick, clinic=world.clinic, member=member, by=world.host, now=now),
        partial(take_tick_back, clinic=world.clinic, member=member, by=world.host, now=now),
    ]
    dice.choice(ways)()


def let_somebody_in(world, member, now, dice):
    for row in world.clinic.rsvps.waiting().select_related("member")[:1]:
        ways = [
            partial(press, "seat-at-the-door", world, world.host, let_in=f"seat-{row.pk}"),
            partial(let_in, clinic=world.clinic, member=row.member, by=world.host, now=now),
        ]
        dice.choice(ways)()


def look(world, member, now, dice):
    visitor, browser = Client(), world.browser(member)
    ways = [
        partial(visitor.get, reverse("clinics:clinic-list")),
        partial(visitor.get, page("clinic-detail", world)),
        partial(browser.get, page("clinic-detail", world)),
        partial(browser.get, page("clinic-join", world)),
        partial(world.browser(world.host).get, page("clinic-host", world)),
    ]
    looked(dice.choice(ways)())


def use_the_link_of_a_letter(world, member, now, dice):
    for row in world.clinic.rsvps.of(member):
        address, browser = links.seat_url(row), Client()
        looked(browser.get(address))
        looked(browser.post(address, {"do": dice.choice(["claim", "cancel", "decline"])}))


def a_tick(world, member, now, dice):
    failed = {name: text for name, text in sweep(now=now).errors.items() if "lock timeout" not in text}
    if failed:
        raise AssertionError(failed)


def deliver(world, member, now, dice):
    drain(now=now)


OFTEN = (take, take, take, give_back, claim_what_is_offered, claim_what_is_offered, take_out, put_in)
SOMETIMES = (claim, decline, other_seats, look, use_the_link_of_a_letter, a_tick, enter, let_somebody_in)
SELDOM = (other_cut_off, close_sign_up, move, help_there, leave_the_portal, deliver)
DEEDS = (*OFTEN * 3, *SOMETIMES * 2, *SELDOM)


def rage(world, *, seconds: float, seed: int, deeds: tuple[Callable[..., None], ...] = DEEDS):
    """Let all hands act until so many seconds are over; return how often each thing was done and how often it was
    refused, and what nobody expected."""
    ends, counts, troubles = time.monotonic() + seconds, Counter(), []

    def act(hand):
        dice = random.Random(seed * HANDS + hand)
        try:
            while time.monotonic() < ends:
                deed, member = dice.choice(deeds), dice.choice(world.people)
                try:
                    deed(world, member, world.clock.go_on(), dice)
                    counts[deed.__name__] += 1
                except REFUSED:
                    counts["refused"] += 1
                except Exception as trouble:  # noqa: BLE001 - whatever it is, the storm is there to find it
                    troubles.append((deed.__name__, repr(trouble)))
        finally:
            connection.close()

    with ThreadPoolExecutor(HANDS) as pool:
        for hand in [pool.submit(act, number) for number in range(HANDS)]:
            hand.result()
    return counts, troubles


def travelling():
    return time_machine.travel(NOW + timedelta(minutes=1), tick=False)
