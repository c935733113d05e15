"""Letters as they would read, shown to the planner before they are owed: rendered by the kinds of letter themselves."""

from copy import copy
from datetime import datetime
from typing import Any

from clinics.domain.clinics import ClinicState, RsvpState
from clinics.domain.notices import CHANGED
from clinics.models import Clinic, ClinicChange, Notice, Rsvp
from clinics.notices.changes import SEAT, facts_now
from mailings import kinds
from mailings.rendering import Rendered
from registrations.models import Member


def sample_of_move(clinic: Clinic, *, starts_at: datetime, to: Member, language: str, zone: str) -> Rendered:
    """Return what somebody with a seat would read if the clinic were moved; nothing is stored."""
    rsvp = _seat_at(clinic, to=to, starts_at=starts_at)
    change = ClinicChange(clinic=clinic, was=facts_now(clinic))
    notice = Notice(rsvp=rsvp, kind=CHANGED, sequence=clinic.sequence + 1, starts_at=starts_at, change=change)
    return kinds.get(SEAT).render(notice, language, zone)


def sample_of_cancellation(clinic: Clinic, *, reason: str, to: Member, language: str, zone: str) -> Rendered:
    """Return what somebody with a seat would read if the clinic were cancelled; nothing is stored."""
    rsvp = _seat_at(clinic, to=to, state=ClinicState.CANCELLED, cancel_reason=reason)
    return kinds.get("clinics.clinic_cancelled").render(rsvp, language, zone)


def _seat_at(clinic: Clinic, *, to: Member, **becomes: Any) -> Rsvp:
    """Return a seat, not stored, at the clinic as it would become."""
    planned = copy(clinic)
    for name, value in becomes.items():
        setattr(planned, name, value)
    return Rsvp(clinic=planned, member=to, state=RsvpState.GOING)
