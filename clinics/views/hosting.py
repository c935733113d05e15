"""The page of whoever hosts a clinic or helps there, made for a phone: who comes, who is there, what is on now.

A host need not be of the working group. They see the names people chose, and no address.
"""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from clinics.agendas.context import agenda_of, asked_for_agenda
from clinics.attendance.counting import asked_for_heads, heads_of
from clinics.attendance.door import (
    asked_for_guests,
    asked_for_waiting,
    clinic_at_the_door,
    clock_of,
    grouped,
    guest_by_key,
    guests_of,
    keys_there,
    searched,
    waiting_for,
)
from clinics.attendance.forms import WalkInForm
from clinics.attendance.presses import SaidOtherwiseSince
from clinics.attendance.ticking import OWN_SEAT, count_others, let_in, take_tick_back, tick
from clinics.attendance.walk_ins import asked_for_walk_ins, note_walk_in, walk_ins_of
from clinics.domain.attendance import CannotTick, check_ticking
from clinics.domain.clinics import ClinicError, Venue, may_be_hosted
from clinics.models import Clinic, LanguageNeed, SeatQuestion
from clinics.models.outcomes import MOST_HEADS
from clinics.signing_up.language_needs import needed_languages
from letsconnect.base import access_log
from letsconnect.base.access_log import PeopleShown
from letsconnect.base.keys import key_or_none
from letsconnect.base.lines import isolated
from letsconnect.base.paging import page_of
from letsconnect.base.read_together import reading_together
from registrations.domain.looks import LookKind
from registrations.requests import MemberRequest

AT_ONCE = 250  # guests on one page: a host scrolls and searches, and turns no pages at the door
OLDEST_PRESS = timedelta(days=30)


@login_required
@require_safe
@never_cache
def clinic_host(request: MemberRequest, clinic_id: int) -> HttpResponse:
    """Show who comes, as they wish to be called, and who is there already; no addresses.

    Those who are named can read that the host looked. There is no such page for anybody else, nor a week after the end.
    """
    return _draw(request, _find(request, clinic_id), WalkInForm())


def _draw(request: MemberRequest, clinic: Clinic, walk_in: WalkInForm, *, status: int = 200) -> HttpResponse:
    with reading_together() as read:
        read(
            *asked_for_guests(clinic, reader=request.user),
            asked_for_waiting(clinic),
            asked_for_agenda(clinic),
            asked_for_heads(clinic),
            asked_for_walk_ins(clinic),
        )
        context = _context(request, clinic, now=timezone.now()) | {"walk_in": walk_in}
        return render(request, "clinics/clinic_host.html", context, status=status)


def _context(request: MemberRequest, clinic: Clinic, *, now: datetime) -> dict[str, Any]:
    guests, waiting = guests_of(clinic, reader=request.user), waiting_for(clinic)
    page = page_of(searched(guests, request.GET.get("q", "")), request, at_once=AT_ONCE)
    rows = list(page)
    questions = list(SeatQuestion.objects.at(clinic).visible_to(request.user))
    needs, language = LanguageNeed.objects.at(clinic).visible_to(request.user), get_language() or "en"
    people = {guest.member.pk for guest in rows if guest.member} | {rsvp.member_id for rsvp in waiting}
    people |= {question.rsvp.member_id for question in questions}
    access_log.note(viewer=request.user, people=PeopleShown(members=people), kind=LookKind.CLINIC, now=now)
    agenda = agenda_of(clinic)
    return {
        "clinic": clinic,
        "page": page,
        "groups": grouped(rows, own=_("Sharers, hosts, helpers and interpreters"), floor=_floor(clinic)),
        "searched": request.GET.get("q", ""),
        "going_count": sum(1 for guest in guests if not guest.role),
        "waiting": waiting,
        "questions": questions,
        "needed": [(need, need.name(language)) for need in needed_languages(needs.without_interpreter())],
        "heads": heads_of(clinic),
        "agenda": agenda,
        "clock": clock_of([(row.begins_at, row.ends_at) for row in agenda], now=now),
        "now": now,
        "may_tick": _may_tick(clinic, request),
        "own_seat": OWN_SEAT,
        "is_in_person": clinic.venue == Venue.IN_PERSON,
        "most_heads": MOST_HEADS,
        "walk_ins": walk_ins_of(clinic),
    }


