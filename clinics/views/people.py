"""The pages on which people who are asked for a clinic answer: by the link of their letter, or signed in."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from clinics.domain.clinics import ClinicError
from clinics.domain.people import ANSWERED, AnswerState, ClinicRole
from clinics.models import ClinicPerson, SeatQuestion
from clinics.people.answering import answer, change_words, erase_person
from clinics.people.context import is_busy, keeps_away_from_somebody, shown_people
from clinics.people.forms import AnswerForm
from clinics.people.links import person_by_token
from clinics.people.words import what_they_do
from letsconnect.base.addresses import address_hint
from letsconnect.base.zones import zone_or_utc
from registrations.requests import MemberRequest, is_signed_in

_THANKS = {
    AnswerState.ACCEPTED: gettext_lazy("Thank you! You are in."),
    AnswerState.DECLINED: gettext_lazy("Thank you for saying so."),
    AnswerState.STEPPED_BACK: gettext_lazy("Thank you for saying so. The planners know."),
}


@never_cache
def person_answer(request: HttpRequest, token: str) -> HttpResponse:
    """Show what somebody is asked, with one button for each answer; only a button answers. No account is needed."""
    person = person_by_token(token)
    if person is None or person.state == AnswerState.TO_ASK:
        return render(request, "clinics/person_gone.html", status=410)
    if person.has_account:
        return _answer_page(request, person)
    erase, join = (reverse(f"clinics:person-{page}", args=[token]) for page in ("erase", "join"))
    own = zone_or_utc(person.zone) if person.zone else timezone.get_current_timezone()
    with timezone.override(own):  # by the clock they chose here, as our letters to them are
        return _answer_page(request, person, erase=erase, join=join)


@login_required
@never_cache
def person_mine(request: MemberRequest, person_id: int) -> HttpResponse:
    """The same page for a member who is signed in."""
    own = ClinicPerson.objects.of(request.user).exclude(state=AnswerState.TO_ASK)
    people = own.select_related("clinic", "channel__clinic", "member", "asked_by").prefetch_related("clinic__texts")
    return _answer_page(request, get_object_or_404(people, pk=person_id))


@never_cache
def person_erase(request: HttpRequest, token: str) -> HttpResponse:
    """Ask somebody without an account once more, and then delete what is known of them."""
    person = person_by_token(token)
    if person is None or person.has_account:
        return render(request, "clinics/person_gone.html", status=410)
    if request.method == "POST":
        try:
            erase_person(person=person, now=timezone.now())
        except ClinicError:  # erased in another window, or an account's by now
            return render(request, "clinics/person_gone.html", status=410)
        return render(request, "clinics/person_erased.html")
    back = reverse("clinics:person-answer", args=[token])
    return render(request, "clinics/person_erase.html", {"person": person, "back": back})


def _answer_page(request: HttpRequest, person: ClinicPerson, *, erase: str = "", join: str = "") -> HttpResponse:
    form = AnswerForm(request.POST or None, person=person, names=_is_theirs(request, person))
    if request.method == "POST" and form.is_valid() and _stored(request, person, form):
        return redirect(request.path)
    status = 422 if request.method == "POST" else 200
    context = _context(request, person, form) | {"erase": erase, "join": join}
    return render(request, "clinics/person_answer.html", context, status=status)


def _is_theirs(request: HttpRequest, person: ClinicPerson) -> bool:
    """Tell whether a person's own words and hours are shown here, and theirs to change: a letter may be passed on."""
    return not person.has_account or (is_signed_in(request) and request.user.pk == person.member_id)


def _stored(request: HttpRequest, person: ClinicPerson, form: AnswerForm) -> bool:
    """Store what was pressed and typed; show why not, if something is in the way."""
    becomes, now = request.POST.get("answer", ""), timezone.now()
    try:
        if becomes in ANSWERED:
            answer(
                person=person,
                becomes=AnswerState(becomes),
                note=form.cleaned_data["note"],
                words=form.words(),
                by=person.member,
                now=now,
            )
            messages.success(request, _THANKS[AnswerState(becomes)])
        elif _is_theirs(request, person):
            change_words(person=person, words=form.words(), by=person.member, now=now)
            messages.success(request, _("Saved."))
    except ClinicError as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _questions_for(person: ClinicPerson) -> list[str]:
    """Return what was sent in for a sharer, oldest first, without whose it is; call it for themself only."""
    if not person.is_accepted or person.role != ClinicRole.SHARER or person.member is None:
        return []
    return [question.text for question in SeatQuestion.objects.at(person.clinic).visible_to(person.member)]


def _context(request: HttpRequest, person: ClinicPerson, form: AnswerForm) -> dict[str, Any]:
    now, clinic = timezone.now(), person.clinic
    shown = shown_people(clinic)
    is_themself = person.has_account and _is_theirs(request, person)
    return {
        "person": person,
        "clinic": clinic,
        # What planners go on writing into a draft is not for those who are not needed there any more.
        "tells_plan": clinic.is_public or person.state != AnswerState.RELEASED,
        "text": clinic.text,
        "role": what_they_do(person),
        "shown": shown,
        "form": form,
        "questions": _questions_for(person) if is_themself else [],
        "can_answer": clinic.is_to_come and now < clinic.starts_at and person.state != AnswerState.RELEASED,
        "is_busy": person.is_asked and _is_theirs(request, person) and is_busy(person, now=now),
        "keeps_away": is_signed_in(request)
        and is_themself
        and keeps_away_from_somebody(request.user, [*shown.sharers, *shown.hosts]),
        "doors_open": person.is_accepted and clinic.doors_are_open(now),
        "reads_utc": timezone.get_current_timezone_name() == "UTC",
        "address_hint": address_hint(person.address),
        "page": clinic.is_public,
    }
