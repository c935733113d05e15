"""The newsletter of members: the tick of the form, the yes of the old form, and what a migration made of both."""

import json
from datetime import timedelta
from importlib import import_module

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from letsconnect.base.models import Act
from mailings.domain.subscriptions import BulkList, SubscriptionSource
from mailings.ledger.draining import drain
from mailings.models import Letter, Subscription, Suppression
from mailings.subscriptions import links
from mailings.subscriptions.leaving import leave
from mailings.subscriptions.members import choose_as_member, choose_newsletter, take_along
from mailings.subscriptions.old_form import claim_old_yes, forget_old_yes, keep_old_yes
from mailings.subscriptions.subscribing import ask_visitor, confirm
from mailings.tests.factories import make_subscription
from registrations.accounts import signing_in
from registrations.answers.facts import facts_of
from registrations.answers.questions import QUESTIONS
from registrations.answers.readback import answer_in_words, words_for
from registrations.consents.agreeing import agree
from registrations.domain.agreements import AGREEMENTS, NEWSLETTER, ConsentDocument
from registrations.models import Consent
from registrations.oldform import claims
from registrations.oldform.claim_links import claim_link
from registrations.privacy.erasing import erase_member
from registrations.tests.factories import NOW, make_agreement, make_coordinator, make_member, make_registration
from registrations.tests.typing import save, url

pytestmark = pytest.mark.django_db

ADDRESS = "old@example.org"
BEFORE = NOW - timedelta(days=400)
EVERY_MONTH, ANNOUNCEMENTS, DIGEST = BulkList


def member_of_a_wiki(address=ADDRESS):
    """Somebody whose address only a wiki has told us."""
    member = make_member(email=address)
    EmailAddress.objects.create(user=member, email=address, verified=False, primary=True)
    return member


def imported(address=ADDRESS, *, says_yes=True, **fields):
    registration = make_registration(source="import", state="submitted", imported_address=address, **fields)
    if says_yes:
        keep_old_yes(address=address, language="fr", zone="Africa/Tunis", agreed_at=BEFORE)
    return registration


def tick(member, *, wanted=True, now=NOW):
    return choose_newsletter(member=member, wanted=wanted, by=member, now=now)


def test_the_newsletter_is_no_document_and_stands_among_what_one_agrees_to():
    assert NEWSLETTER not in ConsentDocument.values
    assert set(AGREEMENTS) == {*ConsentDocument.values, NEWSLETTER}


def test_the_tick_of_the_form_writes_a_subscription_and_asks_nothing_by_letter(client):
    member = make_member(language="ar", zone="Africa/Cairo")
    client.force_login(member)

    save(client, "newsletter", wants_newsletter="on")

    subscription = Subscription.objects.get()
    assert (subscription.member, subscription.address) == (member, member.email)
    assert (subscription.state, subscription.source, subscription.lists) == ("confirmed", "form", [EVERY_MONTH])
    assert not Letter.objects.exists()
    assert not Consent.objects.filter(document=NEWSLETTER).exists()
    assert facts_of(member.registration).consents == ("newsletter",)


def test_the_tick_does_not_hang_on_the_version_of_a_document(client, settings):
    registration = make_registration()
    tick(registration.member)
    client.force_login(registration.member)
    settings.DOCUMENT_VERSIONS = {
        document: [*versions, ("2099-01", versions[-1][1] + timedelta(days=1))]
        for document, versions in settings.DOCUMENT_VERSIONS.items()
    }

    form = client.get(url("newsletter")).context["page"].form

    assert form.initial == {"wants_newsletter": True}


def test_the_tick_leaves_the_other_lists_as_they_are():
    member = make_member()
    given = {"member": member, "source": SubscriptionSource.FORM, "by": member, "now": NOW}
    choose_as_member(lists=[DIGEST], **given)

    assert tick(member).lists == [EVERY_MONTH, DIGEST]
    assert tick(member, wanted=False).lists == [DIGEST]
    assert Subscription.objects.get().is_confirmed


def test_ticking_again_after_leaving_is_a_new_consent():
    member = make_member()
    leave(subscription=tick(member), chosen=None, by=None, now=NOW)
    Suppression.objects.suppress([member.email], source="person", scope="bulk", now=NOW)
    later = NOW + timedelta(days=9)

    back = tick(member, now=later)

    assert (back.state, back.agreed_at, back.left_at) == ("confirmed", later, None)
    assert not Suppression.objects.of(member.email).exists()


def test_a_reader_who_left_by_a_letter_finds_the_tick_gone(client):
    registration = make_registration()
    leave(subscription=tick(registration.member), chosen=EVERY_MONTH, by=None, now=NOW)
    client.force_login(registration.member)

    assert not client.get(url("newsletter")).context["page"].form.initial["wants_newsletter"]


