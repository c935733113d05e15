"""The whole life of matches under two liaisons and two members who act at random, real rounds, real sweeps.

What must hold is looked at after every step; what an action refuses must leave every match and session as it was.
"""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import F, Q
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from letsconnect.base.models import Act
from mailings import kinds
from mailings.models import Letter
from matching.domain.feedback import WHY_NOT_A_FIT, Happened, Next
from matching.domain.matches import (
    CLOSED,
    TAKES_A_PLACE,
    WAS_ASKED,
    ClosedWhy,
    MatchingError,
    MatchState,
    RoundState,
    Side,
)
from matching.domain.sessions import ChosenTime, WhyCancelled
from matching.feedback.concerns import close_concern
from matching.feedback.giving import give_feedback
from matching.matches.answering import accept_match, complete_match, decline_match, withdraw_from_match
from matching.models import Concern, Feedback, Match, MatchingRules, Round, Session, SessionOutcome
from matching.rounds.by_hand import swap_match
from matching.rounds.computing import solve_round
from matching.rounds.publishing import publish_round
from matching.rounds.reviews import approve_match, refuse_match
from matching.rounds.rounds import create_round
from matching.sessions.agreeing import cancel_session, confirm_time, propose_times, seen_as
from registrations.domain.registrations import RegistrationError
from registrations.models import Block, Member, Registration
from registrations.participation import blocking, pausing
from registrations.privacy import erasing
from registrations.tests.factories import EVENINGS, NOW, make_coordinator, make_liaison, make_registration

PEOPLE = st.sampled_from(["amina", "bela"])
GROUP = st.sampled_from(["here", "there"])
WHICH = st.integers(0, 3)
HOUR = timedelta(hours=1)
SWEEPS = [sweep for name, sweep in sorted(kinds.sweeps().items()) if name.startswith("matching.")]


