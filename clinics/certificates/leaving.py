"""Certificates of somebody who asks for their data; erasure deletes them, so that nobody knows their codes any more."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from clinics.models import Certificate, Clinic
from letsconnect.base.query_batches import QueryBatch
from registrations import events
from registrations.models import Member


def connect() -> None:
    """Connect to the signal by which somebody asks for their data."""
    events.data_asked.connect(collect)


def collect(sender: Any, *, member: Member, now: datetime, batch: QueryBatch, **kwargs: Any) -> events.SectionReader:
    """Return every certificate of the person."""
    certificates = batch.add(Certificate.objects.of(member).select_related("clinic").order_by("pk"))
    yield ("clinics.Certificate",)
    batch.prefetch(Clinic, "texts")
    item = events.Item.of
    rows = [
        (
            item("clinic", _("Clinic"), row.clinic.title),
            item("kind", _("Certificate of"), row.kind, row.get_kind_display()),
            item("name", _("Name on it"), row.name),
            item("code", _("Code"), row.grouped_code),
            item("shows_name", _("Others see the name"), row.shows_name),
            item("shows_title", _("Others see the title"), row.shows_title),
            item("shows_date", _("Others see the date"), row.shows_date),
            item("shows_hours", _("Others see how long it was"), row.shows_hours),
            item("made_at", _("Made"), row.made_at),
            item("revoked_at", _("Counts no more since"), row.revoked_at),
            item("revoked_why", _("Why it counts no more"), row.revoked_why, row.get_revoked_why_display()),
            item("revoke_reason", _("Reason"), row.revoke_reason),
        )
        for row in certificates
    ]
    yield events.Section("certificates", _("My certificates"), rows)