def test_the_newsletter_is_read_back_exported_and_on_the_page_about_my_data(client):
    registration = make_registration()
    member = registration.member
    tick(member)
    client.force_login(member)
    facts = facts_of(registration)
    question = next(question for question in QUESTIONS if question.name == "consents")

    assert "the newsletter" in answer_in_words(facts, question, words_for(facts)).lines
    page = client.get(reverse("registrations:my-data")).content.decode()
    assert "/letters/choose/" in page
    stored = json.loads(client.get(reverse("registrations:data-download", args=["json"])).content)
    assert '"newsletter"' in json.dumps(stored) and "wants_newsletter" in json.dumps(stored)


def test_whoever_never_subscribed_finds_the_way_on_the_page_about_my_data(client):
    client.force_login(make_member())

    assert reverse("mailings:subscribe") in client.get(reverse("registrations:my-data")).content.decode()


def test_the_desk_sees_the_newsletter_of_members_and_of_the_old_form(client):
    member = make_registration()
    tick(member.member)
    old = imported()
    client.force_login(make_coordinator())

    for registration, words in ((member, "the newsletter"), (old, "in the old form: the newsletter")):
        page = client.get(reverse("admin:registrations_registration_change", args=[registration.pk]))
        assert words in page.content.decode()


def test_a_member_whose_address_only_a_wiki_knows_is_asked_by_letter(client, sink):
    member = member_of_a_wiki()

    asked = tick(member)
    tick(member)

    assert (asked.state, asked.address, asked.lists_asked_for) == ("unconfirmed", "", [EVERY_MONTH])
    assert drain(now=NOW) == {"sent": 1}
    assert sink.recipients == [ADDRESS]
    assert confirm(subscription=asked, by=None, now=NOW).lists == [EVERY_MONTH]
    assert list(Subscription.objects.to_write_to(EVERY_MONTH)) == [asked]


def test_what_a_visitor_subscribed_to_is_not_shown_to_whoever_only_a_wiki_vouches_for():
    visitor = make_subscription(address=ADDRESS, wants_digest=True)
    member = member_of_a_wiki()

    tick(member)

    visitor.refresh_from_db()
    assert visitor.member is None
    assert Subscription.objects.get(member=member).lists == []


def test_a_visitors_subscription_becomes_theirs_when_a_code_proves_the_address():
    visitor = make_subscription(address=ADDRESS, wants_digest=True)

    member = signing_in._member_of(ADDRESS, language="en", zone="UTC", now=NOW)

    visitor.refresh_from_db()
    assert (visitor.member, visitor.lists) == (member, [EVERY_MONTH, DIGEST])


def test_a_changed_address_takes_the_subscription_along():
    member = make_member()
    subscription = tick(member)
    member.email = "new@example.org"
    member.save(update_fields=["email"])

    take_along(member=member, now=NOW)

    subscription.refresh_from_db()
    assert subscription.address == "new@example.org"
    assert not Subscription.objects.of("old-address@example.org").exists()


@pytest.mark.parametrize(
    ("said_there", "becomes"),
    [
        ({"state": "left", "left_at": NOW + timedelta(days=2), "confirmed_at": None, "wants_newsletter": False}, []),
        ({"state": "left", "left_at": BEFORE, "confirmed_at": None, "wants_newsletter": False}, [EVERY_MONTH]),
        ({"confirmed_at": NOW + timedelta(days=2), "wants_digest": True}, [EVERY_MONTH, DIGEST]),
        ({"state": "unconfirmed", "confirmed_at": None}, [EVERY_MONTH]),
    ],
)
def test_of_two_subscriptions_that_become_one_what_was_said_last_holds(said_there, becomes):
    member = make_member()
    tick(member)
    make_subscription(address="new@example.org", **said_there)
    member.email = "new@example.org"
    member.save(update_fields=["email"])

    assert take_along(member=member, now=NOW).lists == becomes
    assert Subscription.objects.get().address == "new@example.org"


def test_an_address_that_was_another_members_before_is_taken_from_their_subscription():
    before, after = make_member(email=ADDRESS), make_member()
    third = make_member()
    tick(before)
    tick(after)
    before.email = None
    before.save(update_fields=["email"])
    after.email = ADDRESS
    after.save(update_fields=["email"])

    take_along(member=after, now=NOW)

    after.email = "newer@example.org"
    after.save(update_fields=["email"])
    third.email = ADDRESS
    third.save(update_fields=["email"])
    tick(third)

    assert list(Subscription.objects.order_by("pk").values_list("address", flat=True)) == ["", "", ADDRESS]


