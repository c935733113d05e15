"""Whether letters reach a member, so that no page promises a letter that does not come."""

from typing import Any

from mailings.models import Suppression


def why_not_written_to(member: Any) -> Suppression | None:
    """Return why no letter goes to the address of ``member``, or None."""
    return (
        Suppression.objects.of(member.email).against(is_bulk=False).order_by("made_at").first()
        if member.email
        else None
    )


def is_written_to(member: Any) -> bool:
    """Tell whether a letter to ``member`` would be sent."""
    return bool(member.email) and not member.has_doubtful_address and why_not_written_to(member) is None
