"""The board of the mail: sums that are right, and the letters that a person decides about."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from letsconnect.base.models import Act
from mailings.admin import board as board_page
from mailings.admin.board import SHOWN
from mailings.domain.letters import LetterState, Priority
from mailings.ledger import board, rates
from mailings.models import Letter, SendingRate
from mailings.tests.factories import make_kind, make_letter, make_sent_newsletter
from registrations.tests.factories import NOW, make_member, make_registration

pytestmark = pytest.mark.django_db
BOARD = "admin:mailings_letter_board"
SEND = "admin:mailings_letter_decide"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def desk(client, coordinator):
    client.force_login(coordinator)
    return client


def park(*letters, state=LetterState.UNCERTAIN):
    numbers = [letter.pk for letter in letters]
    Letter.objects.filter(pk__in=numbers).update(state=state, tries=1, reason="because")


def words(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def press(desk, letter, decision):
    [opened] = [
        line["opened"] for line in desk.get(reverse(BOARD)).context["unsettled"] if line["letter"].pk == letter.pk
    ]
    return desk.post(reverse(SEND, args=[letter.pk, decision]), {"opened": opened}, follow=True)


@pytest.mark.parametrize("who", ["member", "liaison"])
def test_only_coordinators_see_the_board(client, request, who):
    letter = make_letter()
    park(letter)
    client.force_login(request.getfixturevalue(who))

    assert letter.address not in client.get(reverse(BOARD)).content.decode()
    client.post(reverse(SEND, args=[letter.pk, "again"]))
    assert Letter.objects.get().state == LetterState.UNCERTAIN


def test_letters_are_counted_by_kind_and_what_is_written_is_the_sum_of_the_states():
    one_kind, other_kind = make_kind(), make_kind()
    park(make_letter(kind=one_kind))
    make_letter(kind=one_kind)
    make_letter(kind=other_kind)
    for side in ("learner", "sharer"):
        Letter.objects.filter(pk=make_letter().pk).update(kind=f"matching.asked_{side}")

    lines = {line.line: line for line in board.by_kind(Letter.objects.all())}

    assert lines[one_kind].states == {"uncertain": 1, "queued": 1}
    assert (lines["matching.asked"].label, lines["matching.asked"].total) == ("a match is proposed", 2)
    assert sum(line.total for line in lines.values()) == Letter.objects.count() == 5


def test_the_equation_of_an_issue_is_shown_and_a_fault_is_named(desk):
    right = make_sent_newsletter(recipients=2)
    wrong = make_sent_newsletter(recipients=2)
    for issue, count in ((right, 2), (wrong, 1)):
        for _number in range(count):
            Letter.objects.filter(pk=make_letter().pk).update(newsletter=issue, priority=3, kind="mailings.newsletter")

    lines = {line.issue.pk: line for line in board.by_issue()}

    assert lines[right.pk].adds_up and not lines[wrong.pk].adds_up
    page = words(desk.get(reverse(BOARD)))
    assert "= 2" in page and "≠ 1 That must not be" in page


def test_the_board_says_what_waits_longest_and_how_fast_letters_go(desk, settings, monkeypatch):
    monkeypatch.setattr(board_page, "database_now", lambda: NOW)
    settings.EMAIL_RATE = 60
    SendingRate.objects.create(pk=1, tokens=2, at=NOW - timedelta(seconds=3))
    Letter.objects.filter(pk=make_letter().pk).update(state="sent", sent_at=NOW - timedelta(seconds=20), tries=1)
    Letter.objects.filter(pk=make_letter().pk).update(state="sent", sent_at=NOW - timedelta(minutes=2), tries=1)

    speed = desk.get(reverse(BOARD)).context["speed"]

    assert (speed.allowed, speed.tokens, speed.sent) == (60, 5, 1)
    assert SendingRate.objects.get().tokens == 2


def test_tokens_are_looked_at_as_they_are_taken(settings):
    settings.EMAIL_RATE = 0
    assert rates.tokens_now(now=NOW) is None
    settings.EMAIL_RATE = 600
    assert rates.tokens_now(now=NOW) == 100
    rates.take(30, now=NOW)
    later = NOW + timedelta(seconds=2)
    assert rates.tokens_now(now=later) == 90 == rates.take(1000, now=later)


def test_an_uncertain_letter_is_sent_again_or_marked_from_the_board(desk):
    again, arrived = make_letter(), make_letter()
    park(again, arrived)

    press(desk, arrived, "arrived")
    press(desk, again, "again")

    assert dict(Letter.objects.values_list("pk", "state")) == {again.pk: "queued", arrived.pk: "sent"}
    assert set(Act.objects.values_list("verb", flat=True)) == {"mark_letter_as_sent", "send_letter_again"}


def test_the_board_counts_and_lists_only_letters_that_somebody_can_decide_about(desk):
    """Nobody sends a code again, nor what went to somebody who has deleted their account."""
    code = make_letter(kind="registrations.sign_in_code", to=None, address="nobody@example.org")
    to_nobody = make_letter(to=None, address="gone@example.org")
    park(code, to_nobody, *(make_letter() for _number in range(SHOWN + 2)), state=LetterState.FAILED)
    Letter.objects.filter(pk=to_nobody.pk).update(address="")

    page = desk.get(reverse(BOARD))

    assert len(page.context["unsettled"]) == SHOWN
    assert "2 more stand in the list." in words(page)
    [link] = re.findall(r'href="([^"]+\?needs=[^"]*failed)"', page.content.decode())
    assert desk.get(link.replace("&amp;", "&")).context["cl"].result_count == SHOWN + 2


def test_a_button_of_a_board_that_is_out_of_date_does_nothing(desk, coordinator):
    letter = make_letter()
    park(letter)
    opened = desk.get(reverse(BOARD)).context["unsettled"][0]["opened"]
    park(letter, state=LetterState.FAILED)
    bare = Client()
    bare.force_login(coordinator)

    for given in ({"opened": opened}, {}):
        bare.post(reverse(SEND, args=[letter.pk, "again"]), given)

    assert Letter.objects.get().state == LetterState.FAILED


def test_whoever_stands_on_the_board_can_read_who_looked(desk, coordinator):
    ana = make_member()
    park(make_letter(to=ana))
    make_letter()

    desk.get(reverse(BOARD))

    looks = apps.get_model("registrations", "Look").objects
    assert list(looks.values_list("member", "viewer", "kind")) == [(ana.pk, coordinator.pk, "letters")]


def test_a_letter_leads_to_what_it_is_about_and_is_named(desk):
    registration = make_registration()
    letter = make_letter(to=registration.member, about=registration)
    Letter.objects.filter(pk=letter.pk).update(kind="registrations.approved")
    park(letter)

    for page in (reverse(BOARD), reverse("admin:mailings_letter_change", args=[letter.pk])):
        body = desk.get(page).content.decode()
        assert reverse("admin:registrations_registration_change", args=[registration.pk]) in body
        assert "registration approved" in body

    issue = make_sent_newsletter()
    Letter.objects.filter(pk=letter.pk).update(newsletter=issue, priority=Priority.BULK, about_type="", about_id=None)
    for page in (reverse(BOARD), reverse("admin:mailings_letter_change", args=[letter.pk])):
        link = f'<a href="{reverse("admin:mailings_newsletter_change", args=[issue.pk])}">Issue {issue}</a>'
        assert link in desk.get(page).content.decode()


def test_the_letters_of_a_person_are_found_by_their_address_whichever_they_went_to(desk):
    ana = make_member(email="ana@example.org")
    Letter.objects.filter(pk=make_letter(to=ana).pk).update(address="old@example.org")
    make_letter()

    letters = desk.get(reverse("admin:mailings_letter_changelist"), {"q": "Ana@Example.org"}).context["cl"]

    assert [letter.address for letter in letters.result_list] == ["old@example.org"]


def test_the_list_is_narrowed_to_a_kind_by_its_name(desk):
    for kind in ("matching.asked_learner", "matching.asked_sharer", "matching.connected_learner"):
        Letter.objects.filter(pk=make_letter().pk).update(kind=kind)
    page = reverse("admin:mailings_letter_changelist")

    counts = [desk.get(page, {"kind": kind}).context["cl"].result_count for kind in ("matching.asked", "moon")]

    assert counts == [2, 0]
    assert "trust.message_received" not in desk.get(page).content.decode()


def test_the_board_costs_the_same_for_three_letters_and_for_thirty(desk):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert desk.get(reverse(BOARD)).status_code == 200
        return len(captured)

    registration = make_registration()
    for _number in range(3):
        park(make_letter(about=registration))
        make_sent_newsletter()
    queries()
    few = queries()
    for number in range(27):
        park(make_letter(about=registration), state=[LetterState.FAILED, LetterState.UNCERTAIN][number % 2])
        make_sent_newsletter()
    assert queries() == few
