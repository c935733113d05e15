"""The reading lane: the next registration in one's region, keys and buttons, and ten seconds to undo."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from letsconnect.base import acts
from letsconnect.base.models import Act, ActReason
from letsconnect.tests import database
from letsconnect.tests.at_once import at_once, in_the_middle
from letsconnect.tests.opened import as_opened
from mailings.ledger import draining, letters
from mailings.ledger.draining import drain
from mailings.models import Letter
from registrations.domain.registrations import NotYours, RegistrationState
from registrations.domain.reviews import LETTER_WAITS, UndoRefused, seconds_to_undo
from registrations.models import Consent, OpenReview, Registration, ReviewNote, ReviewSnapshot
from registrations.review import deciding
from registrations.review.lane import Lane
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_registration

pytestmark = pytest.mark.django_db
LANE = reverse("admin:registrations_registration_lane")
UNDO = reverse("admin:registrations_registration_undo")
CHANGED, DECLINED, APPROVED = "needs_changes", "declined", "approved"


def page_of(registration):
    return reverse("admin:registrations_registration_read", args=[registration.pk])


def wait(days, **fields):
    return make_registration(state="submitted", submitted_at=NOW - timedelta(days=days), **fields)


def decide(client, registration, decision, note="", **typed):
    path = page_of(registration)
    return client.post(path, as_opened(client, path, decision=decision, note=note, beside="", **typed), follow=True)


def review_as(member, registration, decision=APPROVED, note="", now=NOW):
    return deciding.review(
        registration=registration, decision=RegistrationState(decision), note=note, by=member, now=now
    )


def undo(member, registration, now=NOW):
    snapshot = ReviewSnapshot.objects.latest_of(registration)
    return deciding.undo(snapshot=snapshot, by=member, now=now)


def columns(registration):
    return Registration.objects.filter(pk=registration.pk).values().get()


def test_the_lane_leads_from_one_to_the_next_in_ones_region_and_ends_kindly(client, liaison):
    """By buttons alone, without a script: the longest waiting first, nothing of other regions, nothing of oneself."""
    young, old = wait(1, wishes=["budgeting"]), wait(9, group_other="Readers of Sfax")
    wait(20, region="LAC")
    wait(30, member=liaison)
    old.wishes.create(skill=young.wishes.get().skill, priority=3, why="Our budget is a riddle")
    client.force_login(liaison)

    page = client.get(LANE)
    assert page.context["title"] == str(old) or str(old) in str(page.context["title"])
    assert all(text in page.content.decode() for text in ("Our budget is a riddle", "Readers of Sfax"))
    page = decide(client, old, CHANGED)
    assert page.status_code == 422
    assert page.context["form"].errors["note"] == ["Please say why, so that the person knows what to do."]
    page = decide(client, old, CHANGED, "Which readers?")

    assert page.context["registration"] == young
    assert page.context["undo"].said.endswith("for changes.")
    assert "Undo" in page.content.decode()
    page = decide(client, young, APPROVED)
    assert "Nobody waits for you any more" in page.content.decode()
    assert Registration.objects.filter(state="submitted").count() == 2


def test_what_was_left_for_later_is_not_the_next_one_until_one_begins_again(client, liaison):
    first, second = wait(9), wait(1)
    client.force_login(liaison)

    page = client.get(client.get(LANE).context["later_url"])
    assert page.context["registration"] == second
    page = client.get(page.context["later_url"])

    assert (page.context["left"], page.context["again"]) == (2, LANE)
    assert client.get(LANE).context["registration"] == first


def test_two_liaisons_in_the_lane_are_led_past_each_other_and_told_what_the_other_decided(liaison, client):
    first, second, third = wait(9), wait(5), wait(1)
    colleague, other = make_liaison(name="Noor"), Client()
    client.force_login(liaison)
    other.force_login(colleague)

    assert client.get(LANE).context["registration"] == first
    assert other.get(LANE).context["registration"] == second
    opened = as_opened(client, page_of(first), decision=APPROVED, note="", beside="")
    review_as(colleague, first, DECLINED, "Not now")
    page = client.post(page_of(first), opened, follow=True)

    assert page.context["registration"] == third  # the second is open to the colleague
    assert "Noor has decided on" in str(next(iter(page.context["messages"])))
    first.refresh_from_db()
    assert first.state == DECLINED
    OpenReview.objects.update(opened_at=timezone.now() - timedelta(hours=1))
    assert client.get(LANE).context["registration"] == second


@pytest.mark.django_db(transaction=True)
def test_two_who_open_the_lane_at_the_same_moment_read_two_people():
    people = [make_liaison(), make_liaison()]
    waiting = {wait(2).pk, wait(1).pk}

    opened = at_once(*[lambda reader=reader: Lane(reader).open_next(now=timezone.now()) for reader in people])

    assert {registration.pk for registration in opened} == waiting


def test_who_presses_twice_decides_once_and_is_told_of_no_colleague(client, liaison):
    waiting = wait(1)
    client.force_login(liaison)
    opened = as_opened(client, page_of(waiting), decision=APPROVED, note="", beside="")

    client.post(page_of(waiting), opened)
    page = client.post(page_of(waiting), opened, follow=True)

    assert Act.objects.filter(verb="review_registration").count() == 1
    assert page.context["undo"].said.startswith("You approved")
    assert not [*page.context["messages"]]


def test_a_note_for_colleagues_stays_beside_it_and_decides_nothing(client, liaison):
    waiting, noor = wait(1), make_liaison(name="Noor")
    client.force_login(liaison)
    path = page_of(waiting)
    typed = {"note": "Dear you", "beside": "I know their group.", "decision": "note"}

    page = client.post(path, as_opened(client, path, **typed))
    client.post(path, as_opened(client, path, **typed))

    assert page.context["form"]["note"].value() == "Dear you"  # nothing typed is lost
    assert ReviewNote.objects.get().text == "I know their group."
    database.refuses("registrations_a_note_says_something", database.change(ReviewNote.objects.get(), text="\u200b"))
    client.force_login(noor)
    for shown in (path, reverse("admin:registrations_registration_change", args=[waiting.pk])):
        assert "I know their group." in client.get(shown).content.decode()
    waiting.refresh_from_db()
    assert waiting.state == "submitted"


def test_the_lane_and_the_page_of_a_registration_cost_as_much_with_3_and_with_30_who_wait(client, liaison):
    client.force_login(liaison)
    noted = wait(99, offers=["wikidata", "budgeting"], wishes=["grants"], region="MENA", wikimedia_username="Amina")
    ReviewNote.objects.create(registration=noted, by=liaison, text="Yes", written_at=NOW)

    def cost(path, rows):
        while Registration.objects.count() < rows:
            wait(1, offers=["wikidata"], wishes=["grants"])
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        return len(queries)

    change = reverse("admin:registrations_registration_change", args=[noted.pk])
    few = [cost(path, 3) for path in (LANE, change)]

    assert few == [cost(path, 30) for path in (LANE, change)]
    assert max(few) <= 15, few


@pytest.mark.parametrize("decision", [APPROVED, CHANGED, DECLINED])
def test_undo_leaves_everything_as_it_was_and_nobody_is_told(client, liaison, decision, mailoutbox):
    waiting = wait(1)
    was = columns(waiting)
    client.force_login(liaison)

    page = decide(client, waiting, decision, "Dear you")
    assert 0 < page.context["undo"].seconds <= 10
    page = client.post(page.context["undo_url"], {"decision": page.context["undo"].decision}, follow=True)
    drain(now=timezone.now() + timedelta(hours=1))

    assert page.context["registration"] == waiting
    assert columns(waiting) == was
    assert not ReviewSnapshot.objects.exists() and not mailoutbox
    assert Letter.objects.get().state == "skipped"
    assert list(Act.objects.order_by("pk").values_list("verb", "was", "became")) == [
        ("review_registration", "submitted", decision),
        ("undo_review", decision, "submitted"),
    ]
    assert not ActReason.objects.filter(is_for_them=True).exists()


def test_undo_brings_back_the_review_before_with_its_note_and_the_letter_that_had_not_left(liaison, mailoutbox):
    waiting = wait(1)
    review_as(liaison, waiting, CHANGED, "Which group?")
    before = columns(waiting)
    later = NOW + timedelta(seconds=20)
    deciding.decide_anew(
        registration=Registration.objects.get(pk=waiting.pk),
        decision=RegistrationState.DECLINED,
        note="No group",
        by=liaison,
        now=later,
    )

    undo(liaison, waiting, later + timedelta(seconds=5))
    drain(now=later + timedelta(hours=1))

    assert columns(waiting) == before
    assert [message.subject for message in mailoutbox] == ["Please look at your registration once more"]


def test_an_email_that_a_decision_made_pointless_is_not_given_up_before_it_stands(liaison, mailoutbox, settings):
    settings.LETTERS_GATHER_FOR = timedelta(0)
    seconds = [NOW + timedelta(seconds=number) for number in range(20)]
    undone, declined = wait(1), wait(1)
    for person in (undone, declined):
        letters.owe(kind="registrations.handed_in", to=person.member, about=person, key=f"sent:{person.pk}", now=NOW)
        review_as(liaison, person, DECLINED, "No group")

    drain(now=seconds[2])
    undo(liaison, undone, seconds[4])
    drain(now=seconds[5])
    drain(now=NOW + LETTER_WAITS)

    subjects = {message.to[0]: message.subject for message in mailoutbox}
    assert Letter.objects.get(key=f"sent:{undone.pk}").state == "sent"
    assert Letter.objects.get(key=f"sent:{declined.pk}").state == "skipped"
    assert len(subjects) == len(mailoutbox) == 2


def test_the_letter_waits_for_as_long_as_one_can_undo(liaison, mailoutbox, settings):
    settings.LETTERS_GATHER_FOR = timedelta(0)
    review_as(liaison, wait(1))

    drain(now=NOW + LETTER_WAITS - timedelta(seconds=1))
    assert not mailoutbox
    drain(now=NOW + LETTER_WAITS)
    assert len(mailoutbox) == 1


def test_what_cannot_be_undone_is_refused_with_a_sentence(liaison, coordinator):
    waiting = wait(1)
    review_as(liaison, waiting)
    snapshot = ReviewSnapshot.objects.get()

    with pytest.raises(NotYours):
        deciding.undo(snapshot=snapshot, by=coordinator, now=NOW)
    with pytest.raises(UndoRefused, match="time to undo is over"):
        deciding.undo(snapshot=snapshot, by=liaison, now=NOW + LETTER_WAITS)
    Letter.objects.update(state="claimed", claimed_by="x" * 32, lease_until=NOW, gathering_since=None)
    with pytest.raises(UndoRefused, match="on its way"):
        deciding.undo(snapshot=snapshot, by=liaison, now=NOW)
    Letter.objects.update(state="queued", lease_until=None)
    deciding.undo(snapshot=snapshot, by=liaison, now=NOW)
    with pytest.raises(UndoRefused, match="does not stand any more"):
        deciding.undo(snapshot=snapshot, by=liaison, now=NOW)


@pytest.mark.parametrize(("seconds", "left"), [(0, 10), (0.2, 10), (3, 7), (9.5, 1), (10, 0), (60, 0), (-5, 10)])
def test_how_many_seconds_are_left(seconds, left):
    assert seconds_to_undo(NOW, now=NOW + timedelta(seconds=seconds)) == left


def test_what_an_approved_person_changed_is_accepted_in_the_lane_and_that_is_undone_too(client, liaison):
    changed = make_registration(changed_at=NOW + timedelta(days=1), version=2)
    was = columns(changed)
    client.force_login(liaison)

    page = decide(client, changed, APPROVED)
    assert page.context["undo"].said.startswith("You accepted the changes")
    client.post(UNDO, {"decision": page.context["undo"].decision})

    assert columns(changed) == was
    assert not Letter.objects.exists()


def test_whoever_has_not_agreed_is_read_with_that_said(client, liaison):
    waiting = wait(1, agrees=False)
    client.force_login(liaison)

    assert client.get(LANE).context["problems"]
    assert not Consent.objects.filter(member=waiting.member).exists()


def test_a_liaison_reads_and_undoes_nothing_of_another_region(client, other_liaison, liaison):
    waiting = wait(1)
    review_as(liaison, waiting, now=timezone.now())
    client.force_login(other_liaison)

    assert client.get(page_of(waiting)).status_code == 404
    client.post(UNDO, {"decision": ReviewSnapshot.objects.get().pk})
    assert make_coordinator()
    waiting.refresh_from_db()
    assert waiting.state == APPROVED


@pytest.mark.django_db(transaction=True)
class TestUndoAndTheTick:
    """At the same moment, over two connections: it is undone and never sent, or sent and the undoing refused."""

    @pytest.fixture
    def decided(self):
        waiting, reviewer = wait(1), make_liaison()
        review_as(reviewer, waiting)
        Letter.objects.update(due_at=NOW - timedelta(days=1))  # as if its time had come between two looks at the clock
        return ReviewSnapshot.objects.get(), reviewer

    def test_a_tick_in_the_middle_of_undoing_sends_nothing(self, decided, mailoutbox, monkeypatch):
        snapshot, reviewer = decided

        undone, _drained = in_the_middle(
            monkeypatch,
            acts,
            "record",
            of=lambda: deciding.undo(snapshot=snapshot, by=reviewer, now=NOW),
            does=lambda: drain(now=NOW),
        )

        assert undone.state == "submitted"
        assert (Letter.objects.get().state, len(mailoutbox)) == ("skipped", 0)

    def test_an_undo_in_the_middle_of_a_tick_is_refused_with_a_sentence(self, decided, mailoutbox, monkeypatch):
        snapshot, reviewer = decided

        _drained, refused = in_the_middle(
            monkeypatch,
            draining,
            "prepare",
            of=lambda: drain(now=NOW),
            does=lambda: deciding.undo(snapshot=snapshot, by=reviewer, now=NOW),
            refusals=(UndoRefused,),
        )

        assert "on its way" in str(refused)
        assert Registration.objects.get().state == APPROVED
        assert (Letter.objects.get().state, len(mailoutbox)) == ("sent", 1)

    def test_begun_together_they_never_both_happen(self, decided, mailoutbox):
        snapshot, reviewer = decided

        undone, _drained = at_once(
            lambda: deciding.undo(snapshot=snapshot, by=reviewer, now=NOW),
            lambda: drain(now=NOW),
            refusals=(UndoRefused,),
        )

        is_sent = len(mailoutbox) == 1
        assert is_sent == isinstance(undone, UndoRefused)
        assert Registration.objects.get().state == (APPROVED if is_sent else "submitted")
