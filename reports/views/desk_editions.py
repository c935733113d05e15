"""Editions at the desk: coordinators make, preview, publish and correct them."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from registrations.models import Member
from registrations.requests import signed_in
from reports.domain.editions import AddressTaken, EditionError
from reports.editions.forms import EditionForm
from reports.editions.making import correct_edition, delete_draft, publish_edition, save_draft
from reports.models import Edition
from reports.views.editions import page_of


def urls_of(site: AdminSite) -> list[URLPattern]:
    """Return the addresses of editions, below those of the reports at the desk."""

    def edition_list(request: HttpRequest) -> HttpResponse:
        _coordinator(request)
        editions = Edition.objects.order_by("-made_at", "-pk").for_pages()
        frame = {**site.each_context(request), "title": _("Editions"), "editions": editions}
        return TemplateResponse(request, "reports/desk/editions.html", frame)

    def edition_new(request: HttpRequest) -> HttpResponse:
        return _edit(request, None, site.each_context(request))

    def edition_edit(request: HttpRequest, edition_id: int) -> HttpResponse:
        _coordinator(request)
        edition = get_object_or_404(Edition.objects.for_pages(), pk=edition_id)
        if edition.is_published and request.method != "POST":
            frame = {**site.each_context(request), "title": edition.title, "edition": edition}
            return TemplateResponse(request, "reports/desk/edition.html", frame)
        return _edit(request, edition, site.each_context(request))

    wrap = site.admin_view
    return [
        path("editions/", wrap(edition_list), name="reports_editions"),
        path("editions/new/", wrap(edition_new), name="reports_edition_new"),
        path("editions/<int:edition_id>/", wrap(edition_edit), name="reports_edition_change"),
        path("editions/<int:edition_id>/preview/", wrap(_preview), name="reports_edition_preview"),
        path("editions/<int:edition_id>/publish/", wrap(require_POST(_publish)), name="reports_edition_publish"),
        path("editions/<int:edition_id>/delete/", wrap(require_POST(_delete)), name="reports_edition_delete"),
        path("editions/<int:edition_id>/correct/", wrap(require_POST(_correct)), name="reports_edition_correct"),
    ]


def _coordinator(request: HttpRequest) -> Member:
    by = signed_in(request)
    if not by.is_coordinator:
        raise PermissionDenied
    return by


def _seen_version(request: HttpRequest) -> int:
    """Return the version at which the page was opened; 0, which no edition has, if that is missing."""
    seen = request.POST.get("version", "")
    return int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 9 else 0


def _edit(request: HttpRequest, edition: Edition | None, frame: dict[str, Any]) -> HttpResponse:
    by, now = _coordinator(request), timezone.now()
    form = EditionForm(request.POST or None, edition=edition, today=now.date())
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_draft(
                edition=edition,
                chosen=form.chosen(),
                seen_version=_seen_version(request),
                by=by,
                now=now,
            )
        except AddressTaken as refusal:  # meanwhile: the form has looked
            form.add_error("slug", str(refusal))
        except EditionError as refusal:
            form.add_error(None, str(refusal))
        else:
            if request.POST.get("press") == "look":
                return redirect("admin:reports_edition_preview", saved.pk)
            messages.success(request, _("The draft is saved. Look at it before you publish it."))
            return redirect("admin:reports_edition_change", saved.pk)
    title = edition.title if edition else _("New edition")
    context = {**frame, "title": title, "form": form, "edition": edition}
    return TemplateResponse(request, "reports/desk/edition.html", context, status=422 if form.errors else 200)


def _preview(request: HttpRequest, edition_id: int) -> HttpResponse:
    by = _coordinator(request)
    edition = get_object_or_404(Edition.objects.with_texts(), pk=edition_id)
    return page_of(request, edition, reader=by, now=timezone.now())


def _publish(request: HttpRequest, edition_id: int) -> HttpResponse:
    by = _coordinator(request)
    edition = get_object_or_404(Edition, pk=edition_id)
    try:
        published = publish_edition(edition=edition, seen_version=_seen_version(request), by=by, now=timezone.now())
    except EditionError as refusal:
        messages.error(request, str(refusal))
        return redirect("admin:reports_edition_change", edition.pk)
    messages.success(request, _("The edition is published. It stays as it is from now on."))
    return redirect("reports:edition", published.slug)


def _delete(request: HttpRequest, edition_id: int) -> HttpResponse:
    by = _coordinator(request)
    edition = get_object_or_404(Edition, pk=edition_id)
    try:
        delete_draft(edition=edition, seen_version=_seen_version(request), by=by, now=timezone.now())
    except EditionError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The draft is deleted."))
    return redirect("admin:reports_editions")


def _correct(request: HttpRequest, edition_id: int) -> HttpResponse:
    by = _coordinator(request)
    edition = get_object_or_404(Edition, pk=edition_id)
    try:
        draft = correct_edition(edition=edition, seen_version=_seen_version(request), by=by, now=timezone.now())
    except EditionError as refusal:
        messages.error(request, str(refusal))
        return redirect("admin:reports_editions")
    return redirect("admin:reports_edition_change", draft.pk)
