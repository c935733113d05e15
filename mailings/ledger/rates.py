"""How many letters may go to the mail server in a minute: a token bucket in the database, shared by all workers.

Tokens come at a steady rate and are kept up to what ten seconds bring; each letter takes one. (Method: token bucket,
as in RFC 2697 with one colour; the time passed is counted when somebody takes, so nothing has to run in between.)
Time is the database's, because the clocks of the workers' machines may differ.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from letsconnect.base.clocks import database_now
from mailings.models import SendingRate

KEPT_FOR = 10.0  # seconds of unused tokens
LONGEST_WAIT = 1.0  # seconds; then it is asked again, because a reminder may have become due


def take(wanted: int, *, now: datetime | None = None) -> int:
    """Take up to ``wanted`` tokens and return how many were there; all of them where no rate is set.

    ``now`` is what the database's clock says, unless it is given. A clock that was put back brings no tokens, and keeps
    none from coming.
    """
    per_second = settings.EMAIL_RATE / 60
    if not per_second:
        return wanted
    with transaction.atomic():
        bucket = SendingRate.objects.select_for_update(no_key=True).filter(pk=1).first() or _first_bucket(now)
        now = now or database_now()  # read under the lock
        was_put_back = now < bucket.at - timedelta(seconds=KEPT_FOR)
        passed = max(0.0, (now - bucket.at).total_seconds())
        tokens = min(_most(), bucket.tokens + passed * per_second)
        taken = max(0, min(wanted, int(tokens)))
        bucket.tokens, bucket.at = tokens - taken, now if was_put_back else max(now, bucket.at)
        bucket.save(update_fields=["tokens", "at"])
    return taken


def tokens_now(*, now: datetime) -> int | None:
    """Return how many letters might go out at this moment, taking none; None where no rate is set."""
    if not settings.EMAIL_RATE:
        return None
    bucket = SendingRate.objects.filter(pk=1).first()
    if bucket is None:
        return int(_most())
    passed = max(0.0, (now - bucket.at).total_seconds())
    return int(min(_most(), bucket.tokens + passed * settings.EMAIL_RATE / 60))


def give_back(unused: int) -> None:
    """Return tokens that were taken and not needed."""
    if unused and settings.EMAIL_RATE:
        SendingRate.objects.filter(pk=1).update(tokens=F("tokens") + unused)


def seconds_until_next() -> float:
    """Return how long to wait before the next token is there, at most `LONGEST_WAIT`."""
    return min(LONGEST_WAIT, 60 / settings.EMAIL_RATE) if settings.EMAIL_RATE else 0.0


def _first_bucket(now: datetime | None) -> SendingRate:
    """Write the row with a full bucket, unless another worker is doing so, and return it locked."""
    full = SendingRate(pk=1, tokens=_most(), at=now or database_now())
    SendingRate.objects.bulk_create([full], ignore_conflicts=True)
    return SendingRate.objects.select_for_update(no_key=True).get(pk=1)


def _most() -> float:
    return max(1.0, settings.EMAIL_RATE / 60 * KEPT_FOR)
