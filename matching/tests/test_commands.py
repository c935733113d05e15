"""The two commands: what they print, and that what they print is so."""

import json

import pytest
from django.core.management import CommandError, call_command

from matching.domain.matches import RoundState
from matching.models import Match, Round, RoundReplay
from matching.tests.factories import make_round
from registrations.tests.factories import make_registration

pytestmark = pytest.mark.django_db


def run(capsys, *words):
    call_command(*words)
    return capsys.readouterr().out


def as_json(capsys, *words):
    return json.loads(run(capsys, *words, "--json").splitlines()[-1])


@pytest.fixture
def people(db):
    for _ in range(2):
        make_registration(wishes=["wikidata"])
    make_registration(offers=["wikidata"])


def test_match_on_an_empty_database_is_an_honest_empty_round(capsys):
    told = as_json(capsys, "match")

    assert (told["state"], told["served"], told["proposals"], told["proof_verified"]) == ("proposed", 0, 0, True)
    assert told["why_empty"] == [
        "Nobody can be matched yet. It takes registrations that are approved, claimed and not paused, of people who "
        "have agreed to the documents here."
    ]


def test_match_says_what_came_of_it_in_json(capsys, people):
    told = as_json(capsys, "match", "--seed", "9")

    round_ = Round.objects.get()
    assert told == {
        "round": round_.pk,
        "state": "proposed",
        "seed": 9,
        "people": 3,
        "learners": 2,
        "sharers": 1,
        "places": 1,
        "candidates": 2,
        "served": 1,
        "proposals": Match.objects.count(),
        "value": round_.value,
        "proof_verified": True,
        "left_out": {"places_taken": 1},
        "why_empty": [],
        "failure": "",
        "seconds": round_.statistics["seconds"],
    }
    assert (told["value"]["served"], told["value"]["score"]) == (1, Match.objects.get().score)


def test_match_says_what_came_of_it_in_words(capsys, people):
    told = run(capsys, "match")

    assert "proof                      verified" in told
    assert "1 learner: somebody could have helped, but every place went to another learner." in told


def test_match_waits_for_a_round_that_is_being_computed(people):
    make_round(RoundState.SOLVING, lease_until="2999-01-01T00:00Z")

    with pytest.raises(CommandError, match="Another round"):
        call_command("match")


def test_match_refuses_a_seed_no_column_holds():
    with pytest.raises(CommandError, match="64 bits"):
        call_command("match", "--seed", str(2**63))


def test_match_computes_the_waiting_rounds_where_there_is_no_worker(capsys, people):
    waiting = make_round(RoundState.DRAFT, requested_at="2026-03-02T12:00Z")

    assert as_json(capsys, "match", "--waiting") == {"solved": 1}

    waiting.refresh_from_db()
    assert waiting.state == RoundState.PROPOSED


def test_verify_round_proves_what_was_stored(capsys, people):
    number = as_json(capsys, "match")["round"]

    told = as_json(capsys, "verify_round", str(number))

    assert (told["verified"], told["pairs"], told["candidates"]) == (True, 1, 2)
    assert "proven again" in run(capsys, "verify_round", str(number))


def test_verify_round_refuses_bytes_that_were_touched(capsys, people):
    number = as_json(capsys, "match")["round"]
    kept = RoundReplay.objects.get()
    data = bytearray(kept.data)
    data[len(data) // 2] ^= 1
    RoundReplay.objects.update(data=bytes(data))

    with pytest.raises(CommandError, match="does not hold"):
        call_command("verify_round", str(number))


def test_verify_round_refuses_a_round_that_claims_another_value(capsys, people):
    number = as_json(capsys, "match")["round"]
    Round.objects.update(value={"served": 2, "score": 1})

    with pytest.raises(CommandError, match="says its value"):
        call_command("verify_round", str(number), "--json")
    assert json.loads(capsys.readouterr().out)["verified"] is False


def test_verify_round_knows_no_round_that_was_not_computed():
    with pytest.raises(CommandError, match="no computed round"):
        call_command("verify_round", "12345")
