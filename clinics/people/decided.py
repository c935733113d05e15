"""What another decision on somebody's registration leaves as it is in clinics, said at the desk before it is made."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import ngettext

from clinics.domain.clinics import ClinicState
from clinics.models import ClinicPerson, Rsvp
from letsconnect.base.query_batches import QueryBatch
from registrations import events
from registrations.domain.registrations import RegistrationState
from registrations.models import Member


def connect() -> None:
    """Connect to the question what a decision will change."""
    events.decision_effects_asked.connect(foresee)


def foresee(
    sender: Any, *, member: Member, becomes: RegistrationState, now: datetime, batch: QueryBatch, **kwargs: Any
) -> Iterable[str]:
    """Return sentences that say how many seats and parts at clinics stay: those need no approved registration."""
    if becomes == RegistrationState.APPROVED:
        return ()
    active = Rsvp.objects.active_for(member, now=now).filter(clinic__starts_at__gt=now)
    seats = batch.add(active.exclude(clinic__state=ClinicState.CANCELLED).prefetch_related(None).values_list("pk"))
    parts = batch.add(ClinicPerson.objects.of(member).of_clinics_to_come(now=now).accepted().values_list("pk"))
    return _foreseen(seats, parts)


def _foreseen(seats: Collection[Any], parts: Collection[Any]) -> Iterator[str]:
    if seats:
        text = ngettext(
            "%(count)d seat at a clinic stays theirs.", "%(count)d seats at clinics stay theirs.", len(seats)
        )
        yield text % {"count": len(seats)}
    if parts:
        text = ngettext(
            "They stay with %(count)d clinic at which they have a part. If that is wrong, tell its planners.",
            "They stay with %(count)d clinics at which they have a part. If that is wrong, tell their planners.",
            len(parts),
        )
        yield text % {"count": len(parts)}
