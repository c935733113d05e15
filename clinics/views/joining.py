"""The page on which people join the call of a clinic. The link comes by a button, on the page that answers it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from clinics.attendance.joining import Joining, join, joining_of, joining_without_account
from clinics.domain.attendance import CannotJoin, JoinAnswer
from clinics.domain.clinics import ClinicError, Venue
from clinics.models import Clinic
from clinics.people.links import person_by_token
from clinics.seats.rsvps import rsvp
from clinics.signing_up.agreements import missing_documents
from registrations.requests import MemberRequest, is_signed_in

_TAKE_A_SEAT = "take"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def clinic_join(request: HttpRequest, clinic_id: int) -> HttpResponse:
    """Say whether the reader may join now, and what to do if not; the button notes it and shows the way in.

    The link leads to another host, so no redirect goes there, and it stands on no page that is only looked at.
    """
    clinic = get_object_or_404(Clinic.objects.visible_to(request.user).for_pages(), pk=clinic_id)
    if not is_signed_in(request):
        return redirect_to_login(reverse("clinics:clinic-join", args=[clinic_id]))
    now = timezone.now()
    if request.method != "POST":
        answer = joining_of(clinic, request.user, now=now).answer
        return _page(request, clinic, answer, status=403 if answer == JoinAnswer.NO_SEAT else 200)
    try:
        if request.POST.get("seat") == _TAKE_A_SEAT:
            waits = clinic.rsvps.of(request.user).active().exists()
            has_agreed = waits or not missing_documents(request.user, on=now.date())
            if not clinic.doors_are_open(now) or not has_agreed:
                return redirect("clinics:clinic-detail", clinic_id)  # whose form asks for all that is needed
            rsvp(clinic=clinic, member=request.user, by=request.user, now=now)
        joining = join(clinic=clinic, member=request.user, now=now)
    except CannotJoin as refusal:
        return _page(request, clinic, refusal.answer, status=403 if refusal.answer == JoinAnswer.NO_SEAT else 409)
    except ClinicError as refusal:
        messages.error(request, str(refusal))
        return redirect("clinics:clinic-join", clinic_id)
    return _way_in(request, clinic, joining)


@never_cache
@require_POST
def person_join(request: HttpRequest, token: str) -> HttpResponse:
    """Show the way in to somebody who shares, hosts, helps or interprets and has no account: their letter let them in.

    Whoever has an account joins signed in, because the letter may have been passed on.
    """
    person = person_by_token(token)
    if person is None:
        return render(request, "clinics/person_gone.html", status=410)
    joining = joining_without_account(person, now=timezone.now())
    if not joining.is_welcome:
        messages.error(request, _("There is no link to the call for you at this moment."))
        return redirect("clinics:person-answer", token)
    return _way_in(request, person.clinic, joining)


def _way_in(request: HttpRequest, clinic: Clinic, joining: Joining) -> HttpResponse:
    context = {"clinic": clinic, "joining": joining, "quiz_link": clinic.quiz_link}
    return render(request, "clinics/clinic_joined.html", context)


def _page(request: MemberRequest, clinic: Clinic, answer: JoinAnswer, *, status: int) -> HttpResponse:
    """Show whether the reader may join, and everything but the link."""
    context: dict[str, Any] = {"clinic": clinic, "answer": answer.value, "takes_seat": False}
    if answer == JoinAnswer.NO_SEAT:
        context |= _how_to_get_a_seat(clinic, request)
    if answer == JoinAnswer.CANCELLED:
        context["other_editions"] = list(Clinic.objects.visible_to(request.user).editions_beside(clinic))
    return render(request, "clinics/clinic_join.html", context, status=status)


def _how_to_get_a_seat(clinic: Clinic, request: MemberRequest) -> dict[str, Any]:
    now = timezone.now()
    own = clinic.rsvps.of(request.user).active().first()
    doors_open = clinic.doors_are_open(now)
    return {
        "rsvp": own,
        "position": own.position() if own else None,
        "doors_open": doors_open,
        "is_in_person": clinic.venue == Venue.IN_PERSON,
        "takes_seat": doors_open and clinic.places_left > 0,
    }
