"""A closed account: what ends, which doors stay shut, what the others are told, and what opening it brings back."""

from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from clinics.domain.clinics import ClinicClosed
from clinics.models import Rsvp
from clinics.seats.rsvps import rsvp
from clinics.tests.factories import make_clinic
from letsconnect.base.links import sign
from letsconnect.base.models import Act, ActReason, SecurityEvent
from letsconnect.desk import WorkingGroupSite
from mailings.ledger import letters
from mailings.ledger.preparing import NotOwed, prepare, read_facts
from mailings.models import Letter
from matching.domain.matches import MatchState, PersonNotReady
from matching.inputs import loading as facts
from matching.matches.sweeps import close_fallen
from matching.models import CalendarFeed, Match, Session, SharerRequest
from matching.rounds.reviews import approve_match
from matching.sessions import feeds
from matching.tests.factories import make_match, make_request
from matching.tests.session_factories import make_session
from registrations.accounts import closing
from registrations.accounts.signing_in import check_open
from registrations.domain.registrations import (
    AccountClosed,
    ClaimRefused,
    ClosedMeanwhile,
    LastCoordinator,
    NotYours,
    RegistrationError,
    RegistrationState,
    SeatRole,
)
from registrations.models import Member, Registration
from registrations.oldform import claims
from registrations.oldform.claim_links import claim_link
from registrations.participation.inactivity import registration_asked
from registrations.participation.inactivity_emails import PURPOSE
from registrations.seats import appointing
from registrations.tests.factories import (
    NOW,
    make_coordinator,
    make_liaison,
    make_member,
    make_registration,
)
from trust.models import TrustSeat
from trust.seats.appointing import appoint_to_trust_team

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def close(member, *, by=None, reason="They asked the liaison for it.", now=NOW):
    closed = closing.close_account(member=member, reason=reason, by=by or make_coordinator(), now=now)
    member.refresh_from_db()
    return closed


def reopen(member, *, by=None):
    closing.reopen_account(member=member, reason="", by=by or make_coordinator(), now=LATER)
    member.refresh_from_db()


def test_matches_hours_and_requests_end_and_those_who_were_asked_are_told_kindly():
    learner = make_registration(wishes=["wikidata"])
    states = (MatchState.PROPOSED, MatchState.APPROVED, MatchState.ASKED, MatchState.CONNECTED)
    matches = [make_match(state, learner=learner, skill=f"skill-{state}") for state in states]
    session = make_session(match=matches[3], starts_at=NOW + timedelta(days=3))
    asked_by_them, by = make_request(learner=learner, place=1), make_coordinator()

    close(learner.member, by=by)

    assert not Match.objects.live().filter(learner=learner).exists()
    ended = list(Match.objects.filter(learner=learner).order_by("pk").values_list("state", "closed_by"))
    assert ended == [*[(MatchState.WITHDRAWN, by.pk)] * 3, (MatchState.ENDED, by.pk)]
    told = Letter.objects.filter(kind__startswith="matching.closed").values_list("member", flat=True)
    assert set(told) == {match.sharer.member_id for match in matches[2:]}
    assert Session.objects.get(pk=session.pk).state == "cancelled"
    assert SharerRequest.objects.get(pk=asked_by_them.pk).state == "withdrawn"


def test_a_place_at_a_clinic_goes_to_who_waits_longest():
    clinic, member, waiting = make_clinic(capacity=1), make_member(), make_member()
    for person in (member, waiting):
        rsvp(clinic=clinic, member=person, by=person, now=NOW)

    close(member)

    states = dict(Rsvp.objects.values_list("member", "state"))
    assert states == {member.pk: "cancelled", waiting.pk: "going"}
    assert Letter.objects.filter(kind="clinics.moved_up", member=waiting).exists()
    with pytest.raises(ClinicClosed):
        rsvp(clinic=clinic, member=member, by=member, now=LATER)


def test_seats_end_at_once_and_do_not_come_back_with_the_account():
    by, member = make_coordinator(), make_liaison("MENA")
    appointing.appoint(
        member=member, role=SeatRole.LIAISON, region="SSA", from_on=NOW.date() + timedelta(days=9), by=by, now=NOW
    )
    appoint_to_trust_team(member=member, by=by, now=NOW - timedelta(days=2))

    close(member, by=by)
    reopen(member, by=by)

    for day in (0, 1, 9, 30):
        on = NOW.date() + timedelta(days=day)
        assert not member.seats.current(on=on).exists()
        assert not TrustSeat.objects.current(on=on).of(member).exists()


