"""The rules of matching: one row, which coordinators change."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matching import actions
from matching.admin.desk import DeskAdmin
from matching.admin.forms import RulesForm
from matching.domain import MatchingError
from matching.models import MatchingRules

CHANGE = "admin:matching_matchingrules_change"


@admin.register(MatchingRules)
class MatchingRulesAdmin(DeskAdmin):
    """Liaisons read them."""

    unscoped_because = shows_nobody_because = "one page of settings"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one row, so the list is its page."""
        return redirect(reverse(CHANGE, args=[1]))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        rules = MatchingRules.objects.current()
        may_change = request.user.is_coordinator
        if request.method == "POST" and not may_change:
            raise PermissionDenied
        form = RulesForm(request.POST or None, instance=rules)
        if not may_change:
            for field in form.fields.values():
                field.disabled = True
        if form.is_valid() and self._change(request, form.cleaned_data):
            return redirect(CHANGE, 1)
        context = {"title": _("Rules of matching"), "form": form, "rules": rules, "may_change": may_change}
        return self.page(request, "rules", context)

    def _change(self, request: HttpRequest, values: dict[str, Any]) -> bool:
        try:
            actions.change_rules(**values, by=request.user, now=timezone.now())
        except MatchingError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return False
        self.message_user(request, _("The rules are changed. They count from the next computation on."))
        return True
