"""Tables of an edition: counted and rounded while it is a draft, and read as they were stored once it is published."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from registrations.models import Member
from reports.catalogue import ReportKind, ReportQuestion, all_reports, report_named
from reports.domain.tables import FEW, HIDDEN, Cell, FigureColumn, FigureRow, FigureTable
from reports.models import Edition, EditionTable
from reports.row_names import names_of_rows

_NO_NUMBERS = {no_number.value: no_number for no_number in (HIDDEN, FEW)}  # as they are stored


@dataclass(frozen=True)
class FrozenTable:
    """A table as an edition shows it, and the report that it is of."""

    report: ReportKind
    table: FigureTable

    @property
    def key(self) -> str:
        return f"{self.report.name}-{self.table.key}"

    @property
    def is_of_a_day(self) -> bool:
        """Whether it tells how things were when the edition was published, and not of its period."""
        return not self.report.is_of_period

    @property
    def is_one_row(self) -> bool:
        """Whether its one row is about all of the period, so that its numbers need no name beside them."""
        return len(self.table.rows) == 1 and self.table.rows[0].key.startswith("period:")

    @property
    def title(self) -> str:
        """What it is called below the title of its report; nothing where both are the same."""
        return "" if str(self.table.title) == str(self.report.title) else str(self.table.title)

    @property
    def has_map(self) -> bool:
        return {"skill", "region", "unmet"} <= {column.key for column in self.table.columns}

    @property
    def first_figure(self) -> str:
        return next(column.key for column in self.table.columns if column.is_figure)


def frames() -> Iterator[tuple[ReportKind, FigureTable]]:
    """Yield each table that can stand in an edition, without rows."""
    for report in all_reports():
        yield from ((report, frame) for frame in report.frames)


def tables_of(edition: Edition, *, reader: Member | None, now: datetime) -> list[FrozenTable]:
    """Return the tables of an edition: as stored, or for ``reader`` as they would be stored now."""
    chosen = list(edition.tables.all())
    if not edition.is_published and reader is not None:
        fill(chosen, edition, reader=reader, now=now)
    names = names_of_rows(row["key"] for each in chosen for row in each.rows or ())
    return [table for each in chosen if (table := _read(each, names)) is not None]


def fill(chosen: Iterable[EditionTable], edition: Edition, *, reader: Member, now: datetime) -> None:
    """Put the numbers of this moment, rounded, into tables that are not stored."""
    counted: dict[str, dict[str, FigureTable]] = {}
    for each in chosen:
        if each.report not in counted:
            report = report_named(each.report)
            asked = ReportQuestion(edition.period, reader, now)
            counted[each.report] = {table.key: table for table in report.tables(asked)} if report else {}
        table = counted[each.report].get(each.table)
        rows = table.rounded().rows if table else ()
        # a row without a key is called by words that nobody has looked through
        each.rows = [_stored(row, each.figures, table.columns) for row in rows if table and row.key]


def _stored(row: FigureRow, figures: Iterable[str], columns: Iterable[FigureColumn]) -> dict[str, Any]:
    cells = {column.key: cell for column, cell in zip(columns, row.cells, strict=True)}
    numbers = {figure: _to_store(cells[figure]) for figure in figures if figure in cells}
    return {"key": row.key, "is_total": row.is_total, "cells": numbers}


def _to_store(cell: Cell) -> str | int | None:
    return cell.value if cell is HIDDEN or cell is FEW else cell


def _read(stored: EditionTable, names: Mapping[str, tuple[str, ...]]) -> FrozenTable | None:
    """Return a stored table with today's headings and definitions in the reader's language; None of one that no report
    has any more."""
    report = report_named(stored.report)
    frame = next((frame for frame in report.frames if frame.key == stored.table), None) if report else None
    if report is None or frame is None:
        return None
    figures = [column for column in frame.columns if column.is_figure and column.key in stored.figures]
    headings = [column for column in frame.columns if not column.is_figure]
    rows = tuple(
        FigureRow(
            (*names[row["key"]], *(_cell(row["cells"].get(column.key)) for column in figures)),
            is_total=row["is_total"],
            key=row["key"],
        )
        for row in stored.rows or ()
    )
    return FrozenTable(report, replace(frame, columns=(*headings, *figures), rows=rows))


def _cell(value: int | str | None) -> Cell:
    return _NO_NUMBERS.get(value, value) if isinstance(value, str) else value
