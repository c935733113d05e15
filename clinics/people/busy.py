"""The hours people have agreed to as people of clinics, and who has given away the hour for which they are asked."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from clinics.domain.clinics import ClinicState
from clinics.models import Clinic, ClinicPerson
from letsconnect.base import busy

NAME = "clinics.people"


def register() -> None:
    busy.register(NAME, spans_of_the_confirmed, _("You have said yes to a clinic at that time."))


def spans_of_the_confirmed(members: Collection[int], now: datetime) -> Iterator[tuple[int, datetime, datetime]]:
    """The clinics these members have said yes to, in whatever role, that are neither cancelled nor over."""
    to_come = Clinic.objects.upcoming(now=now).exclude(state=ClinicState.CANCELLED).order_by()
    people = ClinicPerson.objects.accepted().filter(member__in=members, clinic__in=to_come.values("pk"))
    for person in people.select_related("clinic"):
        if person.member_id is not None:
            yield person.member_id, person.clinic.starts_at, person.clinic.ends_at


def busy_during(clinic: Clinic, members: Iterable[int], *, now: datetime) -> set[int]:
    """Return who of these members has agreed to something else at the clinic's time; never what it is.

    Their own part and seat at this very clinic are not in their way.
    """
    keys = list(members)
    if not keys:
        return set()
    begins, ends = clinic.starts_at, clinic.ends_at
    spans = busy.spans(keys, now=now, provider_names=busy.names())
    at_that_time = {
        member: [span for span in theirs if busy.overlaps(begins, ends, [span])] for member, theirs in spans.items()
    }
    maybe_there = [member for member, theirs in at_that_time.items() if (begins, ends) in theirs]
    there = _at_the_clinic(clinic, maybe_there) if maybe_there else set()
    return {
        member
        for member, theirs in at_that_time.items()
        if any(span != (begins, ends) or member not in there for span in theirs)
    }


def _at_the_clinic(clinic: Clinic, members: Collection[int]) -> set[int | None]:
    """Return who of these members has a part or a seat at this very clinic."""
    parts = clinic.people.accepted().filter(member__in=members).values_list("member", flat=True)
    return {*parts, *clinic.rsvps.holding_a_seat().filter(member__in=members).values_list("member", flat=True)}
