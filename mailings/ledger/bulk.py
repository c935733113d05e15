"""Owing a bulk letter to many readers, by one statement."""

from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection, models, transaction
from django.db.models.functions import Coalesce

from mailings import kinds
from mailings.domain.letters import LetterState, Priority
from mailings.models import LetterQuerySet, SubscriptionQuerySet

_OWE = """
    INSERT INTO mailings_letter (
        kind, key, member_id, address, language, zone, about_type, about_id, state, priority, subscription_id,
        is_fallback, message_id, owed_at, due_at, tries, claimed_by, reason, answer, gathering, gathering_since,
        facts_digest
    )
    SELECT %s, %s || ':' || reader.id, reader.member_id, reader.address, reader.language, reader.zone, %s, %s, %s, %s,
        reader.id, false, '<' || replace(gen_random_uuid()::text, '-', '') || '@' || %s || '>', %s, %s, 0, '', '', '',
        CASE WHEN %s THEN %s || ':' || reader.id ELSE '' END, CASE WHEN %s THEN %s::timestamptz END, ''
    FROM ({readers}) AS reader (id, member_id, address, language, zone)
    ORDER BY reader.id
    ON CONFLICT (gathering) WHERE gathering_since IS NOT NULL
        DO UPDATE SET due_at = LEAST(mailings_letter.due_at, EXCLUDED.due_at)
    RETURNING subscription_id, id"""


@transaction.atomic
def owe_to_readers(
    *,
    kind: str,
    readers: SubscriptionQuerySet,
    key: str,
    now: datetime,
    due_at: datetime,
    about: models.Model | None = None,
    gathers: bool = False,
) -> dict[int, int]:
    """Write a letter to each of these readers; return the key of each reader's letter, by subscription.

    With ``gathers``, a letter of this kind that waits for its time already is returned in place of a new one, and goes
    out at the earlier of both moments: what it says is put together when it is sent. It is locked until the caller's
    transaction ends, so no worker takes it meanwhile; one that a worker has taken gathers nothing more. Rows are
    written in the order of readers, so that two who write at once wait for each other, and neither for ever.
    """
    if kinds.get(kind).priority != Priority.BULK:
        raise ValueError(f"{kind} is no bulk mail")
    columns = {
        "to": Coalesce("member__email", "address"),
        "reads": Coalesce("member__language", "language"),
        "clock": Coalesce("member__zone", "zone"),
    }
    rows = readers.order_by().annotate(**columns).values_list("pk", "member_id", *columns)
    try:
        sql, params = rows.query.sql_with_params()
    except EmptyResultSet:  # nobody can be chosen by this
        return {}
    about_type, about_id = kinds.about_of(about)
    values = [kind, key, about_type, about_id, LetterState.QUEUED, Priority.BULK, urlsplit(settings.SITE_URL).hostname]
    with connection.cursor() as cursor:
        cursor.execute(_OWE.format(readers=sql), [*values, now, due_at, gathers, kind, gathers, now, *params])
        return dict(cursor.fetchall())


@transaction.atomic
def send_by(letters: LetterQuerySet, *, due_at: datetime) -> int:
    """Let those of these letters that gather go out at this moment at the latest; return how many it concerns.

    They are locked in the order in which `owe_to_readers` writes, so that the two wait for each other, and neither for
    ever.
    """
    gathering = letters.filter(gathering_since__isnull=False, due_at__gt=due_at).order_by("subscription_id")
    locked = list(gathering.select_for_update(no_key=True).values_list("pk", flat=True))
    return letters.filter(pk__in=locked).update(due_at=due_at)
