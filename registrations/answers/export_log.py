"""Log entries of exports: who exported whose registrations, and when."""

from datetime import UTC, datetime

from django.db import transaction

from letsconnect.base import acts
from letsconnect.base.models import Act
from registrations.domain.looks import LookKind
from registrations.models import Look, Member, Registration, RegistrationQuerySet


@transaction.atomic
def record_export(*, registrations: RegistrationQuerySet, file_format: str, by: Member, now: datetime) -> Act:
    """Record that ``by`` exported these registrations as a file; each person can read it on their own page."""
    people = Registration.objects.filter(pk__in=registrations.order_by().values("pk")).only("pk", "member")
    Look.objects.note(viewer=by, registrations=people, kind=LookKind.EXPORT, on=now.astimezone(UTC).date())
    return acts.record(
        by=by,
        verb="export_registrations",
        on=by,
        now=now,
        became=file_format,
        reason=f"registrations: {registrations.count()}",
    )
