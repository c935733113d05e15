"""The tab of those who signed up: their names, never their addresses; putting somebody in and taking somebody out."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.admin.people import PersonOfMineForm
from clinics.admin.tabs import ClinicDesk, Tab
from clinics.domain.clinics import ClinicError, may_still_take_part
from clinics.models import Clinic, Rsvp, RsvpQuerySet
from clinics.people.busy import busy_during
from clinics.seats.agreements import missing_documents
from clinics.seats.desk import put_in, take_out
from clinics.seats.editions import seats_at_other_editions
from clinics.texts.call_links import WordsToPeopleForm
from letsconnect.base.access_log import PeopleShown, people_on
from letsconnect.base.numbers_read import called_at_desk
from letsconnect.base.once_more import BACK, ConfirmationPage, goes_back
from mailings.ledger.reachable import is_written_to
from registrations.domain.looks import LookKind
from registrations.models import Member
from registrations.requests import signed_in

PUT_IN, GIVE, TAKE_OUT = "put_in", "give", "take_out"
LONGEST_REASON = 500


class TakeOutForm(WordsToPeopleForm):
    """Why somebody is taken out; they read it."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text=gettext_lazy("If you like. It stands in the email, as you write it here."),
    )


def _signed_up(clinic: Clinic) -> RsvpQuerySet:
    return clinic.rsvps.active().order_by("seat", "place", "made_at")


def _people(clinic: Clinic) -> PeopleShown:
    return people_on(_signed_up(clinic), ("member",))


def _view(desk: ClinicDesk, request: HttpRequest, clinic: Clinic) -> HttpResponse:
    if request.method != "POST":
        return _draw(desk, request, clinic, PersonOfMineForm(planner=signed_in(request)), status=200)
    if not desk.may_change(request, clinic):
        raise PermissionDenied
    pressed = request.POST.get("do", "")
    if pressed == PUT_IN:
        form = PersonOfMineForm(request.POST, planner=signed_in(request))
        is_found = form.is_valid()
        if not is_found or goes_back(request):
            named = PeopleShown(members={person.pk for person in form.people_found})
            desk.note_look(request, named, kind=LookKind.ACCOUNTS)
            return _draw(desk, request, clinic, form, status=200 if is_found else 422)
        member = form.cleaned_data["member"]
        typed = [("do", PUT_IN), ("person", form.cleaned_data["person"]), ("member", member.public_id)]
        return _give(desk, request, clinic, member, typed, brings_back=BACK)
    answer = _chosen(request, clinic)
    if answer is not None and pressed == GIVE:
        return _give(desk, request, clinic, answer.member, [("do", GIVE), ("rsvp", answer.pk)])
    if answer is not None and pressed == TAKE_OUT:
        return _take_out(desk, request, clinic, answer)
    messages.error(request, _("This person has given their place up meanwhile."))
    return redirect(WHO_COMES.url(clinic))


def _draw(
    desk: ClinicDesk, request: HttpRequest, clinic: Clinic, form: PersonOfMineForm, *, status: int
) -> HttpResponse:
    rsvps = _signed_up(clinic).visible_to(signed_in(request)).select_related("member__registration", "channel")
    context = {
        "rsvps": list(rsvps),
        "form": form,
        "may_write": desk.may_change(request, clinic) and _takes_place(clinic),
        "seats_held": clinic.held_count,
    }
    return desk.draw(request, clinic, "who_comes", context, status=status)


def _takes_place(clinic: Clinic) -> bool:
    """Tell whether seats are still given and taken: an action refuses it, so no button offers it."""
    return may_still_take_part(state=clinic.state, ends_at=clinic.ends_at, now=timezone.now())


def _chosen(request: HttpRequest, clinic: Clinic) -> Rsvp | None:
    key = request.POST.get("rsvp", "")
    is_number = key.isascii() and key.isdecimal() and len(key) < 18
    mine = clinic.rsvps.active().visible_to(signed_in(request)).select_related("member")
    return mine.filter(pk=int(key)).first() if is_number else None


