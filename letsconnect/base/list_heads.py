"""What stands above a list of the desk: each filter that is on, with a press to take it off, and the saved filters."""

from collections.abc import Iterator
from typing import Any, NamedTuple, cast

from django.contrib.admin.filters import ListFilter
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from letsconnect.base import saved_filters
from letsconnect.base.admin import WorkingGroupAdmin
from letsconnect.base.desk_list import is_unknown
from letsconnect.base.lines import isolated


class Chip(NamedTuple):
    """One filter that is on: what is filtered, by what, and the address of the list without it."""

    title: str
    value: str
    without: str


class SavedLink(NamedTuple):
    """A saved filter above its list; ``whose`` is the colleague who shares it."""

    name: str
    address: str
    is_on: bool
    whose: str


def head_of(request: HttpRequest, changelist: ChangeList) -> dict[str, Any]:
    """Return what the template of the head of a list shows."""
    desk = cast(WorkingGroupAdmin[Any], changelist.model_admin)  # the desk has no other lists
    reader: Any = request.user
    kept = saved_filters.kept_of(request, desk, request.GET.urlencode()) if request.GET else saved_filters.Kept("")
    saved = [
        SavedLink(
            name=isolated(row),
            address=reverse("admin:filter_open", args=[row.pk]),
            is_on=bool(kept.query) and row.query == kept.query,
            whose="" if row.member_id == reader.pk else str(row.member),
        )
        for row in saved_filters.saved_for(reader, desk)
    ]
    return {
        "chips": list(_chips(changelist)),
        "shows_nothing": any(map(is_unknown, changelist.filter_specs)),
        "saved": saved,
        "has_own": any(not link.whose for link in saved),
        "query": "" if any(link.is_on for link in saved) else kept.query,
        "table": saved_filters.table_of(desk),
        "has_filters": changelist.has_filters,
        "all": "?" if changelist.params else "",
    }


def _chips(changelist: ChangeList) -> Iterator[Chip]:
    if changelist.query:
        quoted = _("“%(words)s”") % {"words": isolated(changelist.query)}
        yield Chip(_("Search"), quoted, changelist.get_query_string(remove=[SEARCH_VAR]))
    for spec in changelist.filter_specs:
        names = [str(name) for name in spec.expected_parameters()]
        if any(name in changelist.filter_params for name in names):
            yield Chip(
                capfirst(str(spec.title)), _chosen(changelist, spec, names), changelist.get_query_string(remove=names)
            )


def _chosen(changelist: ChangeList, spec: ListFilter, names: list[str]) -> str:
    if not is_unknown(spec):
        for choice in spec.choices(changelist):
            if choice["selected"]:
                return str(choice["display"])
    values = [value for name in names for value in changelist.filter_params.get(name, ())]
    return isolated(" ".join(map(str, values)))
