"""The second half of a tick: claim the letters that are due and send them.

No lock is held and no transaction is open while the portal talks with the mail server, which may take long. Letters go
out in small groups: what they need is read together, "being handed over" is committed once for the group, and so is
what became of it. A worker that dies leaves at most one group uncertain.
"""

import secrets
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from operator import attrgetter

from django.conf import settings
from django.db import OperationalError, transaction

from letsconnect.base.clocks import Clock, running_from
from letsconnect.base.database_waits import reason_of
from letsconnect.base.fields import longest
from mailings.domain.letters import BATCH, LARGEST_BATCH, LEASE, QUICK, LetterState, ServerAnswer, SmtpStage
from mailings.ledger import rates
from mailings.ledger.preparing import (
    CannotBeWritten,
    GroupFacts,
    NotNow,
    NotOwed,
    prepare,
    read_facts,
    read_shared_facts,
)
from mailings.ledger.settling import settle, settle_group
from mailings.models import Letter
from mailings.sending.composing import Composed
from mailings.sending.transport import MailSession, open_session

Drained = Counter[str]


class Unreachable(Exception):
    """The mail server cannot be reached; ``counts`` says what became of the letters of the group."""

    def __init__(self, text: str, counts: Drained) -> None:
        super().__init__(text)
        self.counts = counts


def drain(*, now: datetime, batch: int = BATCH, lease: timedelta = LEASE) -> Drained:
    """Send everything that is due; return how many letters went into which state.

    When the mail server cannot be reached, the letter that found out is deferred (with those of its group that were
    already said to be on the wire), and the others are queued again untried. Where the settings limit the rate, it
    waits for its turn.
    """
    clock, counts, size = running_from(now), Counter[str](), batch
    with open_session() as session:
        while letters := _claim_at_the_rate(clock, batch=size, lease=lease):
            began = clock()
            try:
                shared = read_shared_facts(letters, now=began)
                for group in _groups(letters):
                    counts.update(send_claimed(group, session=session, clock=clock, lease=lease, shared=shared))
            except Unreachable as error:
                counts.update(error.counts)
                counts["returned"] += give_back(letters)
                return counts
            except OperationalError as error:
                if reason_of(error) != "busy":
                    raise
                counts["returned"] += give_back(letters)  # nobody's fault: the next tick finds them queued
                return counts
            size = min(2 * size, max(batch, LARGEST_BATCH)) if shared and clock() - began < QUICK else batch
    return counts


def _groups(letters: list[Letter]) -> Iterator[list[Letter]]:
    """Yield the letters in groups that are handed over together, in each at most one to each person.

    Whether a second letter to somebody is still owed may depend on what became of the first.
    """
    group: dict[tuple[int | None, str], Letter] = {}
    for letter in letters:
        person = (letter.member_id, "" if letter.member_id else letter.address)
        if person in group or len(group) >= max(1, settings.EMAIL_TOGETHER):
            yield list(group.values())
            group = {}
        group[person] = letter
    if group:
        yield list(group.values())


def _claim_at_the_rate(clock: Clock, *, batch: int, lease: timedelta) -> list[Letter]:
    """Claim as many letters as may be sent now, up to ``batch``; wait while the rate allows none and some are due."""
    while True:
        allowed = rates.take(batch)
        if allowed:
            letters = claim(now=clock(), batch=allowed, lease=lease)
            rates.give_back(allowed - len(letters))
            return letters
        if not Letter.objects.due(clock()).exists():
            return []
        time.sleep(rates.seconds_until_next())


def claim(*, now: datetime, batch: int = BATCH, lease: timedelta = LEASE) -> list[Letter]:
    """Claim letters that somebody waits for, then those due longest; the claim is committed before it returns.

    Rows that another worker is claiming at this moment are passed over.
    """
    token = secrets.token_hex(16)
    with transaction.atomic(durable=True):
        ids = Letter.objects.claim_due(now, batch=batch, token=token, lease_until=now + lease)
    if not ids:
        return []
    return _claimed(ids, token)


def _claimed(ids: Iterable[int], token: str) -> list[Letter]:
    claimed = Letter.objects.filter(pk__in=ids).claimed_with(token).select_related("member")
    return sorted(claimed, key=attrgetter("priority", "due_at", "pk"))


