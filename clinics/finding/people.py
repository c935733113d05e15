"""Read who is interested in a clinic, who is needed at it, and when they are free; in a constant number of queries.

Who takes part at all is decided in `registrations`: approved, agreed to the documents, neither paused nor away. Nobody
is counted whom a block keeps apart from somebody needed there.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from django.db.models import Q

from clinics.domain.finding import Interested, Window
from clinics.hours import could_come
from clinics.models import Clinic, ClinicPerson, ClinicPersonQuerySet, ClinicQuerySet, Rsvp, TopicSupport
from letsconnect.base import busy
from letsconnect.base.hours import Span
from letsconnect.base.querysets import any_of
from letsconnect.base.read_together import reading_together
from letsconnect.base.statements import Inquiry, Statement
from letsconnect.base.wall_clock import day_begins
from registrations.models import Member, Registration, RegistrationQuerySet, Wish, heir_at
from registrations.models import Window as WindowRow
from registrations.reference.zones import first_zone

_NO_HOURS = Interested((), "")
LAST_CLINICS = 3  # by which somebody may have been served


@dataclass(frozen=True)
class NeededPerson:
    """Somebody without whom there is no clinic, as its people are named; ``member`` is None without an account."""

    name: str
    member: int | None = None
    hours: Interested = _NO_HOURS


class _AskedRow(NamedTuple):
    """What is read of everybody; each column is named as the query asks for it."""

    pk: int
    member_id: int
    region: str
    member__region: str
    zone: str
    member__zone: str
    paused_until: date | None
    away_until: date | None

    @property
    def lives_in(self) -> str:
        return self.region or self.member__region

    def busy_until_back(self, first: datetime) -> list[Span]:
        """The time from ``first`` on in which the person is paused or away, by their own clock."""
        back_on = max((until for until in (self.paused_until, self.away_until) if until), default=None)
        back_at = day_begins(back_on, first_zone(self.zone, self.member__zone)) if back_on else first
        return [(first, back_at)] if first < back_at else []


def zone_told(of_registration: str, of_member: str | None) -> str:
    """Return the zone somebody told us, or "": an account has UTC until somebody says otherwise."""
    zone = first_zone(of_registration, of_member)
    return "" if zone == "UTC" and not of_registration else zone


def needed_and_interested(
    clinic: Clinic, *, first: datetime, last: datetime, now: datetime
) -> tuple[list[NeededPerson], list[Interested]]:
    """Return the sharers, the hosts and the interpreters who may still come; and everybody else who may want to come
    between two moments. All with their hours.

    Of those needed, whoever has not said when they are free is only known to be busy where they agreed to be.
    """
    with reading_together() as read:
        read(*_asked_of(clinic, now))
        needed = _people_of(clinic)
        members = [person.member for person in needed if person.member is not None]
        rows_of_needed = {row.member_id: row for row in map(_AskedRow._make, _NEEDED_ROWS.rows({"clinic": clinic.pk}))}
        rows = _rows(_who_is_asked_about(clinic, apart_from=members, last=last, now=now))
        windows = _windows([row.pk for row in (*rows_of_needed.values(), *rows)])
        spans = _busy({*members, *(row.member_id for row in rows)}, clinic, now)
        interested = [_hours(row, windows, spans[row.member_id], first) for row in rows]
        served = _were_served([row.member_id for row in rows], interested, clinic, now)
    of_needed = [
        _hours(rows_of_needed.get(person.member or 0), windows, spans.get(person.member or 0, ()), first)
        for person in needed
    ]
    return (
        [replace(person, hours=hours) for person, hours in zip(needed, of_needed, strict=True)],
        [replace(person, was_served=was) for person, was in zip(interested, served, strict=True)],
    )


def _asked_of(clinic: Clinic, now: datetime) -> list[Inquiry[Any]]:
    """Return what is asked of a clinic itself, whoever may want to come."""
    here: dict[str, Any] = {"clinic": clinic.pk}
    asked: list[Inquiry[Any]] = [each.asked(here) for each in (_NEEDED, _NEEDED_ROWS, _SKILLS)]
    return asked + [each.asked({**here, "now": now}) for each in (_LAST, _WENT)]


def _people_of(clinic: Clinic) -> list[NeededPerson]:
    """Return who is needed at the clinic, each once, without their hours; also whom nobody has asked yet."""
    once: dict[int, NeededPerson] = {}  # by their first name here, where they are asked for two roles
    for person in _NEEDED.rows({"clinic": clinic.pk}):
        once.setdefault(person.who, NeededPerson(person.name_at_desk, person.member_id))
    return list(once.values())


def _supporters_of(clinic: Clinic) -> Q:
    """Return which registrations are of people who asked for this clinic, or support that somebody did."""
    supports = TopicSupport.objects.filter(request__clinic__in=[clinic.pk, clinic.edition_of_id or clinic.pk])
    return Q(member__in=supports.values("member"))


def _who_is_asked_about(
    clinic: Clinic, *, apart_from: Collection[int], last: datetime, now: datetime
) -> RegistrationQuerySet:
    """Return those who wish a skill of the clinic, or its topic, in its regions; of a clinic without skills everybody.

    Whoever is back by the last day asked about counts, from the day on which they are back.
    """
    people = Registration.objects.approved().claimed().agreed(on=_day(now)).here(on=_day(last))
    regions = clinic.regions_told
    if regions is not None:
        people = people.filter(Q(region__in=regions) | Q(region="", member__region__in=regions))
    if skills := _SKILLS.rows({"clinic": clinic.pk}):
        wishes = Wish.objects.annotate(heir=heir_at("skill")).filter(heir__in=skills)
        people = people.filter(Q(pk__in=wishes.values("registration")) | _supporters_of(clinic))
    for member in apart_from:
        people = people.not_apart_from(Member(pk=member))
    return people


def _rows(people: RegistrationQuerySet) -> list[_AskedRow]:
    return [_AskedRow(*row) for row in people.order_by("pk").values_list(*_AskedRow._fields)]


def _windows(registrations: Collection[int]) -> dict[int, tuple[Window, ...]]:
    windows: dict[int, list[Window]] = defaultdict(list)
    rows = WindowRow.objects.filter(registration__in=any_of(registrations)).order_by("registration_id", "start")
    for registration, start, end in rows.values_list("registration_id", "start", "end"):
        windows[registration].append((start, end))
    return {registration: tuple(ranges) for registration, ranges in windows.items()}


def _busy(members: Collection[int], clinic: Clinic, now: datetime) -> dict[int, list[Span]]:
    """Return what these members have agreed to, in any app, but for this very clinic: it is looked for again."""
    own = (clinic.starts_at, clinic.ends_at)
    spans = busy.spans(members, now=now, provider_names=busy.names())
    return {member: [span for span in of_member if span != own] for member, of_member in spans.items()}


def _hours(
    row: _AskedRow | None, windows: Mapping[int, tuple[Window, ...]], spans: Sequence[Span], first: datetime
) -> Interested:
    if row is None:
        return Interested((), "", busy=tuple(spans))
    return Interested(
        windows.get(row.pk, ()),
        zone_told(row.zone, row.member__zone),
        row.lives_in,
        busy=(*spans, *row.busy_until_back(first)),
    )


def _were_served(members: Sequence[int], people: Sequence[Interested], clinic: Clinic, now: datetime) -> list[bool]:
    """Tell of each of these people whether they went to one of the last clinics, or could have gone."""
    values = {"clinic": clinic.pk, "now": now}
    last, went = _LAST.rows(values), set(_WENT.rows(values))
    served = [member in went for member in members]
    usual = [replace(person, busy=()) for person in people]
    for past in last:
        regions = past.regions_told
        could = could_come(usual, starts_at=past.starts_at, minutes=past.minutes)
        for place, person in enumerate(usual):
            served[place] |= could[place] and (regions is None or person.region in regions)
    return served


def _needed(clinic: int) -> ClinicPersonQuerySet:
    return ClinicPerson.objects.filter(clinic=clinic).needed().that_may_still_come()


def _last(clinic: int, now: datetime) -> ClinicQuerySet:
    return Clinic.objects.past(now=now).exclude(pk=clinic)[:LAST_CLINICS]


_NEEDED = Statement(lambda clinic: _needed(clinic).in_order().select_related("member__registration"))
_NEEDED_ROWS = Statement(
    lambda clinic: (
        Registration.objects.approved()
        .filter(member__in=_needed(clinic).order_by().values("member"))
        .order_by("pk")
        .values_list(*_AskedRow._fields)
    )
)
_SKILLS = Statement(
    lambda clinic: (
        Clinic.objects.filter(pk=clinic, skills__isnull=False)
        .order_by()
        .annotate(heir=heir_at("skills"))
        .values_list("heir", flat=True)
    )
)
_LAST = Statement(_last)
_WENT = Statement(
    lambda clinic, now: (
        Rsvp.objects.going()
        .filter(clinic__in=_last(clinic, now).values("pk"))
        .order_by()
        .values_list("member_id", flat=True)
    )
)


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
