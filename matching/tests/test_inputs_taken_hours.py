"""The time that matches take for certain, as advice of hours is told it."""

from datetime import date

import pytest

from letsconnect.base import hours
from matching.inputs import loading as facts
from matching.inputs import taken_hours
from matching.inputs.clashes import Hours
from matching.tests.factories import make_match
from registrations.tests.factories import NOW

MONDAY = hours.next_monday(NOW.date())


@pytest.mark.parametrize(
    ("stretches", "held"),
    [
        ([(40, 44)], (40, 44)),
        ([(40, 46)], (42, 44)),  # begins at 40, 41 or 42: the two quarters in the middle are always needed
        ([(40, 48)], None),
        ([(40, 44), (80, 84)], None),
        ([(40, 42)], None),
    ],
)
def test_time_is_taken_where_there_is_no_choice(stretches, held):
    assert taken_hours.certain_hours(Hours(date(2026, 3, 2), tuple(stretches)), week=0) == held


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "is_taken"), [("connected", True), ("approved", True), ("declined", False)])
def test_a_round_reads_what_other_matches_take(state, is_taken):
    match = make_match(state)
    match.reasons = {**match.reasons, "from": MONDAY.isoformat(), "hours": [[40, 44], [712, 716]]}
    match.save()

    loaded = facts.load(now=NOW)

    for person in (match.learner_id, match.sharer_id):
        row = loaded.facts.people.taken[loaded.registrations.index(person)]
        held = sorted({40, 41, 42, 43, *range(712, 716), *range(1384, 1388), *range(2056, 2060)})
        assert row.nonzero()[0].tolist() == (held if is_taken else [])
    assert not facts.load(now=NOW, round_=match.round).facts.people.taken.any() or state == "connected"
