"""Addresses that the working group suppresses, at the desk, and that the person they belong to lifts."""

import re

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from letsconnect.base.models import Act
from letsconnect.tests.at_once import at_once
from mailings.domain.letters import LiftRefused, SuppressionScope
from mailings.ledger.reachable import is_written_to, why_not_written_to
from mailings.ledger.suppressing import MOST_LINES, lift_own_suppressions, read_list, suppress_by_hand
from mailings.models import Suppression
from mailings.subscriptions import links
from mailings.tests.factories import make_subscription
from registrations.tests.factories import NOW, make_coordinator, make_member

pytestmark = pytest.mark.django_db
ALL, BULK = SuppressionScope.ALL, SuppressionScope.BULK
ENTER = "admin:mailings_suppression_add"


@pytest.fixture
def desk(client, coordinator):
    client.force_login(coordinator)
    return client


def enter(desk, text, scope=ALL, **given):
    return desk.post(reverse(ENTER), {"addresses": text, "scope": scope, **given}, follow=True)


def confirm(desk, text, scope=ALL):
    return enter(desk, text, scope, checked=enter(desk, text, scope).context["checked"])


def in_force():
    return sorted(Suppression.objects.filter(lifted_at=None).values_list("source", "scope"))


def test_a_list_is_read_line_by_line_and_broken_lines_keep_their_numbers():
    Suppression.objects.suppress(["gone@example.org"], source="bounce", now=NOW)

    entered = read_list(
        "ana@example.org\n\nnonsense\nAna <ANA@Example.org>\ngone@example.org;\nbo@example.org,\n", scope=ALL
    )

    assert entered.wanted == ["ana@example.org", "bo@example.org"]
    assert (entered.doubled, entered.suppressed) == (1, 1)
    assert [(number, line) for number, line, _why in entered.broken] == [(3, "nonsense")]
    assert entered.rest == "nonsense"


def test_several_addresses_in_one_line_are_taken_one_by_one():
    entered = read_list("ana@example.org, bo@example.org; Cy <cy@example.org>\t nobody@@example.org\n", scope=ALL)

    assert entered.wanted == ["ana@example.org", "bo@example.org", "cy@example.org"]
    assert [(number, line.strip()) for number, line, _why in entered.broken] == [(1, "nobody@@example.org")]
    assert read_list('"Ana, who writes" <ana@example.org>', scope=ALL).wanted == ["ana@example.org"]


def test_a_long_list_is_compared_in_one_query():
    with CaptureQueriesContext(connection) as captured:
        read_list("\n".join(f"reader-{number}@example.org" for number in range(3000)), scope=BULK)

    assert len(captured) == 1


def test_addresses_are_taken_only_after_a_page_that_counts_them(desk, coordinator):
    first = enter(desk, "ana@example.org\nnonsense\nbo@example.org", BULK)
    before = Suppression.objects.count()
    enter(desk, "ana@example.org\nnonsense\nbo@example.org", BULK, checked=first.context["checked"])

    assert "Suppress 2 addresses" in first.content.decode()
    assert before == 0
    assert in_force() == [("desk", "bulk")] * 2
    assert list(Act.objects.filter(verb="suppress").values_list("actor", "became")) == [(coordinator.pk, "bulk")] * 2


def test_what_was_typed_stands_there_until_it_is_entered_and_then_only_what_is_broken(desk):
    text = "ana@example.org\nnonsense\n  <b>x\nbo@example.org"
    checked = enter(desk, text)
    entered = confirm(desk, text)

    assert checked.context["form"]["addresses"].value() == text
    assert entered.context["form"]["addresses"].value() == "nonsense\n  <b>x"
    assert in_force() == [("desk", "all")] * 2


def test_a_list_that_was_changed_after_it_was_shown_is_shown_again(desk):
    shown = enter(desk, "ana@example.org").context["checked"]
    again = enter(desk, "ana@example.org\nbo@example.org", checked=shown)
    other_scope = enter(desk, "ana@example.org", BULK, checked=shown)

    assert "Suppress 2 addresses" in again.content.decode()
    assert "Suppress 1 address" in other_scope.content.decode()
    assert in_force() == []


def test_too_many_lines_are_refused_and_all_of_them_kept(desk):
    text = "\n".join(f"r{number}@example.org" for number in range(MOST_LINES + 1))
    response = enter(desk, text)

    assert "more than 10000 lines" in response.content.decode()
    assert response.context["form"]["addresses"].value() == text


def test_a_list_that_is_too_much_for_one_request_is_refused_on_our_own_page(coordinator):
    """Django refuses its 2.6 MB while it looks for the token of the form; nothing of them is entered."""
    desk = Client(enforce_csrf_checks=True)
    desk.force_login(coordinator)
    desk.get(reverse(ENTER))  # a form without its cookie is refused before it is read

    response = desk.post(reverse(ENTER), {"addresses": "ana@example.org\n" * 165_000, "scope": ALL})

    assert response.status_code == 413
    assert "That was too much at once" in response.content.decode()
    assert "send less at once" in response.content.decode()
    assert "RequestDataTooBig" not in response.content.decode()
    assert in_force() == []


def test_ten_thousand_broken_lines_are_all_named(desk):
    response = enter(desk, "\n".join(["x"] * MOST_LINES))
    page = re.sub(r"\s+", " ", response.content.decode())

    assert "9800 more lines" in page.replace(",", "")
    assert str(MOST_LINES) in page
    assert "Suppress 0" not in page


