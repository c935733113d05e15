"""The demo's round, on the demo's own people."""

from collections import Counter

import pytest
from django.core.management import call_command

from matching.demo import matches
from matching.domain.matches import MatchState, Side
from matching.models import Match, Session, SharerRequest
from matching.models.feedback import to_tell
from matching.waiting import advice
from matching.waiting.changes_in_words import what_would_help
from registrations import demo as people
from registrations.models import Registration
from registrations.tests.factories import NOW

pytestmark = pytest.mark.django_db


def untold():
    """The hours that are over, and about which nobody has said anything."""
    return Session.objects.over(now=NOW).filter(feedback=None)


def test_the_demo_shows_matches_in_varied_states_and_asks_the_volunteer():
    call_command("load_reference_data")
    cast = people.load(now=NOW)

    round_ = matches.load(now=NOW, coordinator=cast.coordinator, volunteer=cast.volunteer)

    states = Counter(Match.objects.values_list("state", flat=True))
    assert round_.state == "published"
    assert set(states) >= {"proposed", "approved", "asked", "connected", "declined", "refused", "completed"}
    assert Match.objects.for_member(cast.volunteer).filter(state="completed").exists()
    outside = Session.objects.get(state="elsewhere")
    assert outside.match.side_of(cast.volunteer) and outside.feedback.filter(happened="yes").count() == 2
    [over] = untold()
    assert {to_tell(over.person(side).member, now=NOW).get() for side in Side} == {over}
    assert states["proposed"] > states["asked"]
    mine = Match.objects.waiting_for(cast.volunteer)
    assert {match.state for match in mine} == {MatchState.ASKED}
    sessions = Session.objects.filter(match__in=Match.objects.live())
    assert {session.state for session in sessions} == {"confirmed", "proposed"}
    assert sessions.upcoming(now=NOW).exists()
    assert SharerRequest.objects.open().get().learner.member == cast.volunteer
    waiting = Registration.objects.of(cast.waiting)
    assert advice.waiting_status(waiting, now=NOW).got_nothing
    assert what_would_help(waiting, now=NOW).advice


def test_the_demo_of_nobody_is_an_empty_round(coordinator):
    round_ = matches.load(now=NOW, coordinator=coordinator)

    assert (round_.state, Match.objects.count()) == ("proposed", 0)
