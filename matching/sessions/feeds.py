"""The secret address from which a person's calendar reads their sessions."""

import hashlib
import secrets
from datetime import datetime

from django.db import transaction

from letsconnect.base import acts
from matching.models import CalendarFeed
from registrations.models import Member

BYTES_OF_A_SECRET = 24


def fingerprint(secret: str) -> str:
    """Return what is stored of a secret instead of itself; nobody could try out all secrets to find it."""
    return hashlib.sha256(f"matching.feed:{secret}".encode()).hexdigest()


@transaction.atomic
def make_feed(*, member: Member, by: Member, now: datetime) -> str:
    """Make a new secret address and return its secret, which is shown once and kept nowhere; the old one ends."""
    secret = secrets.token_urlsafe(BYTES_OF_A_SECRET)
    feed, _made = CalendarFeed.objects.update_or_create(
        member=member, defaults={"fingerprint": fingerprint(secret), "made_at": now}
    )
    acts.record(by=by, verb="make_feed", on=feed, now=now)
    return secret


@transaction.atomic
def end_feed(*, member: Member, by: Member | None, now: datetime) -> bool:
    """End the secret address; tell whether there was one."""
    feed = CalendarFeed.objects.select_for_update(no_key=True).filter(member=member).first()
    if feed is None:
        return False
    acts.record(by=by, verb="end_feed", on=feed, now=now)
    feed.delete()
    return True