def test_whoever_is_in_a_list_can_read_who_entered_it(desk, coordinator):
    ana = make_member(email="ana@example.org")
    enter(desk, "ana@example.org\nstranger@example.org")

    assert list(apps.get_model("registrations", "Look").objects.values_list("member", "viewer", "kind")) == [
        (ana.pk, coordinator.pk, "letters")
    ]


def test_entering_twice_changes_nothing_and_a_bounce_stays_a_bounce(coordinator):
    Suppression.objects.suppress(["gone@example.org"], source="bounce", now=NOW)
    given = {"unwanted": ["gone@example.org", "ana@example.org"], "scope": ALL, "by": coordinator, "now": NOW}

    assert [suppress_by_hand(**given), suppress_by_hand(**given)] == [1, 0]
    assert in_force() == [("bounce", "all"), ("desk", "all")]


@pytest.mark.parametrize("source", ["bounce", "desk"])
@pytest.mark.parametrize("scope", [ALL, BULK])
def test_a_member_reads_why_no_letters_come_and_ends_it(client, source, scope):
    member = make_member(email="ana@example.org")
    Suppression.objects.suppress(["ana@example.org"], source=source, scope=scope, now=NOW)
    client.force_login(member)

    pages = [client.get(reverse(name)).content.decode() for name in ("home", "registrations:my-data")]
    client.get(reverse("mailings:letters-again"))
    before = in_force()
    for _twice in range(2):
        answer = client.post(reverse("mailings:letters-again"), follow=True).content.decode()

    assert all("Emails reach me again" in page and "ana@example.org" in page for page in pages)
    assert before == [(source, scope)]
    assert in_force() == []
    assert "Emails reach me again" not in answer
    assert list(Act.objects.filter(verb="lift_suppression").values_list("actor", flat=True)) == [member.pk]


def test_what_a_person_asked_for_does_not_end_by_a_button(client):
    member = make_member(email="ana@example.org")
    Suppression.objects.suppress(["ana@example.org"], source="person", now=NOW)
    client.force_login(member)

    page = client.get(reverse("home")).content.decode()
    client.post(reverse("mailings:letters-again"))

    assert "because we were asked not to" in page and "Emails reach me again" not in page
    assert in_force() == [("person", "all")]


def test_nobody_ends_it_for_an_address_that_is_not_proved_to_be_theirs(client):
    member = make_member(email="ana@example.org")
    member.emailaddress_set.update_or_create(email="ana@example.org", defaults={"verified": False})
    Suppression.objects.suppress(["ana@example.org"], source="desk", now=NOW)
    client.force_login(member)

    with pytest.raises(LiftRefused):
        lift_own_suppressions(member=member, now=NOW)
    answer = client.post(reverse("mailings:letters-again"), follow=True).content.decode()

    assert "Nobody has proved yet" in answer
    assert in_force() == [("desk", "all")]


def test_a_member_without_newsletters_is_written_to_all_the_same():
    member = make_member(email="ana@example.org")
    Suppression.objects.suppress(["ana@example.org"], source="desk", scope=BULK, now=NOW)

    assert is_written_to(member)
    assert why_not_written_to(member).is_bulk_only


def test_what_stops_all_letters_is_said_before_what_stops_newsletters():
    member = make_member(email="ana@example.org")
    Suppression.objects.suppress(["ana@example.org"], source="desk", scope=BULK, now=NOW)
    Suppression.objects.suppress(["ana@example.org"], source="bounce", now=NOW)

    assert why_not_written_to(member).source == "bounce"
    assert not is_written_to(member)


@pytest.mark.django_db(transaction=True)
def test_two_who_enter_the_same_list_at_once_write_each_act_once():
    coordinator = make_coordinator()
    unwanted = [f"reader-{number}@example.org" for number in range(50)]

    counts = at_once(
        *[lambda: suppress_by_hand(unwanted=unwanted, scope=ALL, by=coordinator, now=NOW) for _both in range(2)]
    )

    assert sorted(counts) == [0, 50]
    assert (Suppression.objects.count(), Act.objects.filter(verb="suppress").count()) == (50, 50)


@pytest.mark.parametrize(("source", "ends"), [("bounce", True), ("desk", True), ("person", False)])
def test_a_visitor_ends_by_the_link_of_a_letter_what_a_server_or_the_desk_said_of_their_address(client, source, ends):
    reader = make_subscription(address="ana@example.org")
    Suppression.objects.suppress(["ana@example.org"], source=source, now=NOW)

    token = links.token_of(reader)
    page = client.get(reverse("mailings:subscription-preferences", args=[token])).content.decode()
    again = reverse("mailings:letters-again-by-link", args=[token])
    answer = client.post(again, follow=True).content.decode()

    assert ("Emails reach me again" in page) is ends is (again in page)
    assert "ana@example.org" not in page
    assert ("From now on we write to you again." in answer) is ends
    assert in_force() == ([] if ends else [("person", "all")])
    assert list(Act.objects.filter(verb="lift_suppression").values_list("actor", flat=True)) == [None] * ends


def test_the_link_of_a_member_or_of_an_address_nobody_proved_ends_nothing(client):
    member = make_member(email="ana@example.org")
    rows = [make_subscription(member=member), make_subscription(address="bo@example.org", state="unconfirmed")]
    Suppression.objects.suppress(["ana@example.org", "bo@example.org"], source="bounce", now=NOW)

    for row in rows:
        again = reverse("mailings:letters-again-by-link", args=[links.token_of(row)])
        assert client.post(again).status_code == 404
        assert "Emails reach me again" not in client.get(links.preferences_path(row)).content.decode()
    assert len(in_force()) == 2
