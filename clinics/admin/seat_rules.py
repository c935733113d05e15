"""The rules for the seats of clinics: one row, which coordinators change and liaisons read."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.domain.clinics import ClinicError
from clinics.models import ClinicSeatRules
from clinics.seats.rules import change_seat_rules
from letsconnect.base.admin import WorkingGroupAdmin
from letsconnect.base.versions import ChangedMeanwhile
from registrations.requests import signed_in

CHANGE = "admin:clinics_clinicseatrules_change"


class SeatRulesForm(forms.ModelForm):
    """The rules as they stand; saving is the action's."""

    class Meta:
        model = ClinicSeatRules
        fields: ClassVar[tuple[str, ...]] = ("cut_off_hours",)


@admin.register(ClinicSeatRules)
class ClinicSeatRulesAdmin(WorkingGroupAdmin[ClinicSeatRules]):
    """The page of the rules."""

    coordinators_may = frozenset({"view"})
    unscoped_because = shows_nobody_because = "one page of settings"

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> ClinicSeatRules:
        """There is one row, which is begun by the first change."""
        return ClinicSeatRules.objects.current()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one row, so the list is its page."""
        return redirect(reverse(CHANGE, args=[1]))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        rules, may_change = ClinicSeatRules.objects.current(), signed_in(request).is_coordinator
        if request.method == "POST" and not may_change:
            raise PermissionDenied
        differences: list[Any] = []
        form = SeatRulesForm(request.POST or None, instance=rules)
        if not may_change:
            form.fields["cut_off_hours"].disabled = True
        if form.is_valid():
            try:
                with self.as_opened(request, rules, form=_form_of):
                    change_seat_rules(**form.cleaned_data, by=signed_in(request), now=timezone.now())
            except ClinicError as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
            except ChangedMeanwhile as changed:
                differences = changed.comparison.differences if changed.comparison else []
                form = SeatRulesForm(changed.comparison.data if changed.comparison else None, instance=rules)
                form.add_error(None, str(changed))
            else:
                self.message_user(request, _("The rules are changed. They count for every seat that becomes free now."))
                return redirect(CHANGE, 1)
        rules = ClinicSeatRules.objects.current()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Rules for the seats of clinics"),
            "form": form,
            "rules": rules,
            "may_change": may_change,
            "opened": self.opened(request, rules, form=_form_of),
            "differences": differences,
        }
        return TemplateResponse(request, "clinics/admin/seat_rules.html", context)


def _form_of(rules: ClinicSeatRules) -> SeatRulesForm:
    return SeatRulesForm(instance=rules)
