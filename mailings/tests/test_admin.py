"""The ledger in the admin: coordinators only."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from letsconnect.base.models import Act
from mailings.domain.letters import LetterState
from mailings.models import Letter, Suppression
from mailings.tests.factories import make_kind, make_letter
from registrations.tests.factories import NOW, make_member

pytestmark = pytest.mark.django_db
LIST = "admin:mailings_letter_changelist"


def park(*letters, state=LetterState.UNCERTAIN):
    numbers = [letter.pk for letter in letters]
    Letter.objects.filter(pk__in=numbers).update(state=state, tries=1, reason="because")
    return numbers


def press(client, action, numbers, page=LIST, **given):
    return client.post(reverse(page), {"action": action, "_selected_action": numbers, **given}, follow=True)


@pytest.mark.parametrize("who", ["member", "liaison", "other_liaison"])
@pytest.mark.parametrize("page", [LIST, "admin:mailings_suppression_changelist"])
def test_only_coordinators_see_addresses(client, request, coordinator, who, page):
    letter = make_letter()
    Suppression.objects.suppress(["gone@example.org"], source="bounce", now=NOW)
    client.force_login(request.getfixturevalue(who))

    response = client.get(reverse(page))

    assert response.status_code in (302, 403)
    assert letter.address not in response.content.decode()
    client.force_login(coordinator)
    assert client.get(reverse(page)).context["cl"].result_count == 1
    assert letter.address in client.get(reverse(LIST)).content.decode()


def test_a_liaison_cannot_press_a_button_either(client, liaison):
    numbers = park(make_letter())
    client.force_login(liaison)

    press(client, "send_again", numbers)

    assert Letter.objects.get().state == LetterState.UNCERTAIN


def test_the_list_says_how_the_ledger_stands(client, coordinator):
    park(make_letter(), make_letter())
    make_letter()
    client.force_login(coordinator)

    page = client.get(reverse(LIST)).content.decode()

    assert "3 emails written:" in page
    assert "uncertain 2</a>" in page


def test_an_address_is_found_whole_and_not_in_parts(client, coordinator):
    make_letter(to=make_member(email="ana@example.org"))
    client.force_login(coordinator)

    found = [client.get(reverse(LIST), {"q": q}).context["cl"].result_count for q in ("ANA@example.org", "ana")]

    assert found == [1, 0]


def test_uncertain_letters_are_sent_again_or_marked_and_the_rest_refused(client, coordinator):
    again, arrived, waiting = make_letter(), make_letter(), make_letter()
    park(again, arrived)
    client.force_login(coordinator)

    press(client, "mark_as_sent", [arrived.pk])
    response = press(client, "send_again", [again.pk, waiting.pk])

    states = dict(Letter.objects.values_list("pk", "state"))
    assert states == {again.pk: "queued", arrived.pk: "sent", waiting.pk: "queued"}
    assert [message.level_tag for message in response.context["messages"]] == ["error", "success"]


def test_nobody_changes_adds_or_deletes_a_letter_by_hand(client, coordinator):
    letter = make_letter(kind="mailings.newsletter_test")
    client.force_login(coordinator)

    detail = reverse("admin:mailings_letter_change", args=[letter.pk])
    page = client.get(detail)
    assert page.context["subtitle"] == "test copy of a newsletter, 2 March 2026"
    assert client.post(detail, {"state": "sent"}).status_code == 403
    assert client.get(reverse("admin:mailings_letter_add")).status_code == 403
    assert client.post(reverse("admin:mailings_letter_delete", args=[letter.pk])).status_code == 403
    assert [(one.pk, one.state) for one in Letter.objects.all()] == [(letter.pk, letter.state)]


def test_the_list_costs_the_same_for_three_letters_and_for_thirty(client, coordinator):
    kind = make_kind()
    client.force_login(coordinator)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse(LIST), {"all": ""}).status_code == 200
        return len(captured)

    for _ in range(3):
        make_letter(kind=kind)
    few = queries()
    for _ in range(27):
        make_letter(kind=kind)
    assert queries() == few


def test_a_suppressed_address_is_found_by_itself_and_lifted_with_a_reason(client, coordinator):
    Suppression.objects.suppress(["ana@example.org", "bo@example.org"], source="bounce", now=NOW)
    page = "admin:mailings_suppression_changelist"
    client.force_login(coordinator)

    rows = client.get(reverse(page), {"q": "Ana@example.org"}).context["cl"].result_list
    refused = press(client, "lift", [rows[0].pk], page, reason=" ")
    was_suppressed = Suppression.objects.of("ana@example.org").exists()
    press(client, "lift", [rows[0].pk], page, reason="She mended it.")

    assert len(rows) == 1
    assert was_suppressed and "Say why emails may go there again." in refused.content.decode()
    assert not Suppression.objects.of("ana@example.org").exists()
    assert Suppression.objects.of("bo@example.org").exists()
    assert Act.objects.get(verb="lift_suppression").reason.text == "She mended it."
