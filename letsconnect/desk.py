"""Django's admin as the working group's desk: entered by the portal's own sign-in, never by a password."""

from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from letsconnect.base.admin import WorkingGroupAdmin


class WorkingGroupSite(AdminSite):
    """One admin site for the whole portal; what each seat may do is up to `WorkingGroupAdmin`."""

    site_header = _("Let's Connect: working group")
    site_title = _("Let's Connect")
    index_title = _("What there is to do")
    site_url = "/"

    def register(self, model_or_iterable: Any, admin_class: type[ModelAdmin] | None = None, **options: Any) -> None:
        """Take our own tables only: those Django and allauth bring open by model permissions, which nobody grants
        here, and would show every address to a superuser unlogged."""
        if admin_class is not None and issubclass(admin_class, WorkingGroupAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send visitors to the portal's sign-in and back; explain to members without a seat that they have none."""
        target = request.GET.get("next", "")
        if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
            target = reverse("admin:index")
        if self.has_permission(request):
            return redirect(target)
        if request.user.is_authenticated:
            return render(request, "letsconnect/no_seat.html", status=403)
        return redirect_to_login(target, resolve_url("registrations:sign-in"))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There are no passwords."""
        raise Http404

    password_change_done = password_change
