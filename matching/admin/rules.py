"""The rules of matching: one row, which coordinators change."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from letsconnect.base.versions import ChangedMeanwhile
from matching.admin.desk import DeskAdmin
from matching.admin.forms import RulesForm
from matching.domain.matches import MatchingError
from matching.models import MatchingRules
from matching.rounds.rules import change_rules
from registrations.requests import signed_in

CHANGE = "admin:matching_matchingrules_change"


@admin.register(MatchingRules)
class MatchingRulesAdmin(DeskAdmin[MatchingRules]):
    """Liaisons read them."""

    unscoped_because = shows_nobody_because = "one page of settings"

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> MatchingRules:
        """There is one row, which is begun by the first change."""
        return MatchingRules.objects.current()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one row, so the list is its page."""
        return redirect(reverse(CHANGE, args=[1]))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        rules = MatchingRules.objects.current()
        may_change = signed_in(request).is_coordinator
        if request.method == "POST" and not may_change:
            raise PermissionDenied
        form, comparison = RulesForm(request.POST or None, instance=rules), None
        if not may_change:
            for field in form.fields.values():
                field.disabled = True
        if form.is_valid():
            try:
                with self.as_opened(request, rules, form=_form_of):
                    change_rules(**form.cleaned_data, by=signed_in(request), now=timezone.now())
            except MatchingError as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
            except ChangedMeanwhile as changed:
                comparison = changed.comparison
                form = RulesForm(comparison.data, instance=rules)
                form.add_error(None, str(changed))
            else:
                self.message_user(request, _("The rules are changed. They count from the next computation on."))
                return redirect(CHANGE, 1)
        now = MatchingRules.objects.current()
        context = {
            "title": _("Rules of matching"),
            "form": form,
            "rules": now,
            "may_change": may_change,
            "opened": self.opened(request, now, form=_form_of),
            "differences": comparison.differences if comparison else [],
        }
        return self.page(request, "rules", context)


def _form_of(rules: MatchingRules) -> RulesForm:
    return RulesForm(instance=rules)
