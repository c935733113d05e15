"""Who still gets an issue is asked twice: of what a worker read, and of the database as the letter goes on the wire."""

from itertools import product

import pytest
from django.contrib.auth import get_user_model

from mailings import kinds
from mailings.domain.letters import Priority
from mailings.domain.newsletters import FROZEN, NewsletterState
from mailings.domain.subscriptions import SubscriptionState
from mailings.ledger.preparing import NotNow, NotOwed, prepare, read_facts
from mailings.models import Letter, Subscription
from mailings.newsletters.composing import body_of
from mailings.newsletters.freezing import KIND
from mailings.tests.factories import make_newsletter
from registrations.tests.factories import NOW

pytestmark = pytest.mark.django_db

S = NewsletterState
ACCOUNTS = {
    "": None,  # a visitor
    "open": {},
    "closed": {"is_active": False},
    "doubtful": {"has_doubtful_address": True},
    "without-address": {"email": None},
}


def issue_in(state):
    """An issue in one of its states, with what goes out of it in English."""
    over = {"finished_at": NOW} if state in (S.STOPPED, S.SENT) else {}
    frozen = {"frozen_at": NOW, "recipients": 0, "published_at": NOW} if state in FROZEN else {}
    issue = make_newsletter(state=state, **frozen, **over)
    body_of(issue.versions.get()).save()
    return issue


def make_readers():
    """One subscription for each combination of account, state, choice and pause that the database accepts."""
    rows = []
    for number, (account, state, wants, is_paused) in enumerate(
        product(ACCOUNTS, SubscriptionState, (True, False), (True, False))
    ):
        if state == SubscriptionState.LEFT and (wants or is_paused):
            continue
        member = None
        if (columns := ACCOUNTS[account]) is not None:
            given = {"email": f"{account}-{number}@example.org", "joined_at": NOW, **columns}
            member = get_user_model()(**given)
        rows.append(
            Subscription(
                member=member,
                address=f"{account or 'visitor'}-{number}@example.org",
                state=state,
                wants_newsletter=wants,
                paused_at=NOW if is_paused else None,
                confirmed_at=NOW if state == SubscriptionState.CONFIRMED else None,
                left_at=NOW if state == SubscriptionState.LEFT else None,
                source="page",
                agreed_at=NOW,
            )
        )
    get_user_model().objects.bulk_create([row.member for row in rows if row.member])
    return Subscription.objects.bulk_create(rows)


def owe_each(issues, readers):
    """Write a letter of each issue to each reader; to those with an account also one from before they had it."""
    letters = [
        Letter(
            kind=KIND,
            key=f"{issue.pk}:{reader.pk}:{is_to_account}",
            message_id=f"<{issue.pk}.{reader.pk}.{is_to_account}@example.org>",
            member=reader.member if is_to_account else None,
            address=f"{'now' if is_to_account else 'before'}-{reader.address}",
            language="en",
            newsletter=issue,
            subscription=reader,
            priority=Priority.BULK,
            owed_at=NOW,
            due_at=NOW,
        )
        for issue, reader in product(issues, readers)
        for is_to_account in ((True, False) if reader.member else (False,))
    ]
    Letter.objects.bulk_create(letters)
    return list(Letter.objects.select_related("member").order_by("pk"))


def goes_out(letter, facts):
    try:
        prepare(letter, facts, now=NOW)
    except (NotOwed, NotNow):
        return False
    return True


def test_a_worker_and_the_database_say_the_same_of_every_reader_of_every_issue():
    letters = owe_each([issue_in(state) for state in S], make_readers())

    facts = read_facts(letters, now=NOW)
    by_worker = {letter.pk for letter in letters if goes_out(letter, facts)}
    by_database = set(Letter.objects.filter(kinds.get(KIND).unchanged(facts.bulk[KIND])).values_list("pk", flat=True))

    said = [(letter.newsletter.state, letter.address) for letter in letters if letter.pk in by_worker ^ by_database]
    assert said == []
    # A visitor, and an open account by each of its two letters: while an issue is sent, and afterwards where a
    # coordinator sends what failed again.
    assert len(by_worker) == 6
