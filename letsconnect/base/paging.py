"""Long lists come in pages; `templates/_pages.html` draws the links between them, which keep the filters."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

ON_A_PAGE = 20


def page_of(rows: Sequence[Any] | QuerySet[Any], request: HttpRequest) -> "Page[Any]":
    """Return the page that is asked for: the first where that is nonsense, the last where there are not so many."""
    return Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
