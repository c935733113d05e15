"""The list of a table at the desk: one page of its rows, counted once, whose filters show nothing they do not know."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.db import models
from django.http import HttpRequest
from django.utils.text import capfirst

from letsconnect.base import versions

_needs_no_quoting = re.compile("[A-Za-z0-9_.~-]*").fullmatch  # in a link


class DeskList(ChangeList):
    """A list that shows nothing for a filter value it does not know.

    Otherwise a mistyped filter would show, export and act on every row.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Call the page by what it lists; Django would say "Select match to view"."""
        super().__init__(*args, **kwargs)
        self.title = capfirst(str(self.opts.verbose_name_plural))

    def get_query_string(self, new_params: Mapping[str, Any] | None = None, remove: Iterable[str] | None = None) -> str:
        """Return the list's parameters with these changes, as Django does, but with Python's own quoting.

        A list with filters has fifty links; Django looks at each value three times before it quotes it.
        """
        kept = {name: value for name, value in self.filter_params.items() if not name.startswith(tuple(remove or ()))}
        changed = {**kept, **(new_params or {})}
        words = sorted([(name, value) for name, value in changed.items() if value is not None])
        if all([type(value) is str and _needs_no_quoting(value) and _needs_no_quoting(name) for name, value in words]):
            return "?" + "&".join([f"{name}={value}" for name, value in words])
        return f"?{urlencode(words, doseq=True)}"

    def get_results(self, request: HttpRequest) -> None:
        """Find the rows of this page and how many there are, as Django does, but count all rows only where it differs.

        Of the rows shown only the columns the list names are fetched; buttons and counts go on with whole rows.
        """
        desk, columns = self.model_admin, getattr(self.model_admin, "list_columns", ())
        rows = self.queryset.only(*columns) if columns else self.queryset._clone()
        self.paginator: Any = desk.get_paginator(request, rows, self.list_per_page)
        self.result_count = self.paginator.count
        self.show_full_result_count = desk.show_full_result_count
        self.full_result_count = self._count_of_all() if self.show_full_result_count else None
        self.show_admin_actions = not self.show_full_result_count or bool(self.full_result_count)
        self.can_show_all = self.result_count <= self.list_max_show_all
        self.multi_page = self.result_count > self.list_per_page
        shows_all = (self.show_all and self.can_show_all) or not self.multi_page
        self.result_list: Any = rows if shows_all else self._rows_of_page()

    def _rows_of_page(self) -> Any:
        """Return the rows of the page asked for, or of the last one: an act may have emptied the page it was on."""
        page = self.paginator.get_page(self.page_num)
        self.page_num = page.number
        return page.object_list

    def _count_of_all(self) -> int:
        """Count the rows without filters; where nothing narrows the list, they are those that were counted."""
        is_narrowed = self.queryset.query.where != self.root_queryset.query.where
        return self.root_queryset.count() if is_narrowed else self.result_count

    def version_of_all(self, only: Iterable[str]) -> str:
        """Return one version of the rows of all pages, made of these columns, or of all."""
        return versions.all_rows(self.queryset, only)

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> models.QuerySet[Any]:
        rows = super().get_queryset(request, exclude_parameters)
        return rows.none() if any(map(is_unknown, self.filter_specs)) else rows


def is_unknown(chosen: Any) -> bool:
    """Tell whether a filter has a value that it does not offer, or not any more."""
    value = chosen.value() if isinstance(chosen, SimpleListFilter) else None
    return bool(value) and value not in {str(choice) for choice, _label in chosen.lookup_choices}
