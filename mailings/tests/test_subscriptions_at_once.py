"""Two things that happen to one subscription at the same moment."""

import pytest

from letsconnect.base.models import Act
from letsconnect.tests.at_once import at_once, in_the_middle
from mailings.domain.subscriptions import BulkList, SubscriptionRefused
from mailings.models import Letter, Subscription, SubscriptionRequest
from mailings.subscriptions import leaving, links, members, subscribing
from mailings.subscriptions.leaving import choose, leave
from mailings.subscriptions.subscribing import LETTERS_A_DAY, ask_visitor, confirm
from mailings.tests.factories import make_subscription
from registrations.tests.factories import NOW, make_member

pytestmark = pytest.mark.django_db(transaction=True)

NEWSLETTER, ANNOUNCEMENTS, DIGEST = BulkList


def ask(address="reader@example.org"):
    ask_visitor(address=address, language="en", zone="UTC", lists=[NEWSLETTER], network="10.0.0.1", now=NOW)


def asked():
    ask()
    return links.asked_to_confirm(links.confirm_url(Subscription.objects.get()).rstrip("/").rsplit("/", 1)[1])


def test_two_browsers_confirm_and_it_is_one_consent():
    first, second = asked(), Subscription.objects.get()

    at_once(*[lambda row=row: confirm(subscription=row, by=None, now=NOW) for row in (first, second)])

    assert (Subscription.objects.get().state, Act.objects.filter(verb="choose_letters").count()) == ("confirmed", 1)


def test_whoever_leaves_while_another_window_confirms_has_left(monkeypatch):
    row = asked()

    in_the_middle(
        monkeypatch,
        subscribing,
        "set_lists",
        of=lambda: confirm(subscription=row, by=None, now=NOW),
        does=lambda: leave(subscription=row, chosen=None, by=None, now=NOW),
    )

    assert Subscription.objects.get().state == "left"


def test_a_confirmation_that_waited_for_somebody_who_left_does_nothing(monkeypatch):
    row = asked()

    in_the_middle(
        monkeypatch,
        leaving,
        "set_lists",
        of=lambda: leave(subscription=row, chosen=None, by=None, now=NOW),
        does=lambda: confirm(subscription=row, by=None, now=NOW),
    )

    assert Subscription.objects.get().state == "left"


def test_a_choice_that_waited_for_a_click_of_leaving_brings_nobody_back(monkeypatch):
    row = make_subscription()

    _left, refused = in_the_middle(
        monkeypatch,
        leaving,
        "set_lists",
        of=lambda: leave(subscription=row, chosen=NEWSLETTER, by=None, now=NOW),
        does=lambda: choose(
            subscription=row, lists=[NEWSLETTER, DIGEST], language="en", is_paused=False, by=None, now=NOW
        ),
        refusals=(SubscriptionRefused,),
    )

    assert isinstance(refused, SubscriptionRefused)
    assert Subscription.objects.get().state == "left"


def test_many_requests_of_one_moment_make_one_row_and_three_letters():
    at_once(*[ask] * (LETTERS_A_DAY + 3))

    assert Subscription.objects.count() == 1
    assert Letter.objects.count() == LETTERS_A_DAY
    assert SubscriptionRequest.objects.count() == LETTERS_A_DAY + 3


def test_a_members_tick_and_a_visitors_request_of_one_moment_make_one_row():
    member = make_member(email="reader@example.org")

    at_once(
        ask,
        lambda: members.choose_as_member(member=member, lists=[NEWSLETTER], source="form", by=member, now=NOW),
    )

    assert Subscription.objects.get().member == member
