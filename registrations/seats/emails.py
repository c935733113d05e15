"""The letter to a person who was given a seat at the desk."""

from datetime import UTC, datetime

from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext_noop

from letsconnect.base.languages import listed, speaking
from letsconnect.base.links import absolute
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from mailings import kinds
from mailings.rendering import Rendered, render_letter
from registrations.domain.registrations import SeatRole
from registrations.models import WorkingGroupSeat


def _still_owed(seat: WorkingGroupSeat | None, now: datetime) -> str | None:
    if seat is None or not _given_together(seat, now=now):
        return gettext_noop("the seat has ended")
    return None


def _given_together(seat: WorkingGroupSeat, *, now: datetime) -> list[WorkingGroupSeat]:
    """Return this seat and those of the same role from the same day, as far as they have not ended: one letter says
    them all."""
    same = (other for other in seat.member.seats.all() if (other.role, other.from_on) == (seat.role, seat.from_on))
    today = now.astimezone(UTC).date()
    return sorted((other for other in same if not other.has_ended(on=today)), key=lambda other: other.region)


def _render(seat: WorkingGroupSeat, language: str, zone: str) -> Rendered:
    is_editor = seat.role == SeatRole.EDITOR
    with speaking(language):
        regions = listed(str(given.get_region_display()) for given in _given_together(seat, now=timezone.now()))
    context = {
        "name": seat.member.name,
        "seat": seat,
        "is_coordinator": seat.role == SeatRole.COORDINATOR,
        "is_editor": is_editor,
        "region": regions,
        "link": absolute("admin:mailings_newsletter_changelist" if is_editor else "admin:index"),
    }
    return render_letter("registrations/emails/seat_given", context, language=language, zone=zone)


_ROWS = Statement(lambda keys: WorkingGroupSeat.objects.filter(pk__in=any_of(keys)).select_related("member"))


def _read(keys: list[int], _now: datetime) -> list[WorkingGroupSeat]:
    seats = _ROWS.rows({"keys": keys})
    prefetch_related_objects(seats, "member__seats")
    return seats


def register() -> None:
    """Register the letters with the ledger."""
    kinds.register("registrations.seat_given", still_owed=_still_owed, render=_render, reads=_read, keeps=kinds.kept())
