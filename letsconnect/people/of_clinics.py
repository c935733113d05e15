"""Clinics: seats, having been there, hosting, sharing and interpreting, and topics somebody asked for.

What somebody needs to take part, and where a clinic meets, no part of it reads.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from clinics.domain.clinics import RsvpState
from clinics.domain.people import AnswerState, ClinicRole
from clinics.domain.requests import TopicRequestState
from clinics.models import Attendance, Clinic, ClinicPerson, Rsvp, TopicRequest
from letsconnect.people.timeline import PageAsked, TimelineLine, part

_OF_CLINIC = ("clinic", "clinic__floor_language")


def _looked_after(asked: PageAsked) -> dict[str, Any]:
    """The rows of this person at the clinics whose names the reader reads, as `ClinicQuerySet.looked_after_by` says."""
    clinics = Clinic.objects.looked_after_by(asked.reader).order_by().values("pk")
    return {"member": asked.person.member, "member__isnull": False, "clinic__in": clinics}


def _link(clinic: int) -> str:
    return reverse("admin:clinics_clinic_change", args=[clinic])


@part
def seats(asked: PageAsked) -> Iterator[TimelineLine | None]:
    rows = asked.newest(Rsvp.objects.filter(**_looked_after(asked)), "made_at", "state", *_OF_CLINIC)
    yield None
    for at, key, state, clinic, spoken in rows:
        words, values = _("signed up for “%(clinic)s” (%(state)s)"), {"state": RsvpState(state).label}
        yield TimelineLine(at, key, words, values, _link(clinic), clinic=(clinic, spoken))


@part
def attendances(asked: PageAsked) -> Iterator[TimelineLine | None]:
    rows = Attendance.objects.filter(**_looked_after(asked)).annotate(at=F("clinic__starts_at"))
    read = asked.newest(rows, "at", *_OF_CLINIC)
    yield None
    for at, key, clinic, spoken in read:
        yield TimelineLine(at, key, _("was at “%(clinic)s”"), {}, _link(clinic), clinic=(clinic, spoken))


@part
def parts(asked: PageAsked) -> Iterator[TimelineLine | None]:
    """What the person was asked to do at clinics, by what became of it; not the words they answered with."""
    rows = ClinicPerson.objects.filter(**_looked_after(asked))
    read = asked.newest(rows, "asked_at", "role", "state", *_OF_CLINIC)
    yield None
    for at, key, role, state, clinic, spoken in read:
        values = {"role": ClinicRole(role).label, "state": AnswerState(state).label}
        words = _("%(role)s at “%(clinic)s” (%(state)s)")
        yield TimelineLine(at, key, words, values, _link(clinic), clinic=(clinic, spoken))


@part
def topics(asked: PageAsked) -> Iterator[TimelineLine | None]:
    rows = TopicRequest.objects.looked_after_by(asked.reader)
    read = asked.newest(rows.filter(member=asked.person.member, member__isnull=False), "made_at", "state")
    yield None
    for at, key, state in read:
        link = reverse("admin:clinics_topicrequest_change", args=[key])
        yield TimelineLine(
            at, key, _("asked for a clinic (%(state)s)"), {"state": TopicRequestState(state).label}, link
        )
