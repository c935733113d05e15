"""Seats and reports of somebody who is erased, and what the page of their data shows of them."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from clinics.models import Clinic
from letsconnect.base.query_batches import QueryBatch
from registrations import events
from registrations.domain.registrations import Step
from registrations.models import Member
from trust.domain import ReportState
from trust.models import Report, ReportLook, TrustSeat
from trust.seats.appointing import end_trust_seat


def connect() -> None:
    """Connect to the signals about people who leave."""
    events.erasing.connect(on_leaving)
    events.account_closed.connect(on_leaving)
    events.effects_asked.connect(foresee)
    events.data_asked.connect(collect)


def on_leaving(sender: Any, *, member: Member, by: Member | None, now: datetime, **kwargs: Any) -> None:
    today = now.astimezone(UTC).date()
    for seat in TrustSeat.objects.of(member).not_over(on=today):
        end_trust_seat(seat=seat, until_on=max(today, seat.from_on), by=by, now=now)


def foresee(
    sender: Any, *, member: Member, step: Step, now: datetime, batch: QueryBatch, **kwargs: Any
) -> Iterable[str]:
    """Return the warning that words told in confidence are deleted too, while somebody could still act on them."""
    if step != Step.ERASE:
        return ()
    still_open = Report.objects.filter(reporter=member).exclude(state=ReportState.CLOSED)
    return _foreseen(batch.add(still_open.order_by().values_list("pk", flat=True)[:1]))


def _foreseen(still_open: Iterable[int]) -> Iterator[str]:
    for _report in still_open:
        yield _("What you wrote to the trust team is emptied too. If they should still act on it, wait with this step.")


def collect(sender: Any, *, member: Member, now: datetime, batch: QueryBatch, **kwargs: Any) -> events.SectionReader:
    """Return the reports a person wrote, for the page of their data. What others wrote about them is not theirs to
    read."""
    written = Report.objects.filter(reporter=member).select_related("about", "clinic").order_by("made_at", "pk")
    reports, seats = batch.add(written), batch.add(TrustSeat.objects.of(member).order_by("from_on"))
    all_looks = ReportLook.objects.filter(report__reporter=member).select_related("viewer")
    looks = batch.add(all_looks.order_by("-seen_on", "-pk"))
    yield ("trust.Report", "trust.Note", "trust.TrustSeat", "trust.ReportLook")
    batch.prefetch(Clinic, "texts")
    item = events.Item.of
    rows = [
        (
            item("made_at", _("Written"), report.made_at),
            item("about", _("About"), str(report.about) if report.about else ""),
            item("who", _("Who, in my words"), report.who),
            item("clinic", _("Clinic"), report.clinic.title if report.clinic else ""),
            item(
                "clinic_people_may_read",
                _("Those on the team who have a part in the clinic may read it"),
                report.clinic_people_may_read,
            ),
            item("description", _("What I wrote"), report.description),
            item("may_contact", _("You may write to me about it"), report.may_contact),
            item("state", _("State"), report.state, report.get_state_display()),
        )
        for report in reports
    ]
    yield events.Section("confided", _("What I wrote in confidence"), rows)
    read = [
        (
            item("seen_on", _("When"), look.seen_on),
            item("viewer", _("Who"), look.viewer.name or _("somebody of the trust team")),
        )
        for look in looks
    ]
    yield events.Section("confided_looks", _("Who read what I wrote in confidence"), read)
    sat = [
        (item("from_on", _("From"), seat.from_on), item("until_on", _("Until, not included"), seat.until_on))
        for seat in seats
    ]
    yield events.Section("trust_seats", _("My seats on the trust team"), sat)
