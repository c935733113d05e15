"""The heat map of the report on needs."""

from django import template

from registrations.domain.registrations import Region
from reports.domain.heat import ShadedTable, heat_map
from reports.domain.tables import FigureTable
from reports.needs.report import COLUMNS_OF_MAP, name_of_region

register = template.Library()
MOST_IN_PICTURE = 40


@register.simple_tag
def heat_of_needs(table: FigureTable) -> ShadedTable:
    """Return what is unmet of each skill in each region, of the skills most people wish and do not get."""
    columns = [name_of_region(region) for region in COLUMNS_OF_MAP]
    return heat_map(table, down="skill", across="region", figure="unmet", columns=columns, most=MOST_IN_PICTURE)


@register.filter
def region_code(label: str) -> str:
    """Return the short name of a region, which stands above its column."""
    return next((str(code) for code, name in Region.choices if str(name) == label), label)
