"""The public pages of editions: the list, and one edition as it was reported."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from registrations.models import Member
from reports.editions.freezing import tables_of
from reports.editions.making import quotes_of
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


def page_of(request: HttpRequest, edition: Edition, *, reader: Member | None, now: datetime) -> HttpResponse:
    """Draw an edition; for ``reader`` a draft, as it would be published now."""
    sees_rows = isinstance(request.user, Member) and request.user.is_staff
    context = {
        "edition": edition,
        "tables": tables_of(edition, reader=reader, now=now),
        "quotes": quotes_of(edition),
        "corrected_by": edition.corrected_by if edition.is_published else None,
        "desk": reverse("admin:reports_index") if sees_rows else "",
    }
    return render(request, "reports/edition.html", context)
