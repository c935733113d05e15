"""Both say how it went at the same moment; sweeps at the same moment as people and as each other."""

from datetime import timedelta

import pytest

from letsconnect.base.models import Act
from letsconnect.tests.at_once import in_the_middle
from mailings.models import Letter
from matching.domain.feedback import SETTLE_AFTER
from matching.domain.matches import MatchingError, MatchMoveNotAllowed
from matching.feedback import quiet
from matching.feedback.quiet import end_quiet, nudge_quiet
from matching.feedback.settling import ask_how_it_went, settle_sessions
from matching.matches import answering
from matching.matches.answering import complete_match
from matching.models import Concern, Feedback, Match, SessionOutcome
from matching.tests.factories import make_match
from matching.tests.feedback_factories import make_hour, say
from matching.tests.test_concurrency import at_once
from registrations.tests.factories import NOW, make_liaison, make_registration

pytestmark = pytest.mark.django_db(transaction=True)


def kinds():
    return sorted(kind.removeprefix("matching.") for kind in Letter.objects.values_list("kind", flat=True))


def test_both_say_done_at_once_and_it_is_completed_once():
    for _ in range(3):
        Letter.objects.all().delete()
        hour = make_hour()

        at_once([lambda side=side, hour=hour: say(hour, side, next_="done") for side in ("learner", "sharer")])

        assert Match.objects.get(pk=hour.match_id).state == "completed"
        assert kinds() == ["completed_learner", "completed_sharer"]
        assert SessionOutcome.objects.get(session=hour).verdict == "met"


def test_each_says_the_other_was_absent_at_once_and_nobody_was():
    for _ in range(3):
        hour = make_hour()

        at_once([lambda side=side, hour=hour: say(hour, side, "other_missed") for side in ("learner", "sharer")])

        assert SessionOutcome.objects.get(session=hour).verdict == "crossed"
    assert set(kinds()) == {"missed_each_other_learner", "missed_each_other_sharer"}


def test_one_side_in_two_windows_has_one_word():
    hour = make_hour()

    at_once([lambda: say(hour, "learner", thanks="You are kind.")] * 4)

    assert Feedback.objects.count() == 1
    assert kinds() == ["thanks"]


def test_sweeps_at_once_ask_settle_and_tell_once():
    make_liaison("MENA")
    sharer = make_registration(offers=["wikidata"], can_help=9)
    for number in range(1, 4):
        match = make_match("connected", sharer=sharer, connected_at=NOW - timedelta(days=9))
        say(make_hour(match=match, ended=timedelta(days=number)), "learner", "other_missed")
    make_hour()

    at_once([lambda: ask_how_it_went(NOW)] * 3)
    at_once([lambda: settle_sessions(NOW + SETTLE_AFTER)] * 3)
    settle_sessions(NOW + SETTLE_AFTER)

    assert SessionOutcome.objects.filter(verdict="missed").count() == 3
    assert Concern.objects.count() == 1
    assert kinds().count("concern") == 1
    assert Act.objects.filter(verb="settle_session").count() == 3


@pytest.mark.parametrize("first", ["the end", "the word"])
def test_the_last_kind_word_and_a_new_word_at_the_same_moment_leave_one_end(monkeypatch, first):
    match = make_match("connected")
    for day in (14, 28):
        nudge_quiet(NOW + timedelta(days=day))
    now = NOW + timedelta(days=42)

    def say_done():
        return complete_match(match=match, by=match.learner.member, now=now)

    if first == "the end":
        done = in_the_middle(
            monkeypatch, quiet, "close_match", of=lambda: end_quiet(now), does=say_done, refusals=(MatchingError,)
        )
        assert (done[0], type(done[1])) == (1, MatchMoveNotAllowed)
    else:
        done = in_the_middle(monkeypatch, answering, "have_met", of=say_done, does=lambda: end_quiet(now))
        assert done[1] == 0
    end_quiet(now)  # the next tick: a match that was being looked at is left to it

    ended = Match.objects.get()
    verbs = set(Act.objects.filter(object_type="matching.match").values_list("verb", flat=True))
    assert ended.state == "expired"  # no hour took place, so one word alone completes nothing
    assert "expire_connection" in verbs and "complete_match" not in verbs
