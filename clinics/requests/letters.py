"""Owing the letters about topic requests: to everybody who asked for one or supports it."""

from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet

from clinics.announcing.readers import readers_of
from clinics.models import Clinic, TopicRequest, TopicSupport
from mailings.domain.subscriptions import BulkList
from mailings.ledger.many import LetterOwed, owe_to_many
from mailings.ledger.reachable import those_written_to
from mailings.models import Subscription
from registrations.models import Member

OUTCOME, ANNOUNCED = "clinics.topic_outcome", "clinics.topic_announced"


def owe_outcome(request: TopicRequest, *, now: datetime) -> None:
    """Owe everybody who wants it the letter that says what was decided; each decision is told once.

    The letters wait for a quiet minute, so that a decision can be taken back.
    """
    owed = [
        LetterOwed(
            support, f"{OUTCOME}:{support}:{request.pk}:{request.decisions}", member, gathering=f"topic:{support}"
        )
        for support, member in request.supports.order_by("pk").values_list("pk", "member")
    ]
    due_at = now + settings.LETTERS_GATHER_FOR
    owe_to_many(kind=OUTCOME, table=TopicSupport, letters=owed, now=now, due_at=due_at, takes_places=True)


def to_tell_of(clinic: Clinic, *, requests: Collection[int]) -> "QuerySet[TopicSupport]":
    """Return those who asked for a clinic and do not get its announcement, each once."""
    mine = TopicSupport.objects.filter(request__in=requests, member__is_active=True)
    announced_to = readers_of(clinic).filter(member__isnull=False).values("member")
    return mine.exclude(member__in=announced_to).order_by("member_id", "pk").distinct("member_id")


def count_to_tell_of(clinics: Collection[Clinic]) -> int:
    """Count whom `to_tell_of` finds for all of these clinics and our letters reach, by as many queries for any number
    of them."""
    regions_of = {clinic.pk: clinic.regions_told for clinic in clinics}
    wanted = TopicSupport.objects.filter(request__clinic__in=list(regions_of), member__is_active=True)
    rows = set(wanted.values_list("request__clinic", "member", "member__region"))
    people = Member.objects.filter(pk__in={member for _clinic, member, _region in rows})
    members = {member.pk for member in those_written_to(people)}
    readers = Subscription.objects.to_write_to(BulkList.ANNOUNCEMENTS).filter(member__in=members)
    reading = set(readers.values_list("member", flat=True))

    def is_announced_to(clinic: int, member: int, region: str) -> bool:
        regions = regions_of[clinic]
        return member in reading and (regions is None or region in regions)

    return sum(row[1] in members and not is_announced_to(*row) for row in rows)


def owe_clinic_announced(clinic: Clinic, *, requests: Collection[int], now: datetime) -> int:
    """Owe a letter about an announced clinic to those who asked for it; return how many. Each person is told once."""
    to_tell = to_tell_of(clinic, requests=requests).values_list("pk", "member")
    owed = [LetterOwed(support, f"{ANNOUNCED}:{clinic.pk}:{member}", member) for support, member in to_tell]
    owe_to_many(kind=ANNOUNCED, table=TopicSupport, letters=owed, now=now)
    return len(owed)
