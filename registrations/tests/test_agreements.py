"""Agreeing to the documents: whose word it is, which versions count, and where it is asked."""

from datetime import date, timedelta
from importlib import import_module

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.urls import reverse

from letsconnect.base.models import Act
from mailings import kinds
from mailings.models import Subscription
from mailings.subscriptions.members import choose_newsletter
from mailings.subscriptions.old_form import keep_old_yes
from registrations import documents
from registrations.answers import exporting
from registrations.consents import asking
from registrations.consents.agreeing import agree, take_back
from registrations.domain.agreements import ConsentDocument
from registrations.domain.registrations import StaleForm
from registrations.models import Consent, Eligibility, Registration
from registrations.oldform import claims
from registrations.oldform.claim_links import claim_link
from registrations.privacy import my_data
from registrations.privacy.erasing import erase_member
from registrations.skills.hints import hints
from registrations.tests.factories import (
    NOW,
    make_agreement,
    make_coordinator,
    make_liaison,
    make_member,
    make_registration,
    make_skill,
)
from registrations.tests.test_exports import READER

pytestmark = pytest.mark.django_db

TODAY = NOW.date()
NEW = {"privacy_notice": "2026-03"}
PAGE = reverse("registrations:agreement-list")
BOTH = {"code_of_conduct": "2024-01", "privacy_notice": "2026-11"}


def matchable(on=TODAY):
    return list(Registration.objects.matchable(on=on))


def imported(**fields):
    """An approved registration of the old form, with the consents it came with, which nobody has claimed yet."""
    registration = make_registration(source="import", imported_address="old@example.org", **{"name": "Olga", **fields})
    for document in ("code_of_conduct", "privacy_notice"):
        Consent.objects.create(registration=registration, document=document, version="old form", given_at=NOW)
    keep_old_yes(address="old@example.org", language="en", zone="UTC", agreed_at=NOW)
    return registration


def verified(address="old@example.org"):
    member = make_member(email=address, name="")
    EmailAddress.objects.create(user=member, email=address, verified=True, primary=True)
    return member


@pytest.fixture
def newer(settings):
    """A privacy notice that comes into force today."""
    versions = dict(settings.DOCUMENT_VERSIONS)
    versions["privacy_notice"] = [*versions["privacy_notice"], ("2026-03", TODAY)]
    versions["privacy_notice"][0] = ("2026-11", TODAY - timedelta(days=100))
    settings.DOCUMENT_VERSIONS = versions


def test_an_approved_import_claimed_by_address_takes_no_part_until_its_person_agrees():
    registration, member = imported(), verified()

    claims.claim_by_address(member=member, now=NOW)

    assert matchable() == []
    assert not Consent.objects.given().exists()
    assert list(Registration.objects.lacking_consents(on=TODAY)) == [registration]
    agree(member=member, versions=BOTH, by=member, now=NOW)
    assert matchable() == [registration]
    assert registration.imported_consents.count() == 2


def test_an_approved_import_claimed_by_link_takes_no_part_either():
    registration, member = imported(), make_member()
    invitation = claims.invite_to_claim(registration=registration, by=make_coordinator(), now=NOW)

    claims.claim_by_link(token=claim_link(invitation).rstrip("/").rsplit("/", 1)[1], member=member, now=NOW)

    assert matchable() == []


@pytest.mark.parametrize("missing", documents.REQUIRED)
def test_one_of_the_two_is_not_enough(missing):
    registration = make_registration(agrees=False)
    for document in set(documents.REQUIRED) - {missing}:
        make_agreement(registration.member, document)

    assert matchable() == []


def test_what_the_rules_do_not_ask_for_is_not_needed():
    Eligibility.objects.create(must_agree_to_the_code=False)
    registration = make_registration(agrees=False)
    make_agreement(registration.member, "privacy_notice")

    assert matchable() == [registration]
    assert asking.agreements_to_ask(registration.member, on=TODAY).documents == ()


