"""Invitations to take over a registration of the old form, and their state."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy, pgettext_lazy

from letsconnect.base.admin import FixedFilter, WorkingGroupAdmin, own_columns
from letsconnect.base.opened_lists import ListOfSeats
from registrations.admin.mass_acts import INVITE
from registrations.domain.looks import LookKind
from registrations.models import ClaimInvitation

_STATES = {
    "invited": pgettext_lazy("a person", "invited"),
    "reminded": pgettext_lazy("a person", "reminded"),
    "claimed": pgettext_lazy("registrations", "taken over"),
    "expired": pgettext_lazy("an invitation", "expired"),
}


def _in_state(state: str, now: datetime) -> Q:
    is_open = Q(used_at=None, expires_at__gt=now)
    match state:
        case "invited":
            return is_open & Q(reminded_at=None)
        case "reminded":
            return is_open & Q(reminded_at__isnull=False)
        case "claimed":
            return Q(used_at__isnull=False)
    return Q(used_at=None, expires_at__lte=now)


class ClaimStateFilter(FixedFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(_STATES.items())

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[ClaimInvitation]
    ) -> models.QuerySet[ClaimInvitation] | None:
        state = self.value()
        return queryset.filter(_in_state(state, timezone.now())) if state is not None and state in _STATES else None


@admin.register(ClaimInvitation)
class ClaimInvitationAdmin(WorkingGroupAdmin):
    """For coordinators only, because addresses are shown."""

    shows, look, look_at_list = ("registration",), LookKind.INVITATIONS, LookKind.INVITATIONS
    version_columns = ("invited_at", "used_at", "expires_at")
    locks_ticked = False
    liaisons_may = frozenset()
    coordinators_may = frozenset({"view"})
    list_display = ["person", "address", "state", "invited_at", "reminded_at", "expires_at", "used_at", "invited_by"]
    on_phones = ("person", "state", "invited_at", "expires_at")
    list_filter = [ClaimStateFilter]
    filled_by = gettext_lazy("Whoever is invited to take over a registration of the old form stands here.")
    list_select_related = ["registration__member", "invited_by"]
    list_columns = (
        *(*own_columns(ClaimInvitation), "registration__name", "registration__region", "registration__member__name"),
        *("invited_by__name", "invited_by__public_id"),
    )
    search_folded = ("registration__folded_names",)
    search_fields = ["address"]
    ordering = ["-invited_at", "-pk"]
    show_full_result_count = False
    actions = left_to_worker = ["invite_again"]
    fields = ["person", "address", "state", "invited_by", "invited_at", "reminded_at", "expires_at", "used_at"]
    readonly_fields = ["person", "state"]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ListOfSeats]:
        return ListOfSeats

    @admin.display(description=pgettext_lazy("of a person", "name"))
    def person(self, invitation: ClaimInvitation) -> str:
        return str(invitation.registration)

    @admin.display(description=gettext_lazy("state"))
    def state(self, invitation: ClaimInvitation) -> str:
        if invitation.used_at:
            return str(_STATES["claimed"])
        if invitation.expires_at <= timezone.now():
            return str(_STATES["expired"])
        return str(_STATES["reminded" if invitation.reminded_at else "invited"])

    @admin.action(description=gettext_lazy("Invite again where the link has expired"), permissions=["coordinator"])
    def invite_again(self, request: HttpRequest, queryset: models.QuerySet[ClaimInvitation]) -> HttpResponse | None:
        people = [invitation.registration for invitation in self.as_compared(request, queryset)]
        return self.go_to_mass_act(request, INVITE, people)
