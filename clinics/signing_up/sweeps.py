"""What the clock does to what people said with their seats: it is deleted when nobody needs it any more."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from clinics.models import AccessNeed, KeptSignUp, LanguageNeed, SeatQuestion

AT_ONCE = 1000


def forget_wishes(now: datetime) -> int:
    """Delete access needs 30 days after a clinic, questions and languages 90 days after it, and forms a day old.

    What somebody said whose seat was given back goes at once. Returns how many rows were deleted.
    """
    tables = (AccessNeed, SeatQuestion, LanguageNeed)
    old = [table.objects.to_forget(now=now) for table in tables]
    return sum(_delete_some(rows) for rows in (*old, KeptSignUp.objects.outdated(now=now)))


def _delete_some(rows: QuerySet[Any]) -> int:
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    return rows.model._base_manager.filter(pk__in=keys).delete()[0] if keys else 0
