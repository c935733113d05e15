"""The eligibility rules: one page of settings that coordinators change and liaisons read."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from letsconnect.base.admin import WorkingGroupAdmin
from registrations.models import Eligibility
from registrations.requests import signed_in
from registrations.review.eligibility_rules import set_eligibility


@admin.register(Eligibility)
class EligibilityAdmin(WorkingGroupAdmin):
    unscoped_because = shows_nobody_because = "one page of settings"
    fields = [
        "must_belong_to_a_group",
        "must_agree_to_the_code",
        "country_is_reviewed_again",
        "group_is_reviewed_again",
        "role_is_reviewed_again",
    ]

    def has_add_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        """Refuse: there is one row, and the page that changes it also creates it."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Go to the one row: there is no list."""
        return redirect("admin:registrations_eligibility_change", Eligibility.ONLY)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Eligibility | None:
        return Eligibility.objects.current() if object_id == str(Eligibility.ONLY) else None

    def save_model(self, request: HttpRequest, obj: Eligibility, form: Any, change: bool) -> None:
        set_eligibility(rules=obj, by=signed_in(request), now=timezone.now())

    def response_change(self, request: HttpRequest, obj: Eligibility) -> HttpResponse:
        super().response_change(request, obj)  # says that it is saved
        return redirect("admin:registrations_eligibility_change", Eligibility.ONLY)
