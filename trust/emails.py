"""The letters of the trust team. None says what was reported, by whom or about whom, because mailboxes are shared."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from letsconnect.base.links import absolute
from mailings import kinds
from mailings.rendering import Rendered, render_letter
from trust.models import Report, TrustSeat


def register() -> None:
    """Register letters and sweeps with the ledger; the desk does not show letters that tell of a report."""
    kinds.register(
        "trust.message_received",
        still_owed=received_owed,
        render=_render("message_received", "home"),
        is_confidential=True,
    )
    kinds.register(
        "trust.report_waits",
        still_owed=waits_owed,
        render=_render("report_waits", "trust:report-list"),
        is_confidential=True,
    )
    for name, still_owed in (("seat_given", seat_owed), ("team_changed", team_owed)):
        render = _render(name, "trust:report-list")
        kinds.register(f"trust.{name}", still_owed=still_owed, render=render, keeps=kinds.kept("member"))


def received_owed(about: None, now: datetime) -> None:
    return None


def waits_owed(seat: TrustSeat | None, now: datetime) -> str | None:
    today = now.astimezone(UTC).date()
    if seat is None or not TrustSeat.objects.current(on=today).filter(pk=seat.pk).exists():
        return "no longer on the trust team"
    if not Report.objects.waiting().not_kept_from(seat.member).exists():
        return "nothing waits any more"
    return None


def seat_owed(seat: TrustSeat | None, now: datetime) -> str | None:
    today = now.astimezone(UTC).date()
    is_over = seat is None or seat.has_ended(on=today)
    return "the seat has ended" if is_over else None


def team_owed(seat: TrustSeat | None, now: datetime) -> str | None:
    return None if seat is not None else "there is no such seat"


def _render(letter: str, page: str) -> Callable[[Any, str, str], Rendered]:
    def render(about: Any, language: str, zone: str) -> Rendered:
        has_team = TrustSeat.objects.current(on=timezone.now().date()).exists()
        context: dict[str, Any] = {"link": absolute(page), "has_team": has_team}
        if isinstance(about, TrustSeat):
            context |= {"seat": about, "name": about.member.name}
        return render_letter(f"trust/emails/{letter}", context, language=language, zone=zone)

    return render
