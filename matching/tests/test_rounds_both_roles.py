"""The total over both roles and an hour for each: previews, the desk's warnings and approvals give one answer."""

from datetime import timedelta

import pytest

from letsconnect.base.hours import QUARTERS_A_WEEK as WEEK
from matching.domain import matches
from matching.domain.matches import MatchState, Side, has_too_many
from matching.rounds import explanations
from matching.rounds.both_roles import Pair, over_both_roles
from matching.rounds.by_hand import make_match_by_hand
from matching.rounds.drafts import draft_round
from matching.rounds.previewing import preview_round
from matching.rounds.reviews import approve_match
from matching.rounds.rules import change_rules
from matching.tests.factories import REASONS, make_match
from registrations.tests.factories import NOW, make_registration, make_skill

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def kinds_warned_of(*which):
    return [each.kind for each in explanations.warnings(which)]


def hours(*stretches, begins="2026-03-09"):
    return {**REASONS, "hours": [list(stretch) for stretch in stretches], "from": begins}


@pytest.mark.parametrize(("count", "most", "is_refused"), [(0, 1, False), (2, 2, False), (3, 2, True)])
def test_as_many_as_anybody_may_have_are_not_too_many(count, most, is_refused):
    assert has_too_many(count, most=most) == is_refused


def test_both_roles_count_and_places_by_role():
    busy = make_registration(offers=["wikidata"], wishes=["wikidata"], can_help=3, can_learn_from=3)
    make_match("connected", learner=busy)
    make_match("approved", sharer=busy)
    make_match("asked", sharer=busy)
    make_match("proposed", sharer=busy)  # takes no place
    match = make_match(sharer=busy, skill="budgeting")

    theirs = over_both_roles([Pair.of(match)], stored=[match.pk])[busy.pk]

    assert (theirs.matches, theirs.taken(Side.LEARNER), theirs.taken(Side.SHARER)) == (4, 1, 2)
    asked = over_both_roles([Pair.of(match)], stored=[match.pk], counting=[MatchState.ASKED])[busy.pk]
    assert (asked.matches, asked.taken(Side.LEARNER), asked.taken(Side.SHARER)) == (2, 0, 1)


def test_weeks_are_those_of_the_newest_match_when_an_older_one_is_approved_last(coordinator):
    """Approving once looked at the weeks of the match it approved, the desk's warning at those of the newest."""
    busy = make_registration(offers=["wikidata"], can_help=3)
    older = make_match(
        sharer=busy, reasons=hours((0, 4), (WEEK, WEEK + 4), (2 * WEEK, 2 * WEEK + 4), (3 * WEEK, 3 * WEEK + 4))
    )
    newer_hours = hours((8, 12), (WEEK, WEEK + 4), (2 * WEEK + 8, 2 * WEEK + 12), begins="2026-04-06")
    make_match("connected", sharer=busy, skill="budgeting", reasons=newer_hours)

    assert kinds_warned_of(older) == ["hours_clash"]
    with pytest.raises(matches.HoursClash):
        approve_match(match=older, by=coordinator, now=NOW)


def test_weeks_that_are_over_for_the_newest_match_refuse_nobody(coordinator):
    busy = make_registration(offers=["wikidata"], can_help=3)
    weeks = [(0, 4), (WEEK + 8, WEEK + 12)]
    older = make_match(sharer=busy, reasons=hours(*weeks))
    make_match("connected", sharer=busy, skill="budgeting", reasons=hours((0, 4), begins="2026-04-06"))

    assert kinds_warned_of(older) == []
    assert approve_match(match=older, by=coordinator, now=NOW).state == MatchState.APPROVED


def test_a_match_that_keeps_no_hours_is_not_warned_of_for_a_clash_of_others(coordinator):
    """The desk's warning once blamed it for two others that clash, though approving it was never refused."""
    busy = make_registration(offers=["wikidata"], can_help=5)
    for skill in ("budgeting", "facilitation"):
        make_match("connected", sharer=busy, skill=skill, reasons=hours((0, 4)))
    match = make_match(sharer=busy, reasons={})

    assert kinds_warned_of(match) == []
    assert approve_match(match=match, by=coordinator, now=NOW).state == MatchState.APPROVED


def test_a_preview_counts_a_pair_made_by_hand_and_approved_once(coordinator):
    """It once stood among the matches that take a place and among the proposals too."""
    change_rules(by=coordinator, now=NOW, most_at_once=1)
    learner, sharer = make_registration(wishes=["wikidata"]), make_registration(offers=["wikidata"], can_help=2)
    round_ = draft_round(by=coordinator, now=NOW)
    pair = {"learner": learner, "sharer": sharer, "skill": make_skill("wikidata"), "why": "They met."}
    match = make_match_by_hand(round_=round_, **pair, by=coordinator, now=NOW)
    approve_match(match=match, by=coordinator, now=NOW)

    found = preview_round(round_=round_, by=coordinator, now=LATER).preview

    assert (len(found["pairs"]), found["warnings"]) == (1, [])
