"""The letters of clinics: when each is still owed, and how it reads. None of them holds a meeting link."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from django.utils import timezone

from clinics.domain.clinics import REMINDERS, ClinicState, NoticeKind, RsvpState
from clinics.models import Clinic, Notice, Rsvp
from clinics.seats.calendars import invitation_for, may_be_in_a_calendar
from clinics.seats.clashes import hours_of, sentences_of_clashes
from letsconnect.base.languages import speaking
from letsconnect.base.links import absolute
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from mailings import kinds
from mailings.domain.letters import Priority
from mailings.rendering import Rendered, render_letter


def why_not_to_come(clinic: Clinic, now: datetime) -> str | None:
    """Return why a letter about a clinic that is still to come is no longer owed, or None."""
    if clinic.state != ClinicState.ANNOUNCED:
        return f"the clinic is {clinic.state}"
    return "the clinic has begun" if now >= clinic.starts_at else None


def rsvp_recorded_owed(rsvp: Rsvp | None, now: datetime) -> str | None:
    if rsvp is None or not rsvp.is_active:
        return "no longer signed up"
    if rsvp.is_offered:
        return "a seat is offered: another letter says so"
    if rsvp.is_waiting and now >= rsvp.clinic.doors_open_at:
        return "the doors are open: who still waits is told that instead"
    return why_not_to_come(rsvp.clinic, now)


def moved_up_owed(rsvp: Rsvp | None, now: datetime) -> str | None:
    if rsvp is None or rsvp.state != RsvpState.GOING:
        return "no longer going"
    return why_not_to_come(rsvp.clinic, now)


def still_waiting_owed(rsvp: Rsvp | None, now: datetime) -> str | None:
    if rsvp is None or rsvp.state != RsvpState.WAITING:
        return "no longer waiting"
    if rsvp.clinic.state != ClinicState.ANNOUNCED:
        return f"the clinic is {rsvp.clinic.state}"
    if now >= rsvp.clinic.ends_at:
        return "the clinic is over"
    return None if now >= rsvp.clinic.doors_open_at else "the clinic was moved: its queue goes on"


def clinic_cancelled_owed(rsvp: Rsvp | None, now: datetime) -> str | None:
    if rsvp is None or not rsvp.is_active:
        return "no longer signed up"
    return None if rsvp.clinic.state == ClinicState.CANCELLED else "the clinic is not cancelled"


def seat_given_back_owed(rsvp: Rsvp | None, now: datetime) -> str | None:
    if rsvp is None or rsvp.is_active:
        return "signed up again"
    if not may_be_in_a_calendar(rsvp):
        return "they gave it back before they were told of it"
    return why_not_to_come(rsvp.clinic, now)


def notice_owed(notice: Notice | None, now: datetime) -> str | None:
    """Return why a notice about one start is no longer owed: the clinic moved again, or the next reminder is due."""
    if notice is None or not notice.rsvp.is_active:
        return "no longer signed up"
    clinic = notice.rsvp.clinic
    if notice.sequence != clinic.sequence:
        return "the clinic was moved again"
    if notice.kind != NoticeKind.MOVED and notice.rsvp.state != RsvpState.GOING:
        return "no longer going"
    if reason := why_not_to_come(clinic, now):
        return reason
    is_reminder = notice.kind in REMINDERS.letters
    return REMINDERS.why_void(notice.kind, starts_at=clinic.starts_at, now=now) if is_reminder else None


def render_rsvp_letter(rsvp: Rsvp, language: str, zone: str, *, template: str) -> Rendered:
    with speaking(language):
        context = clinic_context(rsvp, language)
    return render_letter(template, context, language=language, zone=zone)


def render_notice_letter(notice: Notice, language: str, zone: str, *, template: str) -> Rendered:
    return render_rsvp_letter(notice.rsvp, language, zone, template=template)


def with_calendar(rendered: Rendered, rsvp: Rsvp, language: str) -> Rendered:
    """Return the letter with what brings the clinic into the reader's calendar, moves it there or takes it out."""
    return replace(rendered, calendar=invitation_for(rsvp, language, timezone.now()))


