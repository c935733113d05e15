"""Gathering: several letters to one person about one thing become one, so that nobody gets five within a minute.

Each waits until nothing more happens for a minute, and a newer one takes its place meanwhile. A letter is written from
what is true when it is sent; one that would tell the same as the last one is not sent at all.
"""

import hashlib
import re
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q

from letsconnect.base.clocks import no_later_than
from letsconnect.base.statements import Statement
from mailings.domain.letters import OFTEN_WITHIN, WAITING, LetterState, due_after_quiet
from mailings.kinds import LetterKind
from mailings.models import Letter

REPLACED = "a newer email about the same took its place"
NOTHING_NEW = "the last email said the same"
TELLS_NOTHING = "they knew of nothing else"
_BROUGHT_BACK = re.compile(r"again:\d+:")
ATTEMPTS = 20


class TooBusy(Exception):
    """Other processes owed letters about the same thing faster than this one could be written."""


def write(letter: Letter, *, gather: str, now: datetime, wait: timedelta = timedelta(0)) -> Letter:
    """Insert the letter in the place of the one that waits under ``gather``; a second letter with the same key changes
    nothing. It waits for ``wait`` at least. The caller is in a transaction.

    If a worker has claimed the waiting one, it goes on: the comparison of the state in one statement decides. If two
    owe a letter at the same moment, the unique index on what gathers puts them in order.
    """
    for _attempt in range(ATTEMPTS):
        rows = _ABOUT_THE_SAME.rows({"key": letter.key, "gather": gather})
        written = next((row for row in rows if row.key == letter.key), None)
        if written is not None:
            return written
        letter.gathering, letter.pk = gather, None
        is_waiting = any(row.state in (LetterState.QUEUED, LetterState.DEFERRED) for row in rows)
        letter.gathering_since = since = (_take_the_place(gather) if is_waiting else None) or now
        sent_lately = sum(row.sent_at is not None and row.sent_at > now - OFTEN_WITHIN for row in rows)
        due_at = due_after_quiet(since=since, now=now, sent_lately=sent_lately, quiet=settings.LETTERS_GATHER_FOR)
        letter.due_at = no_later_than(max(due_at, now + wait) if wait else due_at, now=now)
        Letter.objects.bulk_create([letter], ignore_conflicts=True)
    raise TooBusy(gather)


# Asked for each letter that gathers, so the SQL is written once. One query tells whether it was owed before, whether
# another waits, and how many have left lately.
_ABOUT_THE_SAME = Statement(lambda key, gather: Letter.objects.filter(Q(key=key) | Q(gathering=gather)).order_by("-pk"))


def _take_the_place(gather: str) -> datetime | None:
    """Skip the letter that waits under ``gather``, and return since when it has been gathering."""
    waiting = Letter.objects.gathered(gather).filter(state__in=[LetterState.QUEUED, LetterState.DEFERRED])
    locked = list(waiting.select_for_update(no_key=True))
    replaced = Letter.objects.filter(pk__in=[row.pk for row in locked])
    for state in (LetterState.QUEUED, LetterState.DEFERRED):
        replaced.move(state, LetterState.SKIPPED, reason=REPLACED)
    return min((row.gathering_since for row in locked if row.gathering_since), default=None)


def key_of_brought_back(letter: Letter, *, instead_of: Letter) -> str:
    """Return the key of a letter that is owed again because the one that took its place is withdrawn. It names the key
    that it was first owed under, so that it can be withdrawn by that."""
    return f"again:{instead_of.pk}:{_first_key(letter)}"


def _first_key(letter: Letter) -> str:
    return _BROUGHT_BACK.sub("", letter.key, count=1)


def brought_back(letter: Letter) -> list[int]:
    """Return the letters that stand for this one since what had taken its place was withdrawn."""
    return [row.pk for row in Letter.objects.gathered(letter.gathering) if _first_key(row) == letter.key]


def the_one_before(letter: Letter) -> Letter | None:
    """Return the letter whose place this one took, if it took one."""
    before = Letter.objects.gathered(letter.gathering).filter(pk__lt=letter.pk).first()
    return before if before is not None and _is_replaced(before) else None


def _is_replaced(letter: Letter) -> bool:
    return (letter.state, letter.reason) == (LetterState.SKIPPED, REPLACED)


def untold(gather: str) -> list[str]:
    """Return the keys of the letter that waits under ``gather`` and of those whose place it took, newest first."""
    rows = list(Letter.objects.gathered(gather))
    by_key, keys = {row.key: row for row in rows}, []
    row = rows[0] if rows and rows[0].state in WAITING else None
    while row is not None:
        first = by_key.get(_first_key(row), row)
        keys.append(first.key)
        row = next((other for other in rows if other.pk < first.pk), None)
        row = row if row is not None and _is_replaced(row) else None
    return keys


def leave_their_places(gatherings: Collection[str]) -> None:
    """Skip the letters that wait under these gatherings, in the place of which newer ones are written."""
    waiting = Letter.objects.filter(gathering__in=gatherings, gathering_since__isnull=False)
    for state in (LetterState.QUEUED, LetterState.DEFERRED):
        waiting.move(state, LetterState.SKIPPED, reason=REPLACED)


def last_told(letters: Iterable[Letter]) -> dict[str, Letter]:
    """Return for each of these letters that gathers the last one about the same that arrived, or may have, by what it
    is gathered under."""
    gatherings = {letter.gathering for letter in letters} - {""}
    last = Letter.objects.filter(gathering__in=gatherings).perhaps_read().order_by("gathering", "-pk")
    return {letter.gathering: letter for letter in last.distinct("gathering")} if gatherings else {}


def why_nothing_new(letter: Letter, kind: LetterKind, about: models.Model | None, *, last: Letter | None) -> str | None:
    """Return why a gathered letter tells its reader nothing new since the ``last``, or None; store in it what it is
    about to tell."""
    if not letter.gathering or kind.facts is None:
        return None
    letter.facts_digest = hashlib.sha256(f"{letter.gathering}:{kind.facts(about)}".encode()).hexdigest()
    is_same = last is not None and last.state == LetterState.SENT and last.facts_digest == letter.facts_digest
    return NOTHING_NEW if is_same else None
