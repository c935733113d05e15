"""Owing a letter: the functions that the other apps call."""

import secrets
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models, transaction

from letsconnect.base import addresses, nudges
from letsconnect.base.clocks import from_now, no_later_than
from letsconnect.base.languages import language_or_default
from letsconnect.base.statements import Statement
from letsconnect.base.zones import is_zone
from mailings import kinds
from mailings.domain.letters import AT_ONCE_LEASE, WAITING, LetterState, Priority, may_come_later
from mailings.ledger import gathering
from mailings.ledger.settling import settle
from mailings.models import Letter
from mailings.rendering import Rendered
from mailings.sending.composing import compose
from mailings.sending.time_limit import hand_over_within


def owe(
    *,
    kind: str,
    about: models.Model | None,
    key: str,
    now: datetime,
    to: Any | None = None,
    address: str = "",
    language: str = "",
    zone: str = "",
    gather: str = "",
    wait: timedelta = timedelta(0),
) -> Letter:
    """Write that a letter is owed to a member or an address, in the caller's transaction.

    Owing the same ``key`` twice, even at the same moment, leaves one letter: the first. A nudge follows the commit.
    With ``gather``, letters to one person about one thing wait for a quiet minute, and the newest takes the place of
    the one that waits (see `gathering.write`). With ``wait``, it goes out so much later at the earliest, and can be
    withdrawn until then (`withdraw`).
    """
    kinds.get(kind)
    with transaction.atomic(savepoint=False):  # a refusal undoes the caller's transaction, too
        letter = _new(kind=kind, about=about, key=key, now=now, to=to, address=address, language=language, zone=zone)
        if gather:
            return gathering.write(letter, gather=gather, wait=wait, now=now)
        letter.due_at = no_later_than(now + wait, now=now)
        letter = _write(letter)
        nudges.on_commit("mailings.tasks.drain")
    return letter


def withdraw(*, key: str, reason: str, now: datetime) -> bool:
    """Skip the letter with this key, in the caller's transaction, as if it had never been owed; False if a worker has
    taken it already.

    The state is compared in the statement that changes it, so either this or the worker has the letter. One whose place
    it took, because both told of the same thing, is owed again; it goes if its own key is withdrawn later.
    """
    letter = Letter.objects.filter(key=key).first()
    if letter is None:
        return True
    mine = Letter.objects.filter(pk__in=[letter.pk, *gathering.brought_back(letter)])
    is_withdrawn = any(mine.move(state, LetterState.SKIPPED, reason=reason) for state in WAITING)
    if not is_withdrawn:
        is_withdrawn = mine.filter(state=LetterState.SKIPPED, reason=gathering.TELLS_NOTHING).update(reason=reason) > 0
    if not is_withdrawn:
        return not mine.exclude(state=LetterState.SKIPPED).exists()
    before = gathering.the_one_before(letter)
    if before is not None:
        _bring_back(before, instead_of=letter, now=now)
    return True


def _bring_back(before: Letter, *, instead_of: Letter, now: datetime) -> None:
    same = {name: getattr(before, name) for name in ("kind", "member", "address", "language", "zone", "priority")}
    about = {"about_type": before.about_type, "about_id": before.about_id}
    key = gathering.key_of_brought_back(before, instead_of=instead_of)
    again = Letter(**same, **about, key=key, owed_at=now, message_id=_new_message_id())
    gathering.write(again, gather=before.gathering, wait=max(before.due_at - now, timedelta(0)), now=now)


def tell_nothing(*, key: str) -> None:
    """Skip this letter, which nobody needs, and leave it in the place that it took: what it replaced is not sent."""
    Letter.objects.filter(key=key).move(LetterState.QUEUED, LetterState.SKIPPED, reason=gathering.TELLS_NOTHING)


def untold(*, gather: str) -> list[str]:
    """Return the keys of the letters of which nothing has been sent: the one that waits under this, and those whose
    place it took, newest first."""
    return gathering.untold(gather)


# Asked once for each letter of some kinds, so the SQL is written once.
_SENT_AT = Statement(
    lambda key: Letter.objects.filter(key=key, state=LetterState.SENT).values_list("sent_at", flat=True)[:1]
)


def left_at(key: str) -> datetime | None:
    """Return when the letter with this key left; None if it never did: a later letter must not refer to it then."""
    return next(iter(_SENT_AT.rows({"key": key})), None)


def send_at_once(
    *,
    kind: str,
    address: str,
    language: str,
    zone: str,
    rendered: Rendered,
    key: str,
    now: datetime,
    to: Any | None = None,
    seconds: float | None = None,
) -> Letter:
    """Send a letter that somebody waits for (a sign-in code) in this process, now, and return how it went.

    The row is committed before the text is sent, and the text is in no row, so there is one attempt only: if that
    fails, ``may_come_later`` says whether its kind, owed again, may get through. Suppression is not checked: the person
    has just asked for the letter. They wait at most ``seconds``.
    """
    letter = _new(kind=kind, about=None, key=key, now=now, to=to, address=address, language=language, zone=zone)
    letter.state, letter.tries = LetterState.SUBMITTING, 1
    letter.claimed_by, letter.lease_until = secrets.token_hex(16), from_now(AT_ONCE_LEASE)
    token, composed = letter.claimed_by, compose(letter, rendered)
    with transaction.atomic(durable=True):
        letter = _write(letter)
    if letter.claimed_by != token:
        return letter
    answer = hand_over_within(composed, seconds=settings.SMTP_PATIENCE if seconds is None else seconds)
    settle(letter, answer, now=now, may_try_again=False)
    letter.refresh_from_db()
    letter.may_come_later = may_come_later(answer)
    return letter


def _new(
    *,
    kind: str,
    about: models.Model | None,
    key: str,
    now: datetime,
    to: Any | None,
    address: str,
    language: str,
    zone: str,
) -> Letter:
    if to is None and not address:
        raise ValueError("a letter goes to a member or to an address")
    about_type, about_id = kinds.about_of(about)
    address = address or getattr(to, "email", None) or ""
    zone = zone or getattr(to, "zone", "")
    return Letter(
        kind=kind,
        key=key,
        member=to,
        address=addresses.canonical_or_as_it_is(address),
        language=language_or_default(language or getattr(to, "language", "")),
        zone=zone if is_zone(zone) else "UTC",
        about_type=about_type,
        about_id=about_id,
        priority=kinds.get(kind).priority if kinds.is_registered(kind) else Priority.ORDINARY,
        owed_at=now,
        due_at=no_later_than(now, now=now),
        message_id=_new_message_id(),
    )


def _new_message_id() -> str:
    return f"<{secrets.token_hex(16)}@{urlsplit(settings.SITE_URL).hostname}>"


def _write(letter: Letter) -> Letter:
    """Insert the letter unless its key exists, and return the stored row; the unique index decides, so no race is
    possible."""
    Letter.objects.bulk_create([letter], ignore_conflicts=True)
    return Letter.objects.get(key=letter.key)
