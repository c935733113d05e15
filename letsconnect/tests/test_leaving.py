"""Pausing, being away, coming back, withdrawing, blocking: what ends, who is told, what goes on; and at once."""

from datetime import timedelta

import pytest

from clinics.domain.clinics import ClinicClosed, ClinicError
from clinics.models import Clinic, Rsvp
from clinics.seats import rsvps
from clinics.seats.rsvps import rsvp
from clinics.tests.factories import make_clinic
from letsconnect.base.models import Act
from letsconnect.tests.at_once import at_once, in_the_middle
from mailings.models import Letter
from matching.domain.matches import ClosedWhy, MatchingError, MatchState
from matching.matches.answering import accept_match, withdraw_from_match
from matching.models import Match
from matching.tests.factories import make_match
from registrations import events
from registrations.domain.registrations import (
    MoveNotAllowed,
    NotYetPossible,
    RegistrationError,
    RegistrationState,
    Step,
)
from registrations.models import Block, Member, Registration
from registrations.participation import blocking, pausing
from registrations.privacy import erasing
from registrations.review import deciding
from registrations.tests.factories import NOW, make_coordinator, make_member, make_registration

TODAY = NOW.date()
LATER = TODAY + timedelta(days=40)


def world(*states):
    """A learner with one match in each state, each with a sharer of its own."""
    learner = make_registration(wishes=["wikidata"], can_learn_from=5)
    matches = {state: make_match(state, learner=learner, skill=f"skill-{state}") for state in states}
    return learner.member, matches


def told():
    return set(Letter.objects.filter(kind__startswith="matching.closed").values_list("member", flat=True))


def states(matches):
    return {was: Match.objects.get(pk=match.pk).state for was, match in matches.items()}


ALL = ("proposed", "approved", "asked", "connected")


def test_withdrawing_ends_every_match_and_tells_only_those_who_were_asked(db):
    member, matches = world(*ALL)

    pausing.withdraw_registration(member=member, leaves_clinics=False, by=member, now=NOW)

    assert states(matches) == {
        "proposed": "withdrawn",
        "approved": "withdrawn",
        "asked": "withdrawn",
        "connected": "ended",
    }
    assert told() == {matches["asked"].sharer.member_id, matches["connected"].sharer.member_id}
    assert set(Match.objects.values_list("closed_why", "closed_by")) == {(ClosedWhy.LEFT, member.pk)}
    assert Registration.objects.get(member=member).state == RegistrationState.WITHDRAWN


def test_withdrawing_twice_changes_nothing_and_a_declined_one_cannot(db):
    member, _ = world("asked")
    for _ in range(2):
        pausing.withdraw_registration(member=member, leaves_clinics=False, by=member, now=NOW)
    assert Act.objects.filter(verb="withdraw_registration").count() == 1
    assert Letter.objects.filter(kind__startswith="matching.closed").count() == 1

    declined = make_registration(state="declined", reviewed_at=NOW, reviewed_by=make_coordinator())
    match = make_match("proposed", learner=declined)
    with pytest.raises(MoveNotAllowed):
        pausing.withdraw_registration(member=declined.member, leaves_clinics=True, by=declined.member, now=NOW)
    assert Match.objects.get(pk=match.pk).state == "proposed"  # nothing of it was kept


def test_without_a_registration_there_is_nothing_to_leave(member):
    for act in (
        lambda: pausing.withdraw_registration(member=member, leaves_clinics=True, by=member, now=NOW),
        lambda: pausing.pause_registration(member=member, until=LATER, by=member, now=NOW),
        lambda: pausing.set_away(member=member, until=LATER, by=member, now=NOW),
        lambda: pausing.come_back(member=member, by=member, now=NOW),
    ):
        with pytest.raises(NotYetPossible):
            act()


@pytest.mark.parametrize("leaves", [True, False])
def test_seats_at_clinics_are_given_back_only_if_asked_for_and_the_queue_moves_up(db, leaves):
    member, _ = world()
    clinic, waiting = make_clinic(capacity=1), make_member()
    begun = make_clinic(capacity=1)
    for one in (clinic, begun):
        rsvp(clinic=one, member=member, by=member, now=NOW)
    Clinic.objects.filter(pk=begun.pk).update(starts_at=NOW - timedelta(minutes=10))
    rsvp(clinic=clinic, member=waiting, by=waiting, now=NOW)

    pausing.withdraw_registration(member=member, leaves_clinics=leaves, by=member, now=NOW)

    assert Rsvp.objects.get(clinic=clinic, member=member).state == ("cancelled" if leaves else "going")
    assert Rsvp.objects.get(clinic=clinic, member=waiting).state == ("going" if leaves else "waiting")
    assert Letter.objects.filter(kind="clinics.moved_up", member=waiting).count() == leaves
    assert Rsvp.objects.get(clinic=begun, member=member).state == "going"


