"""Owing one kind of letter to many people at once, by one statement."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, models, transaction
from django.db.models import F, Value
from django.db.models.functions import Least

from letsconnect.base import nudges
from letsconnect.base.addresses import canonical_or_as_it_is
from letsconnect.base.languages import language_or_default
from letsconnect.base.zones import is_zone
from mailings import kinds
from mailings.domain.letters import LetterState
from mailings.ledger import gathering
from mailings.models import Letter

_OWE = """
    INSERT INTO mailings_letter (
        kind, key, member_id, address, language, zone, about_type, about_id, state, priority, is_fallback, message_id,
        owed_at, due_at, tries, claimed_by, reason, answer, gathering, gathering_since, facts_digest
    )
    SELECT %s, given.key, given.member, COALESCE(member.email, given.address),
        COALESCE(member.language, given.language), COALESCE(member.zone, given.zone), %s, given.about, %s, %s, false,
        '<' || replace(gen_random_uuid()::text, '-', '') || '@' || %s || '>', %s,
        LEAST(%s::timestamptz, statement_timestamp() + make_interval(secs => %s)), 0, '', '', '', given.gathering,
        CASE WHEN given.gathering = '' THEN NULL ELSE %s::timestamptz END, ''
    FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[])
        AS given (key, about, member, address, language, zone, gathering)
    LEFT JOIN {members} AS member ON member.id = given.member
    ORDER BY given.about
    ON CONFLICT DO NOTHING
    RETURNING about_id"""


class LetterOwed(NamedTuple):
    """One letter of many: the key of what it is about, its own key, and whom it goes to.

    Whoever has an account is a ``member``; only somebody without one has an address, a language and a zone here. A
    letter under whose ``gathering`` another one waits is not written: what it would tell, that one tells.
    """

    about: int
    key: str
    member: int | None = None
    address: str = ""
    language: str = ""
    zone: str = ""
    gathering: str = ""


@transaction.atomic
def owe_to_many(
    *,
    kind: str,
    table: type[models.Model],
    letters: Iterable[LetterOwed],
    now: datetime,
    due_at: datetime | None = None,
    wait_at_most: timedelta | None = None,
    takes_places: bool = False,
) -> set[int]:
    """Write that all these letters are owed, in the caller's transaction; return what those were about that are new.

    They are about rows of one ``table``. Those whose key is there already, or is written by somebody else at this very
    moment, are left as they are. A nudge follows the commit. What gathers is due at ``due_at``; the letter that waits
    already is put off until then too, but not for longer than ``wait_at_most`` after it began to gather; or, where the
    new ones tell something else, each ``takes_places`` of the one that waits, as `letters.owe` does.
    """
    owed = [_as_stored(letter) for letter in letters]
    if not owed:
        return set()
    columns = [
        [getattr(letter, name) for letter in owed]
        for name in ("key", "about", "member", "address", "language", "zone", "gathering")
    ]
    due_at = due_at or now
    if takes_places:
        gathering.leave_their_places([letter.gathering for letter in owed])
    if wait_at_most is not None:
        waiting = Letter.objects.filter(
            gathering__in=[letter.gathering for letter in owed], gathering_since__isnull=False
        )
        waiting.update(due_at=Least(Value(due_at), F("gathering_since") + wait_at_most))
    host = urlsplit(settings.SITE_URL).hostname
    priority = kinds.get(kind).priority
    members = get_user_model()._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            _OWE.format(members=f'"{members}"'),
            [
                kind,
                table._meta.label_lower,
                LetterState.QUEUED,
                priority,
                host,
                now,
                due_at,
                (due_at - now).total_seconds(),
                now,
                *columns,
            ],
        )
        new = {about for (about,) in cursor.fetchall()}
    nudges.on_commit("mailings.tasks.drain")
    return new


def _as_stored(letter: LetterOwed) -> LetterOwed:
    values: dict[str, Any] = {
        "address": canonical_or_as_it_is(letter.address),
        "language": language_or_default(letter.language),
        "zone": letter.zone if is_zone(letter.zone) else "UTC",
    }
    return letter._replace(**values)
