"""The hours people have agreed on in sessions, for whoever looks for a free one."""

from collections.abc import Collection, Iterator
from datetime import datetime

from letsconnect.base import busy
from matching.models import Session
from registrations.models import Registration

NAME = "matching.sessions"


def register() -> None:
    busy.register(NAME, agreed_spans)


def agreed_spans(members: Collection[int], now: datetime) -> Iterator[tuple[int, datetime, datetime]]:
    """The agreed sessions of these members that are not over, in either role: two queries, however many they are."""
    member_of = dict(Registration.objects.filter(member__in=members).values_list("pk", "member"))
    agreed = Session.objects.of_people(*member_of).upcoming(now=now).order_by()
    for learner, sharer, begin, end in agreed.values_list("learner", "sharer", "starts_at", "ends_at"):
        for person in (learner, sharer):
            if person in member_of:
                yield member_of[person], begin, end
