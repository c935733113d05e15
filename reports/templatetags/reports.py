"""Cells of reports in templates."""

from collections.abc import Iterator

from django import template
from django.utils.formats import number_format
from django.utils.translation import pgettext

from reports.domain.tables import HIDDEN, Cell, FigureColumn, FigureRow, FigureTable

register = template.Library()


@register.filter
def cells(table: FigureTable, row: FigureRow) -> Iterator[tuple[FigureColumn, Cell]]:
    """Yield the cells of a row, each with its column."""
    return zip(table.columns, row.cells, strict=True)


@register.filter
def in_words(cell: Cell) -> str:
    """Return what stands in a cell as the reader writes it."""
    if cell is HIDDEN:
        return pgettext("figure", "hidden")
    if cell is None:
        return "—"
    return number_format(cell, use_l10n=True, force_grouping=True) if isinstance(cell, int) else cell
