"""The link in a claim invitation: signed, so that it is made when the letter is sent and is stored nowhere."""

from letsconnect.base.links import absolute, sign
from registrations.models import ClaimInvitation

PURPOSE = "registrations.claim"


def claim_link(invitation: ClaimInvitation) -> str:
    """Return the full address of the claim page; after a new invitation it is a new address."""
    return absolute("registrations:claim", sign(PURPOSE, [invitation.pk, invitation.invited_at.isoformat()]))
