"""A round kept as bytes comes back the same, proves itself, and notices what was done to it."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from matching.engine import propose
from matching.engine.errors import ProofFailed
from matching.engine.facts import Instance
from matching.engine.generator import people
from matching.engine.replay import NotARound, pack, unpack, verify
from matching.engine.settings import Settings
from matching.engine.solving import solve_instance
from matching.engine.tests.worlds import instance


@pytest.fixture(scope="module")
def a_round():
    proposal = propose(people(250, seed=3), Settings(), -4)
    return proposal.instance, proposal.result


def test_a_round_comes_back_as_it_was(a_round):
    stored, result = unpack(pack(*a_round))

    for field in fields(Instance):
        assert np.array_equal(getattr(stored, field.name), getattr(a_round[0], field.name))
    assert result.value == a_round[1].value
    assert np.array_equal(result.chosen, a_round[1].chosen)
    assert all(np.array_equal(one, other) for one, other in zip(result.duals, a_round[1].duals, strict=True))
    verify((stored, result))


def test_the_same_round_is_the_same_bytes(a_round):
    assert pack(*a_round) == pack(*a_round)


@pytest.mark.parametrize(("name", "value"), [("1", (13, 29802)), ("1-wide", (3, 3 * 2**63 - 6))])
def test_a_round_packed_in_the_first_format_still_comes_back_and_verifies(name, value):
    """Packed by the portal as it was before it knew more levels than these two."""
    stored, result = unpack((Path(__file__).parent / "rounds" / f"round-{name}.bin").read_bytes())
    verify((stored, result))

    assert tuple(result.value.values()) == value
    assert result.stages == (("served",), ("score",), ("tie_break",))
    verify(unpack(pack(stored, result)))
    with pytest.raises(ProofFailed):
        verify((stored, replace(result, chosen=result.chosen[1:])))


def test_numbers_beyond_64_bits_come_back():
    world = instance([1, 2, 3], {4: 3}, [(learner, 4, 2**63 - learner) for learner in (1, 2, 3)], seed=2**80)
    result = solve_instance(world)

    stored = unpack(pack(world, result))
    verify(stored)
    assert stored[1].value["score"] == 3 * 2**63 - 6
    assert stored[0].seed == 2**80


def test_a_round_that_was_tampered_with_is_not_verified(a_round):
    stored, result = a_round
    with pytest.raises(ProofFailed):
        verify((stored, replace(result, chosen=result.chosen[1:])))
    with pytest.raises(ProofFailed):
        verify((replace(stored, seed=stored.seed + 1), result))


@pytest.mark.parametrize("junk", [b"", b"round 1\n", b"PK\x03\x04", b"a" * 100])
def test_bytes_that_hold_no_round_are_refused_by_name(junk):
    with pytest.raises(NotARound):
        unpack(junk)


def test_no_bent_or_missing_byte_gets_past(a_round):
    packed = pack(*a_round)
    for at in range(0, len(packed), len(packed) // 300):
        bent = bytearray(packed)
        bent[at] ^= 1
        for wrong in (bytes(bent), packed[:at]):
            with pytest.raises(NotARound):
                unpack(wrong)
