"""One mailbox has one subscription, however its reader came; and what a letter asks is what they agree to."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from mailings.domain.letters import SuppressionScope
from mailings.domain.subscriptions import BulkList, as_bits
from mailings.ledger.draining import drain
from mailings.models import Letter, Subscription, Suppression
from mailings.newsletters import audiences, sending
from mailings.subscriptions import links
from mailings.subscriptions.members import choose_newsletter, take_along
from mailings.subscriptions.subscribing import CONFIRM, ask_visitor, confirm
from mailings.tests.factories import make_newsletter, make_subscription
from registrations.tests.factories import NOW, make_coordinator, make_member

pytestmark = pytest.mark.django_db

NEWSLETTER, ANNOUNCEMENTS, DIGEST = BulkList
ADDRESS = "reader@example.org"


@pytest.fixture
def member():
    """Somebody whose wiki says that the address is theirs; no code has proved it."""
    member = make_member(email=ADDRESS)
    EmailAddress.objects.create(user=member, email=ADDRESS, verified=False, primary=True)
    return member


def ticked_and_confirmed(member):
    asked = choose_newsletter(member=member, wanted=True, by=member, now=NOW)
    return confirm(subscription=asked, by=None, now=NOW)


def proved_by_a_code(member):
    choose_newsletter(member=member, wanted=True, by=member, now=NOW)
    EmailAddress.objects.update(verified=True)
    return take_along(member=member, now=NOW)


def send(newsletter):
    asked = sending.ask_to_send(newsletter=newsletter, by=make_coordinator(), now=NOW)
    return sending.confirm(newsletter=asked, by=make_coordinator(), now=NOW)


def test_whoever_confirms_by_letter_takes_over_what_the_mailbox_got_before(member):
    make_subscription(address=ADDRESS, wants_newsletter=False, wants_digest=True)

    confirmed = ticked_and_confirmed(member)

    assert (Subscription.objects.get(), confirmed.lists) == (confirmed, [NEWSLETTER, DIGEST])


def test_as_many_are_counted_as_get_a_letter_where_a_reader_came_by_two_ways(member):
    make_subscription(address=ADDRESS)
    ticked_and_confirmed(member)

    [counted] = audiences.count_by_language(audiences.readers({}), ["en"])

    assert counted.readers == send(make_newsletter()).recipients == 1


def test_the_links_of_letters_that_were_sent_before_still_leave(client, member):
    old = links.leave_path(make_subscription(address=ADDRESS))
    ticked_and_confirmed(member)

    client.post(old)

    assert Subscription.objects.get().state == "left"


def test_an_issue_that_waits_for_a_visitor_still_comes_when_they_have_joined(member, sink):
    make_subscription(address=ADDRESS)
    issue = send(make_newsletter())

    proved_by_a_code(member)
    drain(now=NOW)

    assert list(Letter.objects.of_issue(issue).values_list("state", flat=True)) == ["sent"]


@pytest.mark.parametrize("joins", [ticked_and_confirmed, proved_by_a_code])
def test_whoever_has_paused_everything_stays_paused_when_they_have_joined(member, joins):
    make_subscription(address=ADDRESS, paused_at=NOW)

    joins(member)

    assert Subscription.objects.get().paused_at == NOW


def test_a_refusal_of_the_address_ends_when_its_reader_confirms(member):
    Suppression.objects.suppress([ADDRESS], source="person", scope=SuppressionScope.BULK, now=NOW)

    ticked_and_confirmed(member)

    assert not Suppression.objects.of(ADDRESS).exists()


def test_a_member_is_asked_again_after_a_letter_that_never_arrived(member):
    choose_newsletter(member=member, wanted=True, by=member, now=NOW)
    Letter.objects.update(state="failed", reason="no such mailbox")

    choose_newsletter(member=member, wanted=True, by=member, now=NOW + timedelta(days=9))
    choose_newsletter(member=member, wanted=True, by=member, now=NOW + timedelta(days=10))

    assert list(Letter.objects.order_by("pk").values_list("kind", "state")) == [
        (CONFIRM, "failed"),
        (CONFIRM, "queued"),
    ]


def ask(*lists):
    ask_visitor(address=ADDRESS, language="en", zone="UTC", lists=lists, network="10.0.0.1", now=NOW)


def test_only_what_stood_on_the_page_is_agreed_to(client):
    ask(NEWSLETTER)
    page = links.confirm_url(Subscription.objects.get()).removeprefix("http://127.0.0.1:8000")
    assert f'name="shown" value="{as_bits([NEWSLETTER])}"' in client.get(page).content.decode()
    ask(*BulkList)  # by somebody else, meanwhile

    client.post(page, {"shown": as_bits([NEWSLETTER])})

    row = Subscription.objects.get()
    assert (row.lists, row.lists_asked_for) == ([NEWSLETTER], [ANNOUNCEMENTS, DIGEST])


def test_a_reader_who_has_paused_is_not_told_that_letters_come_now(client):
    row = make_subscription(address=ADDRESS, paused_at=NOW)
    ask(DIGEST)
    row.refresh_from_db()

    page = client.post(links.confirm_url(row).removeprefix("http://127.0.0.1:8000"), follow=True).content.decode()

    assert "But you have paused everything" in page
    assert "From now on you get what you chose" not in page


@pytest.mark.parametrize("columns", [{"is_active": False}, {"has_doubtful_address": True}], ids=["closed", "in doubt"])
def test_no_letter_goes_to_the_address_of_an_account_that_gets_none(client, columns):
    make_member(email=ADDRESS, **columns)

    asked = {"address": ADDRESS, "language": "en", "wants_newsletter": "on"}
    answer = client.post(reverse("mailings:subscribe"), asked)

    assert "Look into your mailbox" in answer.content.decode()
    assert not Letter.objects.exists()


def test_an_account_that_was_shut_out_keeps_no_mailbox_from_subscribing_that_was_never_its_own(member):
    member.is_active = False
    member.save(update_fields=["is_active"])

    ask(NEWSLETTER)

    assert Subscription.objects.get().member is None
    assert Letter.objects.get().address == ADDRESS


def test_a_letter_to_confirm_is_not_sent_any_more_to_an_account_that_was_closed_meanwhile(sink):
    member = make_member(email=ADDRESS)
    ask(NEWSLETTER)
    member.is_active = False
    member.save(update_fields=["is_active"])

    assert drain(now=NOW) == {"skipped": 1}
