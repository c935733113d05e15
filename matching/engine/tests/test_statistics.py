"""The numbers of a proposal against counting by hand, person by person."""

import json
from collections import Counter

import numpy as np
import pytest

from matching.engine import propose
from matching.engine.criteria import CRITERIA
from matching.engine.settings import Settings
from matching.engine.tests import oracle
from matching.engine.tests.test_propose import nobody, two_people
from matching.engine.tests.worlds import WEIGHTS, small_facts


@pytest.mark.parametrize("seed", range(25))
def test_every_number_is_what_counting_by_hand_gives(seed):
    facts = small_facts(seed)
    people = oracle.people_of(facts)
    proposal = propose(facts, Settings(weights=WEIGHTS), seed)
    said = proposal.statistics
    served = {pair.learner for pair in proposal.pairs}
    learners = [one for one in people.values() if one.wishes and one.places_to_learn > 0 and oracle.has_hours(one)]
    sharers = [one for one in people.values() if one.offers and one.places_to_help > 0 and oracle.has_hours(one)]

    def counted(keys_of):
        every = Counter(key for one in learners for key in keys_of(one))
        got = Counter(key for one in learners for key in keys_of(one) if one.id in served)
        return {key: {"learners": every[key], "served": got[key]} for key in every}

    assert said["by_region"] == counted(lambda one: [one.region])
    assert said["by_language"] == counted(lambda one: [code for code, (level, _) in one.speaks.items() if level >= 2])
    most = 1000 * sum(WEIGHTS.values())
    bins = Counter(min(9, 10 * pair.score // most) for pair in proposal.pairs)
    assert said["scores"] == {"most": most, "bins": [bins[tenth] for tenth in range(10)]}
    loads = dict(zip(facts.people.id, facts.people.load, strict=True))
    given = Counter(pair.sharer for pair in proposal.pairs)
    assert said["load"] == Counter(str(loads[one.id] + given[one.id]) for one in sharers)
    short = {}
    for skill in (3, 5, 7, 9):
        wishing = [one.id for one in learners if skill in one.wishes]
        sharing = [one for one in sharers if skill in one.offers]
        short[skill] = {
            "skill": skill,
            "learners": len(wishing),
            "sharers": len(sharing),
            "places": sum(one.places_to_help for one in sharing),
            "short": len(wishing) - sum(one.places_to_help for one in sharing),
            "left": len(set(wishing) - served),
        }
        made = sum(pair.skill == skill for pair in proposal.pairs)
        assert len(wishing) - made >= short[skill]["short"], "so many cannot learn it, whoever is matched with whom"
    wanted = sorted((row for row in short.values() if row["short"] > 0), key=lambda row: (-row["short"], row["skill"]))
    assert said["shortages"] == wanted
    assert json.loads(json.dumps(said)) == said
    assert json.loads(json.dumps(proposal.advice)) == {str(one): told for one, told in proposal.advice.items()}


def test_nobody_is_counted_where_there_is_nobody():
    assert propose(nobody(), Settings(), 0).statistics == {
        "by_region": {},
        "by_language": {},
        "scores": {"most": 1000 * (len(CRITERIA) + 1), "bins": [0] * 10},
        "load": {},
        "shortages": [],
    }


def test_a_round_without_weights_has_its_pairs_in_the_lowest_tenth():
    said = propose(two_people(), Settings(weights={}), 0).statistics

    assert said["scores"] == {"most": 0, "bins": [1] + [0] * 9}
    assert np.sum(said["scores"]["bins"]) == 1
