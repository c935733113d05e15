"""200 people, 60 connections, 20 seats; and what happens without the lock, and without the last defence too.

The control that drops a constraint runs in a database of its own, copied from the migrated test database, so that it
harms nobody.
"""

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from queue import SimpleQueue

import psycopg2
import pytest
from django.db import connection, connections

from clinics.domain import clinics
from clinics.domain.clinics import ClinicBusy
from clinics.models import Clinic
from clinics.seats import rsvps
from clinics.seats.rsvps import cancel_rsvp, change_capacity, rsvp
from clinics.tests.factories import make_clinic
from letsconnect.base.models import Act
from letsconnect.tests.waiting import PATIENCE, wait_until
from mailings.models import Letter
from registrations.models import Member
from registrations.tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE, CONNECTIONS, SEATS = 200, 60, 20
AT_ONCE = 30  # more than there are seats, so that they all look before anybody sits


def administer(statement):
    """Run one statement outside any transaction, beside the test database."""
    settings = connection.settings_dict
    with closing(
        psycopg2.connect(
            host=settings["HOST"],
            port=settings["PORT"] or None,
            user=settings["USER"] or None,
            password=settings["PASSWORD"] or None,
            dbname="postgres",
        )
    ) as server:
        server.autocommit = True
        with server.cursor() as cursor:
            cursor.execute(statement)


def copy_database(name, copy):
    """A server lets go of a closed connection a moment later, and copies only what nobody is connected to."""

    def is_copied():
        try:
            administer(f'CREATE DATABASE "{copy}" TEMPLATE "{name}"')
        except psycopg2.errors.ObjectInUse:
            return False
        return True

    wait_until(is_copied, f"the last connection to {name} to be closed")


@pytest.fixture
def own_database(transactional_db):
    """Point the portal at a fresh copy of the test database."""
    name = connection.settings_dict["NAME"]
    copy = f"{name}_storm"
    connections.close_all()
    administer(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)')
    copy_database(name, copy)
    connection.settings_dict["NAME"] = copy
    yield
    connections.close_all()
    connection.settings_dict["NAME"] = name
    administer(f'DROP DATABASE "{copy}" WITH (FORCE)')


@pytest.fixture
def people(transactional_db):
    return Member.objects.bulk_create(
        Member(email=f"storm-{number}@example.org", joined_at=NOW) for number in range(PEOPLE)
    )


@pytest.fixture
def clinic(transactional_db):
    return make_clinic(capacity=SEATS)


def storm(people, act):
    """Everybody acts, 60 at a time over as many connections, all open before the first acts; return what each got."""
    turns, answers, ready = SimpleQueue(), {}, threading.Barrier(CONNECTIONS, timeout=PATIENCE)
    for turn in [*enumerate(people), *[None] * CONNECTIONS]:
        turns.put(turn)

    def act_in_turn(_number):
        try:
            connection.ensure_connection()
            ready.wait()
            for number, member in iter(turns.get, None):
                try:
                    answers[number] = act(member)
                except ClinicBusy:
                    answers[number] = ClinicBusy
        finally:
            connection.close()

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(act_in_turn, range(CONNECTIONS)))
    return [answers[number] for number in range(len(people))]


def sign_everybody_up(clinic, people):
    return storm(people, lambda member: rsvp(clinic=clinic, member=member, by=member, now=NOW))


def without_the_lock(monkeypatch):
    """Take the lock away, and have the first 30 find a seat before any of them writes. Returns the seats found."""
    monkeypatch.setattr(rsvps, "lock_clinic", lambda clinic: Clinic.objects.get(pk=clinic.pk))
    together, found, counting, look = threading.Barrier(AT_ONCE), [], threading.Lock(), clinics.next_free_seat

    def look_together(**facts):
        seat = look(**facts)
        with counting:
            found.append(seat)
            is_among_the_first = len(found) <= AT_ONCE
        if is_among_the_first:
            together.wait(timeout=PATIENCE)
        return seat

    monkeypatch.setattr(clinics, "next_free_seat", look_together)
    return found


def taken(clinic):
    return list(clinic.rsvps.going().values_list("seat", flat=True))


def test_control_without_lock_and_constraint_the_clinic_is_overbooked(own_database, clinic, people, monkeypatch):
    without_the_lock(monkeypatch)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX clinics_seat_unique_among_going_and_offered")

    sign_everybody_up(clinic, people[:CONNECTIONS])

    assert len(taken(clinic)) > SEATS
    assert max(Counter(taken(clinic)).values()) >= AT_ONCE


def test_control_without_the_lock_unique_seats_still_never_overbook(clinic, people, monkeypatch):
    found = without_the_lock(monkeypatch)

    answers = sign_everybody_up(clinic, people[:CONNECTIONS])

    going = taken(clinic)
    assert Counter(found)[1] >= AT_ONCE  # they did collide
    assert 1 <= len(going) <= SEATS
    assert len(set(going)) == len(going)
    assert set(going) <= set(range(1, SEATS + 1))
    assert len(answers) == CONNECTIONS


def test_with_lock_and_constraint_exactly_20_go_and_the_rest_wait_in_order(clinic, people):
    answers = sign_everybody_up(clinic, people)

    assert Counter(answer.state for answer in answers) == {"going": SEATS, "waiting": PEOPLE - SEATS}
    assert sorted(taken(clinic)) == list(range(1, SEATS + 1))
    assert list(clinic.rsvps.waiting().values_list("place", flat=True)) == list(range(1, PEOPLE - SEATS + 1))
    admitted = list(Act.objects.filter(verb="rsvp").order_by("pk").values_list("object_id", flat=True))
    assert sorted(admitted[:SEATS]) == sorted(clinic.rsvps.going().values_list("pk", flat=True))
    assert admitted[SEATS:] == list(clinic.rsvps.waiting().values_list("pk", flat=True))
    assert Letter.objects.filter(kind="clinics.rsvp_recorded").count() == PEOPLE


def test_seats_given_back_in_the_storm_are_never_lost_nor_given_twice(clinic, people):
    coordinator, leaving, coming = people[0], people[1:31], people[31:60]
    for member in leaving:
        rsvp(clinic=clinic, member=member, by=member, now=NOW)

    def act(member):
        if member == coordinator:
            return change_capacity(clinic=clinic, capacity=SEATS + 5, by=member, now=NOW)
        do = cancel_rsvp if member in leaving else rsvp
        return do(clinic=clinic, member=member, by=member, now=NOW)

    storm(random.Random(7).sample(people[:60], 60), act)

    assert sorted(taken(clinic)) == list(range(1, SEATS + 6))
    assert clinic.rsvps.active().count() == len(coming)
    moved = Letter.objects.filter(kind="clinics.moved_up").count()
    assert moved == Act.objects.filter(verb="move_up").count() > 0
