"""The table and the filters of a list at the desk."""

from django import template
from django.contrib.admin.filters import ListFilter
from django.contrib.admin.views.main import ChangeList
from django.utils.safestring import SafeString

from letsconnect.base import desk_tables

register = template.Library()


@register.simple_tag
def desk_table(changelist: ChangeList) -> SafeString:
    return desk_tables.table(changelist)


@register.simple_tag
def desk_filter(changelist: ChangeList, chosen: ListFilter) -> SafeString:
    return desk_tables.filter_box(changelist, chosen)