class LifeOfMatches(RuleBasedStateMachine):
    """Amina and Bela can teach each other; Chidi, who never acts, could teach either."""

    def __init__(self):
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.now, self.ends = NOW, {}
        self.group = {"here": make_liaison("MENA"), "there": make_liaison("LAC"), "all": make_coordinator()}

    @initialize(both=st.booleans(), stage=st.integers(0, 4))
    def begin(self, both, stage):
        """Begin somewhere on the way: chance alone hardly ever gets two people to meet."""
        speaks, reviewer = (("en", 5),), self.group["all"]
        self.people = {
            name: make_registration(
                offers=[offer, "surveys"],
                wishes=[wish, "lexemes"],
                speaks=speaks,
                windows=EVENINGS,
                reviewer=reviewer,
                **where,
            )
            for name, offer, wish, where in (
                ("amina", "wikidata", "budgeting", {"region": "MENA"}),
                ("bela", "budgeting", "wikidata", {"region": "LAC", "country": "AR"}),
            )
        }
        self.chidi = make_registration(
            offers=["wikidata", "budgeting"], can_help=2, speaks=speaks, windows=EVENINGS, reviewer=reviewer
        )
        if both:
            MatchingRules.objects.update_or_create(pk=1, defaults={"both_must_approve": True})
        self.compute_a_round()
        if stage >= 1:
            self.approve_and_publish_all()
        if stage >= 2:
            for which in (1, 0):
                self.both_accept(which)
        if stage >= 3:
            self.meet(1)
        if stage >= 4:
            self.act(give_feedback, session=Session.objects.get(), by=self.member("bela"), happened="yes")

    def teardown(self):
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    def act(self, action, **arguments):
        """Do one thing a minute later; what is refused must have changed nothing."""
        self.now += timedelta(minutes=1)
        before = self.states()
        try:
            return action(now=self.now, **arguments)
        except (MatchingError, RegistrationError):
            assert self.states() == before
        return None

    @staticmethod
    def states():
        return (
            list(Match.objects.order_by("pk").values_list("pk", "state", "version")),
            list(Session.objects.order_by("pk").values_list("pk", "state", "version")),
            Feedback.objects.count(),
            Letter.objects.count(),
            Act.objects.count(),
        )

    def member(self, name):
        return Member.objects.get(pk=self.people[name].member_id)

    def match(self, which, *, among=None, of=None):
        found = Match.objects.order_by("-pk").select_related("round")
        found = found.filter(state__in=among) if among else found
        found = found.filter(Q(learner=self.people[of]) | Q(sharer=self.people[of])) if of else found
        return found[which] if which < found.count() else found.first()

    @precondition(lambda self: Round.objects.count() < 4)
    @rule()
    def compute_a_round(self):
        round_ = self.act(create_round, by=self.group["all"], wake_a_worker=False)
        if round_ is not None:
            self.act(solve_round, round_=round_)

    @rule(by=GROUP, which=WHICH)
    def approve(self, by, which):
        match = self.match(which, among=["proposed", "approved", "withdrawn"])
        if match:
            self.act(approve_match, match=match, by=self.group[by])

    @rule()
    def approve_and_publish_all(self):
        """The shortest way to where it gets interesting."""
        for match in Match.objects.filter(state="proposed"):
            self.act(approve_match, match=match, by=self.group["all"])
        for round_ in Round.objects.filter(matches__state="approved").distinct():
            self.act(publish_round, round_=round_, by=self.group["all"])

    @rule(by=GROUP, which=WHICH)
    def refuse(self, by, which):
        match = self.match(which)
        if match:
            self.act(refuse_match, match=match, by=self.group[by], why=ClosedWhy.POOR_FIT)

    @rule(by=GROUP, which=WHICH)
    def swap(self, by, which):
        match = self.match(which, among=["proposed", "approved", "asked"])
        if match:
            self.act(swap_match, match=match, sharer=self.chidi, why="Chidi has time.", by=self.group[by])

    @rule(by=GROUP)
    def publish(self, by):
        round_ = Round.objects.filter(state__in=[RoundState.PROPOSED, RoundState.PUBLISHED]).order_by("-pk").first()
        if round_:
            self.act(publish_round, round_=round_, by=self.group[by])

    @rule(which=WHICH)
    def both_accept(self, which):
        match = self.match(which, among=["asked"])
        if match:
            for side in Side:
                self.act(accept_match, match=match, by=match.person(side).member)

    @rule(by=PEOPLE, which=WHICH)
    def accept(self, by, which):
        match = self.match(which)
        if match:
            self.act(accept_match, match=match, by=self.member(by))

    @rule(by=PEOPLE, which=WHICH)
    def decline(self, by, which):
        match = self.match(which, among=["asked", "connected", "expired"])
        if match:
            self.act(decline_match, match=match, by=self.member(by), why=ClosedWhy.NO_TIME)

    @rule(by=PEOPLE, which=WHICH)
    def withdraw(self, by, which):
        match = self.match(which, of=by)
        if match:
            self.act(withdraw_from_match, match=match, by=self.member(by), why=ClosedWhy.NO_TIME)

    @rule(by=PEOPLE, which=WHICH)
    def complete(self, by, which):
        match = self.match(which, of=by)
        if match:
            self.act(complete_match, match=match, by=self.member(by))

    @rule(by=PEOPLE, which=WHICH, day=st.integers(0, 3))
    def propose_a_time(self, by, which, day):
        match = self.match(which, among=["connected", "completed"])
        if match:
            starts_at = self.now.replace(hour=19, minute=0) + timedelta(days=day)
            seen = seen_as(match.sessions.open(now=self.now).first())
            self.act(
                propose_times, match=match, times=[ChosenTime(starts_at, "UTC")], seen_version=seen, by=self.member(by)
            )

    @rule(by=PEOPLE)
    def confirm_the_time(self, by):
        session = Session.objects.exclude(waiting_for="").order_by("-pk").first()
        if session:
            starts_at = session.times.get().starts_at
            self.act(
                confirm_time, session=session, starts_at=starts_at, seen_version=seen_as(session), by=self.member(by)
            )

    @rule(by=PEOPLE)
    def cancel_the_hour(self, by):
        session = Session.objects.order_by("-pk").first()
        if session:
            self.act(
                cancel_session,
                session=session,
                why=WhyCancelled.CANNOT,
                seen_version=seen_as(session),
                by=self.member(by),
            )

    @rule(day=st.integers(1, 3))
    def meet(self, day):
        """Two who are connected agree on an hour, and it passes."""
        match = Match.objects.live().filter(state=MatchState.CONNECTED).order_by("-pk").first()
        if match is None or match.sessions.open(now=self.now).exists():
            return
        starts_at = self.now.replace(hour=19, minute=0) + timedelta(days=day)
        times, learner, sharer = [ChosenTime(starts_at, "UTC")], match.learner.member, match.sharer.member
        session = self.act(propose_times, match=match, times=times, seen_version="", by=learner)
        if session is not None:
            self.act(confirm_time, session=session, starts_at=starts_at, seen_version=seen_as(session), by=sharer)
            self.now = max(self.now, starts_at + 2 * HOUR)

    @rule(
        by=PEOPLE,
        happened=st.sampled_from(Happened.values),
        next_=st.sampled_from(["", *Next.values]),
        why=st.sampled_from(WHY_NOT_A_FIT[:3]),
    )
    def say_how_it_went(self, by, happened, next_, why):
        session = Session.objects.exclude(starts_at=None).order_by("-starts_at").first()
        if session:
            self.act(
                give_feedback,
                session=session,
                by=self.member(by),
                happened=happened,
                next_=next_,
                note="Mine alone.",
                thanks="You are kind.",
                why=why if next_ == Next.NOT_A_FIT else "",
            )

    @rule(days=st.sampled_from([1, 2, 4, 8, 15]))
    def days_go_by(self, days):
        self.now += timedelta(days=days)
        for sweep in SWEEPS:
            sweep(self.now)
        before = self.states()
        for sweep in SWEEPS:
            sweep(self.now)
        assert self.states() == before  # a second sweep of the same moment finds nothing

    @rule(by=PEOPLE)
    def block_the_other(self, by):
        other = "bela" if by == "amina" else "amina"
        self.act(blocking.block_person, member=self.member(by), blocked=self.member(other), by=self.member(by))

    @rule(by=PEOPLE)
    def unblock_the_other(self, by):
        other = "bela" if by == "amina" else "amina"
        self.act(blocking.unblock_person, member=self.member(by), blocked=self.member(other), by=self.member(by))

    @rule(by=GROUP)
    def look_after(self, by):
        concern = Concern.objects.open().order_by("pk").first()
        if concern:
            self.act(close_concern, concern=concern, by=self.group[by])

    @precondition(lambda self: Match.objects.filter(asked_at__isnull=False).exists())
    @rule(by=PEOPLE, how=st.sampled_from(["pause", "withdraw", "erase"]))
    def leave(self, by, how):
        member = self.member(by)
        if how == "pause":
            until = (self.now + timedelta(days=9)).date()
            self.act(pausing.pause_registration, member=member, until=until, by=member)
        elif how == "withdraw":
            self.act(pausing.withdraw_registration, member=member, leaves_clinics=False, by=member)
        else:
            self.act(erasing.erase_member, member=member, by=member)

    @invariant()
    def a_match_is_of_two_asked_only_if_approved_connected_only_if_both_said_yes(self):
        for match in Match.objects.all():
            assert match.learner_id != match.sharer_id
            if match.state in WAS_ASKED or match.asked_at:
                assert match.approved_by_id and match.asked_at and match.answer_by
            if match.connected_at:
                assert match.learner_accepted_at and match.sharer_accepted_at

    @invariant()
    def an_end_is_for_good_and_says_when_why_and_who(self):
        for match in Match.objects.filter(state__in=CLOSED):
            assert match.closed_at and match.closed_why
            assert (match.closed_by_id is None) == (match.state == MatchState.EXPIRED)
            assert self.ends.setdefault(match.pk, match.state) == match.state
        assert not Match.objects.filter(pk__in=self.ends).exclude(state__in=CLOSED).exists()

    @invariant()
    def nobody_is_in_more_matches_than_they_have_places(self):
        taking = list(Match.objects.live().filter(state__in=TAKES_A_PLACE).values_list("learner", "sharer"))
        learning, helping = Counter(row[0] for row in taking), Counter(row[1] for row in taking)
        for person in Registration.objects.filter(pk__in={*learning, *helping}):
            assert learning[person.pk] <= person.can_learn_from
            assert helping[person.pk] <= person.can_help

    @invariant()
    def one_live_match_per_pair_and_skill_and_one_proposal_per_learner_and_round(self):
        live = Match.objects.exclude(state__in=CLOSED)
        for columns in (("learner", "sharer", "skill"), ("round", "learner")):
            assert max(Counter(live.values_list(*columns)).values(), default=1) == 1

    @invariant()
    def who_was_not_asked_gets_no_letter_and_nobody_else_does(self):
        about = Letter.objects.filter(about_type="matching.match").values_list("about_id", "member_id")
        matches = Match.objects.select_related("learner", "sharer").in_bulk({row[0] for row in about})
        for key, member in about:
            assert matches[key].asked_at is not None
            assert member in (None, matches[key].learner.member_id, matches[key].sharer.member_id)

    @invariant()
    def the_log_ends_in_the_state_each_match_is_in(self):
        told = Act.objects.filter(object_type="matching.match").exclude(became="").order_by("pk")
        last = dict(told.values_list("object_id", "became"))
        for key, state in Match.objects.values_list("pk", "state"):
            assert last.get(key, MatchState.PROPOSED) == state
        assert not Act.objects.filter(object_type__startswith="trust.report").exists()

    @invariant()
    def two_who_are_kept_apart_have_nothing_open_and_no_way_to_each_other(self):
        pairs = set(Block.objects.values_list("member", "blocked"))
        gone = set(Member.objects.filter(erased_at__isnull=False).values_list("pk", flat=True))
        for match in Match.objects.select_related("learner__member", "sharer__member"):
            one, other = match.learner.member_id, match.sharer.member_id
            sees_contact = match.shows_contact and Match.objects.unbroken().filter(pk=match.pk).exists()
            if (one, other) in pairs or (other, one) in pairs or gone & {one, other}:
                assert match.state in CLOSED
                assert not sees_contact
            if match.state not in (MatchState.CONNECTED, MatchState.COMPLETED):
                assert not sees_contact

    @invariant()
    def an_hour_is_agreed_only_while_connected_and_nobody_is_in_two_at_once(self):
        assert not Session.objects.open(now=self.now).filter(match__state__in=CLOSED).exists()
        hours = list(Session.objects.filter(state="confirmed").values_list("learner", "sharer", "starts_at", "ends_at"))
        for number, (learner, sharer, starts_at, ends_at) in enumerate(hours):
            for row in hours[:number]:
                assert not ({learner, sharer} & set(row[:2]) and starts_at < row[3] and row[2] < ends_at)

    @invariant()
    def words_are_about_hours_that_are_over_and_an_erased_persons_are_empty(self):
        said = Feedback.objects.select_related("session", "registration__member")
        for word in said:
            assert word.session.ends_at <= self.now
            assert word.registration_id == word.session.person(word.side).pk
            if word.registration.member.erased_at:
                assert (word.note, word.thanks) == ("", "")
        for outcome in SessionOutcome.objects.filter(Q(learner_absent=True) | Q(sharer_absent=True)):
            for word in outcome.session.feedback.exclude(happened=Happened.I_MISSED):
                assert not getattr(outcome, f"{word.side}_absent")

    @invariant()
    def liaisons_are_asked_only_about_who_was_absent_twice_or_who_never_met(self):
        for concern in Concern.objects.filter(kind="absent_twice").open():
            missed = SessionOutcome.objects.missed_by(concern.registration, since=NOW - timedelta(days=400))
            assert missed.count() >= 2
        told = Letter.objects.filter(kind="matching.concern").exclude(member=None)
        assert not told.filter(member__in=[person.member_id for person in self.people.values()]).exists()

    @invariant()
    def both_are_thanked_once_when_they_are_done(self):
        done = Match.objects.filter(state=MatchState.COMPLETED).count()
        assert Letter.objects.filter(kind__startswith="matching.completed_").count() == 2 * done
        assert not Match.objects.filter(closed_at__lt=F("asked_at")).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("lives", [4, pytest.param(100, marks=pytest.mark.chaos)])
def test_whatever_two_liaisons_and_two_members_do_at_random_the_rules_hold(lives):
    run(
        LifeOfMatches,
        settings=settings(
            max_examples=lives,
            stateful_step_count=15,
            suppress_health_check=list(HealthCheck),
        ),
    )
