"""Who is on the trust team: coordinators appoint. Reports are not here; see `trust.views`."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext

from registrations.admin.seats import GiveForm, SeatAdmin, SeatKind
from trust.domain import TrustError
from trust.models import TrustSeat
from trust.seats.appointing import appoint_to_trust_team, end_trust_seat


def _what_the_team_reads(_values: dict[str, Any]) -> str:
    return gettext("Whoever is on the trust team reads what people tell it in confidence, with their names.")


@admin.register(TrustSeat)
class TrustSeatAdmin(SeatAdmin):
    """Seats on the trust team. Giving or ending one opens no report to the coordinator, and the team is told."""

    kind = SeatKind(
        give_form=GiveForm,
        give=lambda values, by, now: [appoint_to_trust_team(member=values["member"], by=by, now=now)],
        end=lambda seat, until_on, by, now, reason: end_trust_seat(
            seat=seat, until_on=until_on, by=by, now=now, reason=reason
        ),
        warning=_what_the_team_reads,
    )
    refusals = (TrustError,)
    list_display = ["member", "from_on", "until_on", "given_by"]
    on_phones = ("member", "from_on", "until_on")
    list_select_related = ["member", "given_by"]
    ordering = ["until_on", "from_on"]

    def get_fields(
        self, request: HttpRequest, obj: TrustSeat | None = None
    ) -> list[str | list[str] | tuple[str, ...] | tuple[()]]:
        return ["member", "from_on", "until_on", "given_by"]
