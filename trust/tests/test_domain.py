"""What can be decided without a database."""

from datetime import timedelta

import pytest

from registrations.tests.factories import NOW
from trust.domain import ReportIncomplete, ReportMoveNotAllowed, ReportState, check_move, check_outcome, weeks_waited

ALLOWED = {("new", "looking"), ("new", "closed"), ("looking", "closed"), ("closed", "looking")}


@pytest.mark.parametrize("was", ReportState.values)
@pytest.mark.parametrize("becomes", ReportState.values)
def test_a_report_goes_only_where_it_may(was, becomes):
    if (was, becomes) in ALLOWED:
        check_move(was, becomes)
    else:
        with pytest.raises(ReportMoveNotAllowed):
            check_move(was, becomes)


@pytest.mark.parametrize(
    ("state", "outcome", "is_right"),
    [("closed", "talked", True), ("closed", "", False), ("closed", "x", False), ("looking", "talked", False)],
)
def test_only_what_is_closed_says_what_came_of_it(state, outcome, is_right):
    if is_right:
        check_outcome(state=state, outcome=outcome)
    else:
        with pytest.raises(ReportIncomplete):
            check_outcome(state=state, outcome=outcome)


@pytest.mark.parametrize(("days", "weeks"), [(-1, 0), (0, 0), (6, 0), (7, 1), (20, 2)])
def test_weeks_are_whole(days, weeks):
    assert weeks_waited(made_at=NOW, now=NOW + timedelta(days=days)) == weeks