def _give(
    desk: ClinicDesk,
    request: HttpRequest,
    clinic: Clinic,
    member: Member,
    typed: list[tuple[str, Any]],
    *,
    brings_back: str = "",
) -> HttpResponse:
    """Ask once more, saying whether a seat is added, and then put somebody in."""
    adds_seat = not clinic.places_left and not clinic.rsvps.offered().of(member).exists()
    sentences = [_letter_sentence(member, _("%(name)s gets a seat and an email about it."))]
    if clinic.rsvps.waiting().exclude(member=member).exists():
        sentences.append(_("Others wait for a seat. They are passed over, and keep their places in the queue."))
    if adds_seat:
        sentences.append(_("All seats are taken: one is added for them."))
    sentences += _what_to_ask_first(clinic, member)
    page = ConfirmationPage(
        title=_("Give %(name)s a seat?") % {"name": called_at_desk(member)},
        sentences=tuple(sentences),
        button=_("Give the seat, and one more than there were") if adds_seat else _("Give the seat"),
        people=1,
    )
    if not page.is_answered_by(request):
        carried, back = [*typed, ("adds", int(adds_seat))], WHO_COMES.url(clinic)
        return desk.asked_once_more(request, page, back=back, carried=carried, brings_back=brings_back)
    try:
        may_add = request.POST.get("adds") == "1"
        put_in(clinic=clinic, member=member, add_seat=may_add, by=signed_in(request), now=timezone.now())
    except ClinicError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(name)s has a seat.") % {"name": called_at_desk(member)})
    return redirect(WHO_COMES.url(clinic))


def _what_to_ask_first(clinic: Clinic, member: Member) -> list[str]:
    """Return what somebody who takes a seat themselves is told and asked first; where else they are is not said."""
    now, name, sentences = timezone.now(), {"name": called_at_desk(member)}, []
    if busy_during(clinic, [member.pk], now=now):
        sentences.append(_("%(name)s has agreed to be elsewhere at that time.") % name)
    if seats_at_other_editions(clinic, member, now=now):
        sentences.append(
            _("%(name)s has a seat at the same clinic at another hour. It is given back: people take one of the two.")
            % name
        )
    if missing_documents(member, on=now.date()):
        sentences.append(
            _("%(name)s has not agreed to the code of conduct and the privacy notice yet: please ask them to.") % name
        )
    return sentences


def _take_out(desk: ClinicDesk, request: HttpRequest, clinic: Clinic, answer: Rsvp) -> HttpResponse:
    """Ask once more, for a reason too, and then take somebody out."""
    form = TakeOutForm(request.POST if "reason" in request.POST else None, clinic=clinic)
    page = ConfirmationPage(
        title=_("Take %(name)s out?") % {"name": called_at_desk(answer.member)},
        sentences=(
            _letter_sentence(answer.member, _("%(name)s loses the seat and gets a kind email about it.")),
            _("A seat goes to whoever waits first. They can sign up again."),
        ),
        button=_("Take out"),
        people=1,
    )
    if not page.is_answered_by(request) or not form.is_valid():
        once_more = page.context(request, back=WHO_COMES.url(clinic))
        context = {
            "question": page,
            "field": once_more["field"],
            "has_grown": once_more["has_grown"] and form.is_valid(),
            "back_here": WHO_COMES.url(clinic),
            "carried": [("do", TAKE_OUT), ("rsvp", answer.pk)],
            "form": form,
        }
        return desk.draw(request, clinic, "take_out", context)
    reason = form.cleaned_data["reason"]
    try:
        take_out(clinic=clinic, member=answer.member, reason=reason, by=signed_in(request), now=timezone.now())
    except ClinicError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(name)s is taken out.") % {"name": called_at_desk(answer.member)})
    return redirect(WHO_COMES.url(clinic))


def _letter_sentence(member: Member, sentence: str) -> str:
    """Return what comes of it; of somebody whom our letters do not reach, that they hear nothing."""
    sentence_filled, not_reached = (
        sentence % {"name": called_at_desk(member)},
        _("But our emails do not reach them: please tell them."),
    )
    return sentence_filled if is_written_to(member) else f"{sentence_filled} {not_reached}"


WHO_COMES = Tab("who_comes", gettext_lazy("Who comes"), _view, people=_people)
