"""The whole pipeline against a slow oracle: no hard rule broken, no feasible pair missed, every reason adds up."""

import json
from collections import Counter
from dataclasses import asdict, replace
from random import Random

import numpy as np
import pytest

from matching.engine import errors, propose
from matching.engine.criteria import CRITERIA
from matching.engine.facts import LEFT_OUT, Facts, Languages, Offers, People, Wishes
from matching.engine.generator import people as made_up_people
from matching.engine.settings import Settings
from matching.engine.tests import oracle
from matching.engine.tests.worlds import WEIGHTS, small_facts

SEEDS = range(60)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_candidates_are_exactly_the_pairs_the_rules_allow(seed):
    facts = small_facts(seed)
    people = oracle.people_of(facts)
    instance = propose(facts, Settings(weights=WEIGHTS), seed).instance

    found = dict(
        zip(
            zip(instance.pair_learner.tolist(), instance.pair_sharer.tolist(), strict=True),
            instance.pair_score.tolist(),
            strict=True,
        )
    )
    assert found == {
        (learner.id, sharer.id): max(
            sum(WEIGHTS[name] * value for name, value in oracle.values(learner, sharer, skill).items())
            for skill in oracle.shared_skills(learner, sharer)
        )
        for learner in people.values()
        for sharer in people.values()
        if oracle.is_feasible(learner, sharer)
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_every_proposal_keeps_the_rules_and_its_reasons_add_up(seed):
    facts = small_facts(seed)
    people = oracle.people_of(facts)
    proposal = propose(facts, Settings(weights=WEIGHTS), seed)

    for pair in proposal.pairs:
        learner, sharer = people[pair.learner], people[pair.sharer]
        assert oracle.is_feasible(learner, sharer)
        values = oracle.values(learner, sharer, pair.skill)
        assert {reason.criterion: reason.value for reason in pair.reasons} == values
        assert all(reason.points == reason.value * WEIGHTS[reason.criterion] for reason in pair.reasons)
        assert sum(reason.points for reason in pair.reasons) == pair.score
        comfort = oracle.shared_languages(learner, sharer)
        assert list(pair.languages) == sorted(comfort, key=lambda code: (-comfort[code], code))
        assert list(pair.minutes_a_week) == oracle.minutes_a_week(learner, sharer)
        assert list(pair.hours) == oracle.stretches(learner, sharer)
    taken = Counter(pair.sharer for pair in proposal.pairs)
    assert all(count <= people[sharer].places_to_help for sharer, count in taken.items())
    assert len({pair.learner for pair in proposal.pairs}) == len(proposal.pairs)
    assert proposal.result.value["score"] == sum(pair.score for pair in proposal.pairs)
    assert proposal.counts["served"] == len(proposal.pairs) == proposal.result.value["served"]


@pytest.mark.parametrize("seed", SEEDS)
def test_everyone_with_a_wish_is_served_or_told_why_not(seed):
    facts = small_facts(seed)
    people = oracle.people_of(facts)
    proposal = propose(facts, Settings(), seed)

    served = {pair.learner for pair in proposal.pairs}
    assert proposal.left_out == {
        learner.id: oracle.why_none(learner, people) or "places_taken"
        for learner in people.values()
        if learner.wishes and learner.id not in served
    }
    assert {name: proposal.counts[name] for name in LEFT_OUT} == {
        name: list(proposal.left_out.values()).count(name) for name in LEFT_OUT
    }


def test_the_small_worlds_meet_every_rule_and_make_proposals():
    """So that the tests above would notice a rule that is never asked."""
    rounds = [propose(small_facts(seed), Settings(), seed) for seed in range(200)]

    assert {why for each in rounds for why in each.left_out.values()} == set(LEFT_OUT)
    assert sum(len(each.pairs) for each in rounds) > 200


@pytest.mark.parametrize("seed", range(20))
def test_the_order_of_the_facts_changes_nothing(seed):
    facts = small_facts(seed, people=20)
    chance = Random(seed)

    def shuffled(table):
        names = [name for name in table.__dataclass_fields__ if len(getattr(table, name))]
        order = chance.sample(range(len(getattr(table, names[0]))), len(getattr(table, names[0])))
        columns = {name: np.asarray(getattr(table, name)) for name in names}
        return replace(table, **{name: column[order] for name, column in columns.items() if len(column)})

    first = propose(facts, Settings(), seed)
    second = propose(
        Facts(
            people=shuffled(facts.people),
            offers=shuffled(facts.offers),
            wishes=shuffled(facts.wishes),
            languages=shuffled(facts.languages),
            apart=[pair[::-1] for pair in chance.sample(facts.apart, len(facts.apart))],
            asked_for=chance.sample(facts.asked_for, len(facts.asked_for)),
        ),
        Settings(),
        seed,
    )

    assert (first.pairs, first.left_out, first.counts) == (second.pairs, second.left_out, second.counts)


def nobody() -> Facts:
    people = People(
        id=[], region=[], region_wish=[], places_to_learn=[], places_to_help=[], slots=np.zeros((0, 2688), dtype=bool)
    )
    return Facts(people=people, offers=Offers(), wishes=Wishes(), languages=Languages())


def two_people(**changes) -> Facts:
    """Person 1 wants skill 3, person 2 shares it; they go together unless ``changes`` to people's columns say no."""
    slots = np.zeros((2, 2688), dtype=bool)
    slots[:, [week * 672 + slot for week in range(4) for slot in range(40, 44)]] = True
    slots[0, [week * 672 + slot for week in range(4) for slot in range(80, 84)]] = True  # two hours a week each,
    slots[1, [week * 672 + slot for week in range(4) for slot in range(90, 94)]] = True  # one of them in common
    columns = {
        "id": [1, 2],
        "region": ["MENA", "LAC"],
        "region_wish": ["either", "either"],
        "places_to_learn": [1, 1],
        "places_to_help": [1, 1],
        "slots": slots,
    }
    return Facts(
        people=People(**{**columns, **changes}),
        offers=Offers(person=[2], skill=[3], level=[2]),
        wishes=Wishes(person=[1], skill=[3], priority=[3]),
        languages=Languages(person=[1, 2], code=["fr", "fr"], level=[2, 6], is_preferred=[False, True]),
    )


def test_an_empty_round_is_empty_and_says_so():
    proposal = propose(nobody(), Settings(), 0)

    assert (proposal.pairs, proposal.left_out) == ((), {})
    assert set(proposal.counts.values()) == {0}


def test_one_person_alone_learns_that_nobody_shares():
    facts = two_people()
    alone = replace(
        facts,
        people=People(**{name: getattr(facts.people, name)[:1] for name in People.__dataclass_fields__}),
        offers=Offers(person=[1], skill=[3], level=[2]),
        languages=Languages(),
    )

    assert propose(alone, Settings(), 0).left_out == {1: "no_offer"}


def test_two_people_who_go_together_are_proposed():
    (pair,) = propose(two_people(), Settings(), 0).pairs

    assert (pair.learner, pair.sharer, pair.skill, pair.languages) == (1, 2, 3, ("fr",))
    assert pair.minutes_a_week == (60, 60, 60, 60)
    assert pair.hours == ((40, 44), (712, 716), (1384, 1388), (2056, 2060))
    assert json.loads(json.dumps(asdict(pair)))["reasons"][0] == {
        "criterion": "level_gap",
        "value": 1000,
        "weight": 1,
        "points": 1000,
    }


def one_hour_only():
    slots = two_people().people.slots.copy()
    slots[:, np.arange(2688) % 672 >= 80] = False
    return slots


def broken_hour():
    slots = two_people().people.slots.copy()
    slots[0, 3 * 672 + 42] = False
    return slots


@pytest.mark.parametrize(
    ("why", "facts"),
    [
        ("learning_enough", two_people(places_to_learn=[0, 1])),
        ("too_few_hours", two_people(slots=one_hour_only())),
        ("no_free_place", two_people(slots=one_hour_only()[::-1] | two_people().people.slots * [[True], [False]])),
        ("no_free_place", two_people(places_to_help=[1, 0])),
        ("region_wishes", two_people(region_wish=["same", "either"])),
        ("region_wishes", two_people(region_wish=["either", "other"], region=["", "LAC"])),
        ("no_hour_in_common", two_people(slots=broken_hour())),
        ("kept_apart", replace(two_people(), apart=[(2, 1)])),
        ("kept_apart", replace(two_people(), apart=[(1, 2)])),
    ],
)
def test_one_rule_is_enough_to_keep_two_people_from_each_other(why, facts):
    proposal = propose(facts, Settings(), 0)

    assert (proposal.pairs, proposal.left_out) == ((), {1: why})


def test_the_level_of_language_asked_for_is_a_setting():
    assert propose(two_people(), Settings(min_language_level=3), 0).left_out == {1: "no_shared_language"}


def test_settings_survive_json():
    settings = Settings(weights={"level_gap": 7}, levels=("score",))
    again = Settings(**json.loads(json.dumps(asdict(settings))))

    assert propose(two_people(), again, 0).result.value == {"score": 7000}
    assert set(Settings().weights) == set(CRITERIA)


@pytest.mark.parametrize(
    ("facts", "asked", "error"),
    [
        (two_people(id=[1, 1]), Settings(), errors.DuplicateId),
        (two_people(region_wish=["either", "maybe"]), Settings(), errors.FactsError),
        (two_people(region=["MENA"]), Settings(), errors.LengthsDiffer),
        (two_people(places_to_help=[1, 0.5]), Settings(), errors.NotWholeNumbers),
        (two_people(slots=np.zeros((2, 671), dtype=bool)), Settings(), errors.FactsError),
        (two_people(slots=np.zeros((2, 2688))), Settings(), errors.FactsError),
        (two_people(slots=np.zeros((3, 2688), dtype=bool)), Settings(), errors.LengthsDiffer),
        (replace(two_people(), offers=Offers(person=[9], skill=[3], level=[2])), Settings(), errors.UnknownId),
        (replace(two_people(), offers=Offers(person=[2], skill=[3], level=[5])), Settings(), errors.FactsError),
        (
            replace(two_people(), offers=Offers(person=[2, 2], skill=[3, 3], level=[2, 2])),
            Settings(),
            errors.DuplicateId,
        ),
        (replace(two_people(), wishes=Wishes(person=[1], skill=[3], priority=[0])), Settings(), errors.FactsError),
        (replace(two_people(), apart=[1, 2, 3]), Settings(), errors.FactsError),
        (two_people(), Settings(weights={"luck": 1}), errors.FactsError),
        (two_people(), Settings(weights={"level_gap": -1}), errors.FactsError),
        (two_people(), Settings(weights={"level_gap": 0.5}), errors.FactsError),
        (two_people(), Settings(levels=("luck",)), errors.UnknownLevel),
        (two_people(), Settings(preset="luck"), errors.UnknownLevel),
        (two_people(freshness=[1]), Settings(), errors.LengthsDiffer),
        (two_people(waited=[-1, 0]), Settings(), errors.FactsError),
        (replace(two_people(), fixed=[(1, 2)]), Settings(), errors.FactsError),
        (replace(two_people(), kept=[(1, 2, 0.5)]), Settings(), errors.FactsError),
    ],
)
def test_facts_that_make_no_sense_are_refused_by_name(facts, asked, error):
    with pytest.raises(error):
        propose(facts, asked, 0)


def test_hundreds_of_made_up_people_get_a_round_and_the_same_one_again():
    first, second = (propose(made_up_people(400, seed=5, clocks_change=True), Settings(), 5) for _ in range(2))

    assert first.pairs == second.pairs
    assert 100 < len(first.pairs) < first.counts["learners"]
    assert len(first.pairs) + sum(first.counts[why] for why in LEFT_OUT) == len(first.left_out) + len(first.pairs)
