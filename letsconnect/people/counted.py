"""The list of exactly those whom one number of a report counts, for who may see them."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import get_language

from clinics.models import UNTITLED, Clinic
from letsconnect.base.languages import best_of
from letsconnect.base.querysets import any_of
from registrations.accounts.finding_people import people_among
from registrations.models import Member
from reports.catalogue import Counted, ReportKind, ReportQuestion, lists_of, report_named
from reports.domain.periods import Period
from reports.domain.privacy import is_small
from reports.domain.tables import FigureColumn, FigureRow, FigureTable
from reports.views.questions import question_of


@dataclass(frozen=True)
class CountedNumber:
    """One number of a report, where it stands, and whom it counts."""

    report: ReportKind
    table: FigureTable
    row: FigureRow
    column: FigureColumn
    period: Period | None
    counted: Counted

    @property
    def of_what(self) -> str:
        """What the row is about: the cells before its figures."""
        names = (
            str(cell) for column, cell in zip(self.table.columns, self.row.cells, strict=True) if not column.is_figure
        )
        return " · ".join(names)

    def people(self, reader: Member) -> QuerySet[Any, Any]:
        counted = self.counted
        return people_among(registrations=counted.registrations, members=counted.members, reader=reader)

    def clinics(self) -> list[tuple[Clinic, str]]:
        """Return the clinics in the order of their days, each with a title that the reader understands."""
        rows = Clinic.objects.ever_announced().filter(pk__in=any_of(self.counted.clinics)).order_by("starts_at", "pk")
        language = get_language() or "en"
        titles = (
            (clinic, best_of({text.language: text.title for text in clinic.texts.all()}, language, then="en"))
            for clinic in rows.prefetch_related("texts")
        )
        return [(clinic, title or str(UNTITLED)) for clinic, title in titles]


def number_asked(request: HttpRequest, *, report: str, table: str, reader: Member) -> CountedNumber:
    """Return the number that an address names, counted again with all that the report hides.

    Raises Http404 where there is none, where it is hidden, and where the reader may not see whom it counts.
    """
    kind, lists = report_named(report), lists_of(report)
    row, figure = request.GET.get("row", ""), request.GET.get("figure", "")
    if kind is None or lists is None or not lists.may_be_opened(table, row, figure, reader=reader):
        raise Http404
    _form, asked = question_of(kind, request.GET, reader=reader, now=timezone.now())
    if asked is None:
        raise Http404
    place = _cell(kind, asked, table, row, figure)
    if place is None:
        raise Http404
    counted = lists.counted(asked)(table, row, figure)
    if is_small(counted.number) and not counted.clinics:
        raise Http404  # somebody has left since the table was counted
    return CountedNumber(kind, *place, asked.period if kind.is_of_period else None, counted)


def _cell(
    kind: ReportKind, asked: ReportQuestion, table: str, key: str, figure: str
) -> tuple[FigureTable, FigureRow, FigureColumn] | None:
    """Return where a number stands in a report; None if it is not there, is hidden, or counts nobody."""
    for each in kind.tables(asked):
        for row in each.rows if each.key == table else ():
            for column, cell in zip(each.columns, row.cells, strict=True):
                if row.key == key and column.key == figure and isinstance(cell, int) and cell:
                    return each, row, column
    return None
