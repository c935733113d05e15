"""Subscribing people who agreed elsewhere, never over what they said here or against a suppression."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q

from letsconnect.base import acts
from mailings.domain.consents import ConsentOutcome, ConsentRow
from mailings.domain.subscriptions import BulkList, SubscriptionSource, SubscriptionState
from mailings.models import Subscription, Suppression
from mailings.subscriptions.subscribing import take_turns

S, Outcome = SubscriptionState, ConsentOutcome
STEP = 200  # addresses that are locked at once


def what_would_come(consents: Sequence[ConsentRow]) -> list[ConsentOutcome]:
    """Return what would come of each consent now; nothing is written. A few queries for each thousand."""
    return [outcome for step in _steps(consents, 1000) for outcome in _Facts(step).outcomes()]


def take_consents(*, consents: Sequence[ConsentRow], by: Any, now: datetime) -> list[ConsentOutcome]:
    """Subscribe to the newsletter whoever agreed elsewhere, and return what came of each consent.

    Each step is a transaction of its own, under the locks of its addresses: who leaves, or is suppressed, before their
    step is not subscribed, and two who do this at once subscribe each address once. Doing it again changes nothing.
    """
    return [outcome for step in _steps(consents, STEP) for outcome in _take_step(step, by=by, now=now)]


@transaction.atomic
def _take_step(consents: Sequence[ConsentRow], *, by: Any, now: datetime) -> list[ConsentOutcome]:
    take_turns(*{consent.address for consent in consents})
    facts = _Facts(consents, is_locking=True)
    outcomes = facts.outcomes()
    taken = [consent for consent, outcome in zip(consents, outcomes, strict=True) if outcome == Outcome.TAKEN]
    rows = [facts.subscription_from(consent) for consent in taken]
    new = Subscription.objects.bulk_create([row for row in rows if row.pk is None])
    old = [row for row in rows if row not in new]
    Subscription.objects.bulk_update(
        old, ["state", "confirmed_at", "source", "source_text", "agreed_at", "wants_newsletter", "language"]
    )
    acts.record_each(by=by, verb="import_consent", on=[*new, *old], now=now, became=BulkList.NEWSLETTER.word)
    return outcomes


def _steps(consents: Sequence[ConsentRow], length: int) -> Iterator[Sequence[ConsentRow]]:
    for first in range(0, len(consents), length):
        yield consents[first : first + length]


class _Facts:
    """What is stored about the addresses of some consents: their subscriptions, accounts and suppressions."""

    def __init__(self, consents: Sequence[ConsentRow], *, is_locking: bool = False) -> None:
        self.consents = consents
        wanted = [consent.address for consent in consents]
        rows = Subscription.objects.filter(Q(address__in=wanted) | Q(member__email__in=wanted))
        rows = rows.select_for_update(no_key=True, of=("self",)) if is_locking else rows
        self.subscriptions: dict[str, list[Subscription]] = {}
        for row in rows.select_related("member").order_by("pk"):
            for address in {row.address, row.member.email if row.member is not None else ""} - {"", None}:
                self.subscriptions.setdefault(str(address), []).append(row)
        members: Any = get_user_model()._default_manager.filter(email__in=wanted)
        self.members = {member.email: member for member in members}
        self.suppressed = Suppression.objects.scopes_of(wanted)

    def outcomes(self) -> list[ConsentOutcome]:
        """Return what may come of each consent."""
        return [self._outcome(consent) for consent in self.consents]

    def _outcome(self, consent: ConsentRow) -> ConsentOutcome:
        rows = self.subscriptions.get(consent.address, [])
        if any(row.state == S.LEFT for row in rows):
            return Outcome.REFUSED
        if consent.address in self.suppressed:
            return Outcome.SUPPRESSED
        member = self.members.get(consent.address)
        if member is not None and (not member.has_open_account or member.has_doubtful_address):
            return Outcome.CLOSED
        if any(row.is_confirmed and row.wants_newsletter for row in rows):
            return Outcome.SUBSCRIBED
        if any(row.is_confirmed for row in rows):
            return Outcome.CHOSE
        return Outcome.TAKEN if all(_may_confirm(row, consent) for row in rows) else Outcome.WAITING

    def subscription_from(self, consent: ConsentRow) -> Subscription:
        """Return the row of a consent that is taken, not stored yet: a new one, or one that nobody has confirmed.

        "Confirmed" is of the day they agreed, so that whatever they say here themselves is newer.
        """
        member = self.members.get(consent.address)
        row = next(iter(self.subscriptions.get(consent.address, [])), None)
        if row is None:
            proved = member if member is not None and member.has_proved_address else None
            row = Subscription(address=consent.address, member=proved, language=settings.LANGUAGE_CODE)
        row.language = consent.language or (member.language if member is not None else row.language)
        row.state, row.wants_newsletter = S.CONFIRMED, True
        row.source, row.source_text = SubscriptionSource.IMPORT, consent.source
        row.agreed_at = row.confirmed_at = consent.agreed_at
        return row


def _may_confirm(row: Subscription, consent: ConsentRow) -> bool:
    """Tell whether the consent may confirm a row that nobody has confirmed.

    Anybody may have typed the address on the page for subscribing: that must keep nobody out. A yes of the old form is
    good for nothing before it is claimed, and what a member asked for is theirs to confirm.
    """
    return row.source == SubscriptionSource.PAGE and row.address == consent.address and row.member_id is None
