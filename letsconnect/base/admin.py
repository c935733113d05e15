"""The working group's desk: Django's admin, opened by a seat in the working group instead of by model permissions."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.contrib.admin import AdminSite, SimpleListFilter
from django.contrib.admin.models import LogEntry
from django.contrib.admin.views.main import ChangeList
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from letsconnect.base import access_log, mass_act_answers, personal_columns, searching
from letsconnect.base.access_log import PeopleShown, people_on
from letsconnect.base.addresses import canonical_words
from letsconnect.base.desk_list import DeskList
from letsconnect.base.keys import key_or_none
from letsconnect.base.lines import isolated
from letsconnect.base.models import Act
from letsconnect.base.requests import noted_on, read_once
from letsconnect.base.versioned_admin import Row, VersionedAdmin

_COMPARISONS = ("", "exact", "in", "isnull")  # in the links of filters
_PARTS_OF_DAYS = ("year", "month", "day")  # in those to the days, months or years of a list
_needs_no_quoting = re.compile("[A-Za-z0-9_.~-]*").fullmatch  # in a link
LONG_ASKED = timedelta(days=7)  # so long somebody's request may lie before the desk's first page says so
_LAST_YEAR = 9998  # that ends before Python's calendar does


def own_columns(table: type[models.Model]) -> tuple[str, ...]:
    """Return all columns of a table itself, for `list_columns`."""
    return tuple(field.name for field in table._meta.concrete_fields)


class FixedFilter(SimpleListFilter):
    """A filter whose choices stand in the code: its links in a list as it opens are drawn once for all readers."""


class FilterOfLink(FixedFilter):
    """A filter that is offered only where it was chosen: the link of a number on the desk's first page leads to it.

    It has one choice: ``in_links`` is its value, ``label`` says what it shows, and ``chosen`` finds the rows.
    """

    in_links: str

    def label(self) -> str:
        raise NotImplementedError

    def chosen(self, rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        raise NotImplementedError

    def has_output(self) -> bool:
        return self.value() is not None

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(self.in_links, self.label())]

    def queryset(self, request: HttpRequest, queryset: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        return self.chosen(queryset) if self.value() else queryset


class WaitingFilter(FilterOfLink):
    """What waits, as sentences of the desk's first page count it: each has a value, a label, and the rows it is about.

    ``kinds`` finds the rows by those the reader may see, the reader, and the moment.
    """

    title = gettext_lazy("what waits")
    parameter_name = "waits"
    kinds: "Mapping[str, tuple[Any, Callable[[models.QuerySet[Any], Any, datetime], models.QuerySet[Any]]]]"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(value, label) for value, (label, _rows) in self.kinds.items()]

    def queryset(self, request: HttpRequest, queryset: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        _label, rows = self.kinds.get(self.value() or "", ("", None))
        return rows(queryset, request.user, timezone.now()) if rows else queryset


class WorkingGroupAdmin(VersionedAdmin[Row]):
    """What each seat may do with one table. Nobody deletes rows: erasure empties them."""

    liaisons_may: frozenset[str] = frozenset({"view"})
    coordinators_may: frozenset[str] = frozenset({"view", "change", "add"})
    # What the seat "newsletter editor" opens: nothing, but on the pages that name it.
    editors_may: frozenset[str] = frozenset()
    # The method of the table's queryset that says which rows a member of the working group has to do with. A table
    # without such a rule says here why everybody at the desk sees all of it; one that says neither shows nothing.
    scope: str = "visible_to"
    unscoped_because: str = ""
    # The ways from a row to the people its page and its list show, each of whom can read who looked; or why there are
    # none. ``look`` and ``look_at_list`` are words of `registrations.domain.looks.LookKind`.
    shows: tuple[str, ...] = ()
    shows_nobody_because: str = ""
    look: str = ""
    look_at_list: str = ""
    # Which columns the list fetches, of the rows and of those they point at; all of them where none is named. Whoever
    # shows more in the list names it here too: each column that is missing costs a query for each row.
    list_columns: tuple[str, ...] = ()
    list_per_page = 20
    # Which columns a phone shows of each row, the first as its heading: who or what, where, since when, what next.
    on_phones: tuple[str, ...] = ()
    # What brings rows into the list, as a sentence for whoever finds it empty.
    filled_by: Any = ""
    # Filters by one person: links lead to them, and nobody keeps them under a name.
    filters_about_one_person: tuple[str, ...] = ()
    # The columns of names and titles in which the list searches, however they are spelt: see `searching.rows_called`.
    search_folded: tuple[str, ...] = ()
    # Columns beside them of which each holds an "@": found by the whole of it, and not looked at unless one was typed.
    search_addresses: tuple[str, ...] = ()
    refusals: tuple[type[Exception], ...] = ()  # what the actions behind the form of a row raise

    def _may(self, request: HttpRequest, action: str) -> bool:
        member = request.user
        if not member.is_authenticated:
            return False
        if member.is_staff and action in (self.coordinators_may if member.is_coordinator else self.liaisons_may):
            return True
        return action in self.editors_may and member.is_newsletter_editor

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Row | None:
        """Find the row by its key where the address names no column: Django would look for one with an empty name.

        What only shows a row asks for it several times (for the page, its form, its version): it is read once.
        """
        if request.method != "GET":
            return super().get_object(request, object_id, from_field or None)
        read = partial(super().get_object, request, object_id, from_field or None)
        return read_once(request, (self.opts.label, object_id, from_field), read)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Return the rows this person may see.

        Every list, page, button, inline, choice and export of the desk starts from this queryset.
        """
        rows = super().get_queryset(request)
        if not request.user.is_authenticated or not (request.user.is_staff or self._may(request, "view")):
            return rows.none()
        if self.unscoped_because:
            return rows
        rule = getattr(rows, self.scope, None)
        return rule(request.user) if rule else rows.none()

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """Search with addresses in their canonical form, so that an address is found however it is typed.

        Names and titles (``search_folded``) are found whatever their case, accents and letter forms: each word that was
        typed stands somewhere in them.
        """
        if not self.search_folded or not search_term:
            return super().get_search_results(request, queryset, canonical_words(search_term))
        search = partial(self._searched, request, search_term)
        return queryset.filter(read_once(request, ("rows found", self.opts.label, search_term), search)), False

    def _searched(self, request: HttpRequest, words: str) -> models.Q:
        typed = canonical_words(words)
        of_address = searching.rows_addressed(self.model, self.search_addresses, typed)
        if of_address is not None:
            return of_address
        wanted = self._named(words)
        if self.search_fields:
            more, _has_doubles = super().get_search_results(request, self.model._default_manager.all(), typed)
            wanted |= models.Q(pk__in=more.order_by().values("pk"))
        return wanted

    def get_search_fields(self, request: HttpRequest) -> Any:
        """Return what Django searches; a list that searches folded text has a field for it, too."""
        return self.search_fields or self.search_folded or self.search_addresses

    def _named(self, words: str) -> models.Q:
        return searching.rows_called(self.model, self.search_folded, words) | self.also_found(words)

    def also_found(self, words: str) -> models.Q:
        """Return what else a list finds by what was typed, such as the number of a row."""
        return searching.NOTHING

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return DeskList

    def people_on(self, rows: Iterable[Row]) -> PeopleShown:
        """Return whose data these rows show."""
        return people_on(rows, self.shows)

    def note_look(self, request: HttpRequest, people: PeopleShown, *, kind: str) -> None:
        """Record for these people that the reader was shown something about them.

        Apart from this record, opening a page changes nothing.
        """
        access_log.note(viewer=request.user, people=people, kind=kind, now=timezone.now())

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None) or {}
        if self.look_at_list and "cl" in context:
            self.note_look(request, self.people_on(context["cl"].result_list), kind=self.look_at_list)
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response = super().change_view(request, object_id, form_url, extra_context)
        context = getattr(response, "context_data", None) or {}
        if self.look and context.get("original") is not None:
            self.note_look(request, self.people_on([context["original"]]), kind=self.look)
        return response

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the form. Where an action refuses at the last moment, say why, store nothing and keep what was typed."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except self.refusals as refusal:
            noted_on(request).why_refused = str(refusal)
            return super().changeform_view(request, object_id, form_url, extra_context)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Allow only the filters that the list offers.

        Django allows every column of the table. By filtering on a hidden column, such as an address, a liaison could
        find out its value letter by letter. And of a column that is offered it allows every way to compare it, of which
        some fail on a value that makes no sense, as a pattern does.
        """
        column, _separator, comparison = lookup.partition("__")
        offered = {_named_in_links(chosen) for chosen in self.get_list_filter(request)}
        is_offered = lookup in offered or (column in offered and comparison in _COMPARISONS)
        if column == self.date_hierarchy:
            is_offered = comparison in _PARTS_OF_DAYS and (key_or_none(value) or 0) <= _LAST_YEAR
        return is_offered and "\x00" not in value and super().lookup_allowed(lookup, value, request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "view")

    def has_view_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return self._may(request, "view")

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return self._may(request, "change")

    def has_add_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return self._may(request, "add")

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False

    def has_seat(self, request: HttpRequest) -> bool:
        """Tell whether the user is in the working group and sees this table.

        For Django's `permissions=["seat"]` on buttons.
        """
        return self._may(request, "view")

    has_seat_permission = has_seat

    def has_coordinator_permission(self, request: HttpRequest) -> bool:
        """For Django's `permissions=["coordinator"]` on buttons."""
        return request.user.is_authenticated and request.user.is_coordinator

    def go_to_mass_act(
        self, request: HttpRequest, kind: str, rows: Iterable[Any], note: str = ""
    ) -> HttpResponse | None:
        """Prepare an act on the rows a button was pressed for, and go to the page that says what it will do."""
        return mass_act_answers.prepare(request, kind, rows, by=request.user, now=timezone.now(), note=note)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the log of acts on one object."""
        obj = self.get_object(request, object_id)
        if obj is None or not self.has_view_permission(request, obj):
            raise Http404
        if self.look:
            self.note_look(request, self.people_on([obj]), kind=self.look)
        acts = Act.objects.on(obj)
        context = {
            **self.admin_site.each_context(request),
            "title": _("What happened: %(object)s") % {"object": isolated(obj)},
            "opts": self.opts,
            "object": obj,
            "acts": with_readable_reasons(acts.select_related("actor__registration"), obj, request.user),
        }
        return TemplateResponse(request, "admin/acts.html", context)

    def log_addition(self, request: HttpRequest, obj: Row, message: Any) -> LogEntry:
        """Do nothing: the log of acts is the only log, and Django's own would copy names into a second one."""
        return LogEntry()  # not stored

    log_change = log_deletion = log_addition


