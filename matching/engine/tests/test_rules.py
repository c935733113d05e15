"""Which hard rules forbid a pair, against the plain oracle; and what becomes of pairs that must stay."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from matching.engine import errors, propose
from matching.engine.facts import LEFT_OUT
from matching.engine.reading import read
from matching.engine.rules import forbidding, why_not
from matching.engine.settings import Settings
from matching.engine.tests import oracle
from matching.engine.tests.worlds import small_facts


@pytest.mark.parametrize("seed", range(8))
def test_a_pair_is_told_every_rule_that_forbids_it(seed):
    facts = small_facts(seed, people=11)
    people = oracle.people_of(facts)
    known = read(facts, Settings())
    rows = {one: row for row, one in enumerate(known.ids.tolist())}

    for learner in people.values():
        for sharer in people.values():
            said = forbidding(known, rows[learner.id], rows[sharer.id])
            assert said == tuple(code for code in LEFT_OUT if code in oracle.forbidding(learner, sharer))
            assert (not said) == oracle.is_feasible(learner, sharer)


def test_for_one_skill_only_that_skill_counts():
    facts = small_facts(3)
    people = oracle.people_of(facts)
    pair = propose(facts, Settings(), 3).pairs[0]
    other = next(skill for skill in (3, 5, 7, 9) if skill not in people[pair.sharer].offers)

    assert why_not(facts, Settings(), pair.learner, pair.sharer) == []
    assert why_not(facts, Settings(), pair.learner, pair.sharer, pair.skill) == []
    assert why_not(facts, Settings(), pair.learner, pair.sharer, other) == ["no_offer"]
    assert why_not(facts, Settings(), pair.learner, pair.sharer, 12345) == ["no_offer"]
    with pytest.raises(errors.UnknownId):
        why_not(facts, Settings(), pair.learner, 10_001)


def candidates_of(facts, seed):
    """(learner, sharer, skill) of every pair the rules allow."""
    people = oracle.people_of(facts)
    found = [
        (one.id, other.id, skill)
        for one in people.values()
        for other in people.values()
        if oracle.is_feasible(one, other)
        for skill in oracle.shared_skills(one, other)
    ]
    return Random(seed).sample(found, len(found))


@pytest.mark.parametrize("seed", range(40))
def test_what_is_fixed_stays_for_its_skill_whatever_it_scores(seed):
    facts = small_facts(seed)
    people = oracle.people_of(facts)
    fixed, kept = [], []
    for learner, sharer, skill in candidates_of(facts, seed):
        if learner in {row[0] for row in fixed} or len(fixed) == 3:
            kept.append((learner, sharer, skill))
        elif sum(row[1] == sharer for row in fixed) < people[sharer].places_to_help:
            fixed.append((learner, sharer, skill))
    proposal = propose(replace(facts, fixed=fixed, kept=[*kept, (10_001, 10_002, 3)]), Settings(), seed)

    assert {(pair.learner, pair.sharer, pair.skill) for pair in proposal.pairs} >= set(fixed)
    assert proposal.result.value.get("fixed") == len(fixed)
    columns = proposal.instance
    rows = np.stack([columns.pair_learner, columns.pair_sharer, columns.pair_skill], axis=1).tolist()
    assert columns.pair_fixed.tolist() == [tuple(row) in fixed for row in rows]
    assert columns.pair_kept.tolist() == [tuple(row) in kept for row in rows]
    assert columns.learner_waited.tolist() == [
        facts.people.waited[facts.people.id.index(one)] for one in columns.learner_ids.tolist()
    ]
    assert columns.sharer_load.tolist() == [
        facts.people.load[facts.people.id.index(one)] for one in columns.sharer_ids.tolist()
    ]
    codes = sorted({"", *facts.people.region})
    assert [codes[number] for number in columns.learner_region.tolist()] == [
        people[one].region for one in columns.learner_ids.tolist()
    ]


@pytest.mark.parametrize("seed", range(20))
def test_a_fixed_pair_that_breaks_a_rule_is_refused_with_all_it_breaks(seed):
    facts = small_facts(seed)
    people = oracle.people_of(facts)
    one, other = (people[each] for each in Random(seed).sample(sorted(people), 2))
    skill = 3
    rules = [code for code in oracle.forbidding(one, other) if code != "no_offer"]
    if skill not in oracle.shared_skills(one, other):
        rules.append("no_offer")
    facts = replace(facts, fixed=[(one.id, other.id, skill), (10_001, other.id, skill)])

    with pytest.raises(errors.FixedPairsBreakRules) as refused:
        propose(facts, Settings(), seed)

    said = {row[:3]: row[3] for row in refused.value.broken}
    assert said.pop((10_001, other.id, skill)) == ("not_taking_part",)
    if rules:
        assert set(said.pop((one.id, other.id, skill))) == set(rules)


def test_more_fixed_pairs_than_places_or_two_of_one_learner_are_refused():
    facts = small_facts(3)
    people = oracle.people_of(facts)
    found = candidates_of(facts, 3)
    learners_of = {row[1]: sorted({each[0] for each in found if each[1] == row[1]}) for row in found}
    sharer, learners = next(
        (one, learners) for one, learners in learners_of.items() if len(learners) > people[one].places_to_help
    )
    too_many = [next(row for row in found if row[:2] == (learner, sharer)) for learner in learners]
    learner = next(row[0] for row in found if len({each[1] for each in found if each[0] == row[0]}) > 1)
    twice = [row for row in found if row[0] == learner]

    for fixed, why in ((too_many, "no_free_place"), (twice, "learning_enough")):
        with pytest.raises(errors.FixedPairsBreakRules) as refused:
            propose(replace(facts, fixed=fixed), Settings(), 3)
        assert sorted(row[:3] for row in refused.value.broken) == sorted(fixed)
        assert {row[3] for row in refused.value.broken} == {(why,)}
        assert why in str(refused.value)
