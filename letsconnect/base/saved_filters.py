"""The filters of a list at the desk under a name: what of an address can be kept, saving it, and finding it again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.contrib.admin.views.main import ORDER_VAR
from django.db import IntegrityError, models, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from letsconnect.base.admin import WorkingGroupAdmin
from letsconnect.base.fields import longest
from letsconnect.base.models import SavedFilter
from letsconnect.base.statements import Statement

MOST = 30  # of one member for one list: more of them nobody finds again
_OF_THE_MOMENT = frozenset({"p", "q", "e", "all", "_facets", "_popup", "_to_field", "_changelist_filters"})
_OF_LIST: Statement[SavedFilter] = Statement(
    lambda reader, table: SavedFilter.objects.of_list(reader, table).select_related("member")
)


class FilterRefused(Exception):
    """Why a filter cannot be saved so."""


@dataclass(frozen=True)
class Kept:
    """What of the parameters of a list is a filter of it or its order, and the names of those that it does not know."""

    query: str
    unknown: tuple[str, ...] = ()


def table_of(desk: WorkingGroupAdmin[Any]) -> str:
    return desk.opts.label_lower


def kept_of(request: HttpRequest, desk: WorkingGroupAdmin[Any], query: str) -> Kept:
    """Return what of these parameters the list knows today. Neither what was searched for is kept, nor the page."""
    kept, unknown = [], []
    for name, value in parse_qsl(query):
        if name in _OF_THE_MOMENT or name in desk.filters_about_one_person:
            continue
        if name == ORDER_VAR or desk.lookup_allowed(name, value, request):
            kept.append((name, value))
        else:
            unknown.append(name)
    return Kept(urlencode(sorted(kept)), tuple(unknown))


def saved_for(reader: Any, desk: WorkingGroupAdmin[Any]) -> list[SavedFilter]:
    """Return what a reader finds above a list: their own filters, and those that colleagues share."""
    return _OF_LIST.rows({"reader": reader, "table": table_of(desk)})


def save(*, member: Any, table: str, name: str, query: str, is_shared: bool, now: datetime) -> SavedFilter:
    """Keep the filters under this name; one of the same name is replaced by them."""
    if not query:
        raise FilterRefused(_("Nothing is filtered: choose a filter or an order first."))
    if len(query) > longest(SavedFilter, "query"):
        raise FilterRefused(_("These are too many filters to be kept."))
    mine = SavedFilter.objects.filter(member=member, table=table)
    values = {"query": query, "is_shared": is_shared, "made_at": now}
    if not mine.filter(name=name).exists() and mine.count() >= MOST:
        raise FilterRefused(_("You have %(most)d filters for this list: delete one first.") % {"most": MOST})
    saved, _is_new = SavedFilter.objects.update_or_create(member=member, table=table, name=name, defaults=values)
    return saved


def rename(*, saved: SavedFilter, name: str, is_shared: bool) -> None:
    """Give it another name, share it or keep it to oneself."""
    saved.name, saved.is_shared = name, is_shared
    try:
        with transaction.atomic():
            saved.save(update_fields=["name", "is_shared"])
    except IntegrityError as error:
        raise FilterRefused(_("You have another filter of this name for the same list.")) from error


def changeable_by(member: Any) -> "models.QuerySet[SavedFilter]":
    """Return the filters that somebody may rename or delete: their own; coordinators delete shared ones, too."""
    mine = models.Q(member=member.pk)
    rows = SavedFilter.objects.select_related("member").order_by("table", "name", "pk")
    return rows.filter(mine | models.Q(is_shared=True) if member.is_coordinator else mine)


def tables_of(rows: "list[SavedFilter]") -> Iterator[tuple[str, list[SavedFilter]]]:
    """Yield the filters of each table together."""
    by_table: dict[str, list[SavedFilter]] = {}
    for row in rows:
        by_table.setdefault(row.table, []).append(row)
    yield from by_table.items()