def test_a_yes_of_the_old_form_gets_no_bulk_mail_before_it_is_claimed():
    imported()
    waiting = Subscription.objects.get()

    assert (waiting.state, waiting.source, waiting.agreed_at) == ("unconfirmed", "old_form", BEFORE)
    assert list(Subscription.objects.to_write_to(EVERY_MONTH)) == []


def test_claiming_by_the_proved_address_confirms_the_yes_and_keeps_its_source_and_day():
    imported()
    member = signing_in._member_of(ADDRESS, language="en", zone="UTC", now=NOW)

    claims.claim_by_address(member=member, now=NOW)

    mine = Subscription.objects.get()
    assert (mine.member, mine.state, mine.confirmed_at, mine.lists) == (member, "confirmed", NOW, [EVERY_MONTH])
    assert (mine.source, mine.agreed_at) == ("old_form", BEFORE)
    assert Act.objects.filter(verb="confirm_old_yes").count() == 1


def test_claiming_by_the_link_of_a_letter_confirms_it_for_whoever_signs_in_with_another_address():
    invitation = claims.invite_to_claim(registration=imported(), by=make_coordinator(), now=NOW)
    member = make_member(email="other@example.org")

    claims.claim_by_link(token=claim_link(invitation).rstrip("/").rsplit("/", 1)[1], member=member, now=NOW)

    mine = Subscription.objects.get()
    assert (mine.member, mine.state, mine.address, mine.agreed_at) == (member, "confirmed", "", BEFORE)


@pytest.mark.parametrize("wanted", [True, False])
def test_what_a_member_chose_here_counts_more_than_the_yes_of_the_old_form(wanted):
    registration = imported()
    member = make_member(email="other@example.org")
    tick(member)
    tick(member, wanted=wanted)

    claim_old_yes(member=member, address=registration.imported_address, now=NOW)

    [row] = Subscription.objects.all()
    assert list(Subscription.objects.to_write_to(EVERY_MONTH)) == [row] * wanted


def test_the_old_form_is_never_taken_over_a_refusal_or_a_choice():
    make_subscription(address="left@example.org", state="left", left_at=NOW, confirmed_at=None, wants_newsletter=False)
    make_subscription(address="chose@example.org", wants_newsletter=False, wants_digest=True)
    Suppression.objects.suppress(["erased@example.org"], source="person", scope="bulk", now=NOW)

    for name in ("left", "chose", "erased"):
        keep_old_yes(address=f"{name}@example.org", language="en", zone="UTC", agreed_at=BEFORE)

    assert list(Subscription.objects.order_by("pk").values_list("state", "source")) == [
        ("left", "page"),
        ("confirmed", "page"),
    ]


def test_a_newer_row_of_the_old_form_changes_the_day_or_takes_the_yes_back():
    imported()
    keep_old_yes(address=ADDRESS.upper(), language="es", zone="Mars/Olympus", agreed_at=NOW)
    assert Subscription.objects.values_list("agreed_at", "language", "zone").get() == (NOW, "es", "UTC")

    forget_old_yes(address=ADDRESS)

    assert not Subscription.objects.exists()


def test_nothing_is_kept_for_what_is_no_address():
    keep_old_yes(address="n/a", language="en", zone="UTC", agreed_at=BEFORE)

    assert claim_old_yes(member=make_member(), address="", now=NOW) is None
    assert not Subscription.objects.exists()


def test_a_yes_that_waits_is_answered_by_whoever_subscribes_with_the_address():
    imported()
    ask_visitor(address=ADDRESS, language="en", zone="UTC", lists=[DIGEST], network="10.0.0.1", now=NOW)

    assert confirm(subscription=Subscription.objects.get(), by=None, now=NOW).lists == [DIGEST]


def test_erasing_a_member_deletes_the_subscription_and_keeps_a_refusal_as_a_fingerprint():
    member, other = make_member(email=ADDRESS), make_member()
    leave(subscription=tick(member), chosen=None, by=member, now=NOW)
    tick(other)

    erase_member(member=member, by=member, now=NOW)
    erase_member(member=other, by=other, now=NOW)

    assert not Subscription.objects.exists()
    assert Suppression.objects.of(ADDRESS).exists()


# ---- what stood before there were subscriptions

MOVE = import_module("registrations.migrations.0030_newsletter_is_a_subscription")


def old_consent(**given):
    return Consent.objects.create(**{"document": NEWSLETTER, "version": "2026-11", "given_at": BEFORE} | given)


