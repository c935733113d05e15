"""The morning's letters about what is due: one a day at most, to each person who has something to do."""

from collections import defaultdict
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from clinics.checklists.emails import CHECKLIST_DUE
from clinics.domain import checklists as domain
from clinics.models import ChecklistItem, ChecklistReminder
from mailings.ledger import letters
from registrations.models import Member


def owe_checklist_letters(now: datetime) -> int:
    """Owe each person a letter at nine of their own morning if anything is due or late; return how many.

    Whoever lost their seat in the working group is not asked any more, nor anybody about a clinic that is cancelled.
    """
    given = ChecklistItem.objects.open().in_good_hands(on=now.date()).order_by()
    zones_of_day: dict[date, list[str]] = defaultdict(list)
    for zone in given.values_list("assignee__zone", flat=True).distinct():
        day = domain.day_of_letter(zone, now=now)
        if day is not None:
            zones_of_day[day].append(zone)
    owed = 0
    for day, zones in zones_of_day.items():
        already = ChecklistReminder.objects.filter(member=OuterRef("pk"), day=day)
        due = given.due_by(day).filter(assignee__zone__in=zones).values("assignee")
        for member in Member.objects.filter(~Exists(already), pk__in=due).order_by("pk"):
            _owe_letter(member, day=day, now=now)
            owed += 1
    return owed


@transaction.atomic
def _owe_letter(member: Member, *, day: date, now: datetime) -> None:
    """Owe the letter of this day; two sweeps at the same moment owe one."""
    ChecklistReminder.objects.bulk_create(
        [ChecklistReminder(member=member, day=day, made_at=now)], ignore_conflicts=True
    )
    reminder = ChecklistReminder.objects.get(member=member, day=day)
    letters.owe(kind=CHECKLIST_DUE, to=member, about=reminder, key=f"{CHECKLIST_DUE}:{member.pk}:{day}", now=now)
