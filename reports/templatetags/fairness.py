"""The picture of the report on fairness."""

from collections.abc import Mapping
from dataclasses import replace

from django import template
from django.utils.translation import gettext

from letsconnect.base.charts import Chart, ChartPart, of_parts
from reports.domain.tables import FigureTable

register = template.Library()


@register.simple_tag
def charts_of_fairness(tables: Mapping[str, FigureTable]) -> list[Chart]:
    """Return the newest round by region and by language: matched, of those who took part, beside the most possible."""
    by_region = gettext("%(round)s: matched, of the learners who took part, by region")
    by_language = gettext("%(round)s: matched, of the learners who took part, by language")
    charts = (
        _chart(tables["regions"], by_region, gettext("Region")),
        _chart(tables["languages"], by_language, gettext("Language")),
    )
    return [chart for chart in charts if chart is not None]


def _chart(table: FigureTable, title: str, heading: str) -> Chart | None:
    """Draw the rows of the first round in this table; what is hidden has no bar and is left out."""
    at = {column.key: place for place, column in enumerate(table.columns)}
    newest = [row.cells for row in table.rows if row.cells[0] == table.rows[0].cells[0]]
    rows = []
    for cells in newest:
        took_part, best, matched = (cells[at[key]] for key in ("took_part", "at_best", "matched"))
        if isinstance(took_part, int) and isinstance(best, int) and isinstance(matched, int):
            rows.append((str(cells[1]), ChartPart(matched, took_part), ChartPart(best, took_part)))
    if not rows:
        return None
    name = str(newest[0][0])
    chart = of_parts(title % {"round": name}, heading, gettext("Matched"), rows, compares=True)
    return replace(chart, earlier_heading=gettext("At best"))
