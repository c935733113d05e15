"""The letters to those who come to a clinic: when each is still owed, and how it reads. None of them holds a meeting
link."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from django.utils import timezone

from clinics.announcing.alternatives import alternatives_of, read_alternatives
from clinics.domain.clinics import ClinicState, RsvpState
from clinics.domain.notices import (
    CHANGED,
    MOVED,
    REMINDERS,
)
from clinics.models import Clinic, ClinicPerson, Notice, Rsvp
from clinics.notices.changes import SEAT as CHANGED_LETTER
from clinics.notices.changes import facts_of, why_not_told
from clinics.notices.reminding import SEAT as REMINDER
from clinics.notices.words import changes_in_words, main_change, takes_other_hours
from clinics.seats.calendars import invitation_for, may_be_in_a_calendar, read_calendars
from clinics.seats.clashes import AgreedHour, hours_of, sentences_of_clashes, turns_of
from clinics.seats.words import coming_context
from letsconnect.base.languages import direction_of, listed, speaking
from letsconnect.base.lines import isolated
from letsconnect.base.links import absolute
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from letsconnect.base.zones import zone_or_utc
from mailings import kinds
from mailings.domain.letters import Priority
from mailings.rendering import Rendered, render_letter
from registrations.reference.names import language_name

POSITION = "position_read"  # on the object of an RSVP, where several letters are read together

# When they are still owed


def why_not_to_come(clinic: Clinic, now: datetime) -> str | None:
    """Return why a letter about a clinic that is still to come is no longer owed, or None."""
    if clinic.state != ClinicState.ANNOUNCED:
        return f"the clinic is {clinic.state}"
    return "the clinic has begun" if now >= clinic.starts_at else None


def rsvp_recorded_owed(rsvp: Rsvp | None, now: datetime) -> str | None:
    if rsvp is None or not rsvp.is_active:
        return "no longer signed up"
    if rsvp.is_offered:
        return "a seat is offered: another email says so"
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
    return "the clinic has begun" if now >= rsvp.clinic.starts_at else None  # also of one that was called off since


def changed_owed(notice: Notice | None, now: datetime) -> str | None:
    """Return why nobody need be told of a change any more: what was changed is as it was, or nobody comes."""
    if notice is None or notice.rsvp is None or not notice.rsvp.is_active:
        return "no longer signed up"
    clinic = notice.rsvp.clinic
    if reason := why_not_to_come(clinic, now):
        return reason
    if notice.change is None:
        return "the clinic was moved again" if notice.starts_at != clinic.starts_at else None
    return why_not_told(notice, notice.rsvp.member.language)


def reminder_owed(notice: Notice | None, now: datetime) -> str | None:
    """Return why a reminder of one start is no longer owed: the clinic was moved, or the next reminder is due."""
    if notice is None or notice.rsvp is None or not notice.rsvp.is_active:
        return "no longer signed up"
    clinic = notice.rsvp.clinic
    if notice.starts_at != clinic.starts_at:
        return "the clinic was moved again"
    if notice.rsvp.state != RsvpState.GOING:
        return "no longer going"
    return why_not_to_come(clinic, now) or REMINDERS.why_void(notice.kind, starts_at=clinic.starts_at, now=now)


# What they say


def render_rsvp_letter(rsvp: Rsvp, language: str, zone: str, *, template: str) -> Rendered:
    return render_letter(template, clinic_context(rsvp, language), language=language, zone=zone)


def render_with_alternatives(rsvp: Rsvp, language: str, zone: str, *, template: str) -> Rendered:
    context = {**clinic_context(rsvp, language), "alternatives": alternatives_in_words(rsvp, language)}
    return with_calendar(render_letter(template, context, language=language, zone=zone), rsvp, language)


def with_calendar(rendered: Rendered, rsvp: Rsvp, language: str) -> Rendered:
    """Return the letter with what brings the clinic into the reader's calendar, moves it there or takes it out."""
    return replace(rendered, calendar=invitation_for(rsvp, language, timezone.now()))


def render_rsvp_with_calendar(rsvp: Rsvp, language: str, zone: str, *, template: str) -> Rendered:
    return with_calendar(render_rsvp_letter(rsvp, language, zone, template=template), rsvp, language)


