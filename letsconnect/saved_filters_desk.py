"""Saved filters at the desk: a list's filters under a name, found above it again, renamed and deleted on one page."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from letsconnect.base import saved_filters
from letsconnect.base.admin import WorkingGroupAdmin
from letsconnect.base.fields import LineFormField, longest
from letsconnect.base.languages import listed
from letsconnect.base.lines import isolated
from letsconnect.base.models import SavedFilter
from letsconnect.base.saved_filters import FilterRefused
from registrations.requests import signed_in

NAMES = ("filter_save", "filter_list", "filter_change", "filter_delete", "filter_open")


class FilterNameForm(forms.Form):
    """What a filter is called, and who finds it."""

    name = LineFormField(label=gettext_lazy("Name of the filter"), max_length=longest(SavedFilter, "name"))
    is_shared = forms.BooleanField(label=gettext_lazy("Colleagues find it, too"), required=False)


def urls(site: admin.AdminSite) -> list[URLPattern]:
    wrap = site.admin_view
    return [
        path("filters/", wrap(filter_list), name="filter_list"),
        path("filters/save/", wrap(require_POST(filter_save)), name="filter_save"),
        path("filters/<int:pk>/", wrap(filter_open), name="filter_open"),
        path("filters/<int:pk>/change/", wrap(require_POST(filter_change)), name="filter_change"),
        path("filters/<int:pk>/delete/", wrap(require_POST(filter_delete)), name="filter_delete"),
    ]


def filter_save(request: HttpRequest) -> HttpResponse:
    """Save the filters of the list somebody looks at, and go back to it."""
    desk = _desk_of(request, request.POST.get("table", ""))
    kept, form = saved_filters.kept_of(request, desk, request.POST.get("query", "")), FilterNameForm(request.POST)
    if not form.is_valid():
        for said in form.errors.values():
            messages.error(request, " ".join(map(str, said)))
        return redirect(_list_of(desk, kept.query))
    values = {"name": form.cleaned_data["name"], "is_shared": form.cleaned_data["is_shared"]}
    try:
        saved = saved_filters.save(
            member=signed_in(request),
            table=saved_filters.table_of(desk),
            query=kept.query,
            now=timezone.now(),
            **values,
        )
    except FilterRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("The filter “%(name)s” is saved: it stands above the list.") % {"name": isolated(saved)}
        )
    return redirect(_list_of(desk, kept.query))


def filter_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Go to the list as the filter shows it; say what the list does not know any more."""
    reader = signed_in(request)
    saved = get_object_or_404(SavedFilter.objects.select_related("member"), pk=pk)
    if saved.member_id != reader.pk and not saved.is_shared:
        raise Http404
    desk = _desk_of(request, saved.table)
    kept = saved_filters.kept_of(request, desk, saved.query)
    if kept.unknown:
        text = _("“%(name)s” was saved with a filter that this list does not have any more (%(gone)s). It is left out.")
        messages.warning(request, text % {"name": isolated(saved), "gone": listed(kept.unknown)})
    return redirect(_list_of(desk, kept.query))


def filter_list(request: HttpRequest) -> HttpResponse:
    """Show the filters somebody may change, each with its form."""
    return _page(request)


def filter_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename it, share it, or keep it to oneself."""
    saved = get_object_or_404(SavedFilter.objects.filter(member=signed_in(request)), pk=pk)
    form = FilterNameForm(request.POST, prefix=f"filter-{pk}")
    if form.is_valid():
        try:
            saved_filters.rename(saved=saved, **form.cleaned_data)
        except FilterRefused as refusal:
            form.add_error("name", str(refusal))
    if form.errors:
        return _page(request, refused={pk: form}, status=422)
    messages.success(request, _("The filter “%(name)s” is saved.") % {"name": isolated(saved)})
    return redirect("admin:filter_list")


def filter_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete it; the list it was of stays as it is."""
    saved = get_object_or_404(saved_filters.changeable_by(signed_in(request)), pk=pk)
    messages.success(request, _("The filter “%(name)s” is deleted.") % {"name": isolated(saved)})
    saved.delete()
    return redirect("admin:filter_list")


def _page(request: HttpRequest, refused: dict[int, FilterNameForm] | None = None, status: int = 200) -> HttpResponse:
    reader, tables = signed_in(request), []
    for table, rows in saved_filters.tables_of(list(saved_filters.changeable_by(reader))):
        desk = _desk_if_seen(request, table)
        lines = []
        for saved in rows:
            start = {"name": saved.name, "is_shared": saved.is_shared}
            form = (refused or {}).get(saved.pk) or FilterNameForm(initial=start, prefix=f"filter-{saved.pk}")
            lines.append({"saved": saved, "form": form if saved.member_id == reader.pk else None})
        tables.append((capfirst(desk.opts.verbose_name_plural) if desk else _("A list that is not there"), desk, lines))
    context = {**admin.site.each_context(request), "title": _("Saved filters"), "tables": tables}
    return TemplateResponse(request, "admin/saved_filters.html", context, status=status)


def _desk_of(request: HttpRequest, table: str) -> WorkingGroupAdmin[Any]:
    desk = _desk_if_seen(request, table)
    if desk is None:
        raise Http404
    return desk


def _desk_if_seen(request: HttpRequest, table: str) -> WorkingGroupAdmin[Any] | None:
    """Return the page of a list by the name of its table, if the reader may open it."""
    for model, page in admin.site._registry.items():
        if model._meta.label_lower == table and isinstance(page, WorkingGroupAdmin):
            return page if page.has_view_permission(request) else None
    return None


def _list_of(desk: WorkingGroupAdmin[Any], query: str) -> str:
    address = reverse(f"admin:{desk.opts.app_label}_{desk.opts.model_name}_changelist")
    return f"{address}?{query}" if query else address
