"""Facts as bytes: back as they were, and nothing else is taken for facts."""

from dataclasses import fields

import numpy as np
import pytest

from matching.engine import generator, pipeline
from matching.engine.settings import Settings
from matching.engine.stored_facts import NotFacts, pack_facts, unpack_facts


def test_facts_come_back_as_they_were_and_give_the_same_round():
    facts, settings = generator.people(60, seed=3), Settings(preset="best_fit", min_minutes_a_week=90)

    kept, told = unpack_facts(pack_facts(facts, settings))

    assert told == settings
    for table in ("people", "offers", "wishes", "languages"):
        for field in fields(getattr(facts, table)):
            one, other = (np.asarray(getattr(getattr(each, table), field.name)) for each in (facts, kept))
            assert np.array_equal(one, other), (table, field.name)
    assert pipeline.propose(kept, told, 1).pairs == pipeline.propose(facts, settings, 1).pairs
    assert pack_facts(kept, told) == pack_facts(facts, settings)


@pytest.mark.parametrize("spoil", [lambda data: data[:-1], lambda data: b"x" + data[1:], lambda data: b""])
def test_bytes_that_were_touched_are_not_facts(spoil):
    with pytest.raises(NotFacts):
        unpack_facts(spoil(pack_facts(generator.people(5, seed=1), Settings())))
