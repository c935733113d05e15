"""Every decision can be taken back: what follows is said first, and the person is told kindly."""

import random
from datetime import timedelta
from functools import partial

import pytest
from django.urls import reverse

from clinics.seats.rsvps import rsvp
from clinics.tests.factories import make_clinic
from letsconnect.base.models import Act, ActReason
from letsconnect.tests.opened import as_opened
from mailings.ledger import letters
from mailings.ledger.draining import drain
from mailings.models import Letter
from matching.matches.sweeps import close_fallen
from matching.tests.factories import make_match
from matching.tests.session_factories import make_session
from registrations.domain.registrations import MoveNotAllowed, NotYours, RegistrationError, RegistrationState
from registrations.domain.reviews import LETTER_WAITS, check_change_of_decision
from registrations.models import Registration, ReviewSnapshot
from registrations.review import deciding
from registrations.review.follows import follows
from registrations.tests.factories import NOW, make_coordinator, make_registration

pytestmark = pytest.mark.django_db
DECIDED = ("approved", "needs_changes", "declined")
LATER = NOW + timedelta(days=3)


def decided(state, **fields):
    reviewed = {"reviewed_at": NOW, "review_note": "Before"}
    return make_registration(state=state, **(reviewed if state in DECIDED else {}), **fields)


def anew(member, registration, decision, note="We were wrong", now=LATER):
    return deciding.decide_anew(
        registration=registration, decision=RegistrationState(decision), note=note, by=member, now=now
    )


def decide_url(decision, registration):
    return f"{reverse('admin:registrations_registration_decide', args=[decision])}?id={registration.pk}"


@pytest.mark.parametrize("was", RegistrationState.values)
@pytest.mark.parametrize("becomes", RegistrationState.values)
def test_each_decision_can_be_taken_back_for_each_other_and_nothing_else(was, becomes):
    if was in DECIDED and becomes in DECIDED and was != becomes:
        check_change_of_decision(was, becomes)
    else:
        with pytest.raises(MoveNotAllowed):
            check_change_of_decision(was, becomes)


@pytest.mark.parametrize("was", DECIDED)
@pytest.mark.parametrize("becomes", DECIDED)
def test_the_person_is_told_kindly_in_their_language_with_the_reason(liaison, mailoutbox, was, becomes):
    if was == becomes:
        return
    registration = decided(was)
    registration.member.speak("es")

    anew(liaison, registration, becomes)
    drain(now=LATER + timedelta(minutes=1))

    registration.refresh_from_db()
    assert (registration.state, registration.reviewed_by, registration.review_note) == (
        becomes,
        liaison,
        "We were wrong",
    )
    assert "We were wrong" in mailoutbox[0].body
    assert Letter.objects.get().kind == "registrations.decided_anew"
    act = Act.objects.get(verb="decide_anew")
    assert (act.was, act.became, act.reason.text, act.reason.is_for_them) == (was, becomes, "We were wrong", True)


def test_whoever_has_not_read_of_the_first_decision_is_told_of_the_second_only(liaison, mailoutbox):
    registration = decided("submitted")
    deciding.review(
        registration=registration, decision=RegistrationState.DECLINED, note="No group", by=liaison, now=LATER
    )

    anew(liaison, Registration.objects.get(pk=registration.pk), "approved", now=LATER + timedelta(seconds=30))
    drain(now=LATER + timedelta(hours=1))

    assert [message.subject for message in mailoutbox] == ["Your registration is approved"]
    assert "We were wrong" in mailoutbox[0].body


def letter_of(start, stack):
    """Return the kind of letter and the reason that follow from what stands in the end."""
    if not stack or start == stack[-1][0] == "approved":
        return []
    decision, note = stack[-1]
    return [("registrations.decided_anew" if start in DECIDED else f"registrations.{decision}", note)]


@pytest.mark.parametrize("quiet", [0, 60])
def test_whatever_is_decided_and_undone_within_seconds_they_get_the_email_of_what_stands_in_the_end(
    liaison, mailoutbox, settings, quiet
):
    settings.LETTERS_GATHER_FOR = timedelta(seconds=quiet)
    expected = {}
    for seed in range(12):
        chance, stack = random.Random(seed), []
        start = chance.choice(["submitted", *DECIDED])
        told = {} if start == "submitted" else {"reviewed_at": NOW - timedelta(days=9), "review_note": "Long ago"}
        registration = make_registration(state=start, **told)
        for second in range(chance.randint(2, 10)):
            now, row = NOW + timedelta(seconds=second), Registration.objects.get(pk=registration.pk)
            if stack and chance.random() < 0.45:
                stack.pop()
                deciding.undo(snapshot=ReviewSnapshot.objects.latest_of(row), by=liaison, now=now)
                continue
            decision = RegistrationState(chance.choice([each for each in DECIDED if each != row.state]))
            stack.append((decision, f"Reason {seed}.{second}."))
            deciding.decide(registration=row, decision=decision, note=stack[-1][1], by=liaison, now=now)
        expected[registration.pk] = letter_of(start, stack)

    drain(now=NOW + timedelta(minutes=5))

    sent = {key: [] for key in expected}
    for letter in Letter.objects.filter(state="sent").order_by("pk"):
        note = Registration.objects.get(pk=letter.about_id).review_note
        sent[letter.about_id].append((letter.kind, note))
    assert sent == expected
    assert all(
        sum(note in message.body for message in mailoutbox) == 1 for [(_kind, note)] in filter(None, sent.values())
    )
    assert not Letter.objects.exclude(state__in=["sent", "skipped"]).exists()


