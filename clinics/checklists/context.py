"""What pages say of a checklist: what is late, and what nobody does."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.utils.translation import ngettext

from clinics.models import ChecklistItem, Clinic
from clinics.models.checklists import DUE_ON
from letsconnect.base.statements import Inquiry, Statement


def what_waits(clinic: Clinic, *, today: date, on: date) -> Iterator[str]:
    """Say how many items of a clinic are late on the reader's day, and how many nobody does who may, in one query."""
    items = asked_for_what_waits(clinic, today=today, on=on).rows()
    if late := sum(is_late for is_late, _is_orphan in items):
        text = ngettext(
            "%(count)d thing on the checklist is late.", "%(count)d things on the checklist are late.", late
        )
        yield text % {"count": late}
    if orphans := sum(is_orphan for _is_late, is_orphan in items):
        text = ngettext(
            "Nobody does %(count)d thing on the checklist.", "Nobody does %(count)d things on the checklist.", orphans
        )
        yield text % {"count": orphans}


def asked_for_what_waits(clinic: Clinic, *, today: date, on: date) -> Inquiry[Any]:
    return _OPEN.asked({"clinic": clinic.pk, "today": today, "on": on})


def _open(clinic: int, today: date, on: date) -> "QuerySet[ChecklistItem, Any]":
    """Return of each open item whether it is late, and whether nobody does it who may."""
    items = ChecklistItem.objects.filter(clinic=clinic)
    is_late, is_orphan = Q(_due__lt=today), ~Q(pk__in=items.in_good_hands(on=on).values("pk"))
    return (
        items.open()
        .alias(_due=DUE_ON)
        .order_by()
        .values_list(
            ExpressionWrapper(is_late, output_field=BooleanField()),
            ExpressionWrapper(is_orphan, output_field=BooleanField()),
        )
    )


_OPEN = Statement(_open)
