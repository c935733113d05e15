"""The table and the filters of a list at the desk, and the list of all tables on its first page."""

from typing import Any

from django import template
from django.contrib import admin
from django.contrib.admin.filters import ListFilter
from django.contrib.admin.views.main import ChangeList
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from letsconnect.base import desk_tables
from letsconnect.base.drawn import drawn_once

register = template.Library()


@register.simple_tag
def desk_table(changelist: ChangeList) -> SafeString:
    return desk_tables.table(changelist)


@register.simple_tag
def desk_filter(changelist: ChangeList, chosen: ListFilter) -> SafeString:
    return desk_tables.filter_box(changelist, chosen)


@register.simple_tag(takes_context=True)
def desk_tables_to_open(context: Context) -> SafeString:
    """List the tables as Django does, drawn once for all who may do the same with each of them."""
    request: Any = context["request"]
    may = tuple(
        (page, page.has_module_permission(request), *page.get_model_perms(request).values())
        for page in admin.site._registry.values()
    )
    return drawn_once(
        ("tables to open", request.path, may),
        lambda: render_to_string(
            "admin/app_list.html",
            {"app_list": context["app_list"], "show_changelinks": True, "request": request},
        ),
    )