def _named_in_links(chosen: Any) -> Any:
    """Return the name of a filter in its links: a list names a class, a column, or a column with a class."""
    return chosen[0] if isinstance(chosen, tuple) else getattr(chosen, "parameter_name", chosen)


class DeskInline:
    """Permissions of an inline: whoever may see or change the page's row may do so with the rows of the inline.

    Name it before the inline's class. The page's row comes from a queryset that is limited to what the user may see.
    Nobody deletes rows unless the inline says so.
    """

    admin_site: AdminSite
    parent_model: type[models.Model]

    def _page(self, request: HttpRequest) -> "WorkingGroupAdmin[Any]":
        page = self.admin_site._registry[self.parent_model]
        if not isinstance(page, WorkingGroupAdmin):
            raise TypeError(f"{page} is no page of the desk")
        return page

    def has_view_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        return self._page(request).has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        page = self._page(request)
        return page.has_add_permission(request) if obj is None else page.has_change_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        return self._page(request).has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        return False


def with_readable_reasons(acts_about: Iterable[Act], obj: models.Model, reader: Any) -> list[Act]:
    """Return the acts with ``reason_to_show``, the reason as far as the reader may read it.

    A reader at the desk reads no more about themselves than the person concerned may read on their own page.
    """
    acts, is_theirs = list(acts_about), personal_columns.table_of(type(obj)).belongs_to(obj, reader)
    for act in acts:
        reason = getattr(act, "reason", None)
        text = act.reason_for(reader) if is_theirs else (reason.text if reason else "")
        vars(act)["reason_to_show"] = act.in_words(text)
    return acts
