"""The review of the list of a call, in parts: a page, and what is posted from it, stays small for any list."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clinics.attendance.matching import Matcher, Suggestion
from clinics.models import Attendance, CallList, Clinic
from letsconnect.base.statements import Inquiry, Statement
from registrations.models import Member

# Each row is one field of a form, and a form may have a thousand.
ROWS_AT_ONCE, FEWEST_ROWS = 200, 20
MOST_OPTIONS = 20_000  # of all the choices on one page, where many people are left for rows that nobody matches


@dataclass(frozen=True)
class ReviewedRow:
    """One row, whom it may be, and who is chosen: what was typed before, or who is suggested."""

    suggestion: Suggestion
    options: list[Member]
    chosen: int | None


@dataclass(frozen=True)
class Review:
    """One part of a list. A part begins at a row of the file, so that it stays where it is while rows are confirmed."""

    call_list: CallList
    rows: list[ReviewedRow]
    left: int  # rows of the whole list
    earlier: int  # rows before this part
    begins: int = 0
    previous: int | None = None
    next: int | None = None

    @property
    def first(self) -> int:
        return self.earlier + 1

    @property
    def last(self) -> int:
        return self.earlier + len(self.rows)


def reviews_of(
    clinic: Clinic, *, begins: Mapping[int, int] | None = None, typed: Mapping[int, int | None] | None = None
) -> list[Review]:
    """Return a part of each list of a clinic, in as many queries for any number of rows.

    ``begins`` is the row of the file from which on a list is looked at (its key → the row), ``typed`` who was chosen
    before (the key of a row → that of a member, or None for nobody), so that a refusal loses nothing.
    """
    lists = asked_for_call_lists(clinic).rows()
    if not lists:
        return []
    matcher = Matcher(clinic, [row for brought in lists for row in brought.rows.all()])
    there = set(asked_who_was_there(clinic).rows())
    return [_part(brought, matcher, there, (begins or {}).get(brought.pk, 0), typed or {}) for brought in lists]


def asked_for_call_lists(clinic: Clinic) -> Inquiry[CallList]:
    return _LISTS.asked({"clinic": clinic.pk})


def asked_who_was_there(clinic: Clinic) -> Inquiry[Any]:
    return _THERE.asked({"clinic": clinic.pk})


_LISTS = Statement(lambda clinic: CallList.objects.filter(clinic=clinic).prefetch_related("rows"))
_THERE = Statement(
    lambda clinic: Attendance.objects.of(Clinic(pk=clinic)).order_by().values_list("member_id", flat=True)
)


def _part(brought: CallList, matcher: Matcher, there: set[int], begins: int, typed: Mapping[int, int | None]) -> Review:
    suggestions = matcher.suggestions(brought.rows.all())
    taken = {guess.suggested.pk for guess in suggestions if guess.suggested}
    left = matcher.in_order(matcher.members.keys() - taken - there)
    at_once = max(FEWEST_ROWS, min(ROWS_AT_ONCE, MOST_OPTIONS // (len(left) or 1)))
    start = sum(guess.row.row < begins for guess in suggestions)
    if start == len(suggestions):  # those of the last part are confirmed
        start = max(0, start - at_once)
    shown = suggestions[start : start + at_once]
    rows = [
        ReviewedRow(
            guess,
            guess.candidates or left,
            typed.get(guess.row.pk, guess.suggested.pk if guess.suggested else None),
        )
        for guess in shown
    ]
    after = suggestions[start + at_once : start + at_once + 1]
    return Review(
        brought,
        rows,
        left=len(suggestions),
        earlier=start,
        begins=shown[0].row.row if shown else 0,
        previous=suggestions[max(0, start - at_once)].row.row if start else None,
        next=after[0].row.row if after else None,
    )
