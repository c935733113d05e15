"""My participation in the programme: pausing, being away, coming back, withdrawing, unblocking, deleting, staying in.

Each step has a page of its own that explains it, with one button.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from letsconnect.base.links import unsign
from registrations import events
from registrations.domain.registrations import UNTIL_THEY_RETURN, RegistrationError, Step
from registrations.models import Block, Member, Registration
from registrations.participation import blocking, inactivity, pausing
from registrations.participation.forms import UntilForm, WithdrawForm
from registrations.participation.inactivity_emails import PURPOSE
from registrations.participation.next_round import findable as findable_people
from registrations.participation.next_round import next_round, takes_part
from registrations.privacy import erasing
from registrations.privacy.forms import DeleteForm
from registrations.requests import MemberRequest, is_signed_in
from registrations.views.registration import redirect_to_sign_in


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def pause(request: MemberRequest) -> HttpResponse:
    """Explain what a pause does, take its last day, pause."""
    return _until(request, Step.PAUSE, pausing.pause_registration, _("You are paused until %(day)s."))


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def away(request: MemberRequest) -> HttpResponse:
    """Explain what being away does, take its last day, store it."""
    return _until(request, Step.AWAY, pausing.set_away, _("You are away until %(day)s."))


def _until(request: MemberRequest, step: Step, act: Callable[..., Registration], message: str) -> HttpResponse:
    today = timezone.localdate()
    form = UntilForm(request.POST if request.method == "POST" else None, initial={"until": today + timedelta(days=30)})
    if request.method == "POST" and form.is_valid():
        until: date = form.until_date()
        try:
            act(member=request.user, until=until, by=request.user, now=timezone.now())
        except RegistrationError as refusal:
            form.add_error("until", str(refusal))
        else:
            messages.success(request, message % {"day": date_format(until)})
            return redirect("registrations:my-data")
    return _explanation_page(request, step, form)


@login_required
@require_POST
def come_back(request: MemberRequest) -> HttpResponse:
    """End a pause and an absence."""
    try:
        registration = pausing.come_back(member=request.user, by=request.user, now=timezone.now())
    except RegistrationError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Welcome back."))
        messages.info(request, next_round(registration, on=timezone.now().date()))
    return redirect("registrations:my-data")


@login_required
@require_POST
def findable(request: MemberRequest) -> HttpResponse:
    """Let others find the person, or stop it."""
    is_findable = request.POST.get("findable") == "yes"
    try:
        pausing.set_findable(member=request.user, is_findable=is_findable, by=request.user, now=timezone.now())
    except RegistrationError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _said_of_finding(request.user, is_findable=is_findable))
    return redirect("registrations:my-data")


def _said_of_finding(member: Member, *, is_findable: bool) -> str:
    if not is_findable:
        return _("Nobody can find you any more.")
    if findable_people(on=timezone.now().date()).filter(member=member).exists():
        return _("Others can find you and ask for you now.")
    return _(
        "Saved. Others find you while your registration is approved, you take part, share something, and "
        "have room for somebody. At the moment not all of this is so."
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: MemberRequest) -> HttpResponse:
    """Explain what ends, then withdraw the registration."""
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        form.is_valid()
        try:
            pausing.withdraw_registration(
                member=request.user,
                leaves_clinics=form.cleaned_data["leaves_clinics"],
                by=request.user,
                now=timezone.now(),
            )
        except RegistrationError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Your registration is withdrawn. You can send it again at any time."))
        return redirect("registrations:my-data")
    return _explanation_page(request, Step.WITHDRAW, form)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: MemberRequest) -> HttpResponse:
    """Explain what ends, check the word, erase the account, and end the session."""
    form = DeleteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            erasing.erase_member(member=request.user, by=request.user, now=timezone.now())
        except RegistrationError as refusal:
            form.add_error(None, str(refusal))
        else:
            logout(request)
            messages.success(request, _("Your account is deleted. Thank you for having been with us."))
            return redirect("home")
    return _explanation_page(request, Step.ERASE, form)


@login_required
@require_POST
def unblock(request: MemberRequest, public_id: str) -> HttpResponse:
    """Take a block back."""
    block = get_object_or_404(Block.objects.filter(member=request.user), blocked__public_id=public_id)
    blocking.unblock_person(member=request.user, blocked=block.blocked, by=request.user, now=timezone.now())
    messages.success(request, _("Your wish never to be matched with this person is taken back."))
    return redirect("registrations:my-data")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def still_in(request: HttpRequest, token: str) -> HttpResponse:
    """Show one button that says "I am still in".

    The link alone keeps things as they are and can be undone; a signed-in member answers for themselves.
    """
    question = inactivity.registration_asked(unsign(PURPOSE, token))
    if question is None:
        return render(request, "registrations/still_in_gone.html", status=410)
    registration, asked_on = question
    by = request.user if is_signed_in(request) and request.user.pk == registration.member_id else None
    done, now = "", timezone.now()
    if request.method == "POST":
        try:
            done = _answer(request, registration, asked_on, by=by, now=now)
        except inactivity.NeedsSignIn:
            return redirect_to_sign_in(request.path)
        except RegistrationError:  # erased while the page was open, or the question is not the last one
            return render(request, "registrations/still_in_gone.html", status=410)
    registration.refresh_from_db()
    context = {
        "done": done,
        "is_theirs": by is not None,
        "rests": registration.paused_until == UNTIL_THEY_RETURN,
        "takes_part": takes_part(registration, on=now.date()),
    }
    return render(request, "registrations/still_in.html", context)


def _answer(
    request: HttpRequest, registration: Registration, asked_on: date, *, by: Member | None, now: datetime
) -> str:
    if "undo" in request.POST:
        inactivity.undo_link(registration=registration, by=by, asked_on=asked_on, now=now)
        return "undone"
    if by is not None:
        inactivity.stay_in(registration=registration, by=by, now=now)
    else:
        inactivity.keep_in_by_link(registration=registration, asked_on=asked_on, now=now)
    return "kept"


@login_required
@require_POST
def link_undo(request: MemberRequest) -> HttpResponse:
    """Take back what the link of a letter did for the member."""
    registration = Registration.objects.of(request.user)
    if registration is None:
        return redirect("registrations:my-data")
    try:
        inactivity.undo_link(registration=registration, by=request.user, now=timezone.now())
    except RegistrationError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Taken back. Nothing was said in your name."))
    return redirect("registrations:my-data")


def _explanation_page(request: MemberRequest, step: Step, form: forms.Form) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "effects": _effects(request.user, step)}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, f"registrations/my_data_{step}.html", context, status=status)


def _effects(member: Member, step: Step) -> list[str]:
    return events.effects_foreseen(member=member, step=step, now=timezone.now())
