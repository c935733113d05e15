"""The letters about claiming: the invitation to take over an imported registration, and its one reminder."""

from collections.abc import Callable
from datetime import datetime
from functools import cache, partial

from django.utils.translation import gettext_noop

from letsconnect.base.addresses import canonical_or_nothing
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from mailings import kinds
from mailings.ledger import letters
from mailings.rendering import Rendered, render_letter
from registrations.domain.registrations import RegistrationState
from registrations.models import ClaimInvitation
from registrations.oldform.claim_links import claim_link

INVITATION, REMINDER = "registrations.claim_invitation", "registrations.claim_reminder"


def key_of(kind: str, invitation: ClaimInvitation) -> str:
    """Return the key of the letter of this kind about an invitation; who is invited once more gets new letters."""
    return f"{kind}:{invitation.pk}:{invitation.invited_at.timestamp():.0f}"


def _still_owed(invitation: ClaimInvitation | None, now: datetime) -> str | None:
    if invitation is None:
        return gettext_noop("the invitation is gone")
    registration = invitation.registration
    if registration.is_claimed or invitation.used_at is not None:
        return gettext_noop("the registration was taken over")
    if registration.state == RegistrationState.WITHDRAWN:
        return gettext_noop("the registration was withdrawn")
    if canonical_or_nothing(registration.imported_address) != invitation.address:
        return gettext_noop("the address changed")
    return None if invitation.expires_at > now else gettext_noop("the link is too old")


def _render(template: str) -> Callable[[ClaimInvitation, str, str], Rendered]:
    def render(invitation: ClaimInvitation, language: str, zone: str) -> Rendered:
        context = {
            "name": invitation.registration.name,
            "link": claim_link(invitation),
            "invited_at": cache(partial(letters.left_at, key_of(INVITATION, invitation))),  # only the reminder asks
            "expires_at": invitation.expires_at,
        }
        return render_letter(f"registrations/emails/{template}", context, language=language, zone=zone)

    return render


_ROWS = Statement(lambda keys: ClaimInvitation.objects.filter(pk__in=any_of(keys)).select_related("registration"))


def _read(keys: list[int], _now: datetime) -> list[ClaimInvitation]:
    return _ROWS.rows({"keys": keys})


def register() -> None:
    """Make the letters known to the ledger."""
    for name in ("claim_invitation", "claim_reminder"):
        kinds.register(
            f"registrations.{name}",
            still_owed=_still_owed,
            render=_render(name),
            reads=_read,
            keeps=kinds.NEVER_KEPT,
        )
