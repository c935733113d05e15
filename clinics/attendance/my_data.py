"""What somebody reads in “my data” of the clinics they were at."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from clinics.models import Attendance, Clinic
from letsconnect.base.query_batches import QueryBatch
from registrations import events
from registrations.models import Member


def connect() -> None:
    """Connect to the signal by which somebody asks for their data."""
    events.data_asked.connect(collect)


def collect(sender: Any, *, member: Member, now: datetime, batch: QueryBatch, **kwargs: Any) -> events.SectionReader:
    """Return every clinic at which the person was, and from what we know it."""
    attended = batch.add(Attendance.objects.filter(member=member).select_related("clinic").order_by("pk"))
    yield ("clinics.Attendance",)
    batch.prefetch(Clinic, "texts")
    item = events.Item.of
    rows = [
        (
            item("clinic", _("Clinic"), row.clinic.title),
            item("starts_at", _("Starts"), row.clinic.starts_at),
            item("joined_at", _("I pressed the button to join"), row.joined_at),
            item("ticked_at", _("A host ticked that I was there"), row.ticked_at),
            item("in_call_at", _("Found in the list of the call"), row.in_call_at),
            item("minutes_in_call", _("Minutes in the call"), row.minutes_in_call),
        )
        for row in attended
    ]
    yield events.Section("attendances", _("Clinics I was at"), rows)
