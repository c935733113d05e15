"""The review desk: who may decide on what, in the admin and in the actions."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from letsconnect.base.models import Act, MassAct
from letsconnect.tests import mass_acts
from letsconnect.tests.opened import as_opened
from mailings.ledger.draining import drain
from mailings.models import Letter
from registrations.answers import editing
from registrations.answers.facts import facts_of
from registrations.domain.registrations import MoveNotAllowed, NotYours, RegistrationError, RegistrationState
from registrations.models import Registration
from registrations.review import deciding
from registrations.tests import factories

pytestmark = pytest.mark.django_db
LIST = reverse("admin:registrations_registration_changelist")


def decide_url(decision):
    return reverse("admin:registrations_registration_decide", args=[decision])


@pytest.fixture
def waiting(db):
    return factories.make_registration(state="submitted", region="MENA", offers=["wikidata"], wishes=["budgeting"])


def review_as(member, registration, decision="approved", note=""):
    return deciding.review(
        registration=registration, decision=RegistrationState(decision), note=note, by=member, now=factories.NOW
    )


def test_the_liaison_of_the_region_approves_and_one_letter_is_owed(waiting, liaison):
    review_as(liaison, waiting)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.reviewed_by, waiting.reviewed_at) == ("approved", liaison, factories.NOW)
    assert [letter.kind for letter in Letter.objects.all()] == ["registrations.approved"]
    act = Act.objects.get(verb="review_registration")
    assert (act.actor, act.was, act.became) == (liaison, "submitted", "approved")


def test_who_is_reviewed_again_within_a_minute_is_told_the_last_decision_only(waiting, liaison, mailoutbox):
    for decision in ("approved", "needs_changes", "approved"):
        Registration.objects.filter(pk=waiting.pk).update(state="submitted")
        review_as(liaison, waiting, decision, "Which group?")
        drain(now=factories.NOW)
    drain(now=factories.NOW + timedelta(minutes=1))

    assert len(mailoutbox) == 1


def test_who_opened_the_page_before_somebody_asked_for_changes_decides_nothing_on_what_came_back(
    client, waiting, liaison, coordinator
):
    client.force_login(coordinator)
    opened = as_opened(client, f"{decide_url('approved')}?id={waiting.pk}")
    review_as(liaison, waiting, "needs_changes", "Which group?")
    theirs = Registration.objects.get(pk=waiting.pk)
    editing.submit_registration(
        member=theirs.member, facts=facts_of(theirs), version=theirs.version, by=theirs.member, now=factories.NOW
    )

    client.post(decide_url("approved"), {**opened, "id": waiting.pk, "note": ""})

    waiting.refresh_from_db()
    assert (waiting.state, waiting.review_note) == ("submitted", "Which group?")


def test_two_liaisons_with_stale_copies_decide_once(waiting, liaison, coordinator):
    stale = Registration.objects.get(pk=waiting.pk)
    review_as(liaison, waiting)

    with pytest.raises(MoveNotAllowed):
        review_as(coordinator, stale, "declined", "Too late")

    assert Letter.objects.count() == 1


@pytest.mark.parametrize("decision", ["needs_changes", "declined"])
def test_asking_for_changes_and_declining_need_a_reason(waiting, liaison, decision):
    with pytest.raises(RegistrationError):
        review_as(liaison, waiting, decision, "  ")

    review_as(liaison, waiting, decision, "Which group is it?")
    assert Act.objects.get(verb="review_registration").reason.text == "Which group is it?"


def test_a_liaison_of_another_region_may_not_decide(waiting, other_liaison):
    with pytest.raises(NotYours):
        review_as(other_liaison, waiting)


def test_nobody_decides_on_their_own(coordinator):
    own = factories.make_registration(member=coordinator, state="submitted")

    with pytest.raises(NotYours):
        review_as(coordinator, own)


@pytest.mark.parametrize(("who", "sees"), [("liaison", True), ("coordinator", True), ("other_liaison", False)])
def test_who_sees_a_registration_in_the_admin(client, request, waiting, who, sees):
    client.force_login(request.getfixturevalue(who))

    page = client.get(LIST).content.decode()
    detail = client.get(reverse("admin:registrations_registration_change", args=[waiting.pk]))

    assert (str(waiting) in page) is sees
    assert (detail.status_code == 200) is sees


@pytest.mark.parametrize("who", ["member", "stranger"])
def test_members_without_a_seat_are_kept_out_of_the_admin(client, request, waiting, who):
    client.force_login(request.getfixturevalue(who))

    for page in (LIST, reverse("admin:registrations_registration_change", args=[waiting.pk])):
        response = client.get(page)
        assert response.status_code in (302, 403)
        assert str(waiting) not in response.content.decode()


def test_a_liaison_is_not_shown_the_address_and_a_coordinator_is(client, waiting, liaison, coordinator):
    detail = reverse("admin:registrations_registration_change", args=[waiting.pk])

    client.force_login(liaison)
    assert waiting.member.email not in client.get(detail).content.decode()
    client.force_login(coordinator)
    assert waiting.member.email in client.get(detail).content.decode()


def test_a_liaison_approves_many_in_the_admin(client, liaison):
    """What will happen is said first, with the email in each language; then one sentence, and the list as it was."""
    many = [factories.make_registration(state="submitted") for _ in range(3)]
    many[0].member.language = "ar"
    many[0].member.save()
    foreign = factories.make_registration(state="submitted", region="LAC")
    client.force_login(liaison)

    page = mass_acts.prepare(client, LIST, "approve", [*many, foreign])
    preview = page.context["preview"]
    assert all(str(one) in page.content.decode() for one in many)
    assert preview.sentences[0] == "3 registrations are approved. Each person gets an email."
    assert {line.language: line.people for line in preview.concerned.lines} == {"en": 2, "ar": 1}
    assert [sample.language for sample in preview.samples] == ["ar", "en"]
    assert "مرحبًا" in preview.samples[0].text or many[0].shown_name in preview.samples[0].text
    assert not Registration.objects.filter(state="approved").exists() and not Letter.objects.exists()

    answer = mass_acts.begin(client, f"{LIST}?show=new", note="Welcome!")

    assert answer.redirect_chain[-1][0] == f"{LIST}?show=new"
    assert [str(message) for message in answer.context["messages"]] == ["3 registrations are approved."]
    assert set(Registration.objects.filter(state="approved").values_list("review_note", flat=True)) == {"Welcome!"}
    assert Letter.objects.filter(kind="registrations.approved").count() == 3
    foreign.refresh_from_db()
    assert foreign.state == "submitted"


def test_486_warnings_that_are_the_same_are_said_once_with_their_number(client, liaison):
    many = [factories.make_registration(state="submitted", agrees=False) for _ in range(3)]
    client.force_login(liaison)

    cautions = dict(mass_acts.prepare(client, LIST, "approve", many).context["preview"].cautions)

    assert set(cautions.values()) == {3}


@pytest.mark.parametrize("how", ["one", "many"])
def test_a_missing_reason_is_said_at_the_field_and_nothing_is_lost(client, liaison, waiting, how):
    client.force_login(liaison)

    if how == "one":
        page = client.post(decide_url("declined"), {"id": [waiting.pk], "note": " "})
    else:
        mass_acts.prepare(client, LIST, "decline", [waiting])
        page = mass_acts.begin(client, note=" ")

    assert page.context["form"].errors["note"] == ["Please say why, so that the person knows what to do."]
    assert str(waiting) in page.content.decode()
    waiting.refresh_from_db()
    assert waiting.state == "submitted"


def test_the_review_queue_costs_the_same_number_of_queries_at_3_and_at_30_rows(client, coordinator):
    def cost(rows):
        while Registration.objects.count() < rows:
            factories.make_registration(state="submitted")
        client.get(LIST, {"all": ""})
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST, {"all": ""})
        return len(queries)

    client.force_login(coordinator)
    assert cost(3) == cost(30)


def test_the_history_of_a_registration_is_the_log_of_acts(client, waiting, liaison):
    review_as(liaison, waiting, "declined", "Not now")
    client.force_login(liaison)

    page = client.get(reverse("admin:registrations_registration_history", args=[waiting.pk])).content.decode()

    assert "decided about the registration" in page
    assert "Not now" in page


def test_a_coordinator_invites_to_claim_and_a_liaison_cannot(client, liaison, coordinator):
    imported = factories.make_registration(
        state="submitted", source="import", member=None, imported_address="amina@example.org"
    )
    chosen = {"action": "invite_to_claim", "_selected_action": [imported.pk]}

    client.force_login(liaison)
    client.post(LIST, chosen)
    assert not MassAct.objects.exists()
    client.force_login(coordinator)
    client.post(LIST, chosen)
    mass_acts.begin(client)
    assert Letter.objects.get().address == "amina@example.org"
