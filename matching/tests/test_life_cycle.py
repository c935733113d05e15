"""A match under two liaisons and two members who act at random: no step leads where the rules forbid."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from letsconnect.base.models import Act
from mailings.models import Letter
from matching import actions
from matching.domain import CLOSED, WAS_ASKED, ClosedWhy, MatchingError
from matching.models import Match
from matching.tests.factories import make_match
from registrations.domain import RegistrationState
from registrations.models import Registration
from registrations.tests.factories import NOW, make_coordinator, make_liaison

SIDES = st.sampled_from(["learner", "sharer"])
GROUP = st.sampled_from(["liaison", "coordinator"])


class LifeOfAMatch(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.now = NOW
        self.group = {"liaison": make_liaison("MENA"), "coordinator": make_coordinator()}
        self.stories = []

    @initialize(state=st.sampled_from(["proposed", "asked"]))
    def begin(self, state):
        self.first = make_match(state)

    def teardown(self):
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    def act(self, action, **arguments):
        """Act on the copy made at the very beginning, which is as stale as can be."""
        self.now += timedelta(minutes=1)
        before = Match.objects.get().state
        try:
            action(now=self.now, **arguments)
        except MatchingError:
            assert Match.objects.get().state == before
        self.stories.append((before, Match.objects.get().state))

    @rule(by=GROUP)
    def approve(self, by):
        self.act(actions.approve_match, match=self.first, by=self.group[by])

    @rule(by=GROUP)
    def refuse(self, by):
        self.act(actions.refuse_match, match=self.first, by=self.group[by], why=ClosedWhy.POOR_FIT)

    @rule(by=GROUP)
    def publish(self, by):
        self.act(actions.publish_round, round_=self.first.round, by=self.group[by])

    @rule(side=SIDES)
    def accept(self, side):
        self.act(actions.accept_match, match=self.first, by=getattr(self.first, side).member)

    @rule(side=SIDES)
    def decline(self, side):
        self.act(actions.decline_match, match=self.first, by=getattr(self.first, side).member, why=ClosedWhy.NO_TIME)

    @rule(side=SIDES)
    def withdraw(self, side):
        self.act(
            actions.withdraw_from_match, match=self.first, by=getattr(self.first, side).member, why=ClosedWhy.NO_TIME
        )

    @rule(side=SIDES)
    def complete(self, side):
        self.act(actions.complete_match, match=self.first, by=getattr(self.first, side).member)

    @rule(days=st.integers(1, 4))
    def days_go_by(self, days):
        self.now += timedelta(days=days)
        actions.close_fallen(self.now)
        actions.expire_overdue(self.now)
        actions.remind_unanswered(self.now)

    @rule(side=SIDES)
    def leave(self, side):
        Registration.objects.filter(pk=getattr(self.first, side).pk).update(state=RegistrationState.WITHDRAWN)

    @invariant()
    def nothing_is_sent_before_somebody_published(self):
        match = Match.objects.get()
        if match.asked_at is None:
            assert not Letter.objects.exists()

    @invariant()
    def connected_means_both_said_yes_and_an_end_is_for_good(self):
        match = Match.objects.get()
        if match.connected_at:
            assert match.learner_accepted_at and match.sharer_accepted_at
        if match.state in WAS_ASKED:
            assert match.approved_by is not None
        assert all(became == was for was, became in self.stories if was in CLOSED)

    @invariant()
    def the_log_tells_every_change_of_state(self):
        told = list(Act.objects.filter(object_type="matching.match").order_by("pk").values_list("was", "became"))
        states = [self.first.state, *(became for was, became in told if was != became)]
        assert states[-1] == Match.objects.get().state
        assert len(set(states)) == len(states)


@pytest.mark.django_db
def test_whatever_two_liaisons_and_two_members_do_the_rules_hold():
    run_state_machine_as_test(
        LifeOfAMatch,
        settings=settings(
            max_examples=40, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