@login_required
@require_POST
@never_cache
def attendance_tick(request: MemberRequest, clinic_id: int) -> HttpResponse:
    """Tick somebody, or take the tick back. The same request again changes nothing, so a bad line may repeat it.

    A script says when somebody pressed, by our clock, asks for JSON, and is told what stands in the database now; a
    form comes back to the row it was sent from.
    """
    clinic, now = _find(request, clinic_id), timezone.now()
    key = request.POST.get("here") or request.POST.get("not_here", "")
    action = tick if request.POST.get("here") else take_tick_back
    pressed_at = _pressed_at(request.POST.get("pressed", ""), now)
    try:
        attendance = action(
            clinic=clinic, member=guest_by_key(clinic, key), by=request.user, now=now, pressed_at=pressed_at
        )
    except CannotTick as refusal:
        if _wants_json(request) and isinstance(refusal, SaidOtherwiseSince):
            is_ticked = action is take_tick_back  # the other thing, which somebody said later
            return JsonResponse({"here": is_ticked, "there": heads_of(clinic).by_name, "said": str(refusal)})
        if _wants_json(request):
            return JsonResponse({"refused": str(refusal)}, status=409)
        messages.error(request, str(refusal))
        return _back(request, clinic_id)
    if _wants_json(request):
        is_ticked = attendance is not None and attendance.ticked_at is not None
        return JsonResponse({"here": is_ticked, "there": heads_of(clinic).by_name})
    return _back(request, clinic_id, key)


@login_required
@require_safe
@never_cache
def attendance_now(request: MemberRequest, clinic_id: int) -> JsonResponse:
    """Tell the page of a host who is ticked by now, also by others: by the keys that stand in it, and no name."""
    clinic = _find(request, clinic_id)
    keys = keys_there(clinic)
    return JsonResponse({"there": keys.there, "ticked": keys.ticked, "by_name": heads_of(clinic).by_name})


@login_required
@require_POST
@never_cache
def seat_at_the_door(request: MemberRequest, clinic_id: int) -> HttpResponse:
    """Give a seat that is free to somebody who waits and is there."""
    clinic = _find(request, clinic_id)
    try:
        member = guest_by_key(clinic, request.POST.get("let_in", ""))
        let_in(clinic=clinic, member=member, by=request.user, now=timezone.now())
    except ClinicError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(name)s has a seat, and is ticked.") % {"name": isolated(str(member))})
    return redirect("clinics:clinic-host", clinic_id)


@login_required
@require_POST
@never_cache
def walk_in_note(request: MemberRequest, clinic_id: int) -> HttpResponse:
    """Note the address of somebody who is there and never signed up; whose it is, is not told here."""
    clinic, form = _find(request, clinic_id), WalkInForm(request.POST)
    if not form.is_valid():
        return _draw(request, clinic, form, status=422)
    try:
        note_walk_in(clinic=clinic, address=form.cleaned_data["address"], by=request.user, now=timezone.now())
    except ClinicError as refusal:
        form.add_error("address", str(refusal))
        return _draw(request, clinic, form, status=422)
    messages.success(request, _("Noted. The working group looks afterwards who it is."))
    return redirect(f"{reverse('clinics:clinic-host', args=[clinic_id])}#walk-in")


@login_required
@require_POST
@never_cache
def others_count(request: MemberRequest, clinic_id: int) -> HttpResponse:
    """Write down how many more are there, beside those who are ticked."""
    clinic, typed = _find(request, clinic_id), request.POST.get("number", "").strip()
    is_number = typed.isascii() and typed.isdecimal() and len(typed) < 7
    try:
        if not is_number:
            raise CannotTick(_("Enter a number, 0 if there is nobody more."))
        seen = key_or_none(request.POST.get("seen", ""))
        count_others(clinic=clinic, number=int(typed), seen=seen, by=request.user, now=timezone.now())
    except ClinicError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Saved."))
    return redirect("clinics:clinic-host", clinic_id)


def _find(request: MemberRequest, clinic_id: int) -> Clinic:
    clinic = clinic_at_the_door(clinic_id, request.user)
    if clinic is None or not may_be_hosted(state=clinic.state, ends_at=clinic.ends_at, now=timezone.now()):
        raise Http404
    return clinic


def _floor(clinic: Clinic) -> str:
    words = _("Those who listen to the language spoken, %(language)s")
    return words % {"language": clinic.floor_language_in_words}


def _may_tick(clinic: Clinic, request: HttpRequest) -> bool:
    try:
        check_ticking(state=clinic.state, starts_at=clinic.starts_at, now=timezone.now())
    except CannotTick:
        return False
    return True


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "") == "application/json"


def _pressed_at(milliseconds: str, now: datetime) -> datetime:
    """Return the moment that a script says in milliseconds since 1970; now for none, and for one that is to come."""
    pressed = key_or_none(milliseconds)
    if pressed is None:
        return now
    ago = min(max(now.timestamp() - pressed / 1000, 0), OLDEST_PRESS.total_seconds())
    return now - timedelta(seconds=ago)


def _back(request: HttpRequest, clinic_id: int, key: str = "") -> HttpResponseRedirect:
    """Lead back to the row, on the page and in the search from which the form was sent."""
    kept: dict[str, Any] = {name: request.POST[name] for name in ("q", "page") if request.POST.get(name)}
    query = f"?{urlencode(kept)}" if kept else ""
    return redirect(f"{reverse('clinics:clinic-host', args=[clinic_id])}{query}{f'#{key}' if key else ''}")
