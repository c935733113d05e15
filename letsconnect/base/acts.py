"""Writing the log of acts."""

from datetime import datetime
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
) -> Act:
    """Write one act; ``by`` None is the portal itself. Call it inside the action's transaction."""
    act = Act.objects.create(
        actor=by, verb=verb, object_type=on._meta.label_lower, object_id=on.pk, was=was, became=became, at=now
    )
    if reason:
        ActReason.objects.create(act=act, text=reason)
    return act
