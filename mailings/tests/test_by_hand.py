"""What people decide about letters."""

import pytest

from letsconnect.base.models import Act
from mailings import kinds
from mailings.domain.letters import CannotSendAgain, LetterState, NotForAPerson
from mailings.ledger.by_hand import forget_recipient, mark_as_sent, send_again
from mailings.ledger.draining import drain
from mailings.ledger.suppressing import lift_suppression
from mailings.models import Letter, Suppression
from mailings.tests.factories import make_kind, make_letter
from registrations.tests.factories import NOW, make_member

pytestmark = pytest.mark.django_db


def parked(state=LetterState.UNCERTAIN, **given):
    letter = make_letter(**given)
    Letter.objects.filter(pk=letter.pk).update(state=state, tries=1, reason="because", claimed_by="old")
    letter.refresh_from_db()
    return letter


def test_an_uncertain_letter_that_arrived_is_marked_as_sent_and_that_is_logged(coordinator):
    letter = mark_as_sent(letter=parked(), by=coordinator, now=NOW)

    assert (letter.state, letter.sent_at) == (LetterState.SENT, NOW)
    act = Act.objects.get(verb="mark_letter_as_sent")
    assert (act.actor, act.object_id, act.was, act.became) == (coordinator, letter.pk, "uncertain", "sent")


@pytest.mark.parametrize("state", [LetterState.UNCERTAIN, LetterState.FAILED])
def test_an_uncertain_or_failed_letter_is_sent_again_under_its_message_id(coordinator, mailoutbox, state):
    letter = send_again(letter=parked(state), by=coordinator, now=NOW)

    assert (letter.state, letter.tries, letter.reason) == (LetterState.QUEUED, 0, "")
    assert drain(now=NOW) == {"sent": 1}
    assert mailoutbox[0].extra_headers["Message-ID"] == letter.message_id
    assert Act.objects.filter(verb="send_letter_again", was=state.value, became="queued").exists()


@pytest.mark.parametrize("decide", [mark_as_sent, send_again])
def test_two_people_with_the_same_letter_on_screen_decide_once(coordinator, decide):
    stale = parked()
    decide(letter=Letter.objects.get(pk=stale.pk), by=coordinator, now=NOW)

    with pytest.raises(NotForAPerson):
        decide(letter=stale, by=coordinator, now=NOW)
    assert Act.objects.filter(object_type="mailings.letter").count() == 1


def test_a_letter_on_its_way_is_nobodys_to_decide(coordinator):
    with pytest.raises(NotForAPerson):
        send_again(letter=make_letter(), by=coordinator, now=NOW)


def test_a_letter_whose_text_was_never_kept_cannot_be_sent_again(coordinator, monkeypatch):
    letter = parked(LetterState.FAILED)
    monkeypatch.setattr(kinds, "_kinds", {})

    with pytest.raises(CannotSendAgain):
        send_again(letter=letter, by=coordinator, now=NOW)


def test_forgetting_a_person_empties_their_letters_and_the_ledger_still_adds_up(coordinator):
    member, kind = make_member(email="ana@example.org"), make_kind()
    owed = make_letter(kind=kind, to=member)
    done = parked(kind=kind, to=member)
    other = make_letter(kind=kind)

    assert forget_recipient(member=member, now=NOW) == 2

    for letter in (owed, done, other):
        letter.refresh_from_db()
    assert (owed.state, owed.address, done.address) == (LetterState.SKIPPED, "", "")
    assert (other.state, other.address) == (LetterState.QUEUED, other.member.email)
    assert not Letter.objects.filter(address="ana@example.org").exists()
    assert Letter.objects.tally()["written"] == 3


def test_lifting_a_suppression_is_logged_once(coordinator):
    Suppression.objects.suppress(["ana@example.org"], source="bounce", now=NOW)
    suppression = Suppression.objects.get()

    for _ in range(2):
        lift_suppression(suppression=suppression, reason="It was mended.", by=coordinator, now=NOW)

    assert not Suppression.objects.of("ana@example.org").exists()
    assert Act.objects.filter(verb="lift_suppression").count() == 1
