"""What the address of a report asks for."""

from datetime import datetime
from typing import Any

from registrations.models import Member
from reports.catalogue import ReportKind, ReportQuestion
from reports.domain.periods import last_finished, year_so_far
from reports.forms import PeriodForm


def question_of(
    report: ReportKind, data: Any, *, reader: Member, now: datetime
) -> tuple[PeriodForm | None, ReportQuestion | None]:
    """Return the form above a report, and what is asked for; None where what was typed is no period."""
    today = now.date()
    if not report.is_of_period:
        return None, ReportQuestion(year_so_far(last_finished(today).year, today=today), reader, now)
    form = PeriodForm(data, today=today)
    period = form.period()
    return form, ReportQuestion(period, reader, now) if period else None
