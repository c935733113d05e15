"""Close and reopen an account at the desk: each on a page of its own that explains it, with a reason and one button."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from letsconnect.base.admin import WorkingGroupAdmin
from letsconnect.base.numbers_read import read_numbers
from letsconnect.base.versions import ChangedMeanwhile
from registrations.accounts import closing
from registrations.domain.registrations import RegistrationError
from registrations.models import Member
from registrations.requests import signed_in

ACCOUNT = "admin:registrations_member_change"


class ReasonForm(forms.Form):
    """The reason; the working group reads it in the account's history."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 60}),
        help_text=gettext_lazy("Only coordinators read it, in the history of the account."),
    )


class ClosesAccounts(WorkingGroupAdmin):
    """The two pages, and which of them the account's page links to."""

    version_columns = ("email", "name", "is_active", "closed_at", "closed_by", "erased_at")
    change_form_template = "admin/registrations/member/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/close/", wrap(self.close_view), name="registrations_member_close"),
            path("<int:pk>/reopen/", wrap(self.reopen_view), name="registrations_member_reopen"),
            *super().get_urls(),
        ]

    def close_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say what ends, take the reason, close."""
        return self._decide(request, pk, step="close")

    def reopen_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say what comes back, take the reason, open."""
        return self._decide(request, pk, step="reopen")

    def _decide(self, request: HttpRequest, pk: int, *, step: str) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        member = get_object_or_404(self.get_queryset(request), pk=pk)
        self.note_look(request, self.people_on([member]), kind=self.look)
        form = ReasonForm(request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            act: Callable[..., Member] = closing.close_account if step == "close" else closing.reopen_account
            try:
                with self.as_opened(request, member) as shown_member:
                    act(
                        member=shown_member,
                        reason=form.cleaned_data["reason"],
                        by=signed_in(request),
                        now=timezone.now(),
                    )
            except (RegistrationError, ChangedMeanwhile) as refusal:
                form.add_error(None, str(refusal))
            else:
                message = {"close": _("The account is closed."), "reopen": _("The account is open again.")}[step]
                messages.success(request, message)
                return redirect(ACCOUNT, pk)
        read_numbers([member])
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "member": member,
            "form": form,
            "opened": self.opened(request, self.get_queryset(request).get(pk=pk)),
            "title": {"close": _("Close this account"), "reopen": _("Open this account again")}[step],
        }
        status = 422 if form.errors else 200
        return TemplateResponse(request, f"admin/registrations/member/{step}.html", context, status=status)
