"""The lists of the desk on its first page, by the work they serve."""

from typing import Any

from django import template
from django.contrib import admin
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from letsconnect.base.drawn import drawn_once
from letsconnect.today.tables import by_work

register = template.Library()


@register.simple_tag(takes_context=True)
def desk_lists_by_work(context: Context) -> SafeString:
    """Draw the lists once for all who may do the same with each of them."""
    request: Any = context["request"]
    may = tuple(
        (page, page.has_module_permission(request), *page.get_model_perms(request).values())
        for page in admin.site._registry.values()
    )
    reader = request.user
    has = {"reads_reports": reader.is_staff, "makes_editions": reader.is_coordinator}
    return drawn_once(
        ("lists by work", may, *has.values()),
        lambda: render_to_string("admin/_lists_by_work.html", {"works": by_work(context["app_list"], **has)}),
    )
