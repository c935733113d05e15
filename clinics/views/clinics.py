"""The pages of clinics: everyone may read them, everyone signed in may sign up."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinics.agendas.context import agenda_of, asked_for_agenda
from clinics.domain.clinics import ClinicPhase, ClinicState, DeskSeats, may_be_hosted
from clinics.domain.people import ClinicRole
from clinics.feedback.context import after_clinic, asked_for_quotes, published_quotes
from clinics.feedback.whose import asked_for_part
from clinics.finding.notes import asked_for_hour, why_this_hour
from clinics.listing.versions import version_of_lists
from clinics.models import Clinic, ClinicPerson, Rsvp
from clinics.people.context import asked_for_people, asked_for_words, parts_of, people_of, remember_words, shown_of
from clinics.resources.context import archive_of, asked_for_archive
from clinics.seats.links import token_of
from clinics.signing_up.context import (
    SignUpShown,
    asked_for_parts_beside,
    asked_for_seat,
    asked_for_sign_up,
    names_of_others,
    parts_beside,
    sign_up_shown,
    takes_this_person,
    wishes_form,
)
from clinics.signing_up.forms import WishesForm
from letsconnect.base.kept_pages import kept_for_visitors
from letsconnect.base.languages import listed
from letsconnect.base.read_together import Read, reading_together
from letsconnect.base.statements import Inquiry, Statement
from registrations.consents.asking import agreed_versions, agreements_to_ask, asked_for_agreements
from registrations.models import Member
from registrations.requests import is_signed_in


@require_safe
@kept_for_visitors(version_of_lists)
def clinic_detail(request: HttpRequest, clinic_id: int) -> HttpResponse:
    """Show one clinic: what, for whom, when, in which language, seats left, and the form or buttons for this reader.

    Of a draft its own people are led to their part: letters to hosts about answers lead here, too.
    """
    try:
        clinic = find_clinic(request, clinic_id)
    except Http404:
        if part := _part_in(request, clinic_id):
            return redirect("clinics:person-mine", part.pk)
        raise
    return clinic_page(request, clinic)


def clinic_page(
    request: HttpRequest,
    clinic: Clinic,
    *,
    shown: SignUpShown | None = None,
    initial: Mapping[str, Any] | None = None,
    wishes: WishesForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Return the page of a clinic, with forms in which something was typed already, or as somebody finds it.

    ``initial`` is what fills the form of a seat again.
    """
    now = timezone.now()
    with reading_together() as read:
        context = _read(request, clinic, read, now=now, shown=shown, initial=initial, wishes=wishes)
        return render(request, "clinics/clinic_detail.html", context, status=status)


def _read(
    request: HttpRequest,
    clinic: Clinic,
    read: Read,
    *,
    now: datetime,
    shown: SignUpShown | None,
    initial: Mapping[str, Any] | None,
    wishes: WishesForm | None,
) -> dict[str, Any]:
    """Read what the page shows: first what it shows of the clinic, then what depends on the reader's seat there."""
    reader = request.user if is_signed_in(request) else None
    phase, is_off = clinic.phase(now), clinic.state == ClinicState.CANCELLED
    _read_of_clinic(request, clinic, reader, read, now=now)
    rsvp, everybody = _own_rsvps(request).get(clinic.pk), people_of(clinic)
    remember_words(clinic, everybody)
    parts, people = parts_of(reader, everybody) if reader else [], shown_of(clinic, everybody)
    agreed = agreed_versions(reader) if reader else {}
    is_open = may_be_hosted(state=clinic.state, ends_at=clinic.ends_at, now=now)
    other_editions = _of_editions(request, clinic).rows()
    if rsvp is not None and reader is not None:
        rsvp.clinic, rsvp.member = clinic, reader
        rsvp = None if rsvp.offer_has_ended(now) else rsvp  # they begin anew
    takes = shown is None and (initial is not None or takes_this_person(clinic, rsvp, now=now))
    _read_of_seat(clinic, reader, rsvp, read, now=now, takes=takes, has_editions=bool(other_editions))
    if takes:
        shown = sign_up_shown(
            clinic,
            reader,
            channels=people.interpreted,
            now=now,
            initial=initial,
            agreed=agreed,
            has_editions=bool(other_editions),
        )
    if wishes is None and rsvp is not None and now < clinic.ends_at:
        wishes = wishes_form(rsvp, channels=people.interpreted)
    context: dict[str, Any] = {
        "clinic": clinic,
        "text": clinic.text,
        "phase": phase,
        "rsvp": rsvp,
        "position": rsvp.position() if rsvp else None,
        "sign_up": shown,
        "seat_path": reverse("clinics:seat-by-link", args=[token_of(rsvp)]) if rsvp else "",
        "doors_open": clinic.doors_are_open(now),
        "comes_anyway": any(part.is_accepted for part in parts),
        "wishes": wishes,
        "others_who_come": names_of_others(rsvp) if rsvp else [],
        "reads_utc": timezone.get_current_timezone_name() == "UTC",
        "begun": now >= clinic.starts_at,
        "agenda": [] if is_off else agenda_of(clinic),
        "sign_in_url": sign_in_url(clinic.pk),
        "why_this_hour": why_this_hour(clinic),
        "shown": people,
        "archive": archive_of(clinic),
        "quotes": published_quotes(clinic) if phase == ClinicPhase.OVER else [],
        "interpreted_in_words": listed(channel.language_in_words for channel in people.interpreted),
        "parts": parts,
        "after": after_clinic(clinic, request.user, now=now),
        "hosted": any(part.role == ClinicRole.HOST and part.is_accepted for part in parts),
        "is_host": is_open and any(part.is_at_the_door for part in parts),
        "other_editions": other_editions,
        "other_parts": parts_beside(clinic),
    }
    if reader is not None:  # what the frame asks is read from the same agreements as the form
        context["asking"] = agreements_to_ask(reader, on=now.date(), agreed=agreed)
    return context