def give_back(letters: list[Letter], *, until: datetime | None = None) -> int:
    """Queue again those of ``letters`` that this worker has claimed but not sent, due at ``until`` if that is given."""
    still_claimed = Letter.objects.filter(pk__in=[letter.pk for letter in letters]).claimed_with(letters[0].claimed_by)
    due = {"due_at": until} if until else {}
    return still_claimed.move(LetterState.CLAIMED, LetterState.QUEUED, claimed_by="", **due)


def send_claimed(
    letters: list[Letter],
    *,
    session: MailSession,
    clock: Clock,
    lease: timedelta = LEASE,
    shared: GroupFacts | None = None,
) -> Counter[str]:
    """Send a group of claimed letters; return how many went into which state.

    "lost" counts those that another worker has taken over. Whether each is still owed, and what it says, is decided
    now, from what is true at this moment. ``shared`` facts were read a moment ago for several groups; a letter of which
    they are no longer true is prepared anew.
    """
    now = clock()
    counts, composed = _prepare_group(letters, shared or read_facts(letters, now=now), now=now)
    if not composed:
        return counts
    unreachable = session.ready()
    if unreachable:
        letter = composed[0][0]
        letter.tries += 1
        counts[settle(letter, unreachable, now=clock(), was=LetterState.CLAIMED).state.value] += 1
        raise Unreachable(unreachable.text, counts)
    for letter, _text in composed:
        letter.tries += 1
    lease_until = clock() + lease
    ours = _submit([letter for letter, _text in composed], shared, lease_until=lease_until)
    others = [letter.pk for letter, _text in composed if letter.pk not in ours]
    changed = _claimed(others, letters[0].claimed_by) if shared and others else []
    counts["lost"] += len(others) - len(changed)
    answers: list[tuple[Letter, ServerAnswer]] = []
    try:
        for letter, text in composed:
            if letter.pk in ours:
                answers.append((letter, _hand_over(text, answers, session, is_over=clock() >= lease_until)))
    finally:  # also where this stops in the middle: what the server said of the others is known
        counts.update(settle_group(answers, now=clock()))
    if answers and _is_unreachable(answers[-1][1]):
        raise Unreachable(answers[-1][1].text, +counts)
    if changed:
        counts.update(send_claimed(changed, session=session, clock=clock, lease=lease))
    return +counts


def _submit(letters: list[Letter], shared: GroupFacts | None, *, lease_until: datetime) -> set[int]:
    if shared is None:
        return Letter.objects.submit(letters, lease_until=lease_until)
    hashes = [fingerprint for letter in letters for fingerprint in shared.hashes[letter.address]]
    return Letter.objects.submit(letters, lease_until=lease_until, unchanged=shared.unchanged, address_hashes=hashes)


def _prepare_group(
    letters: list[Letter], facts: GroupFacts, *, now: datetime
) -> tuple[Counter[str], list[tuple[Letter, Composed]]]:
    """Compose those that are still owed, and store of the others why they are not sent."""
    counts, composed = Counter[str](), []
    for letter in letters:
        try:
            composed.append((letter, prepare(letter, facts, now=now)))
        except NotOwed as reason:
            counts[_finish(letter, LetterState.SKIPPED, reason=str(reason))] += 1
        except NotNow as waits:
            counts["returned"] += give_back([letter], until=waits.until)
        except CannotBeWritten as reason:
            counts[_finish(letter, LetterState.FAILED, reason=str(reason))] += 1
    return counts, composed


def _hand_over(
    text: Composed, earlier: list[tuple[Letter, ServerAnswer]], session: MailSession, *, is_over: bool
) -> ServerAnswer:
    """Hand over one letter of a group whose ``earlier`` letters have their answers; return its own.

    After a line that broke a new one is opened; once that fails, the others of the group are not tried. A letter whose
    lease is over is not handed over, because a person may be deciding about it by now.
    """
    if is_over:
        return ServerAnswer(None, "the emails before it took too long")
    if not earlier:
        return session.deliver(text)
    last = earlier[-1][1]
    return last if _is_unreachable(last) else session.ready() or session.deliver(text)


def _is_unreachable(answer: ServerAnswer) -> bool:
    """Tell whether no mail server could be greeted."""
    return answer.code is None and answer.stage == SmtpStage.HELLO


def _finish(letter: Letter, state: LetterState, *, reason: str) -> str:
    """Store that a claimed letter is not sent, and why; return its new state, or "lost" as `send_claimed` does."""
    reason = reason[: longest(Letter, "reason")]
    row = Letter.objects.filter(pk=letter.pk).claimed_with(letter.claimed_by)
    return state.value if row.move(LetterState.CLAIMED, state, reason=reason) else "lost"
