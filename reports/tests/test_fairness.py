"""The report on fairness, beside counting by hand in random worlds."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from matching.models import RoundParticipant
from matching.tests.factories import make_match, make_round
from registrations.tests.factories import NOW, make_coordinator, make_registration
from reports.catalogue import ReportQuestion
from reports.domain.periods import Period
from reports.domain.tables import HIDDEN
from reports.fairness.counting import rounds_of
from reports.fairness.report import BY_LANGUAGE, BY_REGION, ROUNDS, tables
from reports.row_names import joined_key

pytestmark = pytest.mark.django_db
YEAR = Period(date(2026, 1, 1), date(2026, 2, 28))
IN_YEAR, BEFORE = datetime(2026, 2, 1, tzinfo=UTC), datetime(2025, 12, 31, 23, tzinfo=UTC)


def a_world(seed, *, people=14):
    """Make two rounds of the year and one before, and return what became of each learner, as plain objects."""
    chance = random.Random(seed)
    persons = []
    for _person in range(people):
        region, speaks = (
            chance.choice(["MENA", "SSA", ""]),
            [("en", 4), (chance.choice(["ar", "fr"]), chance.choice([1, 3]))],
        )
        persons.append((make_registration(region=region, speaks=speaks, wishes=["a"], offers=["b"]), region, speaks))
    happened = []
    for published_at in (IN_YEAR, IN_YEAR + timedelta(days=9), BEFORE):
        round_ = make_round("published", published_at=published_at)
        for number, (row, region, speaks) in enumerate(persons):
            is_learner, left = chance.random() < 0.9, chance.choice(["", "", "places_taken", "too_few_hours"])
            RoundParticipant.objects.create(
                round=round_,
                number=number,
                registration=row,
                is_learner=is_learner,
                left_out=left if is_learner else "",
            )
            state = chance.choice(["completed", "declined", "refused"]) if left == "" and chance.random() < 0.7 else ""
            if state and is_learner:
                sharer = persons[(number + 1) % people][0]
                make_match(state, round=round_, learner=row, sharer=sharer, skill="a")
            happened.append((round_.pk, published_at, region, speaks, is_learner, left, state))
    return happened


@pytest.mark.parametrize("seed", [1, 2, *(pytest.param(seed, marks=pytest.mark.chaos) for seed in range(3, 13))])
def test_rounds_are_those_of_counting_one_learner_after_the_other(seed):
    regions, languages = Counter(), Counter()
    for number, published_at, region, speaks, is_learner, left, state in a_world(seed):
        if not is_learner or left == "too_few_hours" or published_at < datetime(2026, 1, 1, tzinfo=UTC):
            continue
        outcome = "nobody" if left else "set_aside"
        if state in ("completed", "declined"):
            outcome = "matched"
        regions[number, region, outcome] += 1
        for code, level in speaks:
            if level >= 2:
                languages[number, code, outcome] += 1

    rounds = rounds_of(YEAR)

    assert [each.published_at for each in rounds] == [IN_YEAR + timedelta(days=9), IN_YEAR]
    shown = {
        row.key: row.cells[-4:] for table in tables(ReportQuestion(YEAR, make_coordinator(), NOW)) for row in table.rows
    }
    for each in rounds:
        whole = Counter()
        for (number, _region, outcome), count in regions.items():
            whole[outcome] += count * (number == each.number)
        by_hand = {"": whole}
        for kind, counted in (("region", regions), ("language", languages)):
            for (number, what, outcome), count in counted.items():
                if number == each.number:
                    by_hand.setdefault(f"{kind}:{what}", Counter())[outcome] += count
        for what, of_it in by_hand.items():
            people, matched = of_it.total(), of_it["matched"]
            figures = (people, people - of_it["nobody"], matched, people - matched)
            key = f"round:{each.number}/{each.published_at.date()}"
            cells = shown[joined_key(key, what) if what else key]
            assert all(cell in (figure, HIDDEN) for cell, figure in zip(cells, figures, strict=True)), (what, cells)
    assert regions == Counter({(each.number, *key): count for each in rounds for key, count in each.regions.items()})
    assert languages == Counter(
        {(each.number, *key): count for each in rounds for key, count in each.languages.items()}
    )


@time_machine.travel(NOW, tick=False)
def test_the_page_tells_who_waited_beside_what_was_possible_and_no_small_number(client):
    round_ = make_round("published", published_at=IN_YEAR)
    wanted = (
        [("MENA", "matched")] * 7 + [("MENA", "set_aside")] * 5 + [("MENA", "nobody")] * 8 + [("SSA", "nobody")] * 2
    )
    wanted += [("LAC", "matched")] * 6
    for number, (region, outcome) in enumerate(wanted):
        row = make_registration(region=region, wishes=["a"], offers=["a"])
        left = "places_taken" if outcome == "nobody" else ""
        RoundParticipant.objects.create(round=round_, number=number, registration=row, is_learner=True, left_out=left)
        if outcome == "matched":
            make_match("completed", round=round_, learner=row, sharer=make_registration(offers=["a"]), skill="a")
    reader = make_coordinator()
    by_key = {table.key: table for table in tables(ReportQuestion(YEAR, reader, NOW))}
    regions = {row.cells[1]: row.cells[2:] for row in by_key[BY_REGION].rows}

    assert by_key[ROUNDS].rows[0].cells[1:] == (28, 18, 13, 15)
    assert regions["Sub-Saharan Africa"] == (HIDDEN,) * 4
    assert not [cell for cells in regions.values() for cell in cells if cell in (1, 2, 3, 4)]
    assert by_key[BY_LANGUAGE].rows[0].cells[1:] == ("English", 28, 18, 13, 15)

    client.force_login(reader)
    address = reverse("admin:reports_report", args=["fairness"])
    with CaptureQueriesContext(connection) as few:
        page = client.get(address)
    assert "13 of 28" in page.text and "18 of 28" in page.text
    for number in range(30):
        more = make_round("published", published_at=IN_YEAR + timedelta(minutes=number))
        row = make_registration(region="SA", wishes=["a"])
        RoundParticipant.objects.create(round=more, number=1, registration=row, is_learner=True, left_out="no_offer")
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(few) == len(many) <= 15
