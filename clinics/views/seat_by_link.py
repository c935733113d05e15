"""The page behind the link of a letter about a seat: what became of it, and its buttons, without signing in.

Whoever holds the letter is let in, so the page says which clinic, when, and the state of the seat; no name and no
address.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from clinics.domain.clinics import ClinicError
from clinics.models import Rsvp
from clinics.seats.choices import change_channel
from clinics.seats.links import rsvp_by_token
from clinics.seats.offers import claim, decline
from clinics.seats.rsvps import cancel_rsvp
from clinics.seats.rsvps import rsvp as take_seat
from clinics.signing_up.wishes import offered_channels
from letsconnect.base.zones import zone_or_utc


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def seat_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show one seat by the link of its letter; only a button does anything."""
    rsvp = rsvp_by_token(token)
    if rsvp is None:
        return render(request, "clinics/seat_gone.html", status=410)
    if request.method == "POST":
        _act(request, rsvp)
        return redirect(request.path)
    now, clinic = timezone.now(), rsvp.clinic
    channels = offered_channels(clinic) if rsvp.is_active else []
    with timezone.override(zone_or_utc(rsvp.member.zone)):
        context = {
            "channels": channels,
            "rsvp": rsvp,
            "clinic": clinic,
            "text": clinic.text,
            "position": rsvp.position(),
            "finds_a_seat": rsvp.is_waiting and clinic.doors_are_open(now) and clinic.places_left > 0,
            "begun": now >= clinic.starts_at,
            "is_over": now >= clinic.ends_at,
        }
        return render(request, "clinics/seat_by_link.html", context)


def _act(request: HttpRequest, rsvp: Rsvp) -> None:
    """Do what was pressed, or say why not."""
    do, now = request.POST.get("do", ""), timezone.now()
    try:
        if do == "give_back":
            cancel_rsvp(clinic=rsvp.clinic, member=rsvp.member, by=rsvp.member, now=now)
            messages.success(request, _("You are no longer signed up for this clinic."))
        elif do == "claim":
            claim(clinic=rsvp.clinic, member=rsvp.member, by=rsvp.member, now=now)
            messages.success(request, _("You have a seat."))
        elif do == "decline":
            decline(clinic=rsvp.clinic, member=rsvp.member, by=rsvp.member, now=now)
            messages.success(request, _("Thank you. The seat goes to the next who waits."))
        elif do == "take" and rsvp.is_waiting:
            if take_seat(clinic=rsvp.clinic, member=rsvp.member, by=rsvp.member, now=now).is_going:
                messages.success(request, _("You have a seat."))
        elif do == "listen":
            channels = {channel.language: channel for channel in offered_channels(rsvp.clinic)}
            channel = channels.get(request.POST.get("listens_in", ""))
            change_channel(rsvp=rsvp, channel=channel, by=rsvp.member, now=now)
            messages.success(request, _("Saved."))
    except ClinicError as refusal:
        messages.error(request, str(refusal))
