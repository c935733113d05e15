"""The rules for the hours of clinics: one row, which coordinators change and liaisons read."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinics.domain.clinics import ClinicError
from clinics.finding.burden import current_burden
from clinics.finding.forms import HourRulesForm
from clinics.finding.rules import change_hour_rules
from clinics.models import ClinicHourRules
from letsconnect.base.admin import WorkingGroupAdmin
from letsconnect.base.versions import ChangedMeanwhile
from registrations.domain.registrations import Region
from registrations.requests import signed_in

CHANGE = "admin:clinics_clinichourrules_change"


@admin.register(ClinicHourRules)
class ClinicHourRulesAdmin(WorkingGroupAdmin[ClinicHourRules]):
    """The page of the rules, with the present burden of each region beside them."""

    coordinators_may = frozenset({"view"})
    unscoped_because = shows_nobody_because = "one page of settings"

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> ClinicHourRules:
        """There is one row, which is begun by the first change."""
        return ClinicHourRules.objects.current()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one row, so the list is its page."""
        return redirect(reverse(CHANGE, args=[1]))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        rules = ClinicHourRules.objects.current()
        may_change = signed_in(request).is_coordinator
        if request.method == "POST" and not may_change:
            raise PermissionDenied
        form, comparison = HourRulesForm(request.POST or None, instance=rules), None
        if not may_change:
            for field in form.fields.values():
                field.disabled = True
        if form.is_valid():
            try:
                with self.as_opened(request, rules, form=_form_of):
                    change_hour_rules(**form.cleaned_data, by=signed_in(request), now=timezone.now())
            except ClinicError as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
            except ChangedMeanwhile as changed:
                comparison = changed.comparison
                form = HourRulesForm(comparison.data if comparison else None, instance=rules)
                form.add_error(None, str(changed))
            else:
                self.message_user(
                    request, _("The rules are changed. They count for every hour that is looked for now.")
                )
                return redirect(CHANGE, 1)
        return self._page(request, form, comparison.differences if comparison else [], may_change=may_change)

    def _page(
        self, request: HttpRequest, form: HourRulesForm, differences: list[Any], *, may_change: bool
    ) -> HttpResponse:
        rules = ClinicHourRules.objects.current()
        burden = current_burden(rules, now=timezone.now())
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Rules for the hours of clinics"),
            "form": form,
            "rules": rules,
            "may_change": may_change,
            "opened": self.opened(request, rules, form=_form_of),
            "differences": differences,
            "burden": burden,
            "burdens": [(Region(code).label, nights) for code, nights in burden.regions.items()],
        }
        return TemplateResponse(request, "clinics/admin/hour_rules.html", context)


def _form_of(rules: ClinicHourRules) -> HourRulesForm:
    return HourRulesForm(instance=rules)
