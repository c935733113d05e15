"""Two who answer at the same moment: nobody is confirmed in two places, and nobody waits for ever."""

from datetime import timedelta

import pytest
from django.db import transaction

from clinics.domain.clinics import ClinicError
from clinics.domain.people import AnswerState, BusyElsewhere
from clinics.models import Appointment, ClinicPerson
from clinics.people import answering
from clinics.people.answering import answer
from clinics.people.leaving import step_back_everywhere
from clinics.planning.plans import change_clinic
from clinics.seats.leaving import give_seats_back
from clinics.seats.rsvps import rsvp
from clinics.tests.factories import START, make_clinic, make_person
from letsconnect.tests.at_once import at_once, meet_after
from registrations.locking import lock_member
from registrations.tests.factories import NOW, make_coordinator, make_member

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


def says_yes(person):
    return lambda: answer(person=person, becomes=AnswerState.ACCEPTED, by=person.member, now=NOW)


@pytest.mark.parametrize("who", ["member", "address", "no lock"])
def test_of_two_yeses_to_clinics_at_the_same_time_one_counts(who, monkeypatch):
    them = {"address": "sol@example.org"} if who == "address" else {"member": make_member()}
    people = [make_person(make_clinic(starts_at=START + number * HOUR), state="asked", **them) for number in (0, 1)]
    if who == "no lock":
        monkeypatch.setattr(answering, "_lock_them", lambda person: None)
    else:
        meet_after(monkeypatch, answering, "_lock_them", people=2)

    came_of_it = at_once(*map(says_yes, people), refusals=(BusyElsewhere,))

    assert sorted(type(one) for one in came_of_it if isinstance(one, BusyElsewhere)) == [BusyElsewhere]
    assert (ClinicPerson.objects.accepted().count(), Appointment.objects.count()) == (1, 1)


def test_a_clinic_is_prolonged_while_somebody_says_yes_to_the_next_one():
    planner, member = make_coordinator(), make_member()
    clinic = make_clinic(minutes=60)
    make_person(clinic, member=member)
    person = make_person(make_clinic(starts_at=START + HOUR), state="asked", member=member)

    def prolong():
        return change_clinic(clinic=clinic, changes={"minutes": 90}, by=planner, now=NOW)

    came_of_it = at_once(prolong, says_yes(person), refusals=(ClinicError,))

    assert len([one for one in came_of_it if isinstance(one, BusyElsewhere)]) == 1


def test_two_who_leave_at_once_do_not_wait_for_each_other():
    """One has a seat where the other has a part, and the other way round: given up one after the other, that locks."""
    people, clinics = [make_member(), make_member()], [make_clinic(), make_clinic(starts_at=START + 9 * HOUR)]
    for number, member in enumerate(people):
        rsvp(clinic=clinics[number], member=member, by=member, now=NOW)
        make_person(clinics[1 - number], member=member)

    def leaves(member):
        def go():
            with transaction.atomic():
                lock_member(member)
                give_seats_back(member, by=member, now=NOW)
                step_back_everywhere(member, by=member, now=NOW)

        return go

    at_once(*map(leaves, people))

    assert not ClinicPerson.objects.accepted().exists()
