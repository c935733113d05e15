"""The pages of clinics: everyone may read them, everyone signed in may sign up."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from clinics.agendas.context import agenda_of
from clinics.cards import card_of, titles_of
from clinics.domain.clinics import ClinicError, ClinicState, DeskSeats, may_be_hosted
from clinics.domain.people import ClinicRole
from clinics.feedback.context import after_clinic
from clinics.finding.notes import why_this_hour
from clinics.models import Clinic, ClinicPerson, Rsvp
from clinics.people.context import parts_of, shown_people
from clinics.seats import rsvps
from clinics.seats.rsvps import cancel_rsvp
from letsconnect.base.paging import page_of
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from mailings.ledger.reachable import is_written_to
from registrations.requests import is_signed_in

# The SQL of the list holds the seats by which a reader sees drafts; it is kept for others with the same seats only.
_COMING = Statement(
    lambda now, seats, reader=None: (
        Clinic.objects.visible_with(seats, reader).upcoming(now=now).values_list("pk", flat=True)
    )
)
_PAST = Statement(
    lambda now, seats, reader=None: (
        Clinic.objects.visible_with(seats, reader).past(now=now).values_list("pk", flat=True)
    )
)
_ON_PAGE = Statement(
    lambda keys, seats, reader=None: (
        Clinic.objects.visible_with(seats, reader).filter(pk__in=any_of(keys)).counting_seats().order_by()
    )
)


@require_safe
def clinic_list(request: HttpRequest) -> HttpResponse:
    """List upcoming clinics first, then the past ones, page by page."""
    now, seats = timezone.now(), DeskSeats.of(request.user)
    reader = {"reader": request.user} if seats.ask_who_made_it else {}
    coming = _COMING.rows({"now": now, **reader}, seats=seats)
    past = _PAST.rows({"now": now, **reader}, seats=seats)
    page = page_of([*coming, *past], request)
    keys = list(page)
    rows = _ON_PAGE.rows({"keys": keys, **reader}, seats=seats) if keys else []
    clinics = {clinic.pk: clinic for clinic in rows}
    own, titles = _own_rsvps(request), titles_of({key: clinic.floor_language for key, clinic in clinics.items()})
    cards = {key: card_of(clinics[key], titles[key], own.get(key), now=now) for key in keys if key in clinics}
    context = {
        "upcoming": [cards[key] for key in coming if key in cards],
        "past": [cards[key] for key in past if key in cards],
        "page": page,
    }
    return render(request, "clinics/clinic_list.html", context)


@require_safe
def clinic_detail(request: HttpRequest, clinic_id: int) -> HttpResponse:
    """Show one clinic: what, for whom, when, in which language, seats left, and the buttons for this reader.

    Of a draft its own people are led to their part: letters to hosts about answers lead here, too.
    """
    now = timezone.now()
    try:
        clinic = _find(request, clinic_id)
    except Http404:
        if part := _part_in(request, clinic_id):
            return redirect("clinics:person-mine", part.pk)
        raise
    rsvp, parts = _own_rsvps(request).get(clinic.pk), _parts(request, clinic)
    is_open = may_be_hosted(state=clinic.state, ends_at=clinic.ends_at, now=now)
    return render(
        request,
        "clinics/clinic_detail.html",
        {
            "clinic": clinic,
            "text": clinic.text,
            "phase": clinic.phase(now),
            "rsvp": rsvp,
            "position": rsvp.position() if rsvp else None,
            "reads_utc": timezone.get_current_timezone_name() == "UTC",
            "begun": now >= clinic.starts_at,
            "agenda": agenda_of(clinic) if clinic.state != ClinicState.CANCELLED else [],
            "sign_in_url": _sign_in_url(clinic_id),
            "why_this_hour": why_this_hour(clinic),
            "shown": shown_people(clinic),
            "parts": parts,
            "after": after_clinic(clinic, request.user, now=now),
            "hosted": any(part.role == ClinicRole.HOST and part.is_accepted for part in parts),
            "is_host": is_open and any(part.role == ClinicRole.HOST and part.is_accepted for part in parts),
            "other_editions": list(Clinic.objects.visible_to(request.user).editions_beside(clinic)),
        },
    )


@require_POST
def rsvp_make(request: HttpRequest, clinic_id: int) -> HttpResponse:
    """Take a seat, or a turn on the waiting list."""
    clinic = _find(request, clinic_id)
    if not request.user.is_authenticated:
        return redirect(_sign_in_url(clinic_id))
    rsvp = _try(request, rsvps.rsvp, clinic=clinic, member=request.user, by=request.user, now=timezone.now())
    if rsvp:
        messages.success(request, _recorded(rsvp))
    return redirect("clinics:clinic-detail", clinic_id)


@require_POST
def rsvp_cancel(request: HttpRequest, clinic_id: int) -> HttpResponse:
    """Give the seat or the turn back."""
    clinic = _find(request, clinic_id)
    if not request.user.is_authenticated:
        return redirect(_sign_in_url(clinic_id))
    rsvp = _try(request, cancel_rsvp, clinic=clinic, member=request.user, by=request.user, now=timezone.now())
    if rsvp:
        messages.success(request, _("You are no longer signed up for this clinic."))
    return redirect("clinics:clinic-detail", clinic_id)


@require_safe
@never_cache
def clinic_join(request: HttpRequest, clinic_id: int) -> HttpResponse:
    """Show the meeting link to people with a seat, and to its own people, from half an hour before the start until
    the end; nobody else."""
    clinic = _find(request, clinic_id)
    if not request.user.is_authenticated:
        return redirect_to_login(reverse("clinics:clinic-join", args=[clinic_id]))
    rsvp = _own_rsvps(request).get(clinic.pk)
    is_going = bool(rsvp and rsvp.is_going) or any(part.is_accepted for part in _parts(request, clinic))
    doors_open = is_going and clinic.doors_are_open(timezone.now())
    context = {
        "clinic": clinic,
        "is_going": is_going,
        "doors_open": doors_open,
        "is_early": timezone.now() < clinic.doors_open_at,
        "meeting_link": clinic.meeting_link if doors_open else "",
        "quiz_link": clinic.quiz_link if doors_open else "",
    }
    return render(request, "clinics/clinic_join.html", context, status=200 if is_going else 403)


def _parts(request: HttpRequest, clinic: Clinic) -> list[ClinicPerson]:
    """Return what the reader is asked to do at the clinic, or does there."""
    return parts_of(clinic, request.user) if is_signed_in(request) else []


def _part_in(request: HttpRequest, clinic_id: int) -> ClinicPerson | None:
    """Return what the reader is to do at a clinic whose page they may not see, if anything."""
    clinic = Clinic.objects.filter(pk=clinic_id).first()
    return next(iter(_parts(request, clinic)), None) if clinic else None


def _find(request: HttpRequest, clinic_id: int) -> Clinic:
    return get_object_or_404(Clinic.objects.visible_to(request.user).select_related("series").for_pages(), pk=clinic_id)


_OWN = Statement(lambda member: Rsvp.objects.of(member).active())


def _own_rsvps(request: HttpRequest) -> dict[int, Rsvp]:
    """Return the reader's own seats and turns, by clinic."""
    if not request.user.is_authenticated:
        return {}
    return {rsvp.clinic_id: rsvp for rsvp in _OWN.rows({"member": request.user})}


def _recorded(rsvp: Rsvp) -> str:
    """Return a message about the seat somebody has now; it mentions a letter only if one really goes to them."""
    if not is_written_to(rsvp.member):
        return (
            _("You have a seat. Our letters do not reach you: please look here before it begins.")
            if rsvp.is_going
            else _("All seats are taken: you are on the waiting list. Our letters do not reach you: please look here.")
        )
    if rsvp.is_going:
        return _("You have a seat. A letter says so in a minute or so, unless you have one that does already.")
    return _(
        "All seats are taken: you are on the waiting list. A letter says so in a minute or so, unless you have one "
        "that does already."
    )


def _sign_in_url(clinic_id: int) -> str:
    """Return the sign-in page for visitors, which leads back to the clinic."""
    return redirect_to_login(reverse("clinics:clinic-detail", args=[clinic_id])).url


def _try(request: HttpRequest, action: Callable[..., Any], **arguments: Any) -> Any | None:
    """Run the action, or show why it was refused."""
    try:
        return action(**arguments)
    except ClinicError as refusal:
        messages.error(request, str(refusal))
        return None
