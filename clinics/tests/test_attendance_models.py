"""What the database keeps of who was there, each rule broken on purpose."""

import pytest
from django.db.models import TextField, Value

from clinics.models import Attendance, CallList, CallListRow, OtherHeads
from clinics.tests.factories import START, make_attendance, make_channel, make_clinic
from letsconnect.tests.database import change, refuses
from registrations.tests.factories import NOW, make_member

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"ticked_at": None, "ticked_by": None}, "clinics_attendance_has_a_source"),
        ({"ticked_by": None}, "clinics_tick_says_who_ticked"),
        ({"ticked_at": None, "joined_at": NOW}, "clinics_tick_says_who_ticked"),
        ({"in_call_at": NOW}, "clinics_call_list_says_who_confirmed"),
        ({"minutes_in_call": 5}, "clinics_call_list_says_who_confirmed"),
    ],
)
def test_an_attendance_says_from_what_we_know_it(columns, constraint):
    refuses(constraint, change(make_attendance(make_clinic()), **columns))


def test_nobody_is_in_a_call_for_weeks():
    attendance = make_attendance(make_clinic(), in_call_at=START)

    refuses("clinics_minutes_in_call_are_at_most_two_days", change(attendance, minutes_in_call=2881))


def test_somebody_was_at_a_clinic_once():
    attendance = make_attendance(make_clinic())

    refuses("clinics_one_attendance_per_member", lambda: make_attendance(attendance.clinic, attendance.member))


def test_other_heads_are_a_number_somebody_can_count():
    heads = OtherHeads.objects.create(clinic=make_clinic(), number=3, counted_at=NOW, counted_by=make_member())

    refuses("clinics_other_heads_are_a_sensible_number", change(heads, number=100_001))


def test_the_link_of_a_channel_is_encrypted():
    channel = make_channel(make_clinic())

    refuses("clinics_channel_link_is_encrypted", change(channel, meeting_link="http://meet.example.org/fr"))


def test_it_can_be_asked_who_came():
    clinic, other = make_clinic(), make_clinic()
    came, elsewhere = make_attendance(clinic).member, make_attendance(other).member

    assert list(Attendance.objects.of(clinic).members()) == [came]
    assert Attendance.objects.has_come(clinic, came)
    assert not Attendance.objects.has_come(clinic, elsewhere)


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"name": ""}, "clinics_row_of_a_call_names_somebody"),
        ({"name": Value("one\ntwo", output_field=TextField())}, "clinics_name_in_a_call_can_be_seen"),
        ({"address": "Bo@example.org"}, "clinics_row_of_a_call_has_a_canonical_address"),
        ({"minutes": 2881}, "clinics_row_of_a_call_is_of_two_days_at_most"),
    ],
)
def test_a_row_of_a_list_names_somebody_who_can_be_read(columns, constraint):
    brought = CallList.objects.create(clinic=make_clinic(), brought_by=make_member(), brought_at=NOW, read=1)
    row = CallListRow.objects.create(call_list=brought, row=2, name="Bo")

    refuses(constraint, change(row, **columns))
