"""Delete expired sessions, a limited number at each tick."""

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import transaction

AT_ONCE = 2000


@transaction.atomic
def forget_ended_sessions(now: datetime) -> int:
    """Delete expired sessions, the oldest first, and return how many. The next tick continues."""
    ended = Session.objects.filter(expire_date__lte=now).order_by("expire_date")
    keys = ended.select_for_update(skip_locked=True).values_list("session_key", flat=True)[:AT_ONCE]
    return Session.objects.filter(session_key__in=list(keys)).delete()[0]