def _read_of_clinic(request: HttpRequest, clinic: Clinic, reader: Member | None, read: Read, *, now: datetime) -> None:
    """Read at once what the page asks of any clinic, and of this reader."""
    asked = [*asked_for_words(clinic), asked_for_people(clinic), asked_for_hour(clinic), _of_editions(request, clinic)]
    if clinic.state != ClinicState.CANCELLED:
        asked.append(asked_for_agenda(clinic))
    if clinic.held_at is not None:
        asked += asked_for_archive(clinic)
    if clinic.phase(now) == ClinicPhase.OVER:
        asked.append(asked_for_quotes(clinic))
        asked += [asked_for_part(clinic, reader)] if reader else []
    if reader is not None:
        asked += [_OWN.asked({"member": reader}), asked_for_agreements(reader)]
    read(*asked)


def _read_of_seat(
    clinic: Clinic,
    reader: Member | None,
    rsvp: Rsvp | None,
    read: Read,
    *,
    now: datetime,
    takes: bool,
    has_editions: bool,
) -> None:
    """Read at once what it asks of the reader's seat, of taking one, and of the series."""
    asked = asked_for_parts_beside(clinic)
    asked += asked_for_seat(rsvp, now=now) if rsvp else []
    asked += asked_for_sign_up(clinic, reader, now=now, has_editions=has_editions) if takes else []
    if asked:
        read(*asked).prefetch(Clinic, "texts")


def _part_in(request: HttpRequest, clinic_id: int) -> ClinicPerson | None:
    """Return what the reader is to do at a clinic whose page they may not see, if anything."""
    clinic = Clinic.objects.filter(pk=clinic_id).first()
    if clinic is None or not is_signed_in(request):
        return None
    return next(iter(parts_of(request.user, people_of(clinic))), None)


def find_clinic(request: HttpRequest, clinic_id: int) -> Clinic:
    rows = _seen_by(_TO_SHOW, request, key=clinic_id, now=timezone.now()).rows()
    if not rows:
        raise Http404
    return rows[0]


def _of_editions(request: HttpRequest, clinic: Clinic) -> Inquiry[Clinic]:
    return _seen_by(_EDITIONS, request, clinic=clinic.pk, original=clinic.edition_of_id or clinic.pk)


def clinic_to_act_on(request: HttpRequest, clinic_id: int) -> Clinic:
    """Find the clinic for a button: one short query, because many press the same at once and see no page of it."""
    rows = _seen_by(_TO_ACT_ON, request, key=clinic_id).rows()
    if not rows:
        raise Http404
    return rows[0]


def _seen_by(statement: Statement[Clinic], request: HttpRequest, **values: Any) -> Inquiry[Clinic]:
    """Return what is asked for the clinics of a statement that this reader may see."""
    seats = DeskSeats.of(request.user)
    if seats.ask_who_made_it:
        values["reader"] = request.user
    return statement.asked(values, seats=seats)


# Asked for each page and button of a clinic, so the SQL is written once.
_TO_SHOW = Statement(
    lambda key, now, seats, reader=None: (
        Clinic.objects.visible_with(seats, reader)
        .filter(pk=key)
        .order_by()
        .select_related("series")
        .counting_seats(now=now)
    )
)
_EDITIONS = Statement(
    lambda clinic, original, seats, reader=None: Clinic.objects.visible_with(seats, reader).editions_beside(
        Clinic(pk=clinic, edition_of_id=original)
    )
)
_TO_ACT_ON = Statement(
    lambda key, seats, reader=None: Clinic.objects.visible_with(seats, reader).filter(pk=key).order_by()
)
_OWN = Statement(lambda member: Rsvp.objects.of(member).active().select_related("channel"))


def _own_rsvps(request: HttpRequest) -> dict[int, Rsvp]:
    """Return the reader's own seats and turns, by clinic."""
    if not request.user.is_authenticated:
        return {}
    return {rsvp.clinic_id: rsvp for rsvp in _OWN.rows({"member": request.user})}


def sign_in_url(clinic_id: int) -> str:
    """Return the sign-in page for visitors, which leads back to the clinic."""
    return redirect_to_login(reverse("clinics:clinic-detail", args=[clinic_id])).url
