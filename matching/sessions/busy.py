"""The hours people have agreed on in sessions, for those parts of the portal that look for a free hour."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from letsconnect.base import busy
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from matching.models import Session
from registrations.models import Registration

NAME = "matching.sessions"


def register() -> None:
    busy.register(NAME, agreed_spans, _("You have a 1:1 session at that time."))


def agreed_spans(members: Collection[int], now: datetime) -> Iterator[tuple[int, datetime, datetime]]:
    """Yield the hours of these members' agreed sessions, in either role, that are not over; in at most two queries."""
    member_of = dict(_REGISTRATIONS.rows({"members": list(members)}))
    if not member_of:
        return
    for learner, sharer, starts_at, ends_at in _agreed_of(list(member_of), now):
        for registration in (learner, sharer):
            if registration in member_of:
                yield member_of[registration], starts_at, ends_at


def _agreed_of(registrations: list[int], now: datetime) -> list[Any]:
    if len(registrations) == 1:
        return _AGREED_OF_ONE.rows({"registration": registrations[0], "now": now})
    return list(_agreed(*registrations, now=now))


def _agreed(*registrations: int, now: datetime) -> QuerySet[Session, Any]:
    """Return of each agreed session its two people, and from when until when it goes: it has both."""
    agreed = Session.objects.of_people(*registrations).upcoming(now=now).order_by()
    return agreed.values_list("learner", "sharer", "starts_at", "ends_at")


# Asked whenever somebody looks at a clinic at which they may take a seat, so the SQL is written once.
_REGISTRATIONS = Statement(
    lambda members: Registration.objects.filter(member__in=any_of(members)).values_list("pk", "member")
)
_AGREED_OF_ONE = Statement(lambda registration, now: _agreed(registration, now=now))
