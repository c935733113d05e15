"""Counting the readers of an issue once and for all: a letter for each, written by one statement."""

import secrets
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.db.models.functions import Coalesce

from letsconnect.base.languages import language_or_default
from letsconnect.base.zones import zone_or_utc
from mailings.domain.letters import LetterState, Priority
from mailings.domain.newsletters import SendTime, morning_in, versions_for
from mailings.models import Newsletter, SubscriptionQuerySet
from mailings.newsletters.audiences import LANGUAGE

KIND = "mailings.newsletter"
STOPPED = "sending was stopped"
ZONE = Coalesce("member__zone", "zone")
UTC = "UTC"
# Whoever moves to a zone nobody had a moment ago, right before the statement, is not forgotten.
_ZONE_READ = "CASE WHEN reader.zone = ANY(%s::text[]) THEN reader.zone ELSE %s END"
_FREEZE = """
    INSERT INTO mailings_letter (
        kind, key, member_id, address, language, zone, about_type, state, priority, newsletter_id,
        subscription_id, is_fallback, message_id, owed_at, due_at, tries, claimed_by, reason, answer, gathering,
        facts_digest
    )
    SELECT %s, 'newsletter:' || %s || ':' || reader.id, reader.member_id, reader.address, version.language, reader.zone,
        '', %s, %s, %s, reader.id, version.is_fallback,
        '<' || %s || '.' || lpad(to_hex(%s + reader.id), 16, '0') || '@' || %s || '>', %s,
        COALESCE(moment.due_at, LEAST(%s, statement_timestamp())),
        0, '', '', '', '', ''
    FROM ({readers}) AS reader (id, member_id, address, reads, zone)
    JOIN unnest(%s::text[], %s::text[], %s::boolean[]) AS version (reads, language, is_fallback)
        ON version.reads = reader.reads
    JOIN unnest(%s::text[], %s::timestamptz[]) AS moment (zone, due_at) ON moment.zone = {zone}
    ON CONFLICT (newsletter_id, address) WHERE newsletter_id IS NOT NULL AND NOT (address = '') DO NOTHING"""


def freeze(newsletter: Newsletter, readers: SubscriptionQuerySet, *, ready: list[str], now: datetime) -> int:
    """Write a letter for each reader who gets a version, in the caller's transaction; return how many.

    One statement takes one picture of the readers: whoever subscribes after it is not in the issue. A reader whose
    chain of languages has no ready version gets no letter. Pressing twice writes nothing twice.
    """
    read = readers.order_by().annotate(reads=LANGUAGE, clock=ZONE)
    languages = sorted({*dict(settings.LANGUAGES), *read.values_list("reads", flat=True).distinct()})
    zones = sorted({UTC, *read.values_list("clock", flat=True).distinct()})
    versions = versions_for([language_or_default(language) for language in languages], ready)
    with_version = [language for language in languages if language_or_default(language) in versions]
    chosen = [versions[language_or_default(language)] for language in with_version]
    counted = [due_at(newsletter, zone, now=now) for zone in zones]
    moments = [moment if moment > now else None for moment in counted]  # None: at once, by the clock of the database
    rows = readers.order_by().annotate(to=Coalesce("member__email", "address"), reads=LANGUAGE, clock=ZONE)
    sql, params = rows.values_list("pk", "member_id", "to", "reads", "clock").query.sql_with_params()
    host = urlsplit(settings.SITE_URL).hostname
    values: list[Any] = [
        KIND,
        str(newsletter.pk),
        LetterState.QUEUED,
        Priority.BULK,
        newsletter.pk,
        secrets.token_hex(8),
        secrets.randbelow(2**48),
        host,
        now,
        now,
    ]
    values += [
        *params,
        with_version,
        [version.language for version in chosen],
        [version.is_fallback for version in chosen],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_FREEZE.format(readers=sql, zone=_ZONE_READ), [*values, zones, moments, zones, UTC])
        return int(cursor.rowcount)


def due_at(newsletter: Newsletter, zone: str, *, now: datetime) -> datetime:
    """Return when readers in ``zone`` get the issue: at its moment, or at 09:00 of their own clock on its day."""
    if newsletter.send_time == SendTime.MORNING and newsletter.send_on is not None:
        return morning_in(zone_or_utc(zone).key, on=newsletter.send_on, now=now)
    return max(newsletter.send_at or now, now)
