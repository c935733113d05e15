"""Matches whose people never meet: a reminder, a note to a liaison, the end; each once, and none where they do meet."""

from datetime import timedelta

import pytest

from mailings.models import Letter
from matching.feedback.quiet import end_quiet, nudge_quiet, raise_quiet_concerns, take_back_quiet_concerns
from matching.matches.answering import withdraw_from_match
from matching.models import Concern, Match, QuietSpell
from matching.tests.factories import make_match
from matching.tests.feedback_factories import make_hour, say
from matching.tests.session_factories import make_session
from registrations.models import Block
from registrations.tests.factories import NOW, make_liaison

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def sweep(day):
    now = NOW + day * DAY
    return nudge_quiet(now), raise_quiet_concerns(now), end_quiet(now)


def letters():
    return sorted(kind.removeprefix("matching.") for kind in Letter.objects.values_list("kind", flat=True))


def test_a_kind_word_then_a_liaison_then_an_end_each_once():
    liaison, match = make_liaison("MENA"), make_match("connected")

    assert sweep(13) == (0, 0, 0)
    assert sweep(14) == (1, 0, 0)
    assert sweep(14) == (0, 0, 0)
    assert letters() == ["quiet_learner", "quiet_sharer"]
    assert sweep(28) == (0, 1, 0)
    assert sweep(29) == (0, 0, 0)
    assert Concern.objects.get().match == match
    assert Letter.objects.get(kind="matching.concern").member == liaison
    assert sweep(42) == (0, 0, 1)
    assert sweep(43) == (0, 0, 0)
    match.refresh_from_db()
    assert (match.state, match.closed_why, match.closed_by) == ("expired", "no_hour", None)
    assert {"quiet_end_learner", "quiet_end_sharer"} < set(letters())


def test_two_are_off_the_liaisons_list_once_they_agree_on_an_hour_or_their_match_is_over():
    """The list says of them that no hour is agreed."""
    agreeing, over, quiet = (make_match("connected") for _ in range(3))
    assert [sweep(day)[:2] for day in (14, 28)] == [(3, 0), (0, 3)]
    assert take_back_quiet_concerns(NOW + 28 * DAY) == 0

    make_session("proposed", match=agreeing)
    withdraw_from_match(match=over, by=over.learner.member, why="no_time", now=NOW + 28 * DAY)

    assert [take_back_quiet_concerns(NOW + 28 * DAY) for _ in range(2)] == [2, 0]
    assert [concern.match for concern in Concern.objects.open()] == [quiet]
    assert set(Concern.objects.exclude(match=quiet).values_list("closed_by", flat=True)) == {None}


def test_of_two_who_met_weeks_ago_it_is_not_said_that_they_found_no_hour():
    """The sentence is true of them, of two whose hour was cancelled, and of two who never agreed on one."""
    met, cancelled, never = (
        make_hour().match,
        make_session("cancelled", cancelled_at=NOW).match,
        make_match("connected"),
    )
    assert [sweep(day)[:2] for day in (14, 28)] == [(3, 0), (0, 3)]

    assert {concern.match for concern in Concern.objects.open()} == {met, cancelled, never}
    for concern in Concern.objects.open():
        assert "no hour found" not in str(concern) and "no session agreed for four weeks or more" in str(concern)


def test_an_hour_before_them_or_times_proposed_stop_the_clock():
    make_session(match=make_match("connected"), starts_at=NOW + 50 * DAY)
    make_session("proposed", match=make_match("connected"))

    assert [sweep(day) for day in (14, 28, 42)] == [(0, 0, 0)] * 3


def test_a_cancelled_hour_and_an_hour_held_start_it_anew():
    make_session("cancelled", cancelled_at=NOW + 10 * DAY)
    make_session(starts_at=NOW + 10 * DAY)

    assert sweep(20) == (0, 0, 0)
    assert sweep(25) == (2, 0, 0)
    assert QuietSpell.objects.count() == 2


def test_a_second_spell_gets_its_own_kind_word():
    match = make_match("connected")
    assert sweep(14)[0] == 1
    make_session(match=match, starts_at=NOW + 20 * DAY)

    assert sweep(30) == (0, 0, 0)
    assert sweep(35)[0] == 1
    assert letters() == ["quiet_learner"] * 2 + ["quiet_sharer"] * 2


def test_two_who_have_met_and_fell_silent_are_completed_by_who_said_so():
    hour = make_hour()
    say(hour, "sharer", "yes")
    for day in (14, 28, 42):
        sweep(day)

    match = Match.objects.get()
    assert (match.state, match.closed_by) == ("completed", hour.sharer.member)
    assert "completed_learner" in letters()


def test_a_portal_that_stood_still_for_months_says_a_kind_word_first():
    make_match("connected")

    assert sweep(100) == (1, 1, 0)
    assert sweep(127) == (0, 0, 0)
    assert sweep(128) == (0, 0, 1)


def test_what_is_broken_is_left_to_the_sweep_for_that():
    match = make_match("connected")
    Block.objects.create(member=match.learner.member, blocked=match.sharer.member, made_at=NOW)
    make_match("asked")

    assert [sweep(day) for day in (14, 28, 42)] == [(0, 0, 0)] * 3
