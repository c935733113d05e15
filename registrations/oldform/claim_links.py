"""The link of a claim invitation: signed, so that nothing of it is stored and it can be written when it is sent."""

from letsconnect.base.links import absolute, sign
from registrations.models import ClaimInvitation

PURPOSE = "registrations.claim"


def claim_link(invitation: ClaimInvitation) -> str:
    """Return the full address of the page; inviting again makes it another one."""
    return absolute("registrations:claim", sign(PURPOSE, [invitation.pk, invitation.invited_at.isoformat()]))
