"""What people took part in, read from sessions and clinics: one row for each person, role and occasion.

Somebody is one person wherever they took part: by their account; without one, by their address, and by the account that
has proved this address since. Whoever has no account is forgotten thirty days after a clinic, and not counted from then
on. What is erased is an account's name and place, not that somebody was there: such people stay counted, of no region.
There is no merging of accounts, so who comes back with a new one is somebody else.
"""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from allauth.account.models import EmailAddress
from django.db.models import Case, OuterRef, Subquery, When

from clinics.domain.clinics import ClinicFormat
from clinics.domain.people import ClinicRole
from clinics.models import Attendance, Clinic, ClinicPerson
from letsconnect.base.querysets import any_of
from matching.domain.feedback import Verdict
from matching.models import SessionOutcome
from registrations.models import Member

LEARNED, SHARED, HOSTED, INTERPRETED = ROLES = ("learned", "shared", "hosted", "interpreted")
ONE_TO_ONE = "one-to-one"
ROLE_AT_CLINIC = {
    ClinicRole.SHARER: SHARED,
    ClinicRole.HOST: HOSTED,
    ClinicRole.HELPER: HOSTED,
    ClinicRole.INTERPRETER: INTERPRETED,
}
_BEYOND_ADDRESSES = -(2**63)  # somebody without an account is a negative number above this, see `ClinicPerson.who`


class TakenPart(NamedTuple):
    """That somebody took part once. ``occasion`` is the same for all who were there."""

    person: int
    role: str
    kind: str
    at: datetime
    occasion: tuple[str, int]


class Known(NamedTuple):
    """What is known today of somebody with an account."""

    region: str
    country: str
    group: int | None
    is_registered: bool


def taken_part(*, until: datetime, now: datetime) -> list[TakenPart]:
    """Return all that people took part in before ``until``, in three queries."""
    until = min(until, now)
    return [*_sessions(until), *_clinics(until, now)]


def _sessions(until: datetime) -> list[TakenPart]:
    """Sessions of which one of the two at least has said that they met, and the other has not denied it."""
    met = SessionOutcome.objects.filter(verdict=Verdict.MET, session__starts_at__lt=until)
    sides = [f"session__{side}{way}" for side in ("learner", "sharer") for way in ("__member", "")]
    rows = []
    for session, at, learner, learner_row, sharer, sharer_row in met.values_list(
        "session", "session__starts_at", *sides
    ):
        occasion = (ONE_TO_ONE, session)
        rows.append(TakenPart(learner or _BEYOND_ADDRESSES + learner_row, LEARNED, ONE_TO_ONE, at, occasion))
        rows.append(TakenPart(sharer or _BEYOND_ADDRESSES + sharer_row, SHARED, ONE_TO_ONE, at, occasion))
    return rows


def _clinics(until: datetime, now: datetime) -> list[TakenPart]:
    """Who had a part in a clinic that took place; and who was there, as far as is known, and had none: they learned."""
    over = Clinic.objects.past(now=now).filter(starts_at__lt=until).order_by().values("pk")
    clinic = ("clinic", "clinic__starts_at", "clinic__format", "clinic__for_whom")
    people = ClinicPerson.objects.accepted().filter(clinic__in=over)
    rows = [
        TakenPart(member or owner or who, ROLE_AT_CLINIC[role], kind_of(form, for_whom), at, ("clinic", number))
        for number, at, form, for_whom, role, member, owner, who in people.values_list(
            *clinic, "role", "member", _OWNER, "who"
        )
    ]
    had_a_part = {(row.occasion, row.person) for row in rows}
    came = Attendance.objects.filter(clinic__in=over).values_list(*clinic, "member")
    rows += [
        TakenPart(member, LEARNED, kind_of(form, for_whom), at, ("clinic", number))
        for number, at, form, for_whom, member in came
        if (("clinic", number), member) not in had_a_part
    ]
    return rows


# Whose account the address of somebody without one is, where a code has proved it.
_OWNER = Case(
    When(
        member=None,
        then=Subquery(EmailAddress.objects.filter(verified=True, email=OuterRef("address")).values("user")[:1]),
    )
)


def kind_of(form: str, for_whom: str) -> str:
    """Return what a clinic is counted as: clinics by for whom they are, the other formats as such."""
    return f"clinic-{for_whom}" if form == ClinicFormat.CLINIC else form


def known_people(people: Collection[int]) -> dict[int, Known]:
    """Return what is known of these people, in one query: as they registered, or else as their account says."""
    columns = ("region", "country", "registration__region", "registration__country", "registration__group")
    rows = Member.objects.filter(pk__in=any_of(people))
    return {
        pk: Known(own_region or region, own_country or country, group, number is not None)
        for pk, region, country, own_region, own_country, group, number in rows.values_list(
            "pk", *columns, "registration"
        )
    }
