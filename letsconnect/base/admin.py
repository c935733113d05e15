"""The working group's desk: Django's admin, opened by a seat instead of by model permissions."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from letsconnect.base import access_log, personal_columns
from letsconnect.base.access_log import People, people_on
from letsconnect.base.addresses import canonical_words
from letsconnect.base.lines import isolated
from letsconnect.base.models import Act
from letsconnect.base.versioned import VersionedAdmin


class DeskList(ChangeList):
    """A list that shows nothing for a filter it does not know: a mistyped one would show, export and act on all."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> models.QuerySet[Any]:
        rows = super().get_queryset(request, exclude_parameters)
        return rows.none() if any(map(_is_unknown, self.filter_specs)) else rows


def _is_unknown(chosen: Any) -> bool:
    value = chosen.value() if isinstance(chosen, SimpleListFilter) else None
    return bool(value) and value not in {str(choice) for choice, _label in chosen.lookup_choices}


class WorkingGroupAdmin(VersionedAdmin):
    """What liaisons and coordinators may do with one table. Nobody deletes rows; erasure empties them."""

    liaisons_may: frozenset[str] = frozenset({"view"})
    coordinators_may: frozenset[str] = frozenset({"view", "change", "add"})
    # The method of the table's queryset that says which rows a member of the working group has to do with. A table
    # without such a rule says here why everybody at the desk sees all of it; one that says neither shows nothing.
    scope: str = "visible_to"
    unscoped_because: str = ""
    # The ways from a row to the people its page and its list show, each of whom can read who looked; or why there are
    # none. ``look`` and ``look_at_list`` are words of `registrations.domain.registrations.LookKind`.
    shows: tuple[str, ...] = ()
    shows_nobody_because: str = ""
    look: str = ""
    look_at_list: str = ""

    def _may(self, request: HttpRequest, what: str) -> bool:
        member = request.user
        if not member.is_authenticated or not member.is_staff:
            return False
        return what in (self.coordinators_may if member.is_coordinator else self.liaisons_may)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any | None:
        """Find by the key where the address names no column: Django looks an empty one up and fails."""
        return super().get_object(request, object_id, from_field or None)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Show what this member of the working group may see: every list, page, button, inline, choice and export of
        the desk begins here."""
        rows = super().get_queryset(request)
        if not request.user.is_authenticated or not request.user.is_staff:
            return rows.none()
        if self.unscoped_because:
            return rows
        rule = getattr(rows, self.scope, None)
        return rule(request.user) if rule else rows.none()

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """Find an address however it is typed."""
        return super().get_search_results(request, queryset, canonical_words(search_term))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return DeskList

    def people_on(self, rows: Iterable[models.Model]) -> People:
        """Return whose data these rows show."""
        return people_on(rows, self.shows)

    def note_look(self, request: HttpRequest, people: People, *, what: str) -> None:
        """Remember for these people that the reader was shown something about them. Besides what it remembers, opening
        a page changes nothing."""
        access_log.note(viewer=request.user, people=people, what=what, now=timezone.now())

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        shown = getattr(response, "context_data", None) or {}
        if self.look_at_list and "cl" in shown:
            self.note_look(request, self.people_on(shown["cl"].result_list), what=self.look_at_list)
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response = super().change_view(request, object_id, form_url, extra_context)
        shown = getattr(response, "context_data", None) or {}
        if self.look and shown.get("original") is not None:
            self.note_look(request, self.people_on([shown["original"]]), what=self.look)
        return response

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Filter by what the list offers and by nothing else: Django takes every column of the table, and by one that
        is not shown (an address, say) a liaison could spell it out letter by letter."""
        offered = {self.date_hierarchy}
        for offer in self.get_list_filter(request):
            offered.add(getattr(offer, "parameter_name", offer))
        is_offered = lookup in offered or lookup.split("__")[0] in offered
        return is_offered and "\x00" not in value and super().lookup_allowed(lookup, value, request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "view")

    def has_view_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        return self._may(request, "view")

    def has_change_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        return self._may(request, "change")

    def has_add_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        return self._may(request, "add")

    def has_delete_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        return False

    def has_seat(self, request: HttpRequest) -> bool:
        """For Django's `permissions=["seat"]` on buttons: anyone in the working group who sees this table."""
        return self._may(request, "view")

    has_seat_permission = has_seat

    def has_coordinator_permission(self, request: HttpRequest) -> bool:
        """For Django's `permissions=["coordinator"]` on buttons."""
        return request.user.is_authenticated and request.user.is_coordinator

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the log of acts on one object."""
        obj = self.get_object(request, object_id)
        if obj is None or not self.has_view_permission(request, obj):
            raise Http404
        if self.look:
            self.note_look(request, self.people_on([obj]), what=self.look)
        context = {
            **self.admin_site.each_context(request),
            "title": _("What happened: %(object)s") % {"object": isolated(obj)},
            "opts": self.opts,
            "object": obj,
            "acts": _with_readable_reasons(Act.objects.on(obj), obj, request.user),
        }
        return TemplateResponse(request, "admin/acts.html", context)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The log of acts is the one log; Django's own copies names into a second one."""

    log_change = log_deletion = log_addition


class DeskInline:
    """Goes before an inline's class: its rows may be seen and written by whoever may do that to the row they stand
    on, which is taken from the scoped queryset of the page. Nobody deletes unless the inline says so."""

    def _page(self, request: HttpRequest) -> WorkingGroupAdmin:
        return self.admin_site._registry[self.parent_model]

    def has_view_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        return self._page(request).has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        page = self._page(request)
        return page.has_add_permission(request) if obj is None else page.has_change_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        return self._page(request).has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        return False


def _with_readable_reasons(acts_about: Iterable[Act], obj: models.Model, reader: Any) -> list[Act]:
    """Return the acts with ``reason_to_show``, the reason as far as the reader may read it.

    A reader at the desk reads no more about themselves than the person concerned may read on their own page.
    """
    acts, is_theirs = list(acts_about), personal_columns.table_of(type(obj)).belongs_to(obj, reader)
    for act in acts:
        reason = getattr(act, "reason", None)
        act.reason_to_show = act.reason_for(reader) if is_theirs else (reason.text if reason else "")
    return acts
