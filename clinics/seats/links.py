"""The link in letters to the page of one's seat: signed, made as the letter is sent, and stored nowhere.

Whoever has the letter can give the seat back without signing in, so the page it opens tells nothing of the person.
"""

from clinics.models import Rsvp
from letsconnect.base.links import absolute, is_of, sign_for, unsign_for

PURPOSE = "clinics.seat"


def token_of(rsvp: Rsvp) -> str:
    return sign_for(PURPOSE, [rsvp.pk, rsvp.clinic_id], address=rsvp.member.email)


def seat_url(rsvp: Rsvp) -> str:
    """Return the full address of the page of a seat or turn.

    It works as long as the row is there and its person has the address to which the letter went.
    """
    return absolute("clinics:seat-by-link", token_of(rsvp))


def rsvp_by_token(token: str) -> Rsvp | None:
    """Return the seat or turn whose link this is, with its clinic; None once the account is closed, or has another
    address."""
    value, address = unsign_for(PURPOSE, token)
    if not isinstance(value, list) or len(value) != 2:
        return None
    rsvps = Rsvp.objects.filter(pk=value[0], clinic=value[1], member__is_active=True)
    rsvp = rsvps.select_related("clinic", "member", "channel").prefetch_related("clinic__texts").first()
    return rsvp if rsvp and is_of(PURPOSE, address, rsvp.member.email) else None
