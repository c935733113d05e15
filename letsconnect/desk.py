"""Django's admin as the working group's desk: entered by the portal's own sign-in, never by a password.

Its first page is Today (`letsconnect/today`). Which rows somebody sees there is decided by each table: the queryset
method that `WorkingGroupAdmin.scope` names.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn, TypeVar, cast

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.template.response import TemplateResponse
from django.urls import include, path, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from letsconnect import saved_filters_desk
from letsconnect.base import lists_kept
from letsconnect.base.admin import WorkingGroupAdmin
from letsconnect.base.links import path_or_nothing
from letsconnect.people.views import PeoplePages
from letsconnect.today.page import today_of
from registrations.requests import signed_in
from reports.views.desk import urls_of as urls_of_reports

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
# None: there is no such page.
_FOR_EVERY_SEAT = (None, "index", "app_list", "jsi18n", "logout", *saved_filters_desk.NAMES)


class WorkingGroupSite(AdminSite):
    """One admin site for the whole portal; what each seat may do is up to `WorkingGroupAdmin`."""

    site_header = _("Let's Connect: working group")
    site_title = _("Let's Connect")
    index_title = pgettext_lazy("the first page of the desk", "Today")
    site_url = "/"
    enable_nav_sidebar = False  # the lists need the width

    def register(self, model_or_iterable: Any, admin_class: type[ModelAdmin] | None = None, **options: Any) -> None:
        """Register only our own tables.

        The tables of Django and allauth go by model permissions, which nobody here has, and would show every address to
        a superuser without an entry in the access log.
        """
        if admin_class is not None and issubclass(admin_class, WorkingGroupAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in who has a seat. What that seat opens, `admin_view` asks, and then each page."""
        return request.user.is_authenticated and request.user.may_open_desk

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Refuse an editor of the newsletter every page that does not name that seat, whatever the page itself asks."""
        guarded = super().admin_view(view, cacheable)

        @wraps(view)
        def for_this_seat(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if self.has_permission(request) and not self._is_of_this_seat(request):
                raise PermissionDenied
            with_filters = lists_kept.with_filters_in_address(request)
            return with_filters or lists_kept.led_back(request, guarded(request, *args, **kwargs))

        return cast(View, for_this_seat)  # it takes and returns what the page does

    def _is_of_this_seat(self, request: HttpRequest) -> bool:
        name = request.resolver_match.url_name if request.resolver_match else None
        if name in _FOR_EVERY_SEAT or signed_in(request).is_staff:
            return True
        tables = [
            f"{table._meta.app_label}_{table._meta.model_name}_"
            for table, page in self._registry.items()
            if getattr(page, "editors_may", None)
        ]
        return name is not None and name.startswith(tuple(tables))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send visitors to the portal's sign-in and back; explain to members without a seat that they have none."""
        target = path_or_nothing(request.GET.get("next", "")) or reverse("admin:index")
        if self.has_permission(request):
            return redirect(target)
        if request.user.is_authenticated:
            return render(request, "letsconnect/no_seat.html", status=403)
        return redirect_to_login(target, resolve_url("registrations:sign-in"))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Start with the work that waits for this person."""
        today = today_of(signed_in(request), now=timezone.now())
        context = {"waiting": today.lines, "comes_next": today.comes_next}
        return super().index(request, {**context, **(extra_context or {})})

    def get_urls(self) -> list[Any]:
        """Add what is no table of the desk: the reports, the pages about people, and those of saved filters."""
        reports = path("reports/", include(urls_of_reports(self)))
        return [reports, *PeoplePages(self).urls, *saved_filters_desk.urls(self), *super().get_urls()]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Return Django's list of tables, made only where a page shows it: without a sidebar lists and forms do not."""
        tables = super().get_app_list
        return SimpleLazyObject(lambda: tables(request, app_label))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> NoReturn:
        """Answer 404: there are no passwords."""
        raise Http404

    password_change_done = password_change

    def autocomplete_view(self, request: HttpRequest) -> NoReturn:
        """Answer 404: no form of the desk uses it. People are chosen by name on a page that records the look."""
        raise Http404