def test_who_is_approved_and_reads_of_nothing_else_gets_no_email_and_the_page_says_so(client, liaison, mailoutbox):
    registration = make_registration(state="approved")
    decide_as = partial(deciding.decide_anew, by=liaison)
    decide_as(registration=registration, decision=RegistrationState.DECLINED, note="Wrong row", now=NOW)
    declined = Registration.objects.get(pk=registration.pk)

    sentences = follows(declined, becomes=RegistrationState.APPROVED, now=NOW)
    decide_as(
        registration=declined, decision=RegistrationState.APPROVED, note="a mistake", now=NOW + timedelta(seconds=20)
    )
    drain(now=NOW + timedelta(hours=1))

    assert sentences[-1].startswith("They get no email")
    assert not mailoutbox
    assert not ActReason.objects.get(text="a mistake").is_for_them


def test_what_has_changed_since_the_page_was_opened_is_not_taken_back(client, liaison, coordinator):
    registration = decided("approved")
    stale = Registration.objects.get(pk=registration.pk)
    client.force_login(liaison)
    url = decide_url("declined", registration)
    opened = as_opened(client, url, id=registration.pk, note="Not any more")
    anew(coordinator, registration, "needs_changes")

    with pytest.raises(MoveNotAllowed, match="look again"):
        anew(liaison, stale, "declined")
    page = client.post(url, opened)

    assert page.status_code == 422
    assert page.context["form"]["note"].value() == "Not any more"
    registration.refresh_from_db()
    assert registration.state == "needs_changes"


@pytest.mark.parametrize("note", ["", "  ", "\u200b"])
def test_a_decision_is_taken_back_with_a_reason_only(liaison, note):
    with pytest.raises(RegistrationError, match="Please say why"):
        anew(liaison, decided("declined"), "approved", note)


def test_nobody_takes_back_what_another_region_decided(other_liaison):
    with pytest.raises(NotYours):
        anew(other_liaison, decided("approved"), "declined")


@pytest.fixture
def busy():
    """Somebody with a connected match and its hour, a match proposed in a round, and a seat at a clinic."""
    registration = decided("approved")
    match = make_match("connected", learner=registration)
    make_session(match=match, starts_at=LATER + timedelta(days=9))
    make_match("proposed", sharer=registration)
    clinic = make_clinic(starts_at=LATER + timedelta(days=20))
    rsvp(clinic=clinic, member=registration.member, by=registration.member, now=LATER)
    return registration


@pytest.mark.parametrize(
    ("becomes", "said"),
    [
        ("declined", ["1 match ends", "1 agreed session is cancelled", "1 match of Round", "1 seat at a clinic stays"]),
        ("needs_changes", ["1 match goes on", "1 agreed session stays", "1 match of Round", "1 seat at a clinic"]),
    ],
)
def test_what_follows_is_said_before_and_is_what_comes_true(client, liaison, busy, becomes, said):
    client.force_login(liaison)

    sentences = follows(busy, becomes=RegistrationState(becomes), now=LATER)
    page = client.get(decide_url(becomes, busy)).context["follows"]

    assert all(any(sentence.startswith(text) for sentence in sentences) for text in said), sentences
    assert sentences[-1] == page[-1] == "They get an email in their language, with your reason."
    assert any(sentence.startswith(said[0]) for sentence in page)
    anew(liaison, busy, becomes)
    assert close_fallen(LATER + LETTER_WAITS - timedelta(seconds=1)) == 0  # it can still be undone
    assert close_fallen(LATER + LETTER_WAITS) == (2 if becomes == "declined" else 0)


def test_the_page_of_a_registration_offers_what_can_be_decided_and_then_undone(client, liaison):
    registration = decided("declined")
    change = reverse("admin:registrations_registration_change", args=[registration.pk])
    client.force_login(liaison)

    assert [decision for decision, _label in client.get(change).context["decisions"]] == ["approved", "needs_changes"]
    url = decide_url("approved", registration)
    page = client.post(url, as_opened(client, url, id=registration.pk, note="There is a group"), follow=True)
    assert page.context["undo"].said.startswith("You approved")
    client.post(page.context["undo_url"], {"decision": page.context["undo"].decision})

    registration.refresh_from_db()
    assert (registration.state, registration.review_note, registration.reviewed_at) == ("declined", "Before", NOW)


def test_an_email_to_the_other_of_a_match_waits_until_a_decision_stands(liaison):
    """It depends on two registrations: while either is declined only for the seconds of undo, nothing is given up."""
    match = make_match("connected")
    letters.owe(kind="matching.connected_learner", to=match.learner.member, about=match, key="theirs", now=NOW)
    deciding.decide_anew(
        registration=match.sharer, decision=RegistrationState.DECLINED, note="No group", by=make_coordinator(), now=NOW
    )

    drain(now=NOW + timedelta(seconds=1))
    assert (Letter.objects.get(key="theirs").state, Letter.objects.get(key="theirs").due_at) == (
        "queued",
        NOW + LETTER_WAITS,
    )
    drain(now=NOW + LETTER_WAITS)
    assert Letter.objects.get(key="theirs").state == "skipped"
