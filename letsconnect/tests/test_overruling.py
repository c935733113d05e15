"""Whose decision somebody else of the working group changes reads it at the desk and in one email, once."""

from datetime import timedelta

import pytest
from django.urls import reverse

from letsconnect.base import acts
from letsconnect.tests.database import change, refuses
from mailings.ledger.draining import drain
from mailings.models import Letter
from matching.domain.matches import MatchState
from matching.rounds.reviews import approve_match, refuse_match
from matching.rounds.rounds import cancel_round
from matching.rounds.rules import exclude_pair, lift_exclusion
from matching.tests.factories import make_match, make_round
from registrations.models import OverruledDecision
from registrations.review.deciding import review
from registrations.seats.appointing import end_seat
from registrations.seats.overruling import note_overruled
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_registration

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(minutes=1)
PAGE = "admin:registrations_workinggroupseat_overruled"


def overrule(match, *, by, note="Same office."):
    refuse_match(match=match, why="other", note=note, by=by, now=NOW)


def test_who_approved_hears_once_that_another_refused_and_why(client, mailoutbox):
    liaison, coordinator = make_liaison("MENA", language="fr"), make_coordinator(name="Amina")
    matches = [make_match(), make_match(), make_match()]
    for match in matches:
        approve_match(match=match, by=liaison, now=NOW)
    for match in matches[:2]:
        overrule(match, by=coordinator)
    overrule(matches[2], by=liaison)  # their own: nobody tells them

    assert [note_overruled(LATER), note_overruled(LATER)] == [2, 0]
    noted = OverruledDecision.objects.first()
    refuses("registrations_overruled_by_another_act", change(noted, own_act=noted.by))
    noted.pk = None
    refuses("registrations_overruled_is_told_once", noted.save)
    drain(now=LATER + timedelta(hours=1))
    drain(now=LATER + timedelta(hours=2))

    (letter,) = mailoutbox
    assert letter.to == [liaison.email] and "Amina" in letter.body and letter.body.count("Same office.") == 2
    assert "Somebody" not in letter.subject  # it is in their language
    client.force_login(liaison)
    page = client.get(reverse(PAGE)).content.decode()
    assert page.count("Same office.") == 2 and str(matches[0]) in page and str(matches[2]) not in page
    client.post(reverse(PAGE))
    assert not OverruledDecision.objects.unread(liaison).exists()
    client.force_login(coordinator)
    assert "Same office." not in client.get(reverse(PAGE)).content.decode()


def test_who_approved_in_a_round_that_is_cancelled_hears_of_it_once_and_the_two_people_nothing(client, mailoutbox):
    coordinator, liaison, other, later_refused = make_coordinator(), *(make_liaison("MENA") for _ in range(3))
    round_ = make_round("proposed")
    matches = [make_match(round=round_) for _ in range(4)]
    for match in matches[:2]:
        approve_match(match=match, by=liaison, now=NOW)
    approve_match(match=matches[2], by=coordinator, now=NOW)
    half = make_match(round=round_, sharer=make_registration(region="SA"))
    approve_match(match=half, by=other, now=NOW)
    approve_match(match=matches[3], by=later_refused, now=NOW)
    overrule(matches[3], by=later_refused)

    cancel_round(round_=round_, by=coordinator, now=NOW)

    assert [note_overruled(LATER), note_overruled(LATER)] == [2, 0]
    drain(now=LATER + timedelta(hours=1))
    assert {message.to[0] for message in mailoutbox} == {liaison.email, other.email} and len(mailoutbox) == 2
    assert str(round_) in mailoutbox[0].body
    client.force_login(liaison)
    page = client.get(reverse(PAGE)).content.decode()
    assert reverse("admin:matching_round_change", args=[round_.pk]) in page and "cancelled the round" in page


def test_nobody_hears_of_it_after_their_seat_has_ended_or_of_another_region(client):
    coordinator, match = make_coordinator(), make_match()
    gone, moved, there = make_liaison("MENA"), make_liaison("MENA"), make_liaison("MENA")
    for liaison in (gone, moved, there):
        acts.record(by=liaison, verb="approve_match", on=match, now=NOW)
    for liaison in (gone, moved):
        end_seat(seat=liaison.seats.get(), until_on=NOW.date(), by=coordinator, now=NOW)
    moved.seats.create(role="liaison", region="LAC", from_on=NOW.date())
    overrule(match, by=coordinator)

    assert note_overruled(LATER) == 1
    assert [letter.member for letter in Letter.objects.filter(kind="registrations.overruled")] == [there]


def test_the_portals_own_acts_and_first_decisions_are_told_to_nobody():
    match, liaison = make_match(), make_liaison("MENA")
    approve_match(match=match, by=liaison, now=NOW)
    acts.record(by=None, verb="refuse_match", on=match, now=NOW)
    registration = make_registration(state="submitted")
    review(registration=registration, decision="needs_changes", note="Your group?", by=liaison, now=NOW)
    registration.state = "submitted"  # they have answered
    registration.save(update_fields=["state"])
    review(registration=registration, decision="approved", note="", by=make_coordinator(), now=NOW)

    assert note_overruled(LATER) == 0


def test_the_last_who_decided_on_a_registration_hears_of_it_unless_it_was_undone():
    first, second, third = make_liaison("MENA"), make_liaison("MENA"), make_coordinator()
    registration = make_registration(state="submitted")
    review(registration=registration, decision="approved", note="", by=first, now=NOW)
    change = {"verb": "decide_anew", "on": registration, "now": NOW, "was": "approved", "became": "declined"}
    acts.record(by=second, **change, reason="It is a robot.")
    acts.record(by=third, **change)
    acts.record(by=third, verb="undo_review", on=registration, now=NOW)

    assert note_overruled(NOW) == 0  # it may be undone yet
    assert note_overruled(LATER) == 1
    told = OverruledDecision.objects.get()
    assert (told.member, told.by.actor) == (first, second)


def test_who_kept_two_apart_hears_that_another_lifted_it():
    liaison, match = make_liaison("MENA"), make_match(MatchState.PROPOSED)
    exclusion = exclude_pair(person=match.learner, other=match.sharer, reason="So.", by=liaison, now=NOW)
    lift_exclusion(exclusion=exclusion, why="They made up.", by=make_coordinator(), now=NOW)

    assert note_overruled(LATER) == 1
    assert OverruledDecision.objects.get().member == liaison