def test_a_pause_ends_open_questions_and_keeps_connections(db):
    member, matches = world(*ALL)

    pausing.pause_registration(member=member, until=LATER, by=member, now=NOW)

    assert states(matches)["connected"] == "connected"
    assert {state for was, state in states(matches).items() if was != "connected"} == {"withdrawn"}
    assert told() == {matches["asked"].sharer.member_id}
    assert not Registration.objects.matchable(on=TODAY).filter(member=member).exists()
    assert Registration.objects.matchable(on=LATER).filter(member=member).exists()


def test_being_away_ends_nothing_and_coming_back_ends_both(db):
    member, matches = world(*ALL)
    version = member.registration.version

    pausing.set_away(member=member, until=LATER, by=member, now=NOW)

    assert all(was == state for was, state in states(matches).items())
    away = Registration.objects.get(member=member)
    assert (away.away_until, away.version) == (LATER, version + 1)  # a form that is open is told
    assert not Registration.objects.matchable(on=TODAY).filter(member=member).exists()
    pausing.pause_registration(member=member, until=LATER, by=member, now=NOW)
    for _ in range(2):
        pausing.come_back(member=member, by=member, now=NOW)
    assert Registration.objects.matchable(on=TODAY).filter(member=member).exists()
    assert Act.objects.filter(verb="come_back").count() == 1


@pytest.mark.parametrize("act", [pausing.pause_registration, pausing.set_away])
def test_a_day_is_still_to_come_by_the_clock_of_the_person_who_chooses_it(db, act):
    evening_in_the_west = NOW.replace(hour=3)  # there it is still the day before
    west = make_registration(member=make_member(zone="America/Los_Angeles"), zone="America/Los_Angeles").member
    tomorrow = evening_in_the_west.date()
    act(member=west, until=tomorrow, by=west, now=evening_in_the_west)

    morning_in_the_east = NOW.replace(hour=21)  # there it is already the day after
    east = make_registration(member=make_member(zone="Pacific/Auckland"), zone="Pacific/Auckland").member
    today = morning_in_the_east.date() + timedelta(days=1)
    with pytest.raises(RegistrationError, match="still to come"):
        act(member=east, until=today, by=east, now=morning_in_the_east)


@pytest.mark.parametrize("until", [TODAY, TODAY - timedelta(days=1), TODAY + timedelta(days=1000)])
def test_a_pause_or_an_absence_ends_on_a_day_that_can_be(db, until):
    member, _ = world()
    for act in (pausing.pause_registration, pausing.set_away):
        with pytest.raises(RegistrationError):
            act(member=member, until=until, by=member, now=NOW)


def test_a_block_ends_what_runs_between_the_two_and_reads_like_any_other_end(db):
    member, matches = world(*ALL)
    blocked = matches["asked"].sharer.member

    for _ in range(2):
        blocking.block_person(member=member, blocked=blocked, by=member, now=NOW)

    assert states(matches) == {
        "proposed": "proposed",
        "approved": "approved",
        "asked": "withdrawn",
        "connected": "connected",
    }
    assert [letter.kind for letter in Letter.objects.filter(member=blocked)] == ["matching.closed_sharer"]
    assert Act.objects.filter(verb="block_person").count() == 1
    assert blocking.unblock_person(member=member, blocked=blocked, by=member, now=NOW)
    assert not blocking.unblock_person(member=member, blocked=blocked, by=member, now=NOW)
    assert not Block.objects.exists()


def test_the_blocked_person_sees_and_reads_what_they_would_after_any_other_end(client, db, mailoutbox):
    """Block in one world, withdraw in another: the page and the letter of the other side are the same."""
    pages, letters = [], []
    for number, end in enumerate(("block", "withdraw")):
        learner = make_registration(wishes=["wikidata"], name="Nur")
        learner.member.name = "Nur"
        learner.member.save()
        match = make_match("connected", learner=learner)
        if end == "block":
            blocking.block_person(member=learner.member, blocked=match.sharer.member, by=learner.member, now=NOW)
        else:
            withdraw_from_match(match=match, by=learner.member, why="no_time", now=NOW)
        letter = Letter.objects.get(member=match.sharer.member)
        letters.append((letter.kind, number))
        client.force_login(match.sharer.member)
        page = client.get(f"/matches/{match.pk}/").content.decode()
        pages.append(page.split("<main")[1].split("</main")[0].replace(f"/{match.pk}/", "/n/"))

    assert [kind for kind, _ in letters] == ["matching.closed_sharer"] * 2
    assert pages[0] == pages[1]


@pytest.mark.parametrize("step", list(Step))
def test_what_was_foretold_is_what_happens(db, step):
    member, _ = world("asked", "connected")
    clinic = make_clinic(title="Kind letters")
    rsvp(clinic=clinic, member=member, by=member, now=NOW)
    foretold = events.effects_foreseen(member=member, step=step, now=NOW)
    ends = [sentence for sentence in foretold if " ends" in sentence or "given back" in sentence]

    {
        Step.WITHDRAW: lambda: pausing.withdraw_registration(member=member, leaves_clinics=False, by=member, now=NOW),
        Step.PAUSE: lambda: pausing.pause_registration(member=member, until=LATER, by=member, now=NOW),
        Step.AWAY: lambda: pausing.set_away(member=member, until=LATER, by=member, now=NOW),
        Step.ERASE: lambda: erasing.erase_member(member=member, by=member, now=NOW),
    }[step]()

    closed = Match.objects.filter(closed_at__isnull=False).count() + Rsvp.objects.filter(state="cancelled").count()
    assert len(ends) == closed
    assert closed == {Step.WITHDRAW: 2, Step.PAUSE: 1, Step.AWAY: 0, Step.ERASE: 3}[step]


