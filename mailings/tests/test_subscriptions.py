"""Subscribing by a letter to confirm, choosing, pausing and leaving: by actions and by the pages of the links."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from letsconnect.base.models import Act
from letsconnect.tests.meanwhile import meanwhile
from letsconnect.tests.undoing import Undoing
from mailings.domain.letters import LetterState
from mailings.domain.subscriptions import BulkList, SubscriptionRefused, SubscriptionSource, as_bits, lists_in
from mailings.ledger.draining import drain
from mailings.ledger.sweeping import sweep
from mailings.models import Letter, Subscription, SubscriptionRequest, Suppression
from mailings.newsletters.composing import body_of
from mailings.newsletters.freezing import freeze
from mailings.subscriptions import links, members, subscribing
from mailings.subscriptions.forgetting import forget_subscriptions
from mailings.subscriptions.leaving import choose, leave
from mailings.subscriptions.subscribing import (
    LETTERS_A_DAY,
    REQUESTS_AN_HOUR,
    NetworkAskedTooOften,
    ask_visitor,
    confirm,
)
from mailings.tests.factories import make_newsletter, make_subscription
from registrations.tests.factories import NOW, make_member

pytestmark = pytest.mark.django_db

ADDRESS = "reader@example.org"
NEWSLETTER, ANNOUNCEMENTS, DIGEST = BulkList
TICKED = {"address": ADDRESS, "language": "fr", "zone": "Africa/Tunis", "wants_newsletter": "on"}
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def ask(address=ADDRESS, *, lists=(NEWSLETTER,), language="en", network="10.0.0.1", now=NOW):
    ask_visitor(address=address, language=language, zone="UTC", lists=lists, network=network, now=now)
    return Subscription.objects.of(address).get()


def set_to(subscription, *lists, is_paused=False, by=None, language="en"):
    return choose(subscription=subscription, lists=lists, language=language, is_paused=is_paused, by=by, now=NOW)


def page(url):
    return url.removeprefix(settings.SITE_URL)


def chosen_at(path):
    """The subscription whose page of preferences a path leads to."""
    return links.subscription_of(re.fullmatch(r"/letters/choose/(\S+)/", path)[1])


def without_tokens(answer):
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())


def everything_stored():
    return [list(model.objects.order_by("pk").values()) for model in (Subscription, Letter, Act, Suppression)]


@pytest.mark.parametrize("lists", [[], [DIGEST], [NEWSLETTER, DIGEST], list(BulkList)])
def test_lists_are_kept_in_a_number(lists):
    assert lists_in(as_bits(lists)) == lists


def test_a_visitor_gets_nothing_before_they_have_confirmed_by_the_letter(sink):
    asked = ask(language="fr")

    assert (asked.state, asked.lists, asked.language) == ("unconfirmed", [], "fr")
    assert list(Subscription.objects.to_write_to(NEWSLETTER)) == []
    assert drain(now=NOW) == {"sent": 1}
    [letter] = sink.messages
    assert letter["Content-Language"] == "fr"
    [token] = re.findall(r"/letters/confirm/(\S+)/", letter.get_body(("plain",)).get_content())
    assert links.asked_to_confirm(token) == asked

    confirmed = confirm(subscription=asked, by=None, now=NOW + timedelta(hours=1))

    assert (confirmed.state, confirmed.lists, confirmed.source) == ("confirmed", [NEWSLETTER], "page")
    assert confirmed.agreed_at == confirmed.confirmed_at == NOW + timedelta(hours=1)
    assert list(Subscription.objects.to_write_to(NEWSLETTER)) == [confirmed]


def test_the_page_says_the_same_of_a_known_address_and_of_an_unknown_one(client):
    make_subscription(address="known@example.org")
    member = make_member(email="member@example.org")
    make_subscription(address="left@example.org", state="left", left_at=NOW, confirmed_at=None, wants_newsletter=False)
    said = {}
    for address in ("unknown@example.org", "known@example.org", member.email, "left@example.org"):
        answer = client.post(reverse("mailings:subscribe"), TICKED | {"address": address})
        said[address] = (answer.status_code, without_tokens(answer).replace(address, "…"))

    assert len({text for _status, text in said.values()}) == 1
    assert {status for status, _text in said.values()} == {200}
    assert Letter.objects.count() == 4


def test_somebody_elses_choice_is_not_changed_by_whoever_types_their_address():
    confirmed = make_subscription(address=ADDRESS, language="ar", zone="Africa/Cairo")

    asked = ask(lists=[DIGEST], language="pt")

    assert (asked.pk, asked.language, asked.zone) == (confirmed.pk, "ar", "Africa/Cairo")
    assert (asked.state, asked.lists) == ("confirmed", [NEWSLETTER])
    assert confirm(subscription=asked, by=None, now=NOW).lists == [NEWSLETTER, DIGEST]


def test_a_visitor_who_asks_again_before_confirming_gets_what_they_asked_for_last():
    ask(lists=[NEWSLETTER], language="en")
    asked = ask(lists=[DIGEST], language="pt")

    assert confirm(subscription=asked, by=None, now=NOW).lists == [DIGEST]
    assert Subscription.objects.get().language == "pt"


def test_three_letters_a_day_go_to_an_address_and_the_page_says_the_same_of_the_fourth(client):
    for _ in range(LETTERS_A_DAY):
        client.post(reverse("mailings:subscribe"), TICKED)
    fourth = without_tokens(client.post(reverse("mailings:subscribe"), TICKED))

    assert Letter.objects.count() == LETTERS_A_DAY
    other = without_tokens(client.post(reverse("mailings:subscribe"), TICKED | {"address": "other@example.org"}))
    assert fourth.replace("reader@", "") == other.replace("other@", "")


def test_an_address_gets_letters_again_a_day_later_and_what_was_counted_is_deleted():
    for _ in range(LETTERS_A_DAY + 1):
        ask()
    later = NOW + timedelta(days=1, seconds=1)
    ask(now=later)

    assert Letter.objects.count() == LETTERS_A_DAY + 1
    subscribing.forget_old_requests(later)
    assert SubscriptionRequest.objects.count() == 1
    assert not SubscriptionRequest.objects.filter(address__contains="@").exists()


def test_a_network_asks_for_thirty_letters_an_hour(client):
    for number in range(REQUESTS_AN_HOUR):
        ask(f"reader-{number}@example.org", network="10.0.0.7")

    with pytest.raises(NetworkAskedTooOften):
        ask("one-more@example.org", network="10.0.0.7")
    ask("elsewhere@example.org", network="10.0.0.8")
    ask("later@example.org", network="10.0.0.7", now=NOW + timedelta(hours=1))
    assert not Subscription.objects.filter(address="one-more@example.org").exists()


def test_the_page_says_when_a_network_asked_too_often(client, monkeypatch):
    monkeypatch.setattr(subscribing, "REQUESTS_AN_HOUR", 1)
    client.post(reverse("mailings:subscribe"), TICKED)

    refused = client.post(reverse("mailings:subscribe"), TICKED | {"address": "next@example.org"})

    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "3600")
    assert Letter.objects.count() == 1


@pytest.mark.parametrize(
    "broken",
    [
        {"address": ""},
        {"address": "nobody"},
        {"address": "a@b.example\r\nBcc: c@example.org"},
        {"address": "x" * 300 + "@example.org"},
        {"language": "tlh"},
        {"wants_newsletter": ""},
    ],
)
def test_what_cannot_be_subscribed_is_said_and_nothing_is_written(client, broken):
    answer = client.post(reverse("mailings:subscribe"), TICKED | broken)

    assert answer.status_code == 200
    assert "cdx-message--error" in answer.content.decode() or "cdx-field__validation" in answer.content.decode()
    assert (Subscription.objects.count(), Letter.objects.count()) == (0, 0)


def test_a_zone_nobody_knows_is_no_reason_to_refuse(client):
    client.post(reverse("mailings:subscribe"), TICKED | {"zone": "Mars/Olympus"})

    assert Subscription.objects.get().zone == "UTC"


def test_the_letter_to_confirm_works_once_and_says_so_afterwards(client):
    asked = ask()
    address = page(links.confirm_url(asked))
    assert "Yes, I want them" in client.get(address).content.decode()

    first = client.post(address)
    assert chosen_at(first.url) == chosen_at(client.post(address).url) == asked
    assert "It is confirmed already" in client.get(address).content.decode()
    assert Act.objects.filter(verb="choose_letters").count() == 1


def test_an_older_letter_brings_nobody_back_who_has_left_since(client):
    asked = ask()
    older = page(links.confirm_url(asked))
    leave(subscription=asked, chosen=None, by=None, now=NOW)

    assert client.get(older).status_code == client.post(older).status_code == 410
    assert Subscription.objects.get().state == "left"

    again = ask()
    assert client.post(older).status_code == 410
    assert client.post(page(links.confirm_url(again))).status_code == 302
    assert (again.state, Subscription.objects.get().state) == ("left", "confirmed")


def test_coming_back_by_a_letter_is_a_new_consent_and_lifts_an_older_refusal():
    Suppression.objects.suppress([ADDRESS], source="person", scope="bulk", now=NOW)
    make_subscription(
        address=ADDRESS,
        state="left",
        left_at=NOW,
        confirmed_at=None,
        wants_newsletter=False,
        source="import",
        source_text="A list of 2024",
    )
    later = NOW + timedelta(days=40)

    back = confirm(subscription=ask(now=later), by=None, now=later)

    assert (back.source, back.source_text, back.agreed_at, back.left_at) == ("page", "", later, None)
    assert not Suppression.objects.of(ADDRESS).exists()


def test_the_link_of_a_letter_that_was_passed_on_brings_nobody_back(client):
    subscription = leave(subscription=make_subscription(), chosen=None, by=None, now=NOW)

    with pytest.raises(SubscriptionRefused):
        set_to(subscription, NEWSLETTER)
    shown = client.get(links.preferences_path(subscription)).content.decode()
    assert "wants_newsletter" not in shown and reverse("mailings:subscribe") in shown
    client.post(links.preferences_path(subscription), {"wants_newsletter": "on", "language": "en"})
    assert Subscription.objects.get().state == "left"


def test_a_member_who_is_signed_in_comes_back_by_the_page_of_preferences(client):
    member = make_member()
    subscription = leave(subscription=make_subscription(member=member), chosen=None, by=member, now=NOW)
    client.force_login(make_member())
    client.post(links.preferences_path(subscription), {"wants_digest": "on"})
    assert Subscription.objects.get().state == "left"

    client.force_login(member)
    client.post(links.preferences_path(subscription), {"wants_digest": "on"})

    back = Subscription.objects.get()
    assert (back.state, back.lists) == ("confirmed", [DIGEST])
    assert Act.objects.latest("pk").actor == member


def test_preferences_are_chosen_by_a_signed_link_without_an_account(client):
    subscription = make_subscription(language="en")
    address = links.preferences_path(subscription)
    shown = client.get(address).content.decode()
    assert "This month" not in shown and subscription.address not in shown

    answer = client.post(address, {"wants_announcements": "on", "wants_digest": "on", "language": "ar"})

    assert chosen_at(answer.url) == subscription
    changed = Subscription.objects.get()
    assert (changed.lists, changed.language, changed.state) == ([ANNOUNCEMENTS, DIGEST], "ar", "confirmed")
    assert changed.agreed_at > NOW  # what was added is a consent of today


def test_members_choose_their_language_in_their_account_only(client):
    member = make_member(language="es")
    subscription = make_subscription(member=member)

    assert 'name="language" id="id_language"' not in client.get(links.preferences_path(subscription)).content.decode()
    set_to(subscription, NEWSLETTER, language="ar")
    member.refresh_from_db()
    assert member.language == "es"


def test_whoever_pauses_gets_nothing_and_keeps_what_they_chose():
    subscription = set_to(make_subscription(), NEWSLETTER, is_paused=True)

    assert subscription.lists == [NEWSLETTER]
    assert list(Subscription.objects.to_write_to(NEWSLETTER)) == []
    again = set_to(subscription, NEWSLETTER, is_paused=False)
    assert list(Subscription.objects.to_write_to(NEWSLETTER)) == [again]
    assert [act.verb for act in Act.objects.order_by("pk")] == ["pause_letters", "unpause_letters"]


def test_taking_away_every_tick_is_leaving_also_while_one_pauses():
    subscription = set_to(make_subscription(paused_at=NOW), is_paused=True)

    assert (subscription.state, subscription.left_at, subscription.paused_at) == ("left", NOW, None)


def test_leaving_one_list_keeps_the_others_and_leaving_the_last_is_leaving():
    subscription = make_subscription(wants_digest=True)

    subscription = leave(subscription=subscription, chosen=NEWSLETTER, by=None, now=NOW)
    assert (subscription.state, subscription.lists) == ("confirmed", [DIGEST])
    assert leave(subscription=subscription, chosen=NEWSLETTER, by=None, now=NOW).lists == [DIGEST]
    assert leave(subscription=subscription, chosen=DIGEST, by=None, now=NOW).state == "left"


def test_one_click_leaves_without_a_cookie_as_often_as_it_comes():
    client = Client(enforce_csrf_checks=True)
    subscription = make_subscription()
    address = links.leave_headers(subscription, NEWSLETTER)["List-Unsubscribe"].strip("<>")

    answers = [client.post(page(address), ONE_CLICK) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert [dict(answer.cookies) for answer in answers] == [{}] * 3
    assert Subscription.objects.get().state == "left"
    assert Act.objects.filter(verb="leave_letters").count() == 1


def test_one_click_needs_the_words_of_the_rfc_and_shows_a_person_one_button():
    client = Client(enforce_csrf_checks=True)
    subscription = make_subscription()
    address = page(links.leave_headers(subscription, NEWSLETTER)["List-Unsubscribe"].strip("<>"))

    assert client.post(address).status_code == client.post(address, {"List-Unsubscribe": "no"}).status_code == 400
    shown = client.get(address).content.decode()
    assert 'action="/letters/leave/' in shown
    assert client.post(address.replace("/newsletter/", "/moon/"), ONE_CLICK).status_code == 404
    assert Subscription.objects.get().is_confirmed


@pytest.mark.parametrize(
    ("site", "names"),
    [
        ("https://connect.example.org", ["List-Unsubscribe", "List-Unsubscribe-Post"]),
        ("http://localhost:8000", ["List-Unsubscribe"]),
    ],
)
def test_mail_programs_are_offered_one_click_over_https_only(settings, site, names):
    settings.SITE_URL = site

    assert sorted(links.leave_headers(make_subscription(), NEWSLETTER)) == names


def test_every_link_of_every_letter_changes_nothing_by_head_get_or_a_post_without_a_token():
    """What scanners of mail do with links before a person reads the letter."""
    client = Client(enforce_csrf_checks=True)
    asked, reader = ask(), make_subscription()
    one_click = page(links.leave_headers(reader, NEWSLETTER)["List-Unsubscribe"].strip("<>"))
    opened = [links.confirm_url(asked), links.preferences_url(reader), links.leave_url(reader), one_click]
    before = everything_stored()

    for address in map(page, opened):
        for ask_for in (client.head, client.get, client.get):
            assert ask_for(address).status_code == 200
        assert client.post(address).status_code in (400, 403)
    assert client.post(page(opened[0]), ONE_CLICK).status_code == 403

    assert everything_stored() == before


def test_leaving_holds_at_once_for_a_letter_that_is_queued(sink):
    reader, other = make_subscription(), make_subscription()
    issue = make_newsletter()
    body_of(issue.versions.get()).save()
    assert freeze(issue, Subscription.objects.to_write_to(NEWSLETTER), ready=["en"], now=NOW) == 2
    type(issue).objects.update(state="sending", frozen_at=NOW, recipients=2, published_at=NOW)

    Client().post(page(links.leave_headers(reader, NEWSLETTER)["List-Unsubscribe"].strip("<>")), ONE_CLICK)
    drain(now=NOW)

    assert sink.recipients == [other.address]
    assert Letter.objects.get(subscription=reader).state == LetterState.SKIPPED


def test_forged_links_and_those_of_another_kind_open_nothing(client):
    asked = ask()
    confirming = page(links.confirm_url(asked)).rstrip("/").rsplit("/", 1)[1]
    choosing = links.token_of(asked)

    for name, token in [("preferences", confirming), ("leave", confirming), ("leave", choosing[:-1] + "x")]:
        assert client.post(reverse(f"mailings:subscription-{name}", args=[token])).status_code == 404
    assert client.post(reverse("mailings:subscription-confirm", args=[choosing])).status_code == 410
    assert Subscription.objects.get().state == "unconfirmed"


def test_the_pages_of_links_are_kept_by_nobody_and_open_in_arabic(client):
    subscription = make_subscription()
    client.cookies["django_language"] = "ar"

    for address in (links.preferences_path(subscription), links.leave_path(subscription)):
        answer = client.get(address)
        assert "no-store" in answer.headers["Cache-Control"]
        assert 'dir="rtl"' in answer.content.decode()


def test_a_members_tick_needs_no_letter_and_takes_over_what_they_asked_as_a_visitor():
    visitor = make_subscription(wants_digest=True)
    member = make_member(email=visitor.address)

    mine = members.choose_as_member(
        member=member, lists=[NEWSLETTER], source=SubscriptionSource.FORM, by=member, now=NOW
    )

    assert (mine.pk, mine.member, mine.lists) == (visitor.pk, member, [NEWSLETTER])
    assert not Letter.objects.exists()


def test_nothing_is_written_for_a_member_who_never_wanted_anything():
    member = make_member()

    given = {"member": member, "lists": [], "source": SubscriptionSource.FORM, "by": member, "now": NOW}
    assert members.choose_as_member(**given) is None
    asked = ask(member.email)
    assert (asked.member, asked.state) == (member, "unconfirmed")
    assert members.choose_as_member(**given).asked_for == 1  # the letter is still theirs to answer


def test_whoever_is_erased_is_forgotten_but_not_that_they_had_left():
    member = make_member(email=ADDRESS)
    subscription = make_subscription(member=member)
    leave(subscription=subscription, chosen=None, by=member, now=NOW)
    make_subscription(address="second@example.org")

    forget_subscriptions(member=member, addresses=[ADDRESS, "second@example.org"], now=NOW)

    assert not Subscription.objects.exists()
    assert [row.scope for row in Suppression.objects.of(ADDRESS)] == ["bulk"]
    assert not Suppression.objects.of("second@example.org").exists()


def test_requests_are_forgotten_by_the_tick():
    ask(now=NOW - timedelta(days=2))

    sweep(now=NOW)

    assert not SubscriptionRequest.objects.exists()


def test_whoever_is_signed_in_subscribes_their_own_address_without_a_letter(client):
    member = make_member(email="ana@example.org")
    client.force_login(member)
    shown = client.get(reverse("mailings:subscribe")).content.decode()
    assert 'value="ana@example.org"' in shown and "You need no account" not in shown

    answer = client.post(reverse("mailings:subscribe"), TICKED | {"address": "Ana@Example.org"})

    subscription = Subscription.objects.get()
    assert chosen_at(answer.url) == subscription and subscription.member == member
    assert (subscription.state, subscription.lists, subscription.source) == ("confirmed", [NEWSLETTER], "page")
    assert not Letter.objects.exists()


def test_another_address_than_ones_own_is_asked_by_a_letter(client):
    client.force_login(make_member(email="ana@example.org"))

    client.post(reverse("mailings:subscribe"), TICKED)

    assert Subscription.objects.get().state == "unconfirmed"
    assert Letter.objects.get().address == ADDRESS


def test_the_pages_of_a_link_say_which_address_it_is_to_its_owner_only(client):
    subscription = make_subscription(address="reader@example.org")

    for path in (links.preferences_path(subscription), links.leave_path(subscription)):
        shown = client.get(path).content.decode()
        assert "r…@example.org" in shown and "reader@example.org" not in shown
        assert "your own matches" not in shown  # of which a visitor has none


def test_a_subscription_that_goes_while_a_button_is_pressed_is_said_to_be_gone(client):
    asked, reader = ask(), make_subscription(address="other@example.org")
    one_click = links.leave_headers(reader, NEWSLETTER)["List-Unsubscribe"].strip("<>")
    for url, row, typed in (
        (links.confirm_url(asked), asked, {}),
        (links.preferences_url(reader), reader, {"wants_newsletter": "on", "language": "fr"}),
        (links.leave_url(reader), reader, {}),
        (one_click, reader, ONE_CLICK),
    ):
        with Undoing(), meanwhile("FOR NO KEY UPDATE", Subscription.objects.filter(pk=row.pk).delete):
            assert client.post(page(url), typed).status_code == 410, url