@pytest.mark.parametrize("version", ["old form", "1999-01", ""])
def test_a_version_nobody_published_counts_for_nothing(version):
    registration = make_registration(agrees=False)
    make_agreement(registration.member, version=version)

    assert matchable() == []


@pytest.mark.parametrize(("days", "counts"), [(0, True), (29, True), (30, False), (400, False)])
def test_agreement_to_the_version_before_counts_for_thirty_days(newer, days, counts):
    registration = make_registration()

    assert matchable(TODAY + timedelta(days=days)) == [registration] * counts
    asked = asking.agreements_to_ask(registration.member, on=TODAY + timedelta(days=days))
    assert asked.is_needed_now is not counts
    assert [one.version for one in asked.documents] == ["2026-03"]


def test_who_never_agreed_has_no_days_of_grace(newer):
    registration = make_registration(agrees=False)

    assert matchable() == []
    assert asking.agreements_to_ask(registration.member, on=TODAY).is_needed_now


def test_a_version_two_before_does_not_count_again_when_the_next_one_comes(settings):
    days = [TODAY - timedelta(days=back) for back in (300, 100, 0)]
    settings.DOCUMENT_VERSIONS = {
        **settings.DOCUMENT_VERSIONS,
        "privacy_notice": list(zip(("2026-11", "b", "c"), days, strict=True)),
    }
    make_registration()

    assert matchable() == []


def test_a_version_to_come_is_not_asked_for_yet(settings):
    settings.DOCUMENT_VERSIONS = {
        **settings.DOCUMENT_VERSIONS,
        "privacy_notice": [("2026-11", date(2025, 1, 1)), ("b", TODAY + timedelta(days=1))],
    }
    member = make_registration().member

    assert asking.agreements_to_ask(member, on=TODAY).documents == ()
    with pytest.raises(StaleForm):
        agree(member=member, versions={"privacy_notice": "b"}, by=member, now=NOW)


def test_agreeing_to_what_is_not_in_force_any_more_is_refused(newer):
    member = make_registration().member

    with pytest.raises(StaleForm):
        agree(member=member, versions={"privacy_notice": "2026-11"}, by=member, now=NOW)
    agree(member=member, versions=NEW, by=member, now=NOW)
    agree(member=member, versions=NEW, by=member, now=NOW + timedelta(hours=1))

    given = member.consents.filter(document="privacy_notice").order_by("pk")
    assert list(given.values_list("version", "given_at", "withdrawn_at")) == [
        ("2026-11", NOW, NOW),
        ("2026-03", NOW, None),
    ]
    assert Act.objects.filter(verb="agree_to_privacy_notice", actor=member, became="2026-03").count() == 1


@pytest.mark.parametrize("document", documents.REQUIRED)
def test_taking_an_agreement_back_takes_the_person_out_of_what_is_matched_shown_and_counted(document):
    make_skill("wikidata")
    people = [make_registration(offers=["wikidata"], is_findable=True) for _number in range(3)]
    reader = make_member()
    skill = people[0].offers.get().skill_id
    assert hints([skill], language="en", on=TODAY) == {skill: "3 people share this."}

    take_back(member=people[0].member, document=document, by=people[0].member, now=NOW)

    assert matchable() == people[1:]
    assert list(Registration.objects.findable_by(reader, on=TODAY).order_by("pk")) == people[1:]
    assert hints([skill], language="en", on=TODAY) == {skill: "This is shared already."}
    quiet = TODAY + timedelta(days=400)
    assert set(Registration.objects.owed_still_in(on=quiet)) == set(people[1:])


def test_taking_back_the_newsletter_changes_nothing_else():
    registration = make_registration()
    given = {"member": registration.member, "by": registration.member, "now": NOW}
    choose_newsletter(wanted=True, **given)

    choose_newsletter(wanted=False, **given)

    assert matchable() == [registration]
    assert Subscription.objects.get().state == "left"


