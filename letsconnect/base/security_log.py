"""Writing the security log: sign-ins, sign-outs, refusals, and roles that were given."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from letsconnect.base.models import DETAILS, SecurityEvent, SecurityEventKind


def name_details(details: Mapping[str, Promise | str]) -> None:
    """Say how the details that an app records read in the reader's language."""
    DETAILS.update(details)


def record(
    *, kind: SecurityEventKind, member: Any | None, by: Any | None, now: datetime, detail: str = ""
) -> SecurityEvent:
    """Write one line of the log. ``member`` is the account it is about, None for an address without an account.

    ``by`` is the person who did it, None for a visitor or the portal. ``detail`` names a way in or a role, never an
    address, a code or a network. Record a refusal outside the transaction that the refusal rolls back.
    """
    return SecurityEvent.objects.create(kind=kind, member=member, by=by, detail=detail, at=now)
