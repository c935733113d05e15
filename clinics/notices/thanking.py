"""After a clinic: thanks to those who came, a word to those who had a seat and did not, and thanks to its people."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Concat

from clinics.domain.clinics import TOOK_PLACE, ClinicState, RsvpState
from clinics.domain.notices import (
    MISSED,
    MISSED_AFTER,
    MISSED_WITHOUT_RESOURCES_AFTER,
    THANKED_AFTER,
    THANKED_UNKNOWN_AFTER,
    THANKED_WITHOUT_REVIEW_AFTER,
    THANKS,
    WRITTEN_AFTER_FOR,
)
from clinics.models import (
    CLINIC_ENDS_AT,
    ENDS_AT,
    Attendance,
    CallList,
    Clinic,
    ClinicPerson,
    ClinicResource,
    Notice,
    OtherHeads,
    Rsvp,
)
from clinics.notices.owing import of_people, one_row_each, owe_notices, still_here, with_seats
from mailings.ledger.many import LetterOwed, owe_to_many
from mailings.models import Letter

LETTERS = {THANKS: "clinics.thanks", MISSED: "clinics.missed"}
PERSON_THANKS, WITHOUT_A_SEAT = "clinics.people_thanks", "clinics.thanks_without_seat"
AT_ONCE = 5000  # at one tick; the next one goes on


def ended_lately(now: datetime, *, ago: timedelta = timedelta(0)) -> "QuerySet[Clinic]":
    """The clinics that ended so long ago, and of which people are still written to."""
    states = (ClinicState.ANNOUNCED, *TOOK_PLACE)
    over = Clinic.objects.alias(_ends=ENDS_AT).filter(_ends__lte=now - ago, _ends__gt=now - WRITTEN_AFTER_FOR)
    return over.filter(state__in=states)


def owe_thanks(now: datetime) -> int:
    """Owe everybody what they are owed after a clinic, once; return how many."""
    return _owe_to_seats(now) + _owe_to_people(now) + _owe_to_others(now)


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

    Whoever gave their seat back came only if they are known to have come. A test compares the two. Whoever was told
    that they were missed, and was there as is found out later, is thanked all the same.
    """
    same = {"clinic": OuterRef("clinic"), "member": OuterRef("member")}
    written = Notice.objects.filter(rsvp=OuterRef("pk"), starts_at=OuterRef("clinic__starts_at"))
    takes_part = ClinicPerson.objects.accepted().filter(**same)
    came = Exists(Attendance.objects.filter(**same))
    missed = Q(came=False, is_in_review=False, is_known=True)
    step = Case(
        When(Q(came=True, ends__lte=now - THANKED_AFTER), then=Value(THANKS)),
        When(Q(came=False, is_in_review=True, ends__lte=now - THANKED_WITHOUT_REVIEW_AFTER), then=Value(THANKS)),
        When(
            Q(came=False, is_in_review=False, is_known=False, ends__lte=now - THANKED_UNKNOWN_AFTER), then=Value(THANKS)
        ),
        When(missed & Q(ends__lte=now - MISSED_WITHOUT_RESOURCES_AFTER), then=Value(MISSED)),
        When(missed & Q(has_resources=True, ends__lte=now - MISSED_AFTER), then=Value(MISSED)),
    )
    return (
        Rsvp.objects.filter(clinic__in=ended_lately(now).values("pk"), member__is_active=True)
        .annotate(came=came, is_known=is_known_who_came(), is_in_review=is_in_review())
        .annotate(has_resources=has_resources(), ends=CLINIC_ENDS_AT)
        .filter(Q(state=RsvpState.GOING) | Q(came=True))
        .exclude(Exists(written.filter(kind=THANKS)))
        .exclude(Q(came=False) & Exists(written.filter(kind=MISSED)))
        .exclude(Exists(takes_part))
        .annotate(step=step)
        .filter(step__isnull=False)
        .order_by("clinic_id", "pk")
    )


def is_known_who_came() -> Any:
    """Return, as a column of a row about a clinic, whether it is known by name who came, of all who did.

    That its own people were there says nothing of the others; and somebody counted without a name may be any of them.
    """
    takes_part = ClinicPerson.objects.accepted().filter(clinic=OuterRef("clinic"), member=OuterRef("member"))
    noted = Attendance.objects.filter(~Exists(takes_part), clinic=OuterRef("clinic"))
    counted = OtherHeads.objects.filter(clinic=OuterRef("clinic"), number__gt=0)
    return Case(When(Exists(noted) & ~Exists(counted), then=Value(True)), default=Value(False))


def is_in_review() -> Any:
    """Return, as such a column, whether a list of its call lies there of which nobody has said yet who is in it."""
    return Exists(CallList.objects.filter(clinic=OuterRef("clinic")))


def clinics_in_review(clinics: Iterable[int]) -> set[int]:
    """Return those of these clinics, by key, of which such a list lies there."""
    lists = CallList.objects.filter(clinic__in=set(clinics), is_of_the_door=False)  # there nobody stands who signed up
    return set(lists.values_list("clinic", flat=True))


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
    written = Notice.objects.filter(
        person__clinic=OuterRef("clinic"),
        person__who=OuterRef("who"),
        kind=THANKS,
        starts_at=OuterRef("clinic__starts_at"),
    )
    people = still_here(ClinicPerson.objects.accepted()).filter(
        clinic__in=ended_lately(now, ago=THANKED_AFTER).values("pk")
    )
    due = one_row_each(people.exclude(Exists(written)))[:AT_ONCE]
    return owe_notices(of_people(due), kind=THANKS, letter=PERSON_THANKS, now=now)


def _owe_to_others(now: datetime) -> int:
    """Thank those who are known to have come and never signed up, nor have a part: once for each start."""
    same = {"clinic": OuterRef("clinic"), "member": OuterRef("member")}
    numbers = [Cast(OuterRef(name), CharField()) for name in ("clinic", "member", "clinic__sequence")]
    key = Concat(Value(WITHOUT_A_SEAT), *(part for number in numbers for part in (Value(":"), number)))
    due = (
        Attendance.objects.filter(clinic__in=ended_lately(now, ago=THANKED_AFTER).values("pk"), member__is_active=True)
        .exclude(Exists(Rsvp.objects.filter(**same)))
        .exclude(Exists(ClinicPerson.objects.accepted().filter(**same)))
        .exclude(Exists(Letter.objects.filter(key=key)))
        .order_by("clinic_id", "pk")
    )
    rows = due.values_list("pk", "clinic", "member", "clinic__sequence")[:AT_ONCE]
    owed = [LetterOwed(pk, f"{WITHOUT_A_SEAT}:{clinic}:{member}:{start}", member) for pk, clinic, member, start in rows]
    return len(owe_to_many(kind=WITHOUT_A_SEAT, table=Attendance, letters=owed, now=now))
