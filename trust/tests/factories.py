"""Reports and seats for tests."""

from datetime import timedelta
from typing import Any

from registrations.models import Member
from registrations.tests.factories import NOW, make_member
from trust.domain import ReportOutcome, ReportState
from trust.models import Report, TrustSeat


def make_reader(**fields: Any) -> Member:
    """A member of the trust team, without a seat in the working group."""
    member = make_member(**fields)
    TrustSeat.objects.create(member=member, from_on=NOW.date() - timedelta(days=30))
    return member


def make_report(state: str = ReportState.NEW, **fields: Any) -> Report:
    values: dict[str, Any] = {"description": "They would not stop.", "made_at": NOW, "state": state, **fields}
    values.setdefault("reporter", None)
    values["reporter"] = values["reporter"] or make_member()
    if state == ReportState.CLOSED:
        values = {"closed_at": NOW, "outcome": ReportOutcome.TALKED, **values}
    return Report.objects.create(**values)
