"""Who is on the trust team: coordinators appoint. Reports are not here; see `trust.views`."""

from datetime import date
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from registrations.admin.choosing_person import PersonForm
from registrations.admin.seats import SeatAdmin
from registrations.requests import signed_in
from trust.domain import TrustError
from trust.models import TrustSeat
from trust.seats.appointing import appoint_to_trust_team, end_trust_seat


@admin.register(TrustSeat)
class TrustSeatAdmin(SeatAdmin):
    """Seats on the trust team. Giving or ending one opens no report to the coordinator, and the team is told."""

    give_form = PersonForm
    refusals = (TrustError,)
    list_display = ["member", "from_on", "until_on"]
    ordering = ["until_on", "from_on"]

    def get_fields(
        self, request: HttpRequest, obj: TrustSeat | None = None
    ) -> list[str | list[str] | tuple[str, ...] | tuple[()]]:
        return ["member", "from_on", "until_on"]

    def confirmation_question(self, values: dict[str, Any]) -> str:
        return gettext("Whoever is on the trust team reads what people tell it in confidence, with their names.")

    def give(self, request: HttpRequest, values: dict[str, Any]) -> TrustSeat:
        return appoint_to_trust_team(member=values["member"], by=signed_in(request), now=timezone.now())

    def end(self, request: HttpRequest, seat: TrustSeat, until_on: date) -> None:
        end_trust_seat(seat=seat, until_on=until_on, by=signed_in(request), now=timezone.now())
