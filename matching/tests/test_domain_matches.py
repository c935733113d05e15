"""What may become of a round and of a match, as tables."""

from datetime import timedelta

import pytest

from matching.domain import matches
from matching.domain.matches import ClosedWhy, MatchState, RoundState, Side, Standing
from registrations.tests.factories import NOW

S, R = MatchState, RoundState
MATCH_MOVES = {
    (S.PROPOSED, S.APPROVED),
    (S.PROPOSED, S.REFUSED),
    (S.PROPOSED, S.WITHDRAWN),
    (S.APPROVED, S.ASKED),
    (S.APPROVED, S.REFUSED),
    (S.APPROVED, S.WITHDRAWN),
    (S.ASKED, S.CONNECTED),
    (S.ASKED, S.DECLINED),
    (S.ASKED, S.EXPIRED),
    (S.ASKED, S.WITHDRAWN),
    (S.CONNECTED, S.COMPLETED),
    (S.CONNECTED, S.ENDED),
    (S.CONNECTED, S.EXPIRED),
}
ROUND_MOVES = {
    (R.DRAFT, R.SOLVING),
    (R.DRAFT, R.CANCELLED),
    (R.SOLVING, R.PROPOSED),
    (R.SOLVING, R.FAILED),
    (R.SOLVING, R.CANCELLED),
    (R.FAILED, R.DRAFT),
    (R.FAILED, R.CANCELLED),
    (R.PROPOSED, R.PUBLISHED),
    (R.PROPOSED, R.CANCELLED),
    (R.PUBLISHED, R.PUBLISHED),
}


@pytest.mark.parametrize("was", MatchState)
@pytest.mark.parametrize("becomes", MatchState)
def test_a_match_moves_along_its_table_and_nowhere_else(was, becomes):
    if (was, becomes) in MATCH_MOVES:
        matches.check_match_move(was, becomes)
    else:
        with pytest.raises(matches.MatchMoveNotAllowed):
            matches.check_match_move(was, becomes)


@pytest.mark.parametrize("was", RoundState)
@pytest.mark.parametrize("becomes", RoundState)
def test_a_round_moves_along_its_table_and_nowhere_else(was, becomes):
    if (was, becomes) in ROUND_MOVES:
        matches.check_round_move(was, becomes)
    else:
        with pytest.raises(matches.MatchMoveNotAllowed):
            matches.check_round_move(was, becomes)


def test_live_and_closed_states_are_all_states_once():
    assert sorted(matches.LIVE + matches.CLOSED) == sorted(MatchState)


@pytest.mark.parametrize(
    ("why", "note", "is_enough"),
    [
        (ClosedWhy.POOR_FIT, "", True),
        (ClosedWhy.OTHER, "they asked us to wait", True),
        (ClosedWhy.OTHER, "", False),
        (ClosedWhy.OTHER, "   ", False),
        (ClosedWhy.NO_TIME, "not a reason of the working group", False),
        ("", "words alone", False),
    ],
)
def test_a_refusal_needs_a_reason(why, note, is_enough):
    if is_enough:
        matches.check_reason(why=why, note=note, allowed=matches.WHY_REFUSED)
    else:
        with pytest.raises(matches.ReasonMissing):
            matches.check_reason(why=why, note=note, allowed=matches.WHY_REFUSED)


def stands(side=Side.SHARER, **facts):
    return Standing(
        **{
            "side": side,
            "is_approved": True,
            "is_claimed": True,
            "is_here": True,
            "has_agreed": True,
            "places": 1,
            "taken": 0,
            **facts,
        }
    )


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({}, None),
        ({"is_approved": False}, matches.PersonNotReady),
        ({"is_claimed": False}, matches.PersonNotReady),
        ({"is_here": False}, matches.PersonNotReady),
        ({"has_agreed": False}, matches.PersonNotReady),
        ({"places": 0}, matches.NoPlaceLeft),
        ({"places": 2, "taken": 1}, None),
        ({"places": 2, "taken": 2}, matches.NoPlaceLeft),
        ({"places": 2, "taken": 3}, matches.NoPlaceLeft),
    ],
)
@pytest.mark.parametrize("side", Side)
def test_whoever_cannot_be_matched_now_is_named(side, facts, refusal):
    both = [stands(side, **facts), stands(side.other)]
    if refusal is None:
        matches.check_standing(*both, is_blocked=False, needs_place=True)
        return
    with pytest.raises(refusal) as refused:
        matches.check_standing(*both, is_blocked=False, needs_place=True)
    assert side.value in str(refused.value)


def test_two_who_block_each_other_are_not_matched():
    with pytest.raises(matches.PersonNotReady):
        matches.check_standing(stands(), is_blocked=True, needs_place=True)


@pytest.mark.parametrize(
    ("me", "other", "is_blocked", "says"),
    [
        ({}, {}, False, None),
        ({"is_approved": False}, {"is_approved": False}, False, None),
        ({"has_left": True}, {}, False, "You have withdrawn"),
        ({"is_here": False}, {}, False, "You are paused"),
        ({}, {"has_left": True}, False, "not available"),
        ({}, {"is_here": False}, False, "not available"),
        ({}, {"is_claimed": False}, False, "not available"),
        ({}, {}, True, "not available"),
    ],
)
def test_who_may_accept_and_what_they_are_told(me, other, is_blocked, says):
    if says is None:
        matches.check_can_accept(me=stands(**me), other=stands(**other), is_blocked=is_blocked)
        return
    with pytest.raises(matches.PersonNotReady, match=says):
        matches.check_can_accept(me=stands(**me), other=stands(**other), is_blocked=is_blocked)


def test_people_have_seven_days_to_answer():
    assert matches.answer_by(NOW) - NOW == timedelta(days=7)
