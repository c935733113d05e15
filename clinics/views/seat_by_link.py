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
from clinics.domain.wishes import ToldFirst
from clinics.models import Clinic, Rsvp
from clinics.seats.agreements import missing_documents
from clinics.seats.choices import change_channel
from clinics.seats.links import rsvp_by_token
from clinics.seats.offers import decline
from clinics.seats.rsvps import cancel_rsvp
from clinics.signing_up.context import takes_this_person
from clinics.signing_up.taking import SignUp, asked_first, sign_up, told_first, without_details
from clinics.signing_up.wishes import offered_channels
from clinics.views.clinics import sign_in_url
from clinics.views.signing_up import say_what_was_given_back
from letsconnect.base.read_together import reading_together
from letsconnect.base.zones import zone_or_utc
from registrations.consents.asking import asked_for_agreements


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
    is_offered = rsvp.is_offered and not rsvp.offer_has_ended(now)
    finds_a_seat = not is_offered and takes_this_person(clinic.count_seats(now=now), rsvp, now=now)
    takes = is_offered or finds_a_seat
    channels = offered_channels(clinic) if rsvp.is_active else []
    with timezone.override(zone_or_utc(rsvp.member.zone)), reading_together() as read:
        if takes:
            first = asked_first(clinic, rsvp.member, now=now)
            read(asked_for_agreements(rsvp.member), *first).prefetch(Clinic, "texts")
        context = {
            "channels": channels,
            "rsvp": rsvp,
            "clinic": clinic,
            "text": clinic.text,
            "position": rsvp.position(),
            "is_offered": is_offered,
            "finds_a_seat": finds_a_seat,
            "must_agree": takes and bool(missing_documents(rsvp.member, on=now.date())),
            "warnings": without_details(told_first(clinic, rsvp.member, now=now)) if takes else [],
            "sign_in_url": sign_in_url(clinic.pk),
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
        elif do == "claim" or (do == "take" and rsvp.is_active):
            form = SignUp(was_told=request.POST.getlist("told"), claims=do == "claim")
            came = sign_up(clinic=rsvp.clinic, member=rsvp.member, form=form, by=rsvp.member, now=now)
            if came.own is not None and came.own.is_going:
                messages.success(request, _("You have a seat."))
            say_what_was_given_back(request, came)
        elif do == "decline":
            decline(clinic=rsvp.clinic, member=rsvp.member, by=rsvp.member, now=now)
            messages.success(request, _("Thank you. The seat goes to the next who waits."))
        elif do == "listen":
            channels = {channel.language: channel for channel in offered_channels(rsvp.clinic)}
            channel = channels.get(request.POST.get("listens_in", ""))
            change_channel(rsvp=rsvp, channel=channel, by=rsvp.member, now=now)
            messages.success(request, _("Saved."))
    except ToldFirst:
        messages.warning(request, _("Please read this first. If you still want the seat, press again."))
    except ClinicError as refusal:
        messages.error(request, str(refusal))
