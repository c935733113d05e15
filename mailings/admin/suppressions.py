"""Suppressed addresses at the desk: entered one by one or as a pasted list, and lifted with a reason."""

import hashlib
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from letsconnect.base.access_log import PeopleShown
from letsconnect.base.admin import WorkingGroupAdmin
from letsconnect.base.fields import LineFormField, longest
from letsconnect.base.lines import has_something_to_see
from letsconnect.base.models import ActReason
from letsconnect.base.querysets import as_own
from mailings.admin.mass_acts import LIFT
from mailings.domain.letters import SuppressionScope
from mailings.ledger import suppressing
from mailings.ledger.suppressing import MOST_LINES, AddressList
from mailings.models import Suppression, SuppressionQuerySet

LIST = "admin:mailings_suppression_changelist"
LOOK = "letters"
SHOWN = 200  # broken lines that are quoted; of all others the number is given


class AddressesForm(forms.Form):
    """A pasted list, and which letters its addresses shall get no more."""

    addresses = forms.CharField(
        label=gettext_lazy("Addresses"),
        strip=False,  # so that lines keep their numbers
        widget=forms.Textarea(attrs={"rows": 12, "dir": "ltr", "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("One a line. They are not kept: only a fingerprint of each is."),
        error_messages={"required": gettext_lazy("Write at least one address.")},
    )
    scope = forms.ChoiceField(
        label=gettext_lazy("What they get no more"), choices=SuppressionScope, initial=SuppressionScope.ALL
    )

    def clean_addresses(self) -> str:
        text: str = self.cleaned_data["addresses"]
        if not has_something_to_see(text):
            raise forms.ValidationError(_("Write at least one address."))
        if max(len(text.splitlines()), text.count("@")) > MOST_LINES:  # several may stand in one line
            raise forms.ValidationError(
                _("These are more than %(most)d lines. Please enter them in parts.") % {"most": MOST_LINES}
            )
        return text

    @property
    def digest(self) -> str:
        """The fingerprint of what was typed: the button to confirm counts only for what its page showed."""
        typed = f"{self.cleaned_data['scope']}\n{self.cleaned_data['addresses']}".replace("\r\n", "\n")
        return hashlib.sha256(typed.encode(errors="replace")).hexdigest()


class LiftSuppressionsForm(ActionForm):
    """The buttons of the list, with the reason for writing to an address again."""

    reason = LineFormField(
        label=gettext_lazy("Why:"),
        required=False,
        max_length=longest(ActReason, "text"),
        widget=forms.TextInput(attrs={"size": 30, "autocomplete": "off"}),
    )


@admin.register(Suppression)
class SuppressionAdmin(WorkingGroupAdmin[Suppression]):
    shows_nobody_because = "only fingerprints of addresses are kept; entering some notes whose they are"
    liaisons_may = frozenset()
    coordinators_may = frozenset({"view", "add"})
    list_display = ["__str__", "source", "scope", "made_at", "lifted_at"]
    on_phones = ("__str__", "scope", "source", "made_at", "lifted_at")
    list_filter = ["source", "scope"]
    fields = ["source", "scope", "made_at", "lifted_at"]
    search_fields = ["address_hash"]
    search_help_text = gettext_lazy("A whole address: only fingerprints of addresses are kept.")
    actions = left_to_worker = ["lift"]
    action_form = LiftSuppressionsForm

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Suppression], search_term: str
    ) -> tuple[QuerySet[Suppression], bool]:
        if search_term:
            queryset = as_own(queryset, SuppressionQuerySet).fingerprinted(search_term)
        return queryset, False

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Take a list of addresses: first say what would come of it, then do it.

        The list stands in the form all the time, so nothing typed is lost; in the end only its broken lines are left.
        """
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = AddressesForm(request.POST if request.method == "POST" else None)
        if not form.is_valid():
            return self._entry_page(request, form)
        scope = SuppressionScope(form.cleaned_data["scope"])
        entered = suppressing.read_list(form.cleaned_data["addresses"], scope=scope)
        self.note_look(request, PeopleShown(addresses=set(entered.wanted)), kind=LOOK)
        if request.POST.get("checked") != form.digest:
            return self._entry_page(request, form, entered)
        count = suppressing.suppress_by_hand(unwanted=entered.wanted, scope=scope, by=request.user, now=timezone.now())
        text = ngettext("%(count)d address is suppressed.", "%(count)d addresses are suppressed.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)
        if not entered.broken:
            return redirect(LIST)
        rest = AddressesForm(initial={"addresses": entered.rest, "scope": scope})
        return self._entry_page(request, rest, is_rest=True)

    def _entry_page(
        self, request: HttpRequest, form: AddressesForm, entered: AddressList | None = None, *, is_rest: bool = False
    ) -> HttpResponse:
        broken = entered.broken if entered is not None else []
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Suppress addresses"),
            "form": form,
            "entered": entered,
            "checked": form.digest if entered is not None else "",
            "broken": broken[:SHOWN],
            "more_broken": [number for number, _line, _why in broken[SHOWN:]],
            "is_rest": is_rest,
        }
        return TemplateResponse(request, "mailings/admin/suppress.html", context)

    @admin.action(description=gettext_lazy("Write to these addresses again"), permissions=["coordinator"])
    def lift(self, request: HttpRequest, suppressions: QuerySet[Suppression]) -> HttpResponse | None:
        reason = request.POST.get("reason", "")[: longest(ActReason, "text")]
        return self.go_to_mass_act(request, LIFT, self.as_compared(request, suppressions), reason)
