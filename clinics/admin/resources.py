"""The tab of what is kept of a clinic: a row for each recording, for slides, notes and tools."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from clinics.admin.tabs import ClinicDesk, Tab
from clinics.domain.clinics import TOOK_PLACE, ClinicError
from clinics.locking import lock_clinic
from clinics.models import Clinic
from clinics.resources.context import archive_of
from clinics.resources.forms import ResourceRows, resource_rows, with_one_more
from clinics.resources.writing import write_resources
from letsconnect.base import edit_conflicts, versions
from letsconnect.base.edit_conflicts import Difference
from registrations.requests import signed_in


def _view(desk: ClinicDesk, request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """Show the rows, add an empty one, or save them as a whole.

    Of two people who save at the same time the second is shown what the first changed, and keeps what they typed.
    """
    if request.method != "POST":
        rows = resource_rows(clinic)
        return _draw(desk, request, clinic, rows, opened=versions.opened_at(rows.facts()))
    if not desk.has_change_permission(request):
        raise PermissionDenied
    opened = request.POST.get(versions.FIELD, "")
    if "add" in request.POST:
        return _draw(desk, request, clinic, resource_rows(clinic, with_one_more(request.POST)), opened=opened)
    with transaction.atomic():
        untouched = resource_rows(lock_clinic(clinic))
        facts = untouched.facts()
        if changed := versions.changed_since(opened, facts):
            comparison = edit_conflicts.compare(
                changed, opened=opened, posted=request.POST, row=clinic, form=_NOTHING_ELSE, formsets=[untouched]
            )
            rows, opened = resource_rows(clinic, comparison.data), versions.opened_at(facts)
            return _draw(
                desk, request, clinic, rows, opened=opened, differences=comparison.differences, says_errors=True
            )
        rows = resource_rows(clinic, request.POST)
        if rows.is_valid() and _is_saved(request, clinic, rows):
            return redirect(RESOURCES.url(clinic))
    return _draw(desk, request, clinic, rows, opened=opened, says_errors=True)


_NOTHING_ELSE = forms.Form()


def _is_saved(request: HttpRequest, clinic: Clinic, rows: ResourceRows) -> bool:
    try:
        with transaction.atomic():
            write_resources(clinic=clinic, entries=rows.entries(), by=signed_in(request), now=timezone.now())
    except ClinicError as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(request, _("Saved."))
    return True


def _draw(
    desk: ClinicDesk,
    request: HttpRequest,
    clinic: Clinic,
    rows: ResourceRows,
    *,
    opened: str,
    differences: Sequence[Difference] = (),
    says_errors: bool = False,
) -> HttpResponse:
    may_write = clinic.state in TOOK_PLACE and desk.has_change_permission(request)
    context: dict[str, Any] = {
        "forms": {"rows": rows},
        "media": rows.media,
        "rows": rows.in_order(),
        "archive": archive_of(clinic),
        "opened": opened,
        "differences": differences,
        "is_wrong": says_errors and not rows.is_valid(),
        "shows_errors": says_errors,
        "may_write": may_write,
    }
    return desk.draw(request, clinic, "resources", context, status=422 if says_errors else 200)


def _is_shown(clinic: Clinic) -> bool:
    return clinic.held_at is not None


RESOURCES = Tab("resources", pgettext_lazy("part of a clinic's page", "Recordings"), _view, is_shown=_is_shown)
