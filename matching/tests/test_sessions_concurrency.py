"""Two people, or one in two windows, at the same moment, on real connections."""

from datetime import timedelta

import pytest

from matching.domain.matches import ClosedWhy, MatchingError, Side
from matching.domain.sessions import ChosenTime, HourTaken, SessionChanged
from matching.matches.answering import withdraw_from_match
from matching.models import Match, Session
from matching.sessions import agreeing
from matching.sessions.agreeing import confirm_time, propose_times, seen_as
from matching.tests.factories import make_match
from matching.tests.session_factories import make_session
from matching.tests.test_concurrency import at_once
from registrations.tests.factories import NOW, make_registration

pytestmark = pytest.mark.django_db(transaction=True)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def confirming(session, starts_at, *, refusals=None):
    """A call that confirms one time as whoever is asked, from the page as it was."""
    by, seen = session.person(session.waiting_for).member, seen_as(session)

    def call():
        try:
            return confirm_time(session=session, starts_at=starts_at, seen_version=seen, by=by, now=NOW)
        except MatchingError as refusal:
            if refusals is not None:
                refusals.append(refusal)
            raise

    return call


def test_of_two_times_confirmed_at_once_one_wins_and_the_other_is_told():
    for _ in range(4):
        session = make_session("proposed")
        refusals = []

        won = at_once([confirming(session, time.starts_at, refusals=refusals) for time in session.times.all()[:2]])

        assert sum(one is not None for one in won) == 1
        assert [type(refusal) for refusal in refusals] == [SessionChanged]
        [agreed] = [one for one in won if one is not None]
        assert Session.objects.get(pk=session.pk).starts_at == agreed.starts_at


def test_of_two_who_propose_at_once_one_wins_and_the_other_sees_theirs():
    match = make_match("connected")

    def proposing(side):
        time = [ChosenTime(NOW + 3 * DAY, "UTC")]
        member = match.person(side).member
        return lambda: propose_times(match=match, times=time, seen_version="", by=member, now=NOW)

    won = at_once([proposing(side) for side in Side])

    assert sum(one is not None for one in won) == 1
    assert Session.objects.count() == 1


def test_confirming_and_ending_the_match_at_once_leaves_no_hour_behind():
    for _ in range(4):
        session = make_session("proposed")
        leaver = session.match.learner.member

        def end(match=session.match, leaver=leaver):
            return withdraw_from_match(match=match, by=leaver, why=ClosedWhy.NO_TIME, now=NOW)

        at_once([confirming(session, session.times.first().starts_at), end])

        assert Session.objects.get(pk=session.pk).state == "cancelled"
        assert not Match.objects.live().filter(pk=session.match_id).exists()


def make_crowd(people=6):
    """As many matches of one busy person, in both roles by turns, all asked about the same hour."""
    busy = make_registration(offers=["wikidata"], wishes=["wikidata"])
    found = []
    for number in range(people):
        role = "learner" if number % 2 else "sharer"
        match = make_match("connected", **{role: busy})
        waiting_for = Side(role).other if number % 3 else Side(role)
        starts_at = NOW + 3 * DAY + number * HOUR / 12
        found.append(make_session("proposed", match=match, waiting_for=waiting_for, times=[starts_at]))
    return found


def test_one_person_is_in_one_hour_whoever_confirms_at_the_same_moment():
    crowd, refusals = make_crowd(), []

    won = at_once([confirming(session, session.times.first().starts_at, refusals=refusals) for session in crowd])

    assert sum(one is not None for one in won) == 1
    assert Session.objects.filter(state="confirmed").count() == 1
    assert {type(refusal) for refusal in refusals} == {HourTaken}
    assert not Session.objects.filter(state="proposed", times=None).exists()  # a refusal takes no proposal away


def test_were_nobody_to_look_the_constraint_would_still_let_one_through(monkeypatch):
    """The last defence, one after the other: two that wait for each other's row would be a deadlock."""
    monkeypatch.setattr(agreeing, "_check_free", lambda *args, **given: None)
    first, *others = make_crowd()
    confirming(first, first.times.first().starts_at)()

    for session in others:
        with pytest.raises(HourTaken, match="One of you has another session"):
            confirming(session, session.times.first().starts_at)()

    assert Session.objects.filter(state="confirmed").count() == 1
    assert Session.objects.filter(state="proposed", times=None).count() == 0
