"""What an export leaves behind: who took what, and when."""

from datetime import datetime

from django.db import transaction

from letsconnect.base import acts
from letsconnect.base.models import Act
from registrations.models import Member, RegistrationQuerySet


@transaction.atomic
def record_export(*, registrations: RegistrationQuerySet, file_format: str, by: Member, now: datetime) -> Act:
    """Write in the log that ``by`` was handed these registrations as a file."""
    return acts.record(
        by=by,
        verb="export_registrations",
        on=by,
        now=now,
        became=file_format,
        reason=f"{registrations.count()} registrations",
    )
