"""The review queue: the registrations that wait in my regions, with counts for each region."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import localize
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from letsconnect.base import pieces
from letsconnect.base.admin import FixedFilter
from letsconnect.base.querysets import as_own, in_one_row
from letsconnect.base.statements import StatementOfSeats
from registrations import documents
from registrations.admin import answer_filters
from registrations.domain.registrations import Region, RegistrationState, Source
from registrations.models import ClaimInvitation, Member, Registration, RegistrationQuerySet, has_agreed
from registrations.requests import signed_in

if TYPE_CHECKING:
    from django.contrib.admin.filters import _ListFilterChoices  # a name of the stubs

WAITING, NEW, CHANGED, ALL = "waiting", "new", "changed", "all"
_IN_QUEUE = {
    WAITING: "in_review_queue",
    NEW: "new_to_review",
    CHANGED: "changed_since_review",
}
_LABELS = {
    WAITING: _("waiting for a liaison"),
    NEW: pgettext_lazy("registrations in the review queue", "new"),
    CHANGED: _("changed since the last review"),
    ALL: pgettext_lazy("registrations", "all of them"),
}


def shown(request: HttpRequest) -> str:
    """Return which registrations the list shows: the queue, unless a state is chosen, a name searched or an answer."""
    asks_for_people = request.GET.get("q") or answer_filters.is_asked(request.GET)
    return request.GET.get("show") or (ALL if asks_for_people else WAITING)


class QueueFilter(FixedFilter):
    """Shows the review queue first, and any state on request."""

    title = _("what is shown")
    parameter_name = "show"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*_LABELS.items(), *RegistrationState.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Registration]) -> QuerySet[Registration]:
        choice = shown(request)
        if choice in _IN_QUEUE:  # one's own is for colleagues
            return getattr(queryset, _IN_QUEUE[choice])().exclude(member=request.user)
        return queryset if choice == ALL else queryset.filter(state=choice)

    def choices(self, changelist: ChangeList) -> "Iterator[_ListFilterChoices]":
        """Return Django's choices without "All": the queue is shown when nothing is chosen."""
        asks_for_people = changelist.query or answer_filters.is_asked(changelist.filter_params)
        current = self.value() or (ALL if asks_for_people else WAITING)
        for value, label in self.lookup_choices:
            yield {
                "selected": current == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": label,
            }


class ClaimFilter(FixedFilter):
    """Filters registrations of the old form by whether somebody has claimed them."""

    title = _("old form")
    parameter_name = "claim"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("nobody", _("nobody's yet, not invited")),
            ("invited", _("nobody's yet, invited")),
            ("claimed", pgettext_lazy("registrations", "taken over")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Registration]) -> QuerySet[Registration] | None:
        imported = queryset.filter(source=Source.IMPORT)
        invited = ClaimInvitation.objects.filter(used_at=None).values("registration")
        match self.value():
            case "claimed":
                return imported.filter(member__isnull=False)
            case "nobody":
                return imported.filter(member=None).exclude(pk__in=invited)
            case "invited":
                return imported.filter(member=None, pk__in=invited)
        return None


class AgreementFilter(FixedFilter):
    """Filters by who agreed to the documents themselves: an approved person who did not is left out of everything."""

    title = _("agreement to the documents")
    parameter_name = "agreed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", pgettext_lazy("agreement to the documents", "given")), ("no", _("missing"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Registration]) -> QuerySet[Registration] | None:
        today = timezone.now().date()
        match self.value():
            case "yes":
                return as_own(queryset, RegistrationQuerySet).agreed(on=today)
            case "no":
                return as_own(queryset, RegistrationQuerySet).claimed().filter(~has_agreed(on=today))
        return None


def without_agreement(request: HttpRequest) -> dict[str, Any]:
    """Count the approved people, among those the reader may see, who have not agreed to the documents themselves.

    They are left out of matching until they agree. The address of the list that shows them comes along.
    """
    reader, today = signed_in(request), timezone.now().date()
    counts = _WITHOUT_AGREEMENT.rows(reader, on=today, versions=documents.all_counting(on=today))
    where = reverse("admin:registrations_registration_changelist")
    query = urlencode({"show": RegistrationState.APPROVED, "agreed": "no"})
    return {"count": sum(count for (count,) in counts), "url": f"{where}?{query}"}


def _count_without_agreement(reader: Member, on: date, versions: tuple[tuple[str, ...], ...]) -> QuerySet[Any, Any]:
    """Count them; the SQL holds the day and the versions that count on it."""
    return in_one_row(Registration.objects.visible_to(reader).lacking_consents(on=on), count=Count("pk"))


_WITHOUT_AGREEMENT = StatementOfSeats(_count_without_agreement)


def counters(request: HttpRequest) -> list[dict[str, Any]]:
    """Return, for each region of the reader, how many registrations are new and how many changed, with links."""
    reader, where = signed_in(request), reverse("admin:registrations_registration_changelist")
    rows = _COUNTS.rows(reader)
    counts: dict[str, dict[str, int]] = {region: {NEW: new, CHANGED: changed} for region, new, changed in rows}
    mine = [code for code in Region.values if reader.looks_after(code)]
    return [_counter(code, counts.get(code, {}), where) for code in [*mine, *([""] if "" in counts else [])]]


def _count_for_each_region(reader: Member) -> QuerySet[Any, Any]:
    """Count the review queue."""
    people = Registration.objects.visible_to(reader).waiting_for(reader)
    new, changed = (Count("pk", filter=Q(reviewed_at__isnull=is_new)) for is_new in (True, False))
    return people.order_by().values("region").annotate(new=new, changed=changed).values_list("region", "new", "changed")


_COUNTS = StatementOfSeats(_count_for_each_region, asks_who_reads=True)


def lane_url(request: HttpRequest) -> str:
    """Return the address at which these are read one by one: those of the region that the list is filtered by."""
    where, region = reverse("admin:registrations_registration_lane"), request.GET.get("region__exact", "")
    return f"{where}?{urlencode({'region': region})}" if region in Region.values else where


def counters_drawn(rows: Iterable[Mapping[str, Any]]) -> SafeString:
    """Draw these counters as rows of a table."""
    return pieces.draw(map(_piece, rows), "admin/registrations/registration/_queue_row.html")


def _piece(row: Mapping[str, Any]) -> pieces.Piece:
    new, changed = row["cells"]
    texts = {"url": row["url"], "region": str(row["region"]), "new_url": new["url"], "changed_url": changed["url"]}
    counts = {"new": localize(new["count"]), "changed": localize(changed["count"])}
    return pieces.Piece({"has_new": bool(new["count"]), "has_changed": bool(changed["count"])}, {**texts, **counts})


def _counter(region: str, counts: Mapping[str, int], where: str) -> dict[str, Any]:
    of_region = f"region__exact={region}"  # codes of regions are letters: nothing is to be quoted
    return {
        "region": Region(region).label if region else _("no region"),
        "url": f"{where}?{of_region}",
        "cells": [{"count": counts.get(what, 0), "url": f"{where}?show={what}&{of_region}"} for what in (NEW, CHANGED)],
    }
