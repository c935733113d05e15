"""Write to whoever took part in a round and got nothing: once about a round, and once a month at most."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from letsconnect.base.zones import in_zone
from mailings.ledger import letters
from mailings.models import Letter
from matching.models.people import account_of
from matching.waiting import advice
from matching.waiting.answering import SETTLED_AFTER
from registrations.models import Registration

KIND = "matching.no_match"
ONCE_IN = timedelta(days=31)  # longer than any month, so two letters are never of one
STILL_NEWS = timedelta(days=45)
AT_ONCE = 500


@transaction.atomic
def owe_no_match_letters(now: datetime) -> int:
    """Owe the letter to those of a settled round who got nothing of it and nothing since; return to how many."""
    written = Letter.objects.filter(
        kind=KIND, about_type=Registration._meta.label_lower, about_id=OuterRef("registration")
    )
    lately = written.filter(owed_at__gt=now - ONCE_IN)
    of_the_round = OuterRef("round__published_at")
    about_it = written.filter(Q(owed_at__gte=of_the_round) | Q(sent_at__gte=of_the_round))
    newer = advice.of_learners().filter(registration=OuterRef("registration"), round__published_at__gt=of_the_round)
    here = Registration.objects.matchable(on=now.date())
    owed = (
        advice.empty_handed()
        .filter(
            ~Exists(lately),
            ~Exists(about_it),
            ~Exists(newer),
            registration__in=here,
            round__published_at__gt=now - STILL_NEWS,
            round__published_at__lte=now - SETTLED_AFTER,
        )
        .exclude(registration__member__email=None)
        .order_by("registration_id")
        .select_related("registration__member")[:AT_ONCE]
    )
    rows = list(owed)
    for row in rows:
        member = account_of(row.registration)
        month = in_zone(now, member.zone)
        letters.owe(
            kind=KIND,
            to=member,
            about=row.registration,
            key=f"matching:no_match:{row.registration_id}:{month:%Y-%m}",
            now=now,
        )
    return len(rows)
