"""The tab of what came of a clinic, once it was held."""

from collections.abc import Sequence
from copy import copy
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from clinics.admin.tabs import ClinicDesk, Tab
from clinics.attendance.counting import heads_of
from clinics.domain.clinics import ClinicError, ClinicState
from clinics.feedback.sums import feedback_on
from clinics.models import Clinic, Quote
from clinics.outcomes.forms import OutcomeForm
from clinics.outcomes.writing import write_outcome
from clinics.seats.channel_sums import listened_to
from letsconnect.base import versions
from letsconnect.base.versions import ChangedMeanwhile
from registrations.requests import signed_in


def _view(desk: ClinicDesk, request: HttpRequest, clinic: Clinic) -> HttpResponse:
    if request.method != "POST":
        form = OutcomeForm.of(copy(clinic))
        if clinic.head_count is None:  # what hosts ticked and counted is there to be looked at, and to be corrected
            form.initial["head_count"] = heads_of(clinic).together or None
        return _draw(desk, request, clinic, form)
    if not desk.has_change_permission(request):
        raise PermissionDenied
    form = OutcomeForm(request.POST, instance=copy(clinic))
    differences: Sequence[Any] = ()
    if form.is_valid():
        values = form.cleaned_data
        try:
            with desk.as_opened(request, clinic, form=OutcomeForm.of) as seen:
                write_outcome(
                    clinic=seen,
                    head_count=values["head_count"],
                    outcome=values["outcome"],
                    language=values["outcome_language"] or seen.floor_language,
                    by=signed_in(request),
                    now=timezone.now(),
                )
        except ClinicError as refusal:
            form.add_error(None, str(refusal))
        except ChangedMeanwhile as changed:
            clinic = desk.clinic_for(request, clinic.pk)
            form = OutcomeForm(changed.comparison.data, instance=copy(clinic))
            form.add_error(None, str(changed))
            differences = changed.comparison.differences
        else:
            messages.success(request, _("Saved."))
            return redirect(AFTER.url(clinic))
    return _draw(desk, request, clinic, form, differences=differences, status=422)


def _draw(
    desk: ClinicDesk,
    request: HttpRequest,
    clinic: Clinic,
    form: OutcomeForm,
    *,
    differences: Sequence[Any] = (),
    status: int = 200,
) -> HttpResponse:
    may_write = clinic.state == ClinicState.HELD and desk.has_change_permission(request)
    context = {
        "form": form,
        "media": form.media,
        "may_write": may_write,
        "shows_fields": may_write or form.is_bound,
        "differences": differences,
        "opened": desk.opened(request, clinic, form=OutcomeForm.of),
        "heads": heads_of(clinic),
        "listened_to": listened_to(clinic),
        "feedback": feedback_on(clinic, now=timezone.now()),
        "quotes": list(Quote.objects.filter(clinic=clinic).order_by("given_at", "pk")),
        "version_field": versions.FIELD,
        "may_publish": desk.has_change_permission(request),
    }
    return desk.draw(request, clinic, "after", context, status=status)


def _is_shown(clinic: Clinic) -> bool:
    return clinic.held_at is not None


AFTER = Tab("after", pgettext_lazy("part of a clinic's page", "After"), _view, is_shown=_is_shown)
