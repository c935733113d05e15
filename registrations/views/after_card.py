"""Going on after a card that was answered or skipped, wherever its page is."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from registrations.answers import editing
from registrations.models import Registration
from registrations.requests import MemberRequest
from registrations.views.registration import address_of, cards_to_come, next_card, own_registration, rules


def is_new(registration: Registration | None, card: str) -> bool:
    """Tell whether this card is one of those to come for somebody who has handed in."""
    return registration is not None and registration.is_handed_in and card not in registration.cards_seen


def lead_on(request: MemberRequest, card: str, registration: Registration | None, *, said: str = "") -> HttpResponse:
    """Go on to the next card that was neither answered nor skipped, if this one was new; else to the read-back.

    ``said`` is what the next page says of what was saved; "" for a card that was skipped.
    """
    was_new = is_new(registration, card)
    editing.put_aside(member=request.user, card=card)
    if said:
        messages.success(request, said)
    fresh = own_registration(request.user) if was_new else None
    card_to_come = next_card(fresh, cards_to_come(rules(request))) if fresh is not None else None
    if was_new and card_to_come is None:
        messages.success(request, _("That was all. You can change each of these at any time."))
    return redirect(address_of(card_to_come) if card_to_come else "registrations:registration-edit")
