"""The page on which somebody of the working group reads which of their decisions others have changed."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from letsconnect.base.admin import WorkingGroupAdmin
from registrations.models import OverruledDecision
from registrations.requests import signed_in
from registrations.seats.overruling import in_lines, read_all

MOST_SHOWN = 50
PAGE = "registrations_workinggroupseat_overruled"


class ShowsOverruled(WorkingGroupAdmin):
    """Adds the page to a desk. It names nobody whom a registration is about, only its number."""

    def get_urls(self) -> list[URLPattern]:
        return [
            path("changed-by-others/", self.admin_site.admin_view(self.overruled_view), name=PAGE),
            *super().get_urls(),
        ]

    def overruled_view(self, request: HttpRequest) -> HttpResponse:
        """Show what is not read yet, and below what was; the button notes that all of it is read."""
        reader = signed_in(request)
        if not reader.is_staff:
            raise PermissionDenied
        if request.method == "POST":
            read_all(by=reader, now=timezone.now())
            return redirect(f"admin:{PAGE}")
        mine = OverruledDecision.objects.visible_to(reader).select_related("own_act", "by__actor", "by__reason")
        page = Paginator(mine.filter(read_at=None), MOST_SHOWN).get_page(request.GET.get("page"))
        earlier = list(mine.filter(read_at__isnull=False)[:MOST_SHOWN])
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("What others changed"),
            "page": page,
            "lines": in_lines([*page, *earlier], reader=reader),
        }
        return TemplateResponse(request, "admin/seats/overruled.html", context)
