"""The hours people have agreed on in sessions, for those parts of the portal that look for a free hour."""

from collections.abc import Collection, Iterator
from datetime import datetime

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
    agreed = Session.objects.of_people(*member_of).upcoming(now=now).order_by()
    for session in agreed.only("learner", "sharer", "starts_at", "ends_at"):
        if session.starts_at is None or session.ends_at is None:
            continue  # agreed sessions have both
        for registration in (session.learner_id, session.sharer_id):
            if registration in member_of:
                yield member_of[registration], session.starts_at, session.ends_at


# Asked whenever somebody signs up for a clinic, so the SQL is written once.
_REGISTRATIONS = Statement(
    lambda members: Registration.objects.filter(member__in=any_of(members)).values_list("pk", "member")
)
