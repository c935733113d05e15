"""The weekly list: on Mondays at 09:00 of each reader's own clock, what is new of the skills they want to learn."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, Max, Min, OuterRef, Subquery
from django.db.models.functions import Coalesce

from clinics.announcing.choosing import ClinicsToTell
from clinics.announcing.emails import DIGEST
from clinics.domain import clinics as domain
from clinics.models import Clinic, Digest, SpanOfReader
from letsconnect.base.zones import is_zone
from mailings.domain.letters import LetterState
from mailings.domain.subscriptions import BulkList
from mailings.ledger.bulk import owe_to_readers
from mailings.models import Subscription

CLOCK = Coalesce("member__zone", "zone")
MOST_READERS = 5000  # at one tick: the next goes on with the others


def owe_digests(now: datetime) -> int:
    """Owe each reader the list whose hour has come, once a week, if there is anything in it; return how many letters.

    A row is written also for those who get no letter, so nobody is asked about again before the next Monday.
    """
    zones_of_week: dict[date, list[str]] = {}
    readers = Subscription.objects.to_write_to(BulkList.DIGEST).order_by().annotate(clock=CLOCK)
    for zone in readers.values_list("clock", flat=True).distinct():
        week = domain.digest_week(zone, now=now) if is_zone(zone) else None
        if week is not None:
            zones_of_week.setdefault(week, []).append(zone)
    return sum(_owe_week(week, zones, now=now) for week, zones in zones_of_week.items())


@transaction.atomic
def _owe_week(week: date, zones: list[str], *, now: datetime) -> int:
    until = now - domain.COMMITTED_WITHIN
    theirs = Digest.objects.filter(subscription=OuterRef("pk")).order_by()
    # What stood in a list that was not sent, because they had paused or left just then, is new to them.
    reached = theirs.exclude(letter__state=LetterState.SKIPPED)
    last_until = reached.values("subscription").annotate(last=Max("until")).values("last")
    first_since = theirs.values("subscription").annotate(first=Min("since")).values("first")
    told_until = Coalesce(Subquery(last_until), Subquery(first_since))
    wanted = Subscription.objects.to_write_to(BulkList.DIGEST).annotate(clock=CLOCK)
    waiting = wanted.filter(~Exists(theirs.filter(week=week)), clock__in=zones).order_by("pk")
    readers = {
        key: (member, SpanOfReader(key, week, domain.digest_since(last_until=last, until=until), until))
        for key, member, last in waiting.annotate(last=told_until).values_list("pk", "member_id", "last")[:MOST_READERS]
    }
    if not readers:
        return 0
    written = Digest.objects.write([span for _member, span in readers.values()])
    since = min(span.since for _member, span in readers.values())
    clinics = ClinicsToTell(
        Clinic.objects.filter(announced_at__gt=since, announced_at__lte=until),
        members={member for member, _span in readers.values() if member},
        now=now,
    )
    with_news = [
        key
        for key, (member, span) in readers.items()
        if key in written and clinics.announced_between(span.since, span.until, member)
    ]
    return _owe_letters(with_news, week, now=now)


def _owe_letters(subscriptions: list[int], week: date, *, now: datetime) -> int:
    readers = Subscription.objects.filter(pk__in=subscriptions)
    letters = owe_to_readers(kind=DIGEST, readers=readers, key=f"{DIGEST}:{week}", now=now, due_at=now)
    digests = list(Digest.objects.filter(week=week, subscription__in=letters))
    for digest in digests:
        digest.letter_id = letters[digest.subscription_id]
    Digest.objects.bulk_update(digests, ["letter"], batch_size=MOST_READERS)
    return len(digests)