def moved():
    MOVE.to_subscriptions(apps, None)
    return {row.member or row.address: row for row in Subscription.objects.all()}


def test_a_members_yes_is_confirmed_with_its_day_and_only_the_newsletter_is_ticked():
    member = make_member(language="ar", zone="Africa/Cairo")
    old_consent(member=member, withdrawn_at=BEFORE)
    old_consent(member=member, given_at=NOW)

    row = moved()[member]

    assert (row.state, row.source, row.agreed_at, row.confirmed_at) == ("confirmed", "form", NOW, NOW)
    assert (row.lists, row.language, row.zone) == ([EVERY_MONTH], "ar", "Africa/Cairo")
    assert not Consent.objects.filter(document=NEWSLETTER).exists()


def test_a_yes_that_was_taken_back_becomes_a_refusal():
    member = make_member()
    old_consent(member=member, withdrawn_at=NOW)

    row = moved()[member]

    assert (row.state, row.left_at, row.agreed_at, row.lists) == ("left", NOW, BEFORE, [])


def test_a_member_whose_address_nobody_proved_is_asked_to_confirm(sink):
    member = member_of_a_wiki()
    old_consent(member=member)

    row = moved()[member]

    assert (row.state, row.lists_asked_for) == ("unconfirmed", [EVERY_MONTH])
    assert drain(now=timezone.now()) == {"sent": 1}
    assert sink.recipients == [ADDRESS]
    Client().post(links.confirm_url(row).removeprefix("http://127.0.0.1:8000"))
    assert list(Subscription.objects.to_write_to(EVERY_MONTH)) == [Subscription.objects.get()]


@pytest.mark.parametrize(
    ("agrees", "state"), [(False, "confirmed"), (True, "unconfirmed")], ids=["agreed to nothing", "left the tick"]
)
def test_the_old_yes_of_a_claimed_registration_is_confirmed_unless_they_left_the_tick_here(agrees, state):
    member = make_member()
    registration = make_registration(
        source="import", member=member, imported_address=member.email, claimed_at=NOW, agrees=False
    )
    old_consent(registration=registration, version="old form")
    if agrees:
        make_agreement(member)

    row = moved()[member]

    assert (row.state, row.source, row.agreed_at) == (state, "old_form", BEFORE)
    assert list(Subscription.objects.to_write_to(EVERY_MONTH)) == ([] if agrees else [row])


def test_an_old_yes_that_nobody_claimed_waits_and_one_taken_back_is_a_refusal():
    waits = imported("Waits@Example.org", says_yes=False, speaks=[("fr", 6)], zone="Africa/Tunis")
    left = imported("left@example.org", says_yes=False)
    nobody = imported("n/a", says_yes=False)
    old_consent(registration=waits, version="old form")
    old_consent(registration=left, version="old form", withdrawn_at=NOW)
    old_consent(registration=nobody, version="old form")

    rows = moved()

    assert set(rows) == {"waits@example.org", "left@example.org"}
    row = rows["waits@example.org"]
    assert (row.state, row.source, row.agreed_at) == ("unconfirmed", "old_form", BEFORE)
    assert (row.language, row.zone, row.lists) == ("fr", "Africa/Tunis", [EVERY_MONTH])
    assert (rows["left@example.org"].state, rows["left@example.org"].left_at) == ("left", NOW)


def test_what_a_member_said_here_counts_more_than_what_stands_in_the_old_form():
    member = make_member(email=ADDRESS)
    old_consent(member=member, withdrawn_at=NOW)
    old_consent(registration=imported(says_yes=False), version="old form")

    assert [row.state for row in moved().values()] == ["left"]


def test_of_somebody_erased_nothing_is_moved():
    member = make_member()
    old_consent(member=member, withdrawn_at=NOW)
    erase_member(member=member, by=member, now=NOW)

    assert moved() == {}


def test_the_migration_goes_back_to_agreements():
    mine, left = make_member(), make_member()
    old = imported(says_yes=False)
    old_consent(member=mine)
    old_consent(member=left, withdrawn_at=NOW)
    old_consent(registration=old, version="old form")
    before = sorted(
        Consent.objects.values_list("member", "registration", "version", "given_at", "withdrawn_at"), key=str
    )

    moved()
    MOVE.to_consents(apps, None)

    after = Consent.objects.values_list("member", "registration", "version", "given_at", "withdrawn_at")
    assert sorted(after, key=str) == before
    assert not Subscription.objects.exists()


def test_a_document_of_the_programme_is_agreed_to_as_before():
    member = make_member()

    agree(member=member, versions={"privacy_notice": "2026-11"}, by=member, now=NOW + timedelta(days=300))

    assert not Subscription.objects.exists()