def render_given_back(rsvp: Rsvp, language: str, zone: str, *, template: str) -> Rendered:
    """Return the letter that takes a seat out of a calendar; whoever comes anyway, or at another hour, reads that."""
    takes_part = ClinicPerson.objects.accepted().filter(clinic=rsvp.clinic_id, member=rsvp.member_id)
    others = Clinic.objects.editions_beside(rsvp.clinic).order_by().values("pk")
    elsewhere = Rsvp.objects.active().filter(member=rsvp.member_id, clinic__in=others)
    came_of_it = {"takes_part": takes_part.exists(), "is_at_other_edition": elsewhere.exists()}
    context = {**clinic_context(rsvp, language), **came_of_it}
    return with_calendar(render_letter(template, context, language=language, zone=zone), rsvp, language)


def render_cancelled(rsvp: Rsvp, language: str, zone: str, *, template: str) -> Rendered:
    context = {**clinic_context(rsvp, language), "alternatives": alternatives_in_words(rsvp, language)}
    with speaking(language):
        context["reason"] = isolated(rsvp.clinic.cancel_reason)
    return with_calendar(render_letter(template, context, language=language, zone=zone), rsvp, language)


def render_changed(notice: Notice, language: str, zone: str, *, template: str) -> Rendered:
    rsvp = rsvp_of(notice)
    context = clinic_context(rsvp, language)
    with speaking(language), timezone.override(zone_or_utc(zone)):
        context |= {"changes": changes_in_words(notice), "main_change": main_change(notice)}
    return with_calendar(render_letter(template, context, language=language, zone=zone), rsvp, language)


def render_notice_letter(notice: Notice, language: str, zone: str, *, template: str) -> Rendered:
    return render_letter(template, clinic_context(rsvp_of(notice), language), language=language, zone=zone)


def rsvp_of(notice: Notice) -> Rsvp:
    if notice.rsvp is None:
        raise ValueError("this letter goes to somebody with a seat")
    return notice.rsvp


def clinic_context(rsvp: Rsvp, language: str) -> dict[str, Any]:
    """Return what a letter shows: the clinic as it is now, where and when, and the seat of this person."""
    clinic, now = rsvp.clinic, timezone.now()
    text = clinic.text_in(language)
    with speaking(language):
        coming = coming_context(rsvp, now=now)
        clashes = sentences_of_clashes(clinic, rsvp.agreed_hours)
    return {
        "clinic": clinic,
        "position": vars(rsvp)[POSITION] if POSITION in vars(rsvp) else rsvp.position(),
        "title": text.title if text else "",
        "text": text,
        "tells_languages": True,
        "can_sign_up": clinic.state == ClinicState.ANNOUNCED and now < clinic.closes_at,
        "list_url": absolute("clinics:clinic-list"),
        "clashes": clashes,
        **coming,
    }


def alternatives_in_words(rsvp: Rsvp, language: str) -> list[dict[str, Any]]:
    with speaking(language):
        return [_alternative(clinic, rsvp.clinic, language) for clinic in alternatives_of(rsvp, now=timezone.now())]


def _alternative(clinic: Clinic, instead_of: Clinic, language: str) -> dict[str, Any]:
    text = clinic.text_in(language)
    heard = [language_name(clinic.floor_language, language)]
    heard += [clinic.interpreted_in_words] if clinic.interpreted_in_words else []
    originals = {instead_of.pk, instead_of.edition_of_id} - {None}
    return {
        "title": clinic.title,
        "language": text.language if text else language,
        "direction": direction_of(text.language if text else language),
        "starts_at": clinic.starts_at,
        "languages": listed(heard),
        "is_edition": clinic.pk == instead_of.edition_of_id or clinic.edition_of_id in originals,
        "url": absolute("clinics:clinic-detail", clinic.pk),
    }


# What is told, so that nobody is told the same twice


def place_of(rsvp: Rsvp) -> str:
    """Return the facts a letter about a seat tells (seat or waiting, and the start), so that none is sent twice.

    Whoever was out of it meanwhile and signs up again is told again, also where nothing had told them that they were.
    """
    return f"{rsvp.turn} {rsvp.state} {rsvp.clinic.starts_at}"


def change_told(notice: Notice) -> str:
    """Return what a letter about a change tells."""
    return f"{rsvp_of(notice).state} {sorted(facts_of(notice.clinic).items())}"


# Reading and registering

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
        .select_related("rsvp__clinic", "rsvp__member", "rsvp__channel", "change")
        .prefetch_related("rsvp__clinic__texts", "rsvp__clinic__channels__interpreters")
    )
)


def read_rsvps(keys: list[int], _now: datetime) -> list[Rsvp]:
    """Read what several letters about a seat tell: whose it is, the clinic with its texts, the place in the queue."""
    rsvps = _RSVPS.rows({"keys": keys})
    read_positions(rsvps)
    read_calendars(rsvps)
    return rsvps