def test_somebody_without_a_registration_agrees_too_and_finds_it_in_the_form():
    member, client = make_member(), Client()
    client.force_login(member)

    client.post(PAGE, BOTH)

    assert set(member.consents.given().values_list("document", flat=True)) == set(BOTH)
    step = client.get(reverse("registrations:registration-step", args=["hand-in"]))
    assert step.context["page"].form.initial["agrees_to_privacy"]
    assert "agreements" in {section.key for section in my_data.everything(member, now=NOW)}


def test_erasing_ends_every_agreement():
    member = make_registration().member

    erase_member(member=member, by=member, now=NOW)

    assert not Consent.objects.about(member).filter(withdrawn_at=None).exists()


@pytest.fixture
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


def test_claiming_by_link_asks_on_the_page_where_one_lands(client, at_noon):
    registration, member = imported(), make_member()
    invitation = claims.invite_to_claim(registration=registration, by=make_coordinator(), now=NOW)
    client.force_login(member)

    page = client.post(claim_link(invitation).partition("//")[2].partition("/")[2].join(["/", ""]), follow=True)

    assert page.redirect_chain
    asks_for(page, "code_of_conduct", "privacy_notice")
    back = client.post(PAGE, {**BOTH, "next": page.request["PATH_INFO"]}, follow=True)
    assert back.request["PATH_INFO"] == page.request["PATH_INFO"]
    asks_for(back)
    assert matchable() == [registration]


def asks_for(page, *names):
    text = page.content.decode()
    assert [one for one in ("code_of_conduct", "privacy_notice") if f'name="{one}" value="' in text] == list(names)


@pytest.mark.parametrize("target", ["home", "registrations:my-data", "matching:match-list"])
def test_claiming_by_signing_in_asks_wherever_one_lands(client, at_noon, target):
    imported()
    member = verified()
    claims.claim_by_address(member=member, now=NOW)
    client.force_login(member)

    asks_for(client.get(reverse(target)), "code_of_conduct", "privacy_notice")


def test_what_was_typed_in_a_step_is_kept_when_one_agrees_there(client, at_noon):
    imported()
    member = verified()
    claims.claim_by_address(member=member, now=NOW)
    client.force_login(member)
    step = reverse("registrations:registration-step", args=["contact"])
    text = client.get(step).content.decode()
    assert f'formaction="{PAGE}"' in text
    assert 'form="step"' in text

    typed = {"contact_way": "other", "contact_text": "By pigeon"}
    page = client.post(PAGE, {**typed, **BOTH, "step": "contact"}, follow=True)

    assert page.request["PATH_INFO"] == step
    assert page.context["page"].form["contact_text"].value() == "By pigeon"
    assert member.consents.given().count() == 2


def test_a_new_version_is_asked_for_by_a_line_that_is_not_in_the_way_and_then_by_the_question(client, newer):
    client.force_login(make_registration().member)

    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        page = client.get(reverse("home"))
        asks_for(page)
        assert PAGE in page.content.decode()
        asks_for(client.get(PAGE), "privacy_notice")
    with time_machine.travel(NOW + timedelta(days=30), tick=False):
        asks_for(client.get(reverse("home")), "privacy_notice")


def test_who_agreed_and_who_begins_anew_are_asked_nothing(client, at_noon):
    for member in (make_registration().member, make_member(), make_registration(state="draft", agrees=False).member):
        client.force_login(member)
        page = client.get(reverse("home"))
        asks_for(page)
        assert PAGE not in page.content.decode()


def test_one_tick_is_kept_and_the_other_asked_again(client, at_noon):
    member = make_registration(agrees=False).member
    client.force_login(member)

    page = client.post(PAGE, {})
    assert page.status_code == 422
    assert 'cdx-message--error" tabindex="-1" autofocus>' in page.content.decode()
    client.post(PAGE, {"privacy_notice": "2026-11"})

    asks_for(client.get(PAGE), "code_of_conduct")
    assert matchable() == []