def test_the_last_coordinator_cannot_be_closed_and_nothing_ends():
    member = make_coordinator()
    match = make_match(MatchState.CONNECTED, learner=make_registration(member=member), approved_by=make_coordinator())
    for other in Member.objects.exclude(pk=member.pk):
        other.seats.all().delete()

    with pytest.raises(LastCoordinator), transaction.atomic():
        closing.close_for_trust_team(member=member, now=NOW)

    member.refresh_from_db()
    assert member.is_active
    assert Match.objects.live().filter(pk=match.pk).exists()


def test_only_coordinators_close_and_open_and_nobody_their_own():
    member, by = make_member(), make_coordinator()
    for other in (make_liaison("MENA"), make_member(), member):
        with pytest.raises(NotYours):
            close(member, by=other)
    with pytest.raises(NotYours):
        close(by, by=by)
    with pytest.raises(RegistrationError, match="reason"):
        close(member, by=by, reason="  ")
    close(member, by=by)
    for other in (make_liaison("MENA"), make_member()):
        with pytest.raises(NotYours):
            reopen(member, by=other)
    ended = make_coordinator()
    stale = Member.objects.get(pk=ended.pk)
    assert stale.is_coordinator  # remembered by the object; the action looks again
    ended.seats.all().delete()
    with pytest.raises(NotYours):
        reopen(member, by=stale)


def test_closing_twice_and_opening_twice_change_nothing():
    member, by = make_member(), make_coordinator()

    for _time in range(2):
        close(member, by=by)
    assert Act.objects.filter(verb="close_account").count() == 1
    for _time in range(2):
        reopen(member, by=by)
    assert Act.objects.filter(verb="reopen_account").count() == 1
    assert list(SecurityEvent.objects.order_by("pk").values_list("kind", "by", "detail")) == [
        ("account_closed", by.pk, "desk"),
        ("account_reopened", by.pk, "desk"),
    ]


def test_an_erased_account_is_neither_closed_nor_opened():
    member = make_member(erased_at=NOW, is_active=False, email=None)

    for act in (close, reopen):
        with pytest.raises(ClosedMeanwhile):
            act(member)


def test_a_session_ends_for_good():
    member, browser = make_member(), Client()
    browser.force_login(member)
    page = reverse("registrations:my-data")
    assert browser.get(page).status_code == 200

    close(member)

    assert browser.get(page).status_code == 302
    reopen(member)
    assert browser.get(page).status_code == 302


def test_a_sign_in_that_was_under_way_while_the_account_closed_opens_nothing_later():
    member, browser = make_member(), Client()
    stale = Member.objects.get(pk=member.pk)
    close(member)
    session = browser.session
    browser.force_login(make_member())
    session = browser.session
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(stale.pk), stale.get_session_auth_hash()
    session.save()

    reopen(member)

    assert browser.get(reverse("registrations:my-data")).status_code == 302


def test_no_door_opens(client):
    member = make_registration().member
    EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
    secret = feeds.make_feed(member=member, by=member, now=NOW)
    token = sign(PURPOSE, member.registration.pk)
    imported = make_registration(source="import", state="submitted", imported_address="x@example.org")
    link = claim_link(claims.invite_to_claim(registration=imported, by=make_coordinator(), now=NOW))

    close(member)

    with pytest.raises(AccountClosed):
        check_open(member)  # what the code and the wiki's door ask
    with pytest.raises(ClaimRefused):
        claims.claim_by_link(token=link.rstrip("/").rsplit("/", 1)[1], member=member, now=NOW)
    assert claims.claim_by_address(member=member, now=NOW) is None
    assert client.get(reverse("calendar-feed-file", args=[secret])).status_code == 404
    assert registration_asked(member.registration.pk) is None
    assert client.get(reverse("registrations:still-in", args=[token])).status_code == 410
    assert not CalendarFeed.objects.filter(member=member).exists()
    reopen(member)
    assert client.get(reverse("calendar-feed-file", args=[secret])).status_code == 404


def test_no_letter_that_waits_in_the_queue_goes_out():
    member = make_member()
    letters.owe(kind="registrations.approved", to=member, about=make_registration(), key="one", now=NOW)
    close(member)

    letter = Letter.objects.select_related("member").get(key="one")
    with pytest.raises(NotOwed, match="closed"):
        prepare(letter, read_facts([letter], now=NOW), now=NOW)


