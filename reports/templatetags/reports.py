"""Cells of reports in templates."""

from collections.abc import Iterator
from functools import cache
from urllib.parse import quote

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import pgettext

from letsconnect.base.charts import FULL, Bar, Chart
from reports.catalogue import ReportLists
from reports.domain.tables import FEW, HIDDEN, Cell, FigureColumn, FigureRow, FigureTable

register = template.Library()
MOST_ROWS_ON_PAGE = 200  # of a folded table
MOST_BARS = 15


@register.filter
def cells(table: FigureTable, row: FigureRow) -> Iterator[tuple[FigureColumn, Cell]]:
    """Yield the cells of a row, each with its column."""
    return zip(table.columns, row.cells, strict=True)


@register.simple_tag(takes_context=True)
def list_of(context: Context, table: FigureTable, row: FigureRow, column: FigureColumn, cell: Cell) -> str:
    """Return the address of the list of those whom a number counts; nothing where the reader may open none."""
    lists: ReportLists | None = context.get("lists")
    if lists is None or not row.key or not isinstance(cell, int) or not cell:
        return ""
    if not lists.may_be_opened(table.key, row.key, column.key, reader=context["user"]):
        return ""
    year = f"year={context['asked'].period.first_on.year}&" if context["form"] else ""
    return f"{_page_of_lists(context['report'].name, table.key)}?{year}row={quote(row.key)}&figure={column.key}"


@cache
def _page_of_lists(report: str, table: str) -> str:
    return reverse("admin:person_counted", args=[report, table])


@register.filter
def rows_on_page(table: FigureTable) -> tuple[FigureRow, ...]:
    """Return the rows that a page shows: of a long table the first; its files have all."""
    return table.rows[:MOST_ROWS_ON_PAGE] if table.is_folded else table.rows


@register.filter
def with_bars(table: FigureTable, key: str) -> Iterator[tuple[FigureRow, int | None]]:
    """Yield each row with how long its bar is for one figure; None for a sum and for what has no number."""
    place = next(place for place, column in enumerate(table.columns) if column.key == key)
    rows = rows_on_page(table)
    numbers = [None if row.is_total or not isinstance(cell := row.cells[place], int) else cell for row in rows]
    most = max((number for number in numbers if number is not None), default=0) or 1
    for row, number in zip(rows, numbers, strict=True):
        yield row, None if number is None else FULL * number // most


@register.filter
def in_words(cell: Cell) -> str:
    """Return what stands in a cell as the reader writes it."""
    if cell is HIDDEN:
        return pgettext("figure", "hidden")
    if cell is FEW:
        return pgettext("figure", "fewer than 5")
    if cell is None:
        return "—"
    return number_format(cell, use_l10n=True, force_grouping=True) if isinstance(cell, int) else cell


@register.inclusion_tag("admin/_bars.html")
def bars(table: FigureTable, key: str) -> dict[str, Chart]:
    """Draw one column of a table: a bar for each of the first rows that are no sums. What is hidden has none."""
    place = next(place for place, column in enumerate(table.columns) if column.key == key)
    names = [at for at, column in enumerate(table.columns) if not column.is_figure]
    rows = [row for row in table.rows if not row.is_total][:MOST_BARS]
    figures = {id(row): cell for row in rows if isinstance(cell := row.cells[place], int)}
    most = max(figures.values(), default=0) or 1
    drawn = [
        Bar(
            " · ".join(in_words(row.cells[at]) for at in names),
            in_words(row.cells[place]),
            FULL * figures.get(id(row), 0) // most,
            0,
        )
        for row in rows
    ]
    heading = " · ".join(str(table.columns[at].label) for at in names)
    title = pgettext("title of a picture", "%(table)s: %(figure)s") % {
        "table": table.title,
        "figure": table.columns[place].label,
    }
    return {"chart": Chart(title, heading, str(table.columns[place].label), drawn)}


@register.inclusion_tag("reports/pictures/_bars.html")
def framed_bars(table: FigureTable, key: str) -> dict[str, Chart]:
    """Draw `bars` in a frame of their own, called by what they show."""
    return bars(table, key)
