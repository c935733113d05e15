"""The page on which people join the call of a clinic. The link comes by a button, on the page that answers it."""

from datetime import datetime
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

from clinics.attendance.joining import Joining, join, joining_for_anybody, joining_of, joining_without_account
from clinics.domain.attendance import CannotJoin, JoinAnswer
from clinics.domain.clinics import ClinicError, Venue
from clinics.domain.wishes import ToldFirst
from clinics.models import Clinic, Rsvp
from clinics.people.links import person_by_token
from clinics.resources.context import archive_of
from clinics.seats.agreements import AgreementMissing
from clinics.signing_up.context import SignUpShown, asked_for_sign_up, sign_up_form, sign_up_shown, takes_people
from clinics.signing_up.taking import sign_up, told_first
from clinics.views.signing_up import say_what_was_given_back
from letsconnect.base.read_together import Read, reading_together
from letsconnect.base.statements import Statement
from registrations.consents.asking import agreed_versions, agreements_to_ask, asked_for_agreements
from registrations.documents import NewerVersion
from registrations.requests import MemberRequest, is_signed_in

_TAKE_A_SEAT = "take"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def clinic_join(request: HttpRequest, clinic_id: int) -> HttpResponse:
    """Say whether the reader may join now, and what to do if not; the button notes it and shows the way in.

    The link leads to another host, so no redirect goes there, and it stands on no page that is only looked at.
    """
    clinic = get_object_or_404(Clinic.objects.visible_to(request.user).for_pages(now=timezone.now()), pk=clinic_id)
    now = timezone.now()
    if not is_signed_in(request):
        sign_in = redirect_to_login(reverse("clinics:clinic-join", args=[clinic_id]))
        return sign_in if request.method == "POST" else _page_for_visitors(request, clinic, sign_in.url, now=now)
    if request.method != "POST":
        answer = joining_of(clinic, request.user, now=now).answer
        return _page(request, clinic, answer, status=403 if answer == JoinAnswer.NO_SEAT else 200)
    try:
        if request.POST.get("seat") == _TAKE_A_SEAT:
            if not clinic.doors_are_open(now):
                return redirect("clinics:clinic-detail", clinic_id)  # whose form asks for all that is needed
            shown = _take_seat(request, clinic, now=now)
            if shown is not None:
                return _page(request, clinic, JoinAnswer.NO_SEAT, shown=shown, status=422)
        joining = join(clinic=clinic, member=request.user, now=now)
    except CannotJoin as refusal:
        return _page(request, clinic, refusal.answer, status=403 if refusal.answer == JoinAnswer.NO_SEAT else 409)
    except ClinicError as refusal:
        messages.error(request, str(refusal))
        return redirect("clinics:clinic-join", clinic_id)
    return _way_in(request, clinic, joining)


def _take_seat(request: MemberRequest, clinic: Clinic, *, now: datetime) -> SignUpShown | None:
    """Take a seat that is free, and return None; or the form, with what must be said or agreed to first."""
    shown = sign_up_form(clinic, request.user, channels=[], now=now, typed=request.POST)
    try:
        if shown.form.is_valid():
            form = shown.form.sign_up()
            came = sign_up(clinic=clinic, member=request.user, form=form, by=request.user, now=now)
            say_what_was_given_back(request, came)
            return None
        shown.warnings = told_first(clinic, request.user, now=now)
    except ToldFirst as first:
        shown.warnings = list(first.warnings)
    except (AgreementMissing, NewerVersion) as refusal:
        shown.form.add_error(None, str(refusal))
    return shown


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


def _page_for_visitors(request: HttpRequest, clinic: Clinic, sign_in: str, *, now: datetime) -> HttpResponse:
    """Show why nobody joins now, or that whoever has a seat signs in first."""
    context = _context(request, clinic, joining_for_anybody(clinic, now=now)) | {"sign_in": sign_in}
    return render(request, "clinics/clinic_join.html", context)


def _page(
    request: MemberRequest, clinic: Clinic, answer: JoinAnswer, *, status: int, shown: SignUpShown | None = None
) -> HttpResponse:
    """Show whether the reader may join, and everything but the link."""
    context = _context(request, clinic, answer) | {"sign_up": None}
    with reading_together() as read:
        if answer == JoinAnswer.NO_SEAT:
            context |= _how_to_get_a_seat(clinic, request, read, shown=shown)
        return render(request, "clinics/clinic_join.html", context, status=status)


def _context(request: HttpRequest, clinic: Clinic, answer: JoinAnswer) -> dict[str, Any]:
    is_off = answer == JoinAnswer.CANCELLED
    editions = list(Clinic.objects.visible_to(request.user).editions_beside(clinic)) if is_off else []
    archive = archive_of(clinic) if answer == JoinAnswer.OVER else None
    return {
        "clinic": clinic,
        "answer": answer.value,
        "other_editions": editions,
        "has_archive": archive is not None and (archive.has_something or bool(clinic.outcome)),
    }


def _how_to_get_a_seat(
    clinic: Clinic, request: MemberRequest, read: Read, *, shown: SignUpShown | None
) -> dict[str, Any]:
    now, of_own = timezone.now(), _OWN.asked({"clinic": clinic.pk, "member": request.user})
    doors_open = clinic.doors_are_open(now)
    takes = shown is None and doors_open and takes_people(clinic, now=now)
    asked = asked_for_sign_up(clinic, request.user, now=now) if takes else []
    read(of_own, asked_for_agreements(request.user), *asked).prefetch(Clinic, "texts")
    own, agreed = next(iter(of_own.rows()), None), agreed_versions(request.user)
    if takes:
        shown = sign_up_shown(clinic, request.user, channels=[], now=now, agreed=agreed)
    return {
        "asking": agreements_to_ask(request.user, on=now.date(), agreed=agreed),
        "rsvp": own,
        "position": own.position() if own else None,
        "doors_open": doors_open,
        "is_in_person": clinic.venue == Venue.IN_PERSON,
        "sign_up": shown,
    }


_OWN = Statement(lambda clinic, member: Rsvp.objects.of(member).active().filter(clinic=clinic))
