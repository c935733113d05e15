"""New starts of clinics after the rules of a time zone have changed."""

from collections.abc import Iterator
from datetime import datetime

from clinics.domain.clinics import ClinicError
from clinics.models import Clinic
from clinics.planning.plans import START, reschedule
from letsconnect.base.wall_clock import NotOneMoment, moment_now
from letsconnect.base.zones import Recomputed


def recompute_clinics(*, now: datetime) -> Iterator[Recomputed]:
    """Derive the starts of clinics to come again from their wall clock, each in its own transaction.

    The portal itself moves them, so everybody signed up gets a letter. Clinics that are past stay as they were.
    """
    for clinic in Clinic.objects.upcoming(now=now).order_by("pk").prefetch_related("texts", "rsvps__member"):
        becomes = moment_now(clinic.wall_clock, clinic.zone, stored=clinic.starts_at)
        if becomes == clinic.starts_at or not clinic.is_to_come or clinic.starts_at <= now:
            continue
        trouble = ""
        try:
            start = {name: getattr(clinic, name) for name in START}
            becomes = reschedule(clinic=clinic, **start, by=None, now=now).starts_at
        except (ClinicError, NotOneMoment) as refusal:  # the hour does not exist any more, or lies in the past now
            trouble = str(refusal)
        people = tuple(rsvp.member.name for rsvp in clinic.rsvps.all() if rsvp.is_active)
        yield Recomputed(str(clinic), clinic.starts_at, becomes, people, trouble)
