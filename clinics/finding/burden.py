"""The burden of each region: how much of its people's time at past clinics was in their own night."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import QuerySet

from clinics.domain.finding import Burden, Visit, burden_of
from clinics.finding.people import zone_told
from clinics.models import Attendance, Clinic, ClinicHourRules, Rsvp


class _VisitRow(NamedTuple):
    """What is read of each visit; each column is named as the query asks for it."""

    member_id: int
    member__region: str
    member__zone: str
    member__registration__region: str | None
    member__registration__zone: str | None
    clinic__starts_at: datetime
    clinic__minutes: int

    @property
    def as_visit(self) -> Visit:
        return Visit(
            person=self.member_id,
            region=self.member__registration__region or self.member__region,
            zone=zone_told(self.member__registration__zone or "", self.member__zone),
            starts_at=self.clinic__starts_at,
            minutes=self.clinic__minutes,
        )


def current_burden(rules: ClinicHourRules, *, now: datetime) -> Burden:
    """Return the burden over the past clinics that count, in two queries."""
    since = now - timedelta(days=rules.burden_days)
    past = Clinic.objects.past(now=now).filter(starts_at__gte=since)
    clinics = list(past.order_by().values_list("pk", flat=True))
    came, had_seats = (visits.order_by().values_list(*_VisitRow._fields) for visits in _visits(clinics))
    rows = came.union(had_seats, all=True)
    return burden_of((_VisitRow(*row).as_visit for row in rows), clinics=len(clinics))


def _visits(clinics: list[int]) -> "tuple[QuerySet[Attendance], QuerySet[Rsvp]]":
    """Who was there: those who joined or were seen; of clinics at which nobody noted who came, those with a seat."""
    came = Attendance.objects.filter(clinic__in=clinics)
    unnoted = Clinic.objects.filter(pk__in=clinics, attendances=None)
    return came, Rsvp.objects.going().filter(clinic__in=unnoted.values("pk"))
