"""The public pages of editions: the list, and one edition as it was reported."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from registrations.models import Member
from reports.editions.freezing import FrozenTable, tables_of
from reports.editions.making import hindrance, quotes_of
from reports.models import Edition


@require_safe
def edition_list(request: HttpRequest) -> HttpResponse:
    """List what was published, the newest first; a corrected edition stays in it and says so."""
    return render(request, "reports/edition_list.html", {"editions": Edition.objects.published().for_pages()})


@require_safe
def edition_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one edition as it was reported."""
    edition = get_object_or_404(Edition.objects.published().for_pages(), slug=slug)
    return page_of(request, edition, reader=None, now=timezone.now())


@dataclass(frozen=True)
class LastLook:
    """What is said above a draft before it is published."""

    figures: int
    tables: int
    quotes: int
    read_in: str
    not_read_in: str
    refusal: str

    @classmethod
    def of(cls, draft: Edition, tables: Sequence[FrozenTable], quotes: int) -> "LastLook":
        """Count what stands in a draft, and say what keeps it from being published."""
        written = {text.language for text in draft.texts.all()}
        names = {
            there: " · ".join(name for language, name in settings.LANGUAGES if (language in written) is there)
            for there in (True, False)
        }
        figures = sum(column.is_figure for each in tables for column in each.table.columns)
        refusal = hindrance(draft, has_figures=bool(tables))
        return cls(figures, len(tables), quotes, names[True], names[False], refusal)


def page_of(request: HttpRequest, edition: Edition, *, reader: Member | None, now: datetime) -> HttpResponse:
    """Draw an edition; for ``reader`` a draft, as it would be published now, with the last look before that."""
    sees_rows = isinstance(request.user, Member) and request.user.is_staff
    tables, quotes = tables_of(edition, reader=reader, now=now), list(quotes_of(edition))
    context = {
        "edition": edition,
        "tables": tables,
        "quotes": quotes,
        "look": None if edition.is_published else LastLook.of(edition, tables, len(quotes)),
        "corrected_by": edition.corrected_by if edition.is_published else None,
        "desk": reverse("admin:reports_index") if sees_rows else "",
    }
    return render(request, "reports/edition.html", context)
