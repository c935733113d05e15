"""Hours at which somebody who comes to a clinic has agreed to be elsewhere: they are told, and choose.

Of clinics it is said which, because it is their own seat or part; of another app's hour only what kind of hour it is.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext_lazy

from clinics.domain.clinics import ClinicState, RsvpState
from clinics.models import Clinic, ClinicPerson, ClinicQuerySet, Rsvp
from clinics.seats.busy import NAME as SEATS
from letsconnect.base import busy
from letsconnect.base.lines import isolated
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Inquiry, Statement
from registrations.models import Member

PARTS, TURNS = "clinics.people", "clinics.queue"
_SEAT = gettext_lazy("You have a seat at “%(clinic)s” at that time.")
_TURN = gettext_lazy("You wait for a seat at “%(clinic)s” at that time.")
_PART = gettext_lazy("You take part in “%(clinic)s” at that time.")

_WORDS = {SEATS: _SEAT, PARTS: _PART, TURNS: _TURN}


@dataclass(frozen=True)
class AgreedHour:
    """An hour somebody has agreed to: at a clinic of theirs, or of a kind that another app knows by its provider."""

    begin: datetime
    end: datetime
    kind: str
    clinic: Clinic | None = None

    def in_words(self) -> str:
        """Return a sentence in the language that is active."""
        if self.clinic is None:
            return busy.words_of(self.kind)
        return str(_WORDS[self.kind]) % {"clinic": isolated(self.clinic.title)}


def clashes_of(member: Member, clinic: Clinic, now: datetime) -> list[str]:
    """Return sentences about what the member has agreed to at the clinic's time; none if they are free.

    Their own seat and part at this clinic are not in their way.
    """
    return sentences_of_clashes(clinic, hours_of([member.pk], now=now)[member.pk])


def sentences_of_clashes(clinic: Clinic, hours: Collection[AgreedHour]) -> list[str]:
    """Return the sentences about those hours that overlap with the clinic and are not at it, each once."""
    return list(
        dict.fromkeys(
            hour.in_words()
            for hour in sorted(hours, key=lambda hour: (hour.begin, hour.kind))
            if (hour.clinic is None or hour.clinic.pk != clinic.pk)
            and busy.overlaps(clinic.starts_at, clinic.ends_at, [(hour.begin, hour.end)])
        )
    )


def hours_of(members: Collection[int], *, now: datetime) -> dict[int, list[AgreedHour]]:
    """Return what each of these members has agreed to and is not over, in the same number of queries for any number."""
    hours: dict[int | None, list[AgreedHour]] = defaultdict(list)
    for name in busy.names():
        if name in (SEATS, PARTS):
            continue
        for member, spans in busy.spans(members, now=now, provider_names=[name]).items():
            hours[member] += [AgreedHour(begin, end, name) for begin, end in spans]
    kinds = [(kind, asked.rows()) for kind, asked in asked_for_hours(members, now=now).items()]
    prefetch_related_objects([row.clinic for _kind, rows in kinds for row in rows], "texts")
    for kind, rows in kinds:
        for row in rows:
            hours[row.member_id].append(AgreedHour(row.clinic.starts_at, row.clinic.ends_at, kind, row.clinic))
    return {member: hours[member] for member in members}


def asked_for_hours(members: Collection[int], *, now: datetime) -> dict[str, Inquiry[Any]]:
    """Return what `hours_of` asks of clinics, by the kind of hour: seats, and parts."""
    values = {"members": list(members), "now": now}
    return {SEATS: _SEATS.asked(values), PARTS: _PARTS.asked(values)}


def turns_of(members: Collection[int], *, now: datetime) -> dict[int, list[AgreedHour]]:
    """Return for each of these members at which clinics they wait for a seat, or are offered one: no hour they have
    agreed to, but one that may become so."""
    hours: dict[int, list[AgreedHour]] = {member: [] for member in members}
    for row in _TURNS.rows({"members": list(members), "now": now}):
        hours[row.member_id].append(AgreedHour(row.clinic.starts_at, row.clinic.ends_at, TURNS, row.clinic))
    return hours


# Asked at each sign-up, so the SQL is written once.
_SEATS = Statement(
    lambda members, now: (
        Rsvp.objects.going()
        .filter(member__in=any_of(members), clinic__in=_to_come(now).announced().values("pk"))
        .select_related("clinic")
    )
)
_TURNS = Statement(
    lambda members, now: (
        Rsvp.objects.active()
        .exclude(state=RsvpState.GOING)
        .filter(member__in=any_of(members), clinic__in=_to_come(now).announced().values("pk"))
        .select_related("clinic")
        .prefetch_related("clinic__texts")
    )
)
_PARTS = Statement(
    lambda members, now: (
        ClinicPerson.objects.accepted()
        .filter(member__in=any_of(members), clinic__in=_to_come(now).exclude(state=ClinicState.CANCELLED).values("pk"))
        .select_related("clinic")
    )
)


def _to_come(now: datetime) -> ClinicQuerySet:
    return Clinic.objects.upcoming(now=now).order_by()