def render_rsvp_with_calendar(rsvp: Rsvp, language: str, zone: str, *, template: str) -> Rendered:
    return with_calendar(render_rsvp_letter(rsvp, language, zone, template=template), rsvp, language)


def render_notice_with_calendar(notice: Notice, language: str, zone: str, *, template: str) -> Rendered:
    return render_rsvp_with_calendar(notice.rsvp, language, zone, template=template)


def clinic_context(rsvp: Rsvp, language: str) -> dict[str, Any]:
    """Return what a letter shows: the clinic as it is now, where and when, and the seat of this person."""
    clinic = rsvp.clinic
    text = clinic.text_in(language)
    return {
        "clinic": clinic,
        "rsvp": rsvp,
        "position": rsvp.position(),
        "title": text.title if text else "",
        "text": text,
        "tells_languages": True,
        "url": absolute("clinics:clinic-detail", clinic.pk),
        "list_url": absolute("clinics:clinic-list"),
        "join_url": absolute("clinics:clinic-join", clinic.pk),
        "clashes": sentences_of_clashes(clinic, rsvp.agreed_hours),
    }


def place_of(rsvp: Rsvp) -> str:
    """Return the facts a letter about a seat tells (seat or waiting, and the start), so that none is sent twice."""
    return f"{rsvp.state} {rsvp.clinic.starts_at}"


def place_in_notice(notice: Notice) -> str:
    return place_of(notice.rsvp)


_RSVPS = Statement(
    lambda keys: (
        Rsvp.objects.filter(pk__in=any_of(keys))
        .select_related("clinic", "member", "channel")
        .prefetch_related("clinic__texts", "clinic__channels__interpreters")
    )
)
_NOTICES = Statement(
    lambda keys: (
        Notice.objects.filter(pk__in=any_of(keys))
        .select_related("rsvp__clinic", "rsvp__member", "rsvp__channel")
        .prefetch_related("rsvp__clinic__texts", "rsvp__clinic__channels__interpreters")
    )
)


def read_rsvps(keys: list[int], _now: datetime) -> list[Rsvp]:
    """Read what several letters about a seat tell: whose it is, and the clinic with its texts."""
    return _RSVPS.rows({"keys": keys})


def read_notices(keys: list[int], now: datetime) -> list[Notice]:
    """Read the same for notices; of a move also where those who go have agreed to be at the new time."""
    notices = _NOTICES.rows({"keys": keys})
    moved = [notice.rsvp for notice in notices if notice.kind == NoticeKind.MOVED and notice.rsvp.is_going]
    hours = hours_of([rsvp.member_id for rsvp in moved], now=now) if moved else {}
    for rsvp in moved:
        rsvp.agreed_hours = hours[rsvp.member_id]
    return notices


def _register(
    name: str,
    still_owed: Callable[..., str | None],
    render: Callable[..., Rendered],
    facts: Callable[..., str] | None = None,
    priority: Priority = Priority.ORDINARY,
    reads: kinds.ReadMany = read_rsvps,
) -> None:
    kinds.register(
        f"clinics.{name}",
        still_owed=still_owed,
        render=partial(render, template=f"clinics/emails/{name}"),
        facts=facts,
        priority=priority,
        reads=reads,
        keeps=kinds.kept(),
    )


def register() -> None:
    """Register the letters with the ledger."""
    _register("rsvp_recorded", rsvp_recorded_owed, render_rsvp_with_calendar, place_of)
    _register("moved_up", moved_up_owed, render_rsvp_with_calendar, place_of)
    _register("seat_given_back", seat_given_back_owed, render_rsvp_with_calendar, place_of)
    _register("still_waiting", still_waiting_owed, render_rsvp_letter)
    _register("clinic_cancelled", clinic_cancelled_owed, render_rsvp_with_calendar)
    _register("clinic_moved", notice_owed, render_notice_with_calendar, place_in_notice, reads=read_notices)
    for letter in REMINDERS.letters:
        _register(f"reminder_{letter}", notice_owed, render_notice_letter, priority=Priority.SOON, reads=read_notices)
