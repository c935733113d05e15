"""Eligibility rules, and which edits of an approved registration go back to review."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from letsconnect.base.models import Act
from registrations.answers.facts import facts_of
from registrations.answers.review_again import after_edit
from registrations.domain.eligibility import Rules, needs_review_again, problems
from registrations.domain.facts import RegistrationFacts
from registrations.domain.registrations import NotYours
from registrations.models import Eligibility, Registration
from registrations.review.eligibility_rules import set_eligibility
from registrations.tests import factories

LATER = factories.NOW + timedelta(days=1)
AGREED = RegistrationFacts(country="TN", role_id=1, consents=("code_of_conduct",))


@pytest.mark.parametrize(
    ("facts", "rules", "fields"),
    [
        (AGREED, Rules(), set()),
        (AGREED, Rules(must_belong_to_a_group=True), {"group_id"}),
        (replace(AGREED, group_other="  "), Rules(must_belong_to_a_group=True), {"group_id"}),
        (replace(AGREED, group_other="Readers of Sfax"), Rules(must_belong_to_a_group=True), set()),
        (replace(AGREED, group_id=3), Rules(must_belong_to_a_group=True), set()),
        (replace(AGREED, consents=()), Rules(), {"agrees_to_conduct"}),
        (replace(AGREED, consents=()), Rules(must_agree_to_the_code=False), set()),
        (replace(AGREED, consents=()), Rules(must_belong_to_a_group=True), {"group_id", "agrees_to_conduct"}),
    ],
)
def test_who_may_take_part_follows_the_settings(facts, rules, fields):
    assert set(problems(facts, rules)) == fields


@pytest.mark.parametrize(
    ("change", "again"),
    [
        ({"country": "EG"}, ["country"]),
        ({"group_id": 5}, ["group"]),
        ({"group_other": "Readers of Sfax"}, ["group"]),
        ({"role_id": 2}, ["role"]),
        ({"country": "EG", "role_id": 2}, ["country", "role"]),
        ({"name": "Amina", "region": "SSA", "zone": "Africa/Tunis", "can_help": 5, "windows": ((0, 60),)}, []),
    ],
)
def test_only_a_changed_country_group_or_role_is_reviewed_again(change, again):
    assert needs_review_again(AGREED, replace(AGREED, **change), Rules()) == again
    assert needs_review_again(AGREED, replace(AGREED, **change), Rules(reviewed_again=frozenset())) == []


def edit(registration, **change):
    before = facts_of(registration)
    return after_edit(
        registration=registration, before=before, facts=replace(before, **change), by=registration.member, now=LATER
    )


@pytest.mark.django_db
def test_an_approved_registration_goes_back_to_review_and_the_log_says_why():
    registration = factories.make_registration()

    assert edit(registration, country="EG") == ["country"]

    registration.refresh_from_db()
    assert (registration.state, registration.submitted_at) == ("submitted", LATER)
    assert registration.reviewed_at == factories.NOW
    act = Act.objects.get(verb="review_registration_again")
    assert (act.actor, act.was, act.became, act.reason.text) == (
        registration.member,
        "approved",
        "submitted",
        "country",
    )


@pytest.mark.django_db
def test_other_edits_and_changes_the_settings_let_pass_stay_approved():
    Eligibility.objects.create(country_is_reviewed_again=False)
    registration = factories.make_registration()

    assert edit(registration, country="EG", can_help=4) == []

    registration.refresh_from_db()
    assert registration.state == "approved"
    assert not Act.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["draft", "submitted", "needs_changes", "declined", "withdrawn"])
def test_what_is_not_approved_stays_where_it_is(state):
    registration = factories.make_registration(state=state)

    assert edit(registration, country="EG") == []
    assert Registration.objects.get(pk=registration.pk).state == state


@pytest.mark.django_db
def test_there_is_one_row_of_eligibility_and_defaults_without_it():
    assert Eligibility.objects.current().rules == Rules()
    Eligibility.objects.create(must_belong_to_a_group=True, role_is_reviewed_again=False)

    assert Eligibility.objects.current().rules == Rules(
        must_belong_to_a_group=True, reviewed_again=frozenset({"country", "group"})
    )
    with pytest.raises(IntegrityError, match="registrations_one_row_of_eligibility"), transaction.atomic():
        Eligibility.objects.create(pk=2)


RULES = reverse("admin:registrations_eligibility_change", args=[1])


@pytest.mark.django_db
def test_a_coordinator_changes_the_rules_before_there_is_a_row_and_after(client, coordinator):
    client.force_login(coordinator)
    assert client.get(reverse("admin:registrations_eligibility_changelist")).url == RULES
    page = client.get(RULES)
    assert page.context["adminform"].form.initial["must_agree_to_the_code"] is True

    for is_asked in (True, False):
        client.post(RULES, {"must_agree_to_the_code": "on", **({"must_belong_to_a_group": "on"} if is_asked else {})})

        rules = Eligibility.objects.get().rules
        assert rules == Rules(must_belong_to_a_group=is_asked, reviewed_again=frozenset())
    first, second = Act.objects.filter(verb="set_eligibility").order_by("pk")
    assert (first.actor, first.reason.text) == (
        coordinator,
        "must_belong_to_a_group: True, must_agree_to_the_code: True, country_is_reviewed_again: False, "
        "group_is_reviewed_again: False, role_is_reviewed_again: False",
    )
    assert second.reason.text.startswith("must_belong_to_a_group: False")


@pytest.mark.django_db
def test_a_liaison_reads_the_rules_and_changes_none(client, liaison):
    client.force_login(liaison)

    assert client.get(RULES).status_code == 200
    assert client.post(RULES, {"must_belong_to_a_group": "on"}).status_code == 403
    with pytest.raises(NotYours):
        set_eligibility(rules=Eligibility(), by=liaison, now=LATER)
    assert not Eligibility.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("group", [True, False])
@pytest.mark.parametrize("code", [True, False])
def test_the_page_says_of_each_rule_what_the_form_does(client, group, code):
    Eligibility.objects.create(must_belong_to_a_group=group, must_agree_to_the_code=code)
    said = client.get(reverse("who-may-take-part")).content.decode()

    assert (group, code) == tuple(
        field in problems(RegistrationFacts(), Eligibility.objects.current().rules)
        for field in ("group_id", "agrees_to_conduct")
    )
    assert ("<li>You belong to a group.</li>" in said) == group
    assert ("You need not belong to a group." in said) == (not group)
    assert ("<li>You agree to follow the code of conduct." in said) == code
    assert "You need no registration and no group: an email address is enough to take a seat." in said
    assert "2 – intermediate" in said
    assert "at least 2 hours a week" in said
    assert "Informal group" in said