def test_who_leaves_reads_of_an_offer_as_an_offer_and_of_no_cancelled_clinic(member):
    clinic = make_clinic(title="Kind letters")
    rsvp(clinic=clinic, member=member, by=member, now=NOW)
    Rsvp.objects.update(state="offered", claim_by=NOW + timedelta(hours=1))

    for step in (Step.WITHDRAW, Step.ERASE):
        Clinic.objects.update(state="announced", cancel_reason="")
        assert "kept for you" in "".join(events.effects_foreseen(member=member, step=step, now=NOW))
        Clinic.objects.update(state="cancelled", cancel_reason="The host is ill.")
        assert "Kind letters" not in "".join(events.effects_foreseen(member=member, step=step, now=NOW))


REFUSALS = (MatchingError, RegistrationError, ClinicError)


@pytest.mark.django_db(transaction=True)
def test_erasing_while_the_other_accepts_leaves_no_match_alive():
    make_coordinator()
    for _ in range(5):
        match = make_match("asked", learner_accepted_at=NOW)
        member, other = match.learner.member, match.sharer.member

        at_once(
            lambda member=member: erasing.erase_member(member=member, by=member, now=NOW),
            lambda match=match, other=other: accept_match(match=match, by=other, now=NOW),
            refusals=REFUSALS,
        )

        match.refresh_from_db()
        assert match.state in (MatchState.ENDED, MatchState.WITHDRAWN)
        assert (match.closed_why, match.closed_by) == (ClosedWhy.LEFT, member)
        assert Letter.objects.filter(kind="matching.closed_sharer", member=other).count() == 1


@pytest.mark.django_db(transaction=True)
def test_withdrawing_while_a_liaison_approves_ends_withdrawn():
    coordinator = make_coordinator()
    for _ in range(5):
        registration = make_registration(state="submitted")
        member = registration.member

        at_once(
            lambda member=member: pausing.withdraw_registration(
                member=member, leaves_clinics=False, by=member, now=NOW
            ),
            lambda registration=registration: deciding.review(
                registration=registration, decision=RegistrationState.APPROVED, note="", by=coordinator, now=NOW
            ),
            refusals=REFUSALS,
        )

        registration.refresh_from_db()
        assert registration.state == RegistrationState.WITHDRAWN


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False], ids=["with the lock", "control: without it"])
def test_signing_up_while_being_erased_waits_for_the_end_and_is_refused(monkeypatch, locked):
    """The seats have been given back and nothing is committed yet: the one moment at which a seat could slip in."""
    make_coordinator()
    person, clinic = make_member(), make_clinic()
    if not locked:
        monkeypatch.setattr(rsvps, "lock_person", lambda member: Member.objects.get(pk=member.pk))
    _erased, answer = in_the_middle(
        monkeypatch,
        erasing,
        "_close_registrations",
        of=lambda: erasing.erase_member(member=person, by=person, now=NOW),
        does=lambda: rsvp(clinic=clinic, member=person, by=person, now=NOW),
        refusals=REFUSALS,
    )

    has_a_seat = Rsvp.objects.active().filter(member=person).exists()
    assert (isinstance(answer, ClinicClosed), has_a_seat) == ((True, False) if locked else (False, True))


@pytest.mark.django_db(transaction=True)
def test_two_who_erase_themselves_while_both_sign_up_and_answer_each_other_never_wait_for_ever():
    make_coordinator()
    for _ in range(5):
        match = make_match("asked", learner_accepted_at=NOW)
        one, two = match.learner.member, match.sharer.member
        clinics = [make_clinic(capacity=1) for _ in range(3)]
        waiting = [make_member() for _ in clinics]
        for clinic, other in zip(clinics, waiting, strict=True):
            rsvp(clinic=clinic, member=one, by=one, now=NOW)
            rsvp(clinic=clinic, member=two, by=two, now=NOW)
            rsvp(clinic=clinic, member=other, by=other, now=NOW)
        late = make_clinic()

        at_once(
            lambda one=one: erasing.erase_member(member=one, by=one, now=NOW),
            lambda two=two: erasing.erase_member(member=two, by=two, now=NOW),
            lambda match=match, two=two: accept_match(match=match, by=two, now=NOW),
            lambda one=one, late=late: rsvp(clinic=late, member=one, by=one, now=NOW),
            refusals=REFUSALS,
        )

        assert not Rsvp.objects.active().filter(member__in=[one, two]).exists()
        assert {Rsvp.objects.get(member=other).state for other in waiting} == {"going"}
        match.refresh_from_db()
        assert not match.is_open
