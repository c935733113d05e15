"""The hours of a match: what its page shows of them."""

from datetime import datetime
from typing import Any

from matching.models import Match
from registrations.models import Member


def context(match: Match, member: Member, now: datetime) -> dict[str, Any]:
    """Return what the page of a match shows of its sessions."""
    return {"sessions": match.sessions.all()}