def test_a_closed_account_is_nowhere_matched_found_reviewed_or_mailed():
    person = make_registration(offers=["wikidata"], is_findable=True)
    waiting = make_registration(state=RegistrationState.SUBMITTED)
    request = make_request(sharer=person)
    close(person.member)
    close(waiting.member)
    on = NOW.date()

    assert person.pk not in facts.load(now=NOW).registrations
    assert not Registration.objects.findable_by(make_member(), on=on).exists()
    assert not SharerRequest.objects.open().filter(pk=request.pk).exists()
    assert not Registration.objects.in_review_queue().filter(pk=waiting.pk).exists()
    assert not Registration.objects.waiting_for_review().filter(pk=waiting.pk).exists()
    assert not Registration.objects.lacking_consents(on=on).exists()
    assert not Registration.objects.owed_still_in(on=on + timedelta(days=400)).filter(pk=person.pk).exists()
    reopen(person.member)
    assert person.pk in facts.load(now=NOW).registrations


def test_a_proposal_stored_while_the_account_was_being_closed_is_swept_away_and_never_asked():
    person = make_registration(offers=["wikidata"])
    close(person.member)
    match = make_match(MatchState.PROPOSED, sharer=person)

    with pytest.raises(PersonNotReady):
        approve_match(match=match, by=make_coordinator(), now=NOW)
    assert match not in Match.objects.live()
    assert close_fallen(NOW) == 1
    match.refresh_from_db()
    assert match.state == MatchState.WITHDRAWN


def test_the_reason_of_a_coordinator_is_in_the_log_and_erasable_and_the_trust_teams_is_not_there():
    by, one, other = make_coordinator(), make_registration().member, make_registration().member
    match = make_match(MatchState.CONNECTED, learner=other.registration)

    close(one, by=by, reason="Spam.")
    closing.close_for_trust_team(member=other, now=NOW)

    assert ActReason.objects.get(act__verb="close_account").text == "Spam."
    act = Act.objects.on(other).get(verb="close_account")
    assert (act.actor, act.became, hasattr(act, "reason")) == (None, "trust", False)
    ended = Act.objects.on(match).get()
    assert (ended.actor, hasattr(ended, "reason")) == (None, False)


def test_what_the_trust_team_closed_only_they_open():
    by, member = make_coordinator(), make_member()
    close(member, by=by)
    closing.close_for_trust_team(member=member, now=NOW)
    close(member, by=by)

    member.refresh_from_db()
    assert member.closed_by == "trust"
    with pytest.raises(NotYours):
        reopen(member, by=by)
    closing.reopen_for_trust_team(member=member, now=LATER)
    member.refresh_from_db()
    assert (member.is_active, member.closed_at, member.closed_by) == (True, None, "")
    close(member, by=by)
    with pytest.raises(NotYours):
        closing.reopen_for_trust_team(member=member, now=LATER)


@pytest.mark.parametrize(
    ("rule", "columns"),
    [
        ("registrations_closed_account_says_by_whom", {"closed_at": NOW, "is_active": False}),
        ("registrations_closed_account_says_by_whom", {"closed_by": "desk", "is_active": False}),
        ("registrations_closed_account_is_not_active", {"closed_at": NOW, "closed_by": "desk"}),
    ],
)
def test_the_database_refuses_an_account_that_is_half_closed(rule, columns):
    member = make_member()

    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Member.objects.filter(pk=member.pk).update(**columns)


def test_a_coordinator_closes_and_opens_at_the_desk(client):
    by, member = make_coordinator(), make_registration().member
    account = reverse("admin:registrations_member_change", args=[member.pk])
    shut, again = (reverse(f"admin:registrations_member_{step}", args=[member.pk]) for step in ("close", "reopen"))
    with time_machine.travel(NOW, tick=False):
        client.force_login(by)
        assert shut in client.get(account).content.decode()
        assert "goes to those who wait" not in client.get(account).content.decode()
        assert "Their matches and agreed sessions end" in client.get(shut).content.decode()
        assert client.post(shut, {"reason": " "}).status_code == 422
        assert client.post(shut, {"reason": "Spam."}).status_code == 302
        page = client.get(account).content.decode()
        assert again in page and shut not in page
        history = client.get(reverse("admin:registrations_member_history", args=[member.pk])).content.decode()
        assert "Spam." in history
        client.post(again, {"reason": "A mistake."})
    member.refresh_from_db()
    assert member.is_active


def test_a_closed_member_of_the_working_group_has_no_desk(rf):
    member = make_liaison("MENA")
    close(member)

    request = rf.get("/")
    request.user = Member.objects.get(pk=member.pk)
    assert not WorkingGroupSite().has_permission(request)
    assert (request.user.is_staff, request.user.seat_roles) == (False, frozenset())
