"""Writing the security log: who came in, who went, what was refused, and who was given power."""

from datetime import datetime
from typing import Any

from letsconnect.base.models import SecurityEvent, SecurityEventKind


def record(
    *, kind: SecurityEventKind, member: Any | None, by: Any | None, now: datetime, detail: str = ""
) -> SecurityEvent:
    """Write one line. ``member`` is whose account it is about, None where nobody has it; ``by`` is who did it, None
    for a visitor or the portal itself. ``detail`` names a door or a role: never an address, a code or a network.

    What is refused is to be recorded outside the transaction that is undone by the refusal.
    """
    return SecurityEvent.objects.create(kind=kind, member=member, by=by, detail=detail, at=now)