def test_a_page_left_open_while_a_newer_version_came_is_refused_in_words(client, newer, at_noon):
    member = make_registration().member
    client.force_login(member)

    page = client.post(PAGE, {"privacy_notice": "2026-11"})

    assert page.status_code == 422
    assert "newer version" in page.content.decode()


def test_taking_back_is_a_button_and_nothing_that_runs_for_others(client, at_noon):
    member, other = make_registration().member, make_registration().member
    client.force_login(member)

    assert client.get(reverse("registrations:agreement-take-back")).status_code == 405
    client.post(reverse("registrations:agreement-take-back"), {"document": "privacy_notice"})
    client.post(reverse("registrations:agreement-take-back"), {"document": "nonsense"})

    assert set(member.consents.given().values_list("document", flat=True)) == {"code_of_conduct"}
    assert other.consents.given().count() == 2


def test_reviewers_see_how_many_lack_them_and_who(client, at_noon):
    lacking = make_registration(agrees=False)
    make_registration()
    make_registration(region="LAC", agrees=False)
    imported()
    client.force_login(make_liaison("MENA"))

    page = client.get(reverse("admin:registrations_registration_changelist"))

    assert page.context["without_agreement"]["count"] == 1
    assert "1 approved person has not agreed" in page.content.decode()
    found = client.get(page.context["without_agreement"]["url"]).context["cl"].result_list
    assert [one.pk for one in found] == [lacking.pk]
    page = client.get(reverse("admin:registrations_registration_change", args=[imported(name="Old").pk]))
    assert "in the old form: the newsletter" in page.content.decode()


def test_an_export_says_who_agreed():
    make_registration()
    make_registration(agrees=False)
    column = exporting.headings(READER).index("agreed to the documents")

    table = exporting.rows(Registration.objects.order_by("pk"), READER)

    assert [row[column] for row in table] == [1, 0]


def test_the_letter_of_an_approval_asks_who_has_not_agreed():
    for agrees in (True, False):
        registration = make_registration(agrees=agrees, wishes=["wikidata"])
        letter = kinds.get("registrations.approved").render(registration, "en", "UTC")
        assert ("You take part in the next round" in letter.text) is agrees
        assert (PAGE in letter.text) is not agrees


def test_a_migration_moves_what_members_agreed_to_and_leaves_what_nobody_claimed():
    """Played on rows as they were: all of a claimed registration's go to its member, those of an unclaimed one stay."""
    mine, unclaimed = make_registration(agrees=False), imported()
    move = import_module("registrations.migrations.0014_consents_belong_to_members")
    given = {"version": "2026-11", "given_at": NOW}
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ALTER TABLE registrations_consent DROP CONSTRAINT registrations_consent_is_a_members_or_came_by_import"
        )
    Consent.objects.create(registration=mine, document="privacy_notice", **given)
    Consent.objects.create(registration=mine, document="code_of_conduct", withdrawn_at=NOW, **given)

    move.to_members(apps, None)

    assert set(mine.member.consents.values_list("document", "withdrawn_at")) == {
        ("privacy_notice", None),
        ("code_of_conduct", NOW),
    }
    assert unclaimed.imported_consents.count() == 2
    move.to_registrations(apps, None)
    assert (mine.imported_consents.count(), unclaimed.imported_consents.count()) == (2, 2)
    assert MigrationExecutor(connection).loader.get_migration("registrations", "0014_consents_belong_to_members")


def test_every_document_that_is_needed_has_a_version_in_force_and_they_stand_in_order():
    for document in ConsentDocument.values:
        known = documents.versions(document)
        assert [one.in_force_on for one in known] == sorted(one.in_force_on for one in known)
        assert len({one.name for one in known}) == len(known)
        assert documents.current(document, on=date(1999, 1, 1)) == known[0]
