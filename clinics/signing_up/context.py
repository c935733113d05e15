"""What the page of a clinic shows of signing up: the form for this reader, and what they must be told first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import QueryDict

from clinics.domain.clinics import ClinicPhase, ClinicState
from clinics.models import Channel, Clinic, Rsvp
from clinics.seats.agreements import missing_documents
from clinics.signing_up.forms import SignUpForm, WishesForm, typed_wishes
from clinics.signing_up.taking import other_parts, told_first
from clinics.signing_up.wishes import wishes_of
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
    going = rsvp.clinic.rsvps.going().filter(shows_name=True, member__is_active=True).exclude(pk=rsvp.pk)
    named = going.exclude(member__name="").order_by("seated_at", "pk")
    return list(named.values_list("member__name", flat=True))


def parts_beside(clinic: Clinic) -> list[Clinic]:
    """Return the other parts of the clinic's series that people were told of, soonest first, with their titles."""
    if clinic.series_id is None:
        return []
    told_of = Clinic.objects.ever_announced().exclude(state=ClinicState.CANCELLED)
    parts = told_of.filter(series=clinic.series_id).exclude(pk=clinic.pk)
    parts = parts.exclude(pk__in=Clinic.objects.editions_beside(clinic).values("pk"))
    return list(parts.order_by("starts_at", "pk").prefetch_related("texts"))
