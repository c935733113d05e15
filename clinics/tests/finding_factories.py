"""People with hours, and hours that are found and taken, for tests."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from clinics.domain.clinics import ClinicState
from clinics.domain.finding import HoursAsked
from clinics.finding.questions import find_hours
from clinics.finding.taking import take_hour
from clinics.tests.factories import make_clinic
from registrations.tests.factories import NOW, make_registration

MONDAY = date(2026, 3, 9)
ASKED = HoursAsked(first_on=MONDAY, last_on=MONDAY + timedelta(days=6), zone="UTC", minutes=120, weight=500)
EVENING = datetime(2026, 3, 9, 18, tzinfo=UTC)


def make_draft(**fields):
    return make_clinic(state=ClinicState.DRAFT, **fields)


def asked_about(clinic, **values):
    return find_hours(clinic=clinic, asked=replace(ASKED, **values), now=NOW)


def taken(clinic, starts_at, by, *, minutes=120):
    answer = asked_about(clinic, minutes=minutes)
    reasons = answer.reasons(starts_at)
    return take_hour(clinic=clinic, starts_at=starts_at, minutes=minutes, reasons=reasons, by=by, now=NOW)


def make_crowd():
    """Six people of LAC and six of SA who are free in the evening, and five of NWE who are in the morning."""
    for region, zone, windows in (
        ("LAC", "America/Bogota", tuple((day * 1440 + 780, day * 1440 + 960) for day in range(5))),
        ("SA", "Asia/Kolkata", tuple((day * 1440 + 1410, day * 1440 + 1590) for day in range(5))),
    ):
        for _person in range(6):
            make_registration(region=region, zone=zone, windows=windows)
    for _person in range(5):
        make_registration(region="NWE", windows=tuple((day * 1440 + 480, day * 1440 + 660) for day in range(5)))
