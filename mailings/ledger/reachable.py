"""Whether letters reach a member, so that no page promises a letter that does not come."""

from typing import Any

from letsconnect.base.statements import Statement
from mailings.models import Suppression
from mailings.models.suppressions import fingerprints


def why_not_written_to(member: Any) -> Suppression | None:
    """Return why no letter goes to the address of ``member``, or None."""
    if not member.email:
        return None
    hashes = {f"hash_{number}": text for number, text in enumerate(fingerprints(member.email))}
    return next(iter(_IN_FORCE.rows(hashes, count=len(hashes))), None)


# One address has one to three fingerprints, so there are three wordings of it at most.
_IN_FORCE = Statement(
    lambda count, **hashes: Suppression.objects.in_force(hashes.values()).order_by("made_at", "pk")[:1]
)


def is_written_to(member: Any) -> bool:
    """Tell whether a letter to ``member`` would be sent."""
    return has_sound_address(member) and why_not_written_to(member) is None


def has_sound_address(member: Any) -> bool:
    """Tell whether ``member`` has an address letters could go to, whatever was said about it later."""
    return bool(member.email) and not member.has_doubtful_address
