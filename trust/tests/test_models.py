"""The rules the database keeps, each broken on purpose; and who may read what."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from letsconnect.tests.database import change, refuses
from registrations.tests.factories import NOW, make_coordinator, make_member
from trust.models import Note, Report, TrustSeat
from trust.tests.factories import make_reader, make_report

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.mark.parametrize(
    ("state", "columns", "constraint"),
    [
        ("new", {"state": "lost"}, "trust_report_state_is_known"),
        ("new", {"state": "closed"}, "trust_closed_report_has_when_and_outcome"),
        ("new", {"outcome": "talked"}, "trust_closed_report_has_when_and_outcome"),
        ("closed", {"outcome": ""}, "trust_closed_report_has_when_and_outcome"),
        ("closed", {"closed_at": None}, "trust_closed_report_has_when_and_outcome"),
        ("closed", {"forgotten_at": NOW}, "trust_forgotten_report_says_nothing"),
        ("new", {"forgotten_at": NOW, "description": ""}, "trust_forgotten_report_says_nothing"),
    ],
)
def test_a_report_that_breaks_a_rule_is_refused(state, columns, constraint):
    report = make_report(state)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(**columns)


def test_nobody_is_reported_by_themselves():
    member = make_member()
    with pytest.raises(IntegrityError, match="trust_nobody_reports_themselves"), transaction.atomic():
        make_report(reporter=member, about=member)


def test_a_note_says_what_was_done():
    with pytest.raises(IntegrityError, match="trust_deed_is_known"), transaction.atomic():
        Note.objects.create(report=make_report(), written_by=make_reader(), at=NOW, deed="slept")


def test_a_seat_never_ends_before_it_began_and_is_open_once():
    seat = make_reader().trust_seats.get()
    with pytest.raises(IntegrityError, match="trust_seat_never_ends_before_it_begins"), transaction.atomic():
        TrustSeat.objects.update(until_on=seat.from_on - timedelta(days=1))
    with pytest.raises(IntegrityError, match="trust_one_open_seat_per_member"), transaction.atomic():
        TrustSeat.objects.create(member=seat.member, from_on=TODAY)


@pytest.mark.parametrize("until_on", [None, TODAY + timedelta(days=10)])
def test_the_end_of_a_seat_only_moves_nearer(until_on):
    seat = make_reader().trust_seats.get()
    change(seat, until_on=TODAY + timedelta(days=9))()

    refuses("the end of a term of office only moves nearer", change(seat, until_on=until_on))
    change(seat, until_on=TODAY)()


def test_who_may_read_what():
    reader, other = make_reader(), make_reader()
    about_nobody, about_reader = make_report(), make_report(about=reader)
    by_reader, kept = make_report(reporter=reader), make_report()
    kept.kept_from.add(reader)

    assert set(Report.objects.readable_by(reader, on=TODAY)) == {about_nobody}
    assert set(Report.objects.readable_by(other, on=TODAY)) == {about_nobody, about_reader, by_reader, kept}


def test_a_seat_at_the_desk_opens_no_report_and_neither_does_one_that_ended_or_of_a_closed_account():
    make_report()
    gone, closed = make_reader(), make_reader()
    TrustSeat.objects.filter(member=gone).update(until_on=TODAY)
    closed.is_active = False
    closed.save()
    superuser = make_coordinator(is_superuser=True)

    for member in (make_coordinator(), superuser, gone, closed, make_member()):
        assert not Report.objects.readable_by(member, on=TODAY).exists()
    assert Report.objects.readable_by(gone, on=TODAY - timedelta(days=1)).exists()
