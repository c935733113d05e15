"""After a clinic: thanks to those who came, a word to those who had a seat and did not, and thanks to its people."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When

from clinics.domain.clinics import TOOK_PLACE, ClinicState, RsvpState
from clinics.domain.notices import (
    MISSED,
    MISSED_AFTER,
    MISSED_WITHOUT_RESOURCES_AFTER,
    THANKED_AFTER,
    THANKED_UNKNOWN_AFTER,
    THANKS,
    WRITTEN_AFTER_FOR,
)
from clinics.models import CLINIC_ENDS_AT, ENDS_AT, Attendance, Clinic, ClinicPerson, ClinicResource, Notice, Rsvp
from clinics.notices.owing import of_people, one_row_each, owe_notices, still_here, with_seats

LETTERS = {THANKS: "clinics.thanks", MISSED: "clinics.missed"}
PERSON_THANKS = "clinics.people_thanks"
AT_ONCE = 5000  # at one tick; the next one goes on


def ended_lately(now: datetime, *, ago: timedelta = timedelta(0)) -> "QuerySet[Clinic]":
    """The clinics that ended so long ago, and of which people are still written to."""
    states = (ClinicState.ANNOUNCED, *TOOK_PLACE)
    over = Clinic.objects.alias(_ends=ENDS_AT).filter(_ends__lte=now - ago, _ends__gt=now - WRITTEN_AFTER_FOR)
    return over.filter(state__in=states)


def owe_thanks(now: datetime) -> int:
    """Owe everybody what they are owed after a clinic, once; return how many."""
    return _owe_to_seats(now) + _owe_to_people(now)


def _owe_to_seats(now: datetime) -> int:
    by_step: dict[str, list[int]] = defaultdict(list)
    for key, step in seats_to_write_to(now).values_list("pk", "step")[:AT_ONCE]:
        by_step[step].append(key)
    if not by_step:
        return 0
    with transaction.atomic():
        return sum(
            owe_notices(with_seats(Rsvp.objects.filter(pk__in=keys)), kind=step, letter=LETTERS[step], now=now)
            for step, keys in by_step.items()
        )


def seats_to_write_to(now: datetime) -> "QuerySet[Any]":
    """Return who is written to now, with the letter: what `clinics.domain.notices.after_the_end` says of one.

    Whoever gave their seat back came only if they are known to have come. A test compares the two.
    """
    same = {"clinic": OuterRef("clinic"), "member": OuterRef("member")}
    written = Notice.objects.filter(rsvp=OuterRef("pk"), kind__in=(THANKS, MISSED))
    takes_part = ClinicPerson.objects.accepted().filter(**same)
    has_data = Exists(Attendance.objects.filter(clinic=OuterRef("clinic")))
    came = Exists(Attendance.objects.filter(**same))
    step = Case(
        When(Q(came=True, ends__lte=now - THANKED_AFTER), then=Value(THANKS)),
        When(Q(has_data=False, ends__lte=now - THANKED_UNKNOWN_AFTER), then=Value(THANKS)),
        When(Q(has_data=True, came=False, ends__lte=now - MISSED_WITHOUT_RESOURCES_AFTER), then=Value(MISSED)),
        When(Q(has_data=True, came=False, has_resources=True, ends__lte=now - MISSED_AFTER), then=Value(MISSED)),
    )
    return (
        Rsvp.objects.filter(clinic__in=ended_lately(now).values("pk"), member__is_active=True)
        .annotate(came=came, has_data=has_data, has_resources=has_resources(), ends=CLINIC_ENDS_AT)
        .filter(Q(state=RsvpState.GOING) | Q(came=True))
        .exclude(Exists(written))
        .exclude(Exists(takes_part))
        .annotate(step=step)
        .filter(step__isnull=False)
        .order_by("clinic_id", "pk")
    )


def has_resources() -> Any:
    """Return, as a column of a row about a clinic, whether there is something to hear or to read of it."""
    material = ClinicResource.objects.ready().filter(clinic=OuterRef("clinic"))
    return Case(When(~Q(clinic__outcome=""), then=Value(True)), default=Exists(material))


def something_to_hear_or_read(clinics: Iterable[int]) -> set[int]:
    """Return those of these clinics, by key, of which there is something to hear or to read."""
    keys = set(clinics)
    written = Clinic.objects.filter(pk__in=keys).exclude(outcome="").values_list("pk")
    return {
        key for (key,) in written.union(ClinicResource.objects.ready().filter(clinic__in=keys).values_list("clinic"))
    }


@transaction.atomic
def _owe_to_people(now: datetime) -> int:
    written = Notice.objects.filter(person__clinic=OuterRef("clinic"), person__who=OuterRef("who"), kind=THANKS)
    people = still_here(ClinicPerson.objects.accepted()).filter(
        clinic__in=ended_lately(now, ago=THANKED_AFTER).values("pk")
    )
    due = one_row_each(people.exclude(Exists(written)))[:AT_ONCE]
    return owe_notices(of_people(due), kind=THANKS, letter=PERSON_THANKS, now=now)
