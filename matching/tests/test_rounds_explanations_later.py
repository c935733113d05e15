"""What the desk is told once people have decided: after a swap, after a repair, and of a round nothing is stored of."""

import pytest

from matching.domain.matches import ClosedWhy, TooOld
from matching.models import Match, RoundReplay
from matching.rounds import explanations
from matching.rounds.by_hand import swap_match
from matching.rounds.computing import solve_round
from matching.rounds.drafts import draft_round
from matching.rounds.repairing import repair_round
from matching.rounds.reviews import refuse_match
from matching.tests.factories import make_match, make_round
from registrations.tests.factories import NOW, make_registration

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_(coordinator):
    for _ in range(2):
        make_registration(wishes=["wikidata"])
    for _ in range(3):
        make_registration(offers=["wikidata"])
    draft = draft_round(by=coordinator, now=NOW)
    return solve_round(round_=draft, now=NOW)


def test_after_a_swap_the_pair_the_round_chose_is_among_the_others(round_, coordinator):
    match = Match.objects.filter(round=round_).first()
    free = explanations.alternatives(match)[-1]
    swapped = swap_match(match=match, sharer=free.sharer, by=coordinator, now=NOW)

    assert match.sharer in [other.sharer for other in explanations.alternatives(swapped)]


def test_a_pair_refused_before_the_last_solve_is_kept_apart(round_, coordinator):
    match = Match.objects.filter(round=round_).first()
    refuse_match(match=match, by=coordinator, why=ClosedWhy.POOR_FIT, now=NOW)
    repair_round(round_=round_, by=coordinator, now=NOW)

    assert explanations.why_not(round_, match.learner, match.sharer).rules == ("kept_apart",)


def test_a_round_of_which_nothing_is_stored_is_too_old():
    with pytest.raises(TooOld):
        explanations.alternatives(make_match(round=make_round()))
    assert not RoundReplay.objects.exists()
