"""Charts as tables with bars, whatever they are about."""

from letsconnect.base import charts
from letsconnect.base.charts import FULL, ChartPart


def test_a_difference_has_a_sign_and_none_is_nothing():
    assert [charts.difference(5, 3), charts.difference(3, 5), charts.difference(3, 3)] == ["+2", "−2", ""]


def test_the_longest_bar_is_that_of_the_largest_whole():
    rows = [
        ("Small", ChartPart(1, 2), None),
        ("Large", ChartPart(3, 8), ChartPart(5, 8)),
        ("Same", ChartPart(0, 4), ChartPart(0, 4)),
    ]

    chart = charts.of_parts("Who came", "Group", "Came", rows, compares=True)

    assert [(bar.part, bar.whole) for bar in chart.bars] == [(125, 250), (375, FULL), (0, 500)]
    assert [(bar.figure, bar.earlier, bar.change) for bar in chart.bars] == [
        ("1 of 2", "—", ""),
        ("3 of 8", "5 of 8", "−2"),
        ("0 of 4", "0 of 4", ""),
    ]
    assert not chart.is_of_numbers


def test_counts_are_bars_of_one_part():
    chart = charts.of_counts("Clinics", "People", "Clinics", [("1", 3, 3), ("2", 6, 0)], compares=True)

    assert [(bar.figure, bar.part, bar.whole, bar.change) for bar in chart.bars] == [
        ("3", 500, 0, ""),
        ("6", FULL, 0, "+6"),
    ]
    assert chart.is_of_numbers


def test_nothing_and_noughts_have_no_bars_to_divide_by():
    assert charts.of_parts("Who came", "Group", "Came", [], compares=False).bars == []
    assert [bar.part for bar in charts.of_counts("", "", "", [("0", 0, 0)], compares=False).bars] == [0]