def read_rsvps_and_turns(keys: list[int], now: datetime) -> list[Rsvp]:
    """Read the same, and at which clinics those who go wait for a seat: they have been told of all else."""
    return _with_hours(read_rsvps(keys, now), turns_of, now=now)


def read_rsvps_and_hours(keys: list[int], now: datetime) -> list[Rsvp]:
    """Read the same, with all that those who go have agreed to: nobody asked them as they got the seat."""
    return _with_hours(read_rsvps_and_turns(keys, now), hours_of, now=now)


def _with_hours(
    rsvps: list[Rsvp], read: Callable[..., Mapping[int, Sequence[AgreedHour]]], *, now: datetime
) -> list[Rsvp]:
    going = [rsvp for rsvp in rsvps if rsvp.is_going]
    hours = read([rsvp.member_id for rsvp in going], now=now) if going else {}
    for rsvp in going:
        rsvp.agreed_hours = [*rsvp.agreed_hours, *hours[rsvp.member_id]]
    return rsvps


def read_rsvps_and_alternatives(keys: list[int], now: datetime) -> list[Rsvp]:
    """Read the same, and what else fits these people."""
    rsvps = read_rsvps(keys, now)
    read_alternatives(rsvps, now=now)
    return rsvps


def read_notices(keys: list[int], now: datetime) -> list[Notice]:
    """Read the same for notices; of a change also where those who go have agreed to be at the new time."""
    notices = _NOTICES.rows({"keys": keys})
    read_positions([rsvp_of(notice) for notice in notices])
    of_changes = [notice for notice in notices if notice.kind in (CHANGED, MOVED)]
    read_calendars(rsvp_of(notice) for notice in of_changes)
    going = [rsvp_of(notice) for notice in of_changes if rsvp_of(notice).is_going and takes_other_hours(notice)]
    hours = hours_of([rsvp.member_id for rsvp in going], now=now) if going else {}
    for rsvp in going:
        rsvp.agreed_hours = hours[rsvp.member_id]
    return notices


def read_positions(rsvps: list[Rsvp]) -> None:
    """Read for those who wait their place in the queue, counted from 1, in one query for all."""
    waiting = {rsvp.clinic_id for rsvp in rsvps if rsvp.is_waiting}
    places: dict[int, int] = {}
    numbers: dict[int, int] = {}
    if waiting:
        queue = Rsvp.objects.waiting().filter(clinic__in=waiting).order_by("clinic_id", "place", "pk")
        for key, clinic in queue.values_list("pk", "clinic"):
            numbers[clinic] = places[key] = numbers.get(clinic, 0) + 1
    for rsvp in rsvps:
        vars(rsvp)[POSITION] = places.get(rsvp.pk)


def _register(
    name: str,
    still_owed: Callable[..., str | None],
    render: Callable[..., Rendered],
    facts: Callable[..., str] | None = None,
    priority: Priority = Priority.ORDINARY,
    reads: kinds.ReadMany = read_rsvps,
) -> None:
    kinds.register(
        name,
        still_owed=still_owed,
        render=partial(render, template=f"clinics/emails/{name.removeprefix('clinics.')}"),
        facts=facts,
        priority=priority,
        reads=reads,
        keeps=kinds.kept(),
    )


def register() -> None:
    """Register the letters with the ledger."""
    _register(
        "clinics.rsvp_recorded", rsvp_recorded_owed, render_rsvp_with_calendar, place_of, reads=read_rsvps_and_turns
    )
    _register("clinics.moved_up", moved_up_owed, render_rsvp_with_calendar, place_of, reads=read_rsvps_and_hours)
    _register("clinics.seat_given_back", seat_given_back_owed, render_given_back, place_of)
    reads = read_rsvps_and_alternatives
    _register("clinics.still_waiting", still_waiting_owed, render_with_alternatives, reads=reads)
    _register("clinics.clinic_cancelled", clinic_cancelled_owed, render_cancelled, reads=reads)
    _register(CHANGED_LETTER, changed_owed, render_changed, change_told, reads=read_notices)
    for step in REMINDERS.letters:
        register_step(step)


def register_step(step: str) -> None:
    """Register the letter of one step of the ladder: its templates stand in a folder of its name."""
    _register(f"{REMINDER}{step}", reminder_owed, render_notice_letter, priority=Priority.SOON, reads=read_notices)
