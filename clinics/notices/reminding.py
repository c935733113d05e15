"""Reminders of clinics, from one table: to those with a seat, and to the people of the clinic."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When

from clinics.domain.clinics import ClinicState
from clinics.domain.notices import REMINDERS
from clinics.models import ClinicPerson, Notice, Rsvp
from clinics.notices.owing import of_people, owe_notices, still_here, with_seats
from letsconnect.base.reminders import Ladder

SEAT, PERSON = "clinics.reminder_", "clinics.people_"
AT_ONCE = 5000  # at one tick; the next one goes on


def owe_reminders(now: datetime, *, ladder: Ladder = REMINDERS) -> int:
    """Owe everybody who comes the reminder that is due, once for each start of the clinic; return how many."""
    return _owe_to_seats(ladder, now=now) + _owe_to_people(ladder, now=now)


def _owe_to_seats(ladder: Ladder, *, now: datetime) -> int:
    """Whoever is one of the people of the clinic, too, gets their letter instead."""
    written = Notice.objects.filter(rsvp=OuterRef("pk"), kind=OuterRef("step"), starts_at=OuterRef("clinic__starts_at"))
    takes_part = ClinicPerson.objects.accepted().filter(clinic=OuterRef("clinic"), member=OuterRef("member"))
    going = Rsvp.objects.going().filter(member__is_active=True)
    due = _with_step(going, ladder, settled="seated_at", now=now).exclude(Exists(written)).exclude(Exists(takes_part))
    return _owe(due, SEAT, with_seats, now=now)


def _owe_to_people(ladder: Ladder, *, now: datetime) -> int:
    same = {"clinic": OuterRef("clinic"), "who": OuterRef("who")}
    written = Notice.objects.filter(
        person__clinic=OuterRef("clinic"),
        person__who=OuterRef("who"),
        kind=OuterRef("step"),
        starts_at=OuterRef("clinic__starts_at"),
    )
    first = ClinicPerson.objects.accepted().filter(**same, pk__lt=OuterRef("pk"))
    people = still_here(ClinicPerson.objects.accepted())
    due = _with_step(people, ladder, settled="answered_at", now=now).exclude(Exists(written)).exclude(Exists(first))
    return _owe(due, PERSON, of_people, now=now)


def _with_step(rows: "QuerySet[Any]", ladder: Ladder, *, settled: str, now: datetime) -> "QuerySet[Any]":
    """Return those of these rows for which a reminder is due, each with its step: what `Ladder.due` says of one.

    A test compares the two.
    """
    steps = []
    for step, begins, ends in ladder.windows():
        is_due = Q(clinic__starts_at__lte=now + begins, clinic__starts_at__gt=now + ends)
        if not step.to_latecomers:
            was_told = F("clinic__starts_at") - step.before
            is_due &= Q(**{f"{settled}__lt": was_told}, clinic__start_set_at__lt=was_told)
        steps.append(When(is_due, then=Value(step.letter)))
    near = rows.filter(
        clinic__state=ClinicState.ANNOUNCED, clinic__starts_at__gt=now, clinic__starts_at__lte=now + ladder.reach
    )
    return near.annotate(step=Case(*steps)).filter(step__isnull=False).order_by("clinic__starts_at", "pk")


def _owe(due: "QuerySet[Any]", letters: str, read: Any, *, now: datetime) -> int:
    by_step: dict[str, list[int]] = defaultdict(list)
    for key, step in due.values_list("pk", "step")[:AT_ONCE]:
        by_step[step].append(key)
    if not by_step:
        return 0
    with transaction.atomic():
        rows = due.model._default_manager
        return sum(
            owe_notices(read(rows.filter(pk__in=keys)), kind=step, letter=f"{letters}{step}", now=now)
            for step, keys in by_step.items()
        )
