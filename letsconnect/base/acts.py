"""Writing the log of acts: who did what to which object, and why."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import models

from letsconnect.base.models import Act, ActReason


def record(
    *,
    by: Any | None,
    verb: str,
    on: models.Model,
    now: datetime,
    was: str = "",
    became: str = "",
    reason: str = "",
    reason_is_for_them: bool = False,
) -> Act:
    """Write one act; ``by`` None means that the portal itself acted. Call it inside the action's transaction.

    The reason is for the working group only, unless it is marked as meant for the person the act is about.
    """
    act = Act.objects.create(
        actor=by, verb=verb, object_type=on._meta.label_lower, object_id=on.pk, was=was, became=became, at=now
    )
    if reason:
        ActReason.objects.create(act=act, text=reason, is_for_them=reason_is_for_them)
    return act


def record_each(
    *, by: Any | None, verb: str, on: Collection[models.Model], now: datetime, was: str = "", became: str = ""
) -> None:
    """Write one act for each of these rows of one table, in one statement."""
    Act.objects.bulk_create(
        [
            Act(
                actor=by, verb=verb, object_type=row._meta.label_lower, object_id=row.pk, was=was, became=became, at=now
            )
            for row in on
        ]
    )


def count_recent(
    *, by: Any, verbs: Collection[str], on: models.Model | models.QuerySet[Any], now: datetime, within: timedelta
) -> int:
    """Count how often ``by`` did this to the object, or to any of the objects, in the time before ``now``.

    To limit by this count, hold the lock under which these acts are written: otherwise two requests count the same.
    """
    ids: Any  # keys, or a query for them
    if isinstance(on, models.Model):
        label, ids = on._meta.label_lower, [on.pk]
    else:
        label, ids = on.model._meta.label_lower, on.values("pk")
    mine = Act.objects.filter(actor=by, verb__in=verbs, at__gt=now - within)
    return mine.filter(object_type=label, object_id__in=ids).count()


def forget_reasons(on: models.QuerySet[Any]) -> int:
    """Empty the reasons given with the acts on these rows and return how many; the acts themselves never change."""
    ids = list(on.values_list("pk", flat=True))
    label = on.model._meta.label_lower
    return ActReason.objects.filter(act__object_type=label, act__object_id__in=ids).exclude(text="").update(text="")
