"""The letters of the trust team. None says what was reported, by whom or about whom, because mailboxes are shared."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

from django.db.models import Max, Min
from django.utils import timezone
from django.utils.translation import gettext_noop

from letsconnect.base.links import absolute
from letsconnect.base.models import Act
from mailings import kinds
from mailings.models import Letter
from mailings.rendering import Rendered, render_letter
from trust.models import Report, TrustSeat

TEAM_CHANGED = "trust.team_changed"
APPOINTED, ENDED = "appoint_to_trust_team", "end_trust_seat"  # verbs in the log of acts


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
    kinds.register(
        "trust.seat_given",
        still_owed=seat_owed,
        render=_render("seat_given", "trust:report-list"),
        keeps=kinds.kept("member"),
    )
    kinds.register(TEAM_CHANGED, still_owed=team_owed, render=render_team_changed, keeps=kinds.kept("member"))


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
    if seat is None:
        return "there is no such seat"
    return None if _changed_since_last_letter(seat) else gettext_noop("nothing has changed that they do not know")


def render_team_changed(seat: TrustSeat, language: str, zone: str) -> Rendered:
    """Say to whom this seat is given who has joined or left the team since the last letter that said so."""
    changed = _changed_since_last_letter(seat)
    context = {"link": absolute("trust:report-list"), "changed": changed}
    rendered = render_letter("trust/emails/team_changed", context, language=language, zone=zone)
    return replace(rendered, people=tuple(other.member_id for other in changed))


def _changed_since_last_letter(seat: TrustSeat) -> list[TrustSeat]:
    """Return the newest seat of each whose seat began or ended since then, but not that the reader has one themselves.

    A letter that was owed before letters told of more than one change is about the one that changed.
    """
    acts = Act.objects.filter(object_type=TrustSeat._meta.label_lower, verb__in=[APPOINTED, ENDED])
    letters = Letter.objects.filter(kind=TEAM_CHANGED, member=seat.member_id).perhaps_read()
    first_day = datetime.combine(seat.from_on, time(), tzinfo=UTC)
    began = acts.filter(object_id=seat.pk).aggregate(at=Min("at"))["at"] or first_day
    since = max(began, letters.aggregate(at=Max("owed_at"))["at"] or began)
    seats = TrustSeat.objects.filter(pk__in=acts.filter(at__gt=since).values("object_id")).select_related("member")
    newest = {other.member_id: other for other in seats.order_by("pk")}
    if not newest:
        return [seat]
    return [other for other in newest.values() if other.member_id != seat.member_id or other.until_on is not None]


def _render(letter: str, page: str) -> Callable[[Any, str, str], Rendered]:
    def render(about: Any, language: str, zone: str) -> Rendered:
        has_team = TrustSeat.objects.current(on=timezone.now().date()).exists()
        context: dict[str, Any] = {"link": absolute(page), "has_team": has_team}
        if isinstance(about, TrustSeat):
            context |= {"seat": about, "name": about.member.name}
        return render_letter(f"trust/emails/{letter}", context, language=language, zone=zone)

    return render
