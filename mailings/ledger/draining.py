"""The second half of a tick: claim the letters that are due and send them.

No lock is held and no transaction is open while the portal talks with the mail server, which may take long.
"""

import secrets
from collections import Counter
from datetime import datetime, timedelta

from django.apps import apps
from django.db import OperationalError, models, transaction

from letsconnect.base.clocks import Clock, running_from
from letsconnect.base.database_waits import reason_of
from letsconnect.base.fields import longest
from letsconnect.base.languages import language_or_default
from mailings import kinds
from mailings.domain.letters import BATCH, LEASE, LetterState, UnknownKind
from mailings.ledger import gathering
from mailings.ledger.catching_errors import catching_errors
from mailings.ledger.settling import settle
from mailings.models import Letter, LetterQuerySet, Suppression
from mailings.sending.composing import ComposedLetter, compose
from mailings.sending.transport import MailSession, open_session

Drained = Counter[str]


class NotOwed(Exception):
    """The letter is no longer to be sent; the message says why."""


class Unreachable(Exception):
    """The mail server cannot be reached."""


class CannotBeWritten(Exception):
    """The letter can never be sent as it stands; the message says why."""


def drain(*, now: datetime, batch: int = BATCH, lease: timedelta = LEASE) -> Drained:
    """Send everything that is due; return how many letters went into which state.

    When the mail server cannot be reached, the letter that found out is deferred, and the others are queued again
    untried.
    """
    clock, counts = running_from(now), Counter[str]()
    with open_session() as session:
        while letters := claim(now=clock(), batch=batch, lease=lease):
            for letter in letters:
                try:
                    counts[send_claimed(letter, session=session, clock=clock, lease=lease)] += 1
                except Unreachable:
                    counts[LetterState.DEFERRED.value] += 1
                    counts["returned"] += give_back(letters)
                    return counts
                except OperationalError as error:
                    if reason_of(error) != "busy":
                        raise
                    counts["returned"] += give_back(letters)  # nobody's fault: the next tick finds them queued
                    return counts
    return counts


def claim(*, now: datetime, batch: int = BATCH, lease: timedelta = LEASE) -> list[Letter]:
    """Claim letters that somebody waits for, then those due longest; the claim is committed before it returns.

    Rows that another worker is claiming at this moment are passed over.
    """
    token = secrets.token_hex(16)
    with transaction.atomic(durable=True):
        due = Letter.objects.due(now).select_for_update(skip_locked=True, no_key=True)
        ids = list(due.urgent().values_list("pk", flat=True)[:batch])
        ids += due.exclude(pk__in=ids).values_list("pk", flat=True)[: batch - len(ids)]
        chosen = Letter.objects.filter(pk__in=ids)
        for state in (LetterState.QUEUED, LetterState.DEFERRED):
            chosen.move(state, LetterState.CLAIMED, claimed_by=token, lease_until=now + lease)
    claimed = Letter.objects.filter(pk__in=ids).claimed_with(token).select_related("member")
    return sorted(claimed, key=lambda letter: ids.index(letter.pk))


def give_back(letters: list[Letter]) -> int:
    """Queue again those of ``letters`` that this worker has claimed but not sent."""
    still_claimed = Letter.objects.filter(pk__in=[letter.pk for letter in letters]).claimed_with(letters[0].claimed_by)
    return still_claimed.move(LetterState.CLAIMED, LetterState.QUEUED, claimed_by="")


def send_claimed(letter: Letter, *, session: MailSession, clock: Clock, lease: timedelta = LEASE) -> str:
    """Send one claimed letter and return its new state, or "lost" when another worker has taken it over.

    Whether it is still owed, and what it says, is decided now, from what is true at this moment.
    """
    row = Letter.objects.filter(pk=letter.pk).claimed_with(letter.claimed_by)
    try:
        composed = _prepare(letter, now=clock())
    except NotOwed as reason:
        return _finish(row, LetterState.SKIPPED, reason=str(reason))
    except CannotBeWritten as reason:
        return _finish(row, LetterState.FAILED, reason=str(reason))
    letter.tries += 1
    unreachable = session.ready()
    if unreachable:
        settle(letter, unreachable, now=clock(), was=LetterState.CLAIMED)
        raise Unreachable(unreachable.text)
    columns = {name: getattr(letter, name) for name in ("address", "language", "zone", "tries", "facts_digest")}
    if not row.move(LetterState.CLAIMED, LetterState.SUBMITTING, lease_until=clock() + lease, **columns):
        return "lost"
    answer = session.deliver(composed)
    return settle(letter, answer, now=clock()).state.value


def _prepare(letter: Letter, *, now: datetime) -> ComposedLetter:
    """Return what to send, or raise NotOwed or CannotBeWritten."""
    try:
        kind = kinds.get(letter.kind)
    except UnknownKind as error:
        raise CannotBeWritten("no app knows this kind of letter any more") from error
    _readdress(letter, is_urgent=kind.is_urgent)
    about = _about(letter)
    with catching_errors(f"writing the letter {letter.pk} ({letter.kind})") as caught:
        reason = kind.still_owed(about, now) or gathering.why_nothing_new(letter, kind, about)
        if reason is None and kind.before_sending:
            kind.before_sending(about, now)
        composed = None if reason else compose(letter, kind.render(about, letter.language, letter.zone))
    if caught.text:
        raise CannotBeWritten(caught.text)
    if composed is None:
        raise NotOwed(reason)
    return composed


def _readdress(letter: Letter, *, is_urgent: bool) -> None:
    """Set address, language and zone of the letter to what the member uses now."""
    member = letter.member
    if member is not None:
        if not member.is_active:
            raise NotOwed("the account is closed")
        if member.has_doubtful_address:
            raise NotOwed("a person has to decide whose address it is")
        letter.address = member.email or ""
        letter.language, letter.zone = language_or_default(member.language), member.zone
    if not letter.address:
        raise NotOwed("there is no address")
    if not is_urgent and Suppression.objects.of(letter.address).exists():
        raise NotOwed("the address is suppressed")


def _about(letter: Letter) -> models.Model | None:
    if not letter.about_type:
        return None
    try:
        model = apps.get_model(letter.about_type)
    except LookupError as error:
        raise CannotBeWritten("no app knows what this letter is about any more") from error
    about: models.Model | None = model._base_manager.filter(pk=letter.about_id).first()
    if about is None:
        raise NotOwed("what it is about is gone")
    return about


def _finish(row: LetterQuerySet, state: LetterState, *, reason: str) -> str:
    """Store that a claimed letter is not sent, and why; return its new state, or "lost" as `send_claimed` does."""
    reason = reason[: longest(Letter, "reason")]
    return state.value if row.move(LetterState.CLAIMED, state, reason=reason) else "lost"
