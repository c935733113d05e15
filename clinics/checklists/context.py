"""What pages say of a checklist: what is late, and what nobody does."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Count, Q
from django.utils.translation import ngettext

from clinics.models import Clinic
from clinics.models.checklists import DUE_ON


def what_waits(clinic: Clinic, *, today: date, on: date) -> Iterator[str]:
    """Say how many items of a clinic are late on the reader's day, and how many nobody does who may, in one query."""
    items = clinic.checklist.open().alias(_due=DUE_ON)
    able = clinic.checklist.in_good_hands(on=on).values("pk")
    counted = items.aggregate(late=Count("pk", filter=Q(_due__lt=today)), orphans=Count("pk", filter=~Q(pk__in=able)))
    if late := counted["late"]:
        text = ngettext(
            "%(count)d thing on the checklist is late.", "%(count)d things on the checklist are late.", late
        )
        yield text % {"count": late}
    if orphans := counted["orphans"]:
        text = ngettext(
            "Nobody does %(count)d thing on the checklist.", "Nobody does %(count)d things on the checklist.", orphans
        )
        yield text % {"count": orphans}
