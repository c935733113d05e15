"""The rules of privacy, attacked by whoever subtracts: linear programmes look for what the shown counts leave open."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from letsconnect.base.small_counts import SMALLEST_COUNT_SHOWN
from reports.domain.privacy import ALL, ROOM, PrivacyError, Sum, hidden_counts, hidden_in_table, is_small, sums_of_table


def attacked(counts, sums, hidden, targets=None):
    """Return how far apart a reader finds the lowest and the highest value of each hidden count."""
    unknown = [
        *(key for key in counts if key in hidden),
        *(("overlap", at) for at, each in enumerate(sums) if each.overlap),
    ]
    at = {key: place for place, key in enumerate(unknown)}
    equal, right, most = [], [], [None] * len(unknown)
    for number, each in enumerate(sums):
        line, known = np.zeros(len(unknown)), 0
        for key, sign in [*((part, 1) for part in each.parts), (each.total, -1)]:
            if key in at:
                line[at[key]] += sign
            else:
                known += sign * counts[key]
        if each.overlap:
            line[at["overlap", number]] -= 1
            for part in each.parts:
                if part in at and each.total not in at:
                    most[at[part]] = counts[each.total]
        equal.append(line)
        right.append(-known)
    found = {}
    for key in unknown if targets is None else targets:
        if key[0] == "overlap":
            continue
        ends = []
        for sign in (1, -1):
            goal = np.zeros(len(unknown))
            goal[at[key]] = sign
            answer = linprog(goal, A_eq=equal or None, b_eq=right or None, bounds=[(0, high) for high in most])
            ends.append(answer.fun * sign if answer.status == 0 else float("inf"))
        found[key] = ends[1] - ends[0]
    return found


def with_totals(cells):
    rows, columns = sorted({row for row, _ in cells}), sorted({column for _, column in cells})
    return {
        **cells,
        **{(row, ALL): sum(cells[row, column] for column in columns) for row in rows},
        **{(ALL, column): sum(cells[row, column] for row in rows) for column in columns},
        (ALL, ALL): sum(cells.values()),
    }, sums_of_table(rows, columns)


def hold(counts, sums, hidden, unpublished=()):
    """Hold what is shown to the rules: nothing small, and every hidden count can be one of six values or more."""
    assert not [key for key in counts if is_small(counts[key]) and key not in hidden]
    of_few = {part for each in sums if is_small(counts[each.total]) for part in each.parts}
    of_nobody = {part for each in sums if not counts[each.total] and each.total not in hidden for part in each.parts}
    assert of_few - of_nobody <= hidden
    targets = [key for key in hidden if key not in unpublished or is_small(counts[key])]
    narrow = {key: wide for key, wide in attacked(counts, sums, hidden, targets).items() if wide < ROOM - 1e-6}
    assert narrow == {}


COUNTS = st.one_of(st.integers(0, 6), st.integers(0, 40), st.just(0))


@st.composite
def tables(draw):
    rows, columns = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    return {(f"r{row}", f"c{column}"): draw(COUNTS) for row in range(rows) for column in range(columns)}


@pytest.mark.hypothesis
@given(tables())
@settings(deadline=None)
def test_no_table_tells_what_it_hides_by_subtraction(cells):
    counts, sums = with_totals(cells)

    hold(counts, sums, hidden_in_table(cells))


@pytest.mark.hypothesis
@given(tables())
@settings(deadline=None)
def test_those_who_are_not_printed_are_not_told_by_those_who_are(cells):
    counts, sums = with_totals(cells)

    hidden = hidden_in_table(cells, unpublished=["c0"])

    hold(counts, sums, hidden, unpublished=[key for key in counts if key[1] == "c0"])
    assert {key for key in counts if key[1] == "c0"} <= hidden


@pytest.mark.hypothesis
@given(tables(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_two_tables_that_share_a_margin_tell_no_more_together_than_it(cells, chance):
    """People by month and region, and the same people by role and region: the reader adds up all of it."""
    one, sums = with_totals(cells)
    rows = sorted({row for row, _ in cells})
    margin = {(row, ALL): one[row, ALL] for row in rows} | {(ALL, ALL): one[ALL, ALL]}
    other_cells = {(row, f"d{column}"): 0 for row in rows for column in range(3)}
    for row in rows:
        for _person in range(one[row, ALL]):
            other_cells[row, f"d{chance.choice([0, 0, 0, 1, 2])}"] += 1
    other, other_sums = with_totals(other_cells)

    of_margin = hidden_counts(margin, [Sum((ALL, ALL), tuple((row, ALL) for row in rows))])
    decided = {"shown": set(margin) - of_margin, "hidden": of_margin}
    hidden = hidden_in_table(cells, **decided) | hidden_in_table(other_cells, **decided)

    assert hidden & set(margin) == of_margin
    hold(one | other, [*sums, *other_sums], hidden)


@pytest.mark.hypothesis
@given(st.lists(st.lists(COUNTS, min_size=3, max_size=3), min_size=2, max_size=4), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_people_of_a_year_who_are_counted_once_do_not_tell_the_months(months, chance):
    counts, sums = {}, []
    for month, regions in enumerate(months):
        counts |= {(month, region): count for region, count in enumerate(regions)} | {(month, ALL): sum(regions)}
        sums.append(Sum((month, ALL), tuple((month, region) for region in range(3))))
    for region in range(3):
        parts = tuple((month, region) for month in range(len(months)))
        numbers = [counts[part] for part in parts]
        once = chance.randint(max(numbers), sum(numbers))
        counts["year", region] = once
        sums.append(Sum(("year", region), parts, overlap=sum(numbers) - once))
    counts["year", ALL] = sum(counts["year", region] for region in range(3))
    sums.append(Sum(("year", ALL), tuple(("year", region) for region in range(3))))

    hold(counts, sums, hidden_counts(counts, sums))


def test_a_small_number_takes_one_more_with_it_and_zero_stays_where_it_tells_of_many():
    cells = {(region, "met"): met for region, met in {"MENA": 3, "SSA": 9, "LAC": 40, "NA": 0}.items()}
    cells |= {(region, "unmet"): unmet for region, unmet in {"MENA": 30, "SSA": 20, "LAC": 50, "NA": 2}.items()}

    hidden = hidden_in_table(cells)

    assert hidden >= {("MENA", "met"), ("NA", "unmet"), ("NA", ALL)}
    assert ("NA", "met") in hidden, "none of the two met: that is told of two people"
    assert not hidden & {("LAC", "met"), ("LAC", ALL), (ALL, "met"), (ALL, ALL), (ALL, "unmet")}
    assert hidden_in_table({("MENA", "met"): 0, ("MENA", "unmet"): 9}) == set()


def test_a_large_table_of_small_numbers_is_hidden_in_time_and_not_all_of_it():
    chance = random.Random(14)
    cells = {(row, column): chance.choice([0, 2, 7, 30, 90]) for row in range(9) for column in range(12)}

    hidden = hidden_in_table(cells)
    counts, _sums = with_totals(cells)

    primary = [key for key in counts if is_small(counts[key])]
    assert len(hidden) < 2.5 * len(primary)
    assert not [key for key in hidden if ALL in key and not is_small(counts[key])], "what is hidden is not the totals"


def test_sums_that_do_not_add_up_or_are_no_network_are_refused():
    with pytest.raises(PrivacyError, match="not the sum"):
        hidden_counts({"a": 1, "b": 1}, [Sum("a", ("b",), overlap=3)])
    with pytest.raises(PrivacyError, match="margin first"):
        hidden_counts({"a": 7, "b": 7}, [Sum("a", ("b",))] * 3)
    with pytest.raises(PrivacyError, match="no network"):
        hidden_counts(
            {name: 6 for name in "abc"} | {"x": 12, "y": 12, "z": 12},
            [Sum("x", ("a", "b")), Sum("y", ("b", "c")), Sum("z", ("a", "c"))],
        )


def test_a_count_in_no_sum_is_hidden_where_it_is_small_and_nothing_else():
    assert hidden_counts({"a": 4, "b": SMALLEST_COUNT_SHOWN, "c": 0}) == {"a"}
