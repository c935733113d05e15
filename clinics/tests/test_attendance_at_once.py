"""Joining, ticking and the list of the call at the same moment, each over a connection of its own."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from clinics.attendance import call_lists, joining, ticking
from clinics.attendance.call_lists import bring_call_list, confirm_callers
from clinics.attendance.joining import join
from clinics.attendance.ticking import take_tick_back, tick
from clinics.domain.attendance import CannotJoin
from clinics.domain.people import ClinicRole
from clinics.models import Attendance, CallList, CallListRow
from clinics.planning.plans import reschedule
from clinics.tests.factories import START, make_clinic, make_person, sign_up
from letsconnect.base.models import Act
from letsconnect.tests.at_once import at_once, in_the_middle
from registrations.privacy.erasing import erase_member
from registrations.tests.factories import make_coordinator

pytestmark = pytest.mark.django_db(transaction=True)

DURING = START + timedelta(minutes=5)


@pytest.fixture
def clinic():
    return make_clinic(capacity=40)


def test_the_button_pressed_ten_times_at_once_is_one_attendance(clinic):
    going = sign_up(clinic, 1)[0].member

    joined = at_once(*[lambda: join(clinic=clinic, member=going, now=DURING)] * 10)

    assert all(one.is_welcome for one in joined)
    assert Attendance.objects.get().joined_at == DURING
    assert Act.objects.filter(verb="join_clinic").count() == 1


def test_control_without_the_lock_two_presses_at_once_are_two_attendances_which_the_database_refuses(
    monkeypatch, clinic
):
    going = sign_up(clinic, 1)[0].member
    monkeypatch.setattr(joining, "lock_person", lambda member: member)

    def press():
        return join(clinic=clinic, member=going, now=DURING)

    with pytest.raises(IntegrityError, match="clinics_one_attendance_per_member"):
        in_the_middle(monkeypatch, joining, "store", of=press, does=press)


def test_two_phones_that_tick_the_same_person_make_one_tick(clinic):
    going = sign_up(clinic, 1)[0].member
    hosts = [make_person(clinic, ClinicRole.HOST).member, make_person(clinic, ClinicRole.HELPER).member]

    at_once(*[lambda host=host: tick(clinic=clinic, member=going, by=host, now=DURING) for host in hosts])

    assert Attendance.objects.get().ticked_by in hosts
    assert Act.objects.filter(verb="tick_attendance").count() == 1


@pytest.mark.parametrize("first_ticks", [True, False])
def test_a_tick_and_its_taking_back_from_two_phones_come_one_after_the_other(monkeypatch, clinic, first_ticks):
    going, host = sign_up(clinic, 1)[0].member, make_person(clinic, ClinicRole.HOST).member
    tick(clinic=clinic, member=going, by=host, now=DURING)
    calls = [
        lambda: tick(clinic=clinic, member=going, by=host, now=DURING),
        lambda: take_tick_back(clinic=clinic, member=going, by=host, now=DURING),
    ]
    of, does = calls if first_ticks else reversed(calls)

    in_the_middle(monkeypatch, ticking, "check_ticking", of=of, does=does)

    assert Attendance.objects.has_come(clinic, going) is not first_ticks


def test_somebody_who_joins_while_they_are_ticked_has_both_sources(clinic):
    going, host = sign_up(clinic, 1)[0].member, make_person(clinic, ClinicRole.HOST).member

    at_once(
        lambda: join(clinic=clinic, member=going, now=DURING),
        lambda: tick(clinic=clinic, member=going, by=host, now=DURING),
    )

    row = Attendance.objects.get()
    assert row.joined_at == row.ticked_at == DURING


def test_a_list_that_is_confirmed_while_people_are_ticked_loses_nothing_and_ends_in_no_deadlock(clinic):
    going = [rsvp.member for rsvp in sign_up(clinic, 6)]
    host, planner = make_person(clinic, ClinicRole.HOST).member, make_coordinator()
    text = "Name,Email\n" + "".join(f"{member.name},{member.email}\n" for member in going)
    brought = bring_call_list(clinic=clinic, content=text.encode(), by=planner, now=DURING)
    rows = dict(zip(brought.rows.values_list("pk", flat=True), (member.pk for member in reversed(going)), strict=True))

    def tick_all():
        for member in reversed(going):
            tick(clinic=clinic, member=member, by=host, now=DURING)

    at_once(
        lambda: confirm_callers(call_list=brought, chosen=rows, by=planner, now=DURING),
        lambda: confirm_callers(call_list=brought, chosen=rows, by=planner, now=DURING),
        tick_all,
    )

    found = Attendance.objects.of(clinic)
    assert found.count() == found.exclude(ticked_at=None).exclude(in_call_at=None).count() == 6
    assert Act.objects.filter(verb="confirm_from_call").count() == 6


def test_somebody_who_is_erased_meanwhile_does_not_come_back_by_a_list(clinic):
    going, planner = sign_up(clinic, 1)[0].member, make_coordinator()
    text = f"Name,Email\n{going.name},{going.email}\nBo,\n"
    brought = bring_call_list(clinic=clinic, content=text.encode(), by=planner, now=DURING)
    rows = {brought.rows.first().pk: going.pk}

    at_once(
        lambda: confirm_callers(call_list=brought, chosen=rows, by=planner, now=DURING),
        lambda: erase_member(member=going, by=going, now=DURING),
        refusals=(Exception,),
    )

    assert [row.name for row in brought.rows.all()] == ["Bo"]


def test_who_joins_while_the_clinic_is_moved_is_not_noted_at_its_new_hour(monkeypatch, clinic):
    going, planner = sign_up(clinic, 1)[0].member, make_coordinator()
    to = START + timedelta(days=7)

    refused = in_the_middle(
        monkeypatch,
        joining,
        "store",
        of=lambda: join(clinic=clinic, member=going, now=DURING),
        does=lambda: reschedule(
            clinic=clinic, local_date=to.date(), local_time=to.time(), zone="UTC", by=planner, now=DURING
        ),
        refusals=(CannotJoin,),
    )

    assert [one.answer for one in refused if isinstance(one, CannotJoin)] == ["early"]
    assert not Attendance.objects.exists()


def test_a_list_is_reviewed_while_somebody_in_it_is_erased_and_neither_waits_for_ever(monkeypatch, clinic):
    going = [rsvp.member for rsvp in sign_up(clinic, 2)]
    planner = make_coordinator()
    content = f"Name,Email\nBo,{going[1].email}\n".encode()
    brought = bring_call_list(clinic=clinic, content=content, by=planner, now=DURING)
    CallList.objects.update(notes=[f"Row 3: {going[1].email}"])
    row = brought.rows.get().pk  # of somebody else's telephone

    in_the_middle(
        monkeypatch,
        call_lists,
        "_note",
        of=lambda: confirm_callers(call_list=brought, chosen={row: going[0].pk}, by=planner, now=DURING),
        does=lambda: erase_member(member=going[1], by=None, now=DURING),
    )

    assert Attendance.objects.get().member == going[0]
    assert not CallListRow.objects.exists()
