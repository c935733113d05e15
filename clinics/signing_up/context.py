"""What the page of a clinic shows of signing up: the form for this reader, and what they must be told first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import QueryDict

from clinics.domain.clinics import ClinicPhase, ClinicState
from clinics.models import Channel, Clinic, Rsvp
from clinics.seats.agreements import missing_documents
from clinics.seats.clashes import asked_for_hours
from clinics.signing_up.forms import SignUpForm, WishesForm, typed_wishes
from clinics.signing_up.taking import asked_first, asked_for_parts, other_parts, told_first
from clinics.signing_up.wishes import asked_for_wishes, wishes_of
from letsconnect.base.statements import Inquiry, Statement
from registrations.models import Member


@dataclass
class SignUpShown:
    """The form of a seat, the other parts it may sign up for, and the warnings with which a press counts as told."""

    form: SignUpForm
    parts: list[Clinic] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)
    has_newest_letter: bool = False


def takes_people(clinic: Clinic, *, now: datetime) -> bool:
    """Tell whether the page offers a seat, or a turn: once the doors are open, only while a seat is free."""
    if clinic.state == ClinicState.ANNOUNCED and clinic.doors_are_open(now):
        return clinic.places_left > 0
    return clinic.phase(now) in (ClinicPhase.OPEN, ClinicPhase.FULL)


def takes_this_person(clinic: Clinic, seat: Rsvp | None, *, now: datetime) -> bool:
    """Tell whether the page has a button that takes a seat, or a turn, for whoever has ``seat``, or none."""
    if seat is None:
        return takes_people(clinic, now=now)
    if seat.is_offered and not seat.offer_has_ended(now):
        return clinic.state == ClinicState.ANNOUNCED
    return (seat.is_waiting or seat.is_offered) and clinic.doors_are_open(now) and takes_people(clinic, now=now)


def sign_up_form(
    clinic: Clinic,
    reader: Member | None,
    *,
    channels: list[Channel],
    now: datetime,
    typed: QueryDict | None = None,
    initial: Mapping[str, Any] | None = None,
    agreed: Mapping[str, str] | None = None,
) -> SignUpShown:
    """Return the form for a reader, None for a visitor, with what was typed, or with what they typed before.

    What they must be told first is read only where a page says it: see `sign_up_shown`.
    """
    parts = other_parts(clinic, reader, now=now)
    form = SignUpForm(
        typed,
        clinic=clinic,
        channels=channels,
        reader=reader,
        parts=parts,
        missing=missing_documents(reader, on=now.date(), agreed=agreed),
        on=now.date(),
        initial=initial or {},
    )
    return SignUpShown(form, parts)


def sign_up_shown(
    clinic: Clinic,
    reader: Member | None,
    *,
    channels: list[Channel],
    now: datetime,
    initial: Mapping[str, Any] | None = None,
    agreed: Mapping[str, str] | None = None,
    has_editions: bool = True,
) -> SignUpShown:
    """Return the form as a page shows it, with the warnings for this reader.

    A page that has read to what the reader agreed, or that the clinic has no other hours, spares asking again.
    """
    shown = sign_up_form(clinic, reader, channels=channels, now=now, initial=initial, agreed=agreed)
    if reader is not None:
        shown.warnings = told_first(clinic, reader, now=now, has_editions=has_editions)
    return shown


def wishes_form(rsvp: Rsvp, *, channels: list[Channel], typed: QueryDict | None = None) -> WishesForm:
    """Return the form in which somebody changes what they said with their seat."""
    return WishesForm(typed, clinic=rsvp.clinic, channels=channels, initial=typed_wishes(wishes_of(rsvp)))


def names_of_others(rsvp: Rsvp) -> list[str]:
    """Return the names of the others who come and show theirs, for somebody who has a seat; of nobody else's."""
    if not rsvp.is_going:
        return []
    return _NAMED.rows({"clinic": rsvp.clinic_id, "own": rsvp.pk})


_NAMED = Statement(
    lambda clinic, own: (
        Rsvp.objects.going()
        .filter(clinic=clinic, shows_name=True, member__is_active=True)
        .exclude(pk=own)
        .exclude(member__name="")
        .order_by("seated_at", "pk")
        .values_list("member__name", flat=True)
    )
)


def asked_for_seat(rsvp: Rsvp, *, now: datetime) -> list[Inquiry[Any]]:
    """Return what the page of a clinic asks of somebody's seat, or turn, there."""
    asked: list[Inquiry[Any]] = [asked_for_wishes(rsvp)]
    if rsvp.is_going:
        asked.append(_NAMED.asked({"clinic": rsvp.clinic_id, "own": rsvp.pk}))
        asked += asked_for_hours([rsvp.member_id], now=now).values()
    return asked


def asked_for_sign_up(
    clinic: Clinic, reader: Member | None, *, now: datetime, has_editions: bool = True
) -> list[Inquiry[Any]]:
    """Return what `sign_up_shown` asks."""
    first = asked_first(clinic, reader, now=now, has_editions=has_editions) if reader else []
    return [*asked_for_parts(clinic, reader, now=now), *first]


def parts_beside(clinic: Clinic) -> list[Clinic]:
    """Return the other parts of the clinic's series that people were told of, soonest first, with their titles."""
    parts = [part for asked in asked_for_parts_beside(clinic) for part in asked.rows()]
    prefetch_related_objects(parts, "texts")
    return parts


def asked_for_parts_beside(clinic: Clinic) -> list[Inquiry[Clinic]]:
    if clinic.series_id is None:
        return []
    values = {"series": clinic.series_id, "clinic": clinic.pk, "original": clinic.edition_of_id or clinic.pk}
    return [_BESIDE.asked(values)]


_BESIDE = Statement(
    lambda series, clinic, original: (
        Clinic.objects.ever_announced()
        .exclude(state=ClinicState.CANCELLED)
        .filter(series=series)
        .exclude(pk=clinic)
        .exclude(pk__in=Clinic.objects.editions_beside(Clinic(pk=clinic, edition_of_id=original)).values("pk"))
        .order_by("starts_at", "pk")
    )
)
