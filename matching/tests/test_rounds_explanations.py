"""What would have been: alternatives with their exact loss, why not, one more place, and what approving will refuse."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from matching.domain import matches as domain
from matching.models import RoundFacts
from matching.rounds import explanations
from matching.rounds.computing import solve_round
from matching.rounds.rounds import create_round
from matching.rounds.rules import change_rules
from matching.tests.factories import REASONS, make_match
from registrations.tests.factories import NOW, make_registration

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(db):
    """Two learners; one sharer whom both could have, and one whom nobody has."""
    learners = [make_registration(wishes=["wikidata"]) for _ in range(2)]
    return [*learners, make_registration(offers=["wikidata"]), make_registration(offers=["budgeting"])]


@pytest.fixture
def round_(people):
    return solve_round(round_=create_round(by=None, now=NOW, wake_a_worker=False), now=NOW)


def test_an_alternative_is_a_person_with_the_exact_loss(db):
    learner = make_registration(wishes=["wikidata", "budgeting"])
    for _ in range(2):
        make_registration(offers=["wikidata", "budgeting"])
    round_ = solve_round(round_=create_round(by=None, now=NOW, wake_a_worker=False), now=NOW)
    match = round_.matches.get()

    (other,) = explanations.alternatives(match)

    assert other.sharer not in (match.sharer, learner)
    assert other.skill.slug in ("wikidata", "budgeting")
    assert other.loss.level is None  # equals: only the lot decided
    round_.participants.filter(registration=other.sharer).delete()
    assert explanations.alternatives(match) == []


def test_why_two_are_no_match_is_a_cost_or_the_rules_or_that_they_are_one(round_, people):
    match = round_.matches.get()
    left, other = next(one for one in people[:2] if one != match.learner), people[3]

    assert explanations.why_not(round_, match.learner, match.sharer).is_matched
    assert explanations.why_not(round_, left, match.sharer).loss.amounts["served"] == 0
    assert explanations.why_not(round_, left, other).rules == ("no_offer",)
    with pytest.raises(domain.MatchMoveNotAllowed):
        explanations.why_not(round_, left, make_registration())
    RoundFacts.objects.all().delete()
    with pytest.raises(domain.TooOld):
        explanations.why_not(round_, left, other)


def test_one_more_place_of_the_only_sharer_serves_one_more(round_, people):
    assert explanations.place(round_, people[2])["served"] == 1
    assert explanations.place(round_, make_registration()) == {}


def test_warnings_name_what_approving_would_refuse_in_as_many_queries_for_1_as_for_9(coordinator):
    change_rules(by=coordinator, now=NOW, most_at_once=3)
    busy = make_registration(offers=["wikidata"], can_help=9)
    same = {**REASONS, "hours": [[week * 672, week * 672 + 8] for week in range(4)]}
    matches = [make_match(sharer=busy, reasons=same)]

    def warned():
        with CaptureQueriesContext(connection) as captured:
            said = explanations.warnings(matches)
        return [(each.person, each.kind, each.matches) for each in said], len(captured)

    assert warned() == ([], 2)
    matches += [make_match(sharer=busy, reasons=same) for _ in range(2)]
    assert warned() == ([(busy, "hours_clash", 3)], 2)
    matches += [make_match(sharer=busy, reasons={}) for _ in range(6)]
    assert warned() == ([(busy, "too_many_at_once", 9), (busy, "hours_clash", 9)], 2)
