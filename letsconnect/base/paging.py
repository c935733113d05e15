"""Splitting long lists into pages; `templates/_pages.html` draws the links between them, which keep the filters."""

from collections.abc import Sequence
from typing import Any, Protocol

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import QueryDict

ON_A_PAGE = 20


class HasAddress(Protocol):
    """A request, or what is known of its address."""

    @property
    def GET(self) -> QueryDict: ...  # noqa: N802  # as requests call it


def page_of(rows: Sequence[Any] | QuerySet[Any], request: HasAddress, *, at_once: int = ON_A_PAGE) -> "Page[Any]":
    """Return the page that the request asks for: the first for nonsense, the last for a number that is too high."""
    return Paginator(rows, at_once).get_page(request.GET.get("page"))
