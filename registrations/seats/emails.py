"""The letter to a person who was given a seat at the desk."""

from datetime import UTC, datetime

from django.utils.translation import gettext_noop

from letsconnect.base.links import absolute
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from mailings import kinds
from mailings.rendering import Rendered, render_letter
from registrations.domain.registrations import SeatRole
from registrations.models import WorkingGroupSeat


def _still_owed(seat: WorkingGroupSeat | None, now: datetime) -> str | None:
    if seat is None or seat.has_ended(on=now.astimezone(UTC).date()):
        return gettext_noop("the seat has ended")
    return None


def _render(seat: WorkingGroupSeat, language: str, zone: str) -> Rendered:
    is_editor = seat.role == SeatRole.EDITOR
    context = {
        "name": seat.member.name,
        "seat": seat,
        "is_coordinator": seat.role == SeatRole.COORDINATOR,
        "is_editor": is_editor,
        "region": seat.get_region_display(),
        "link": absolute("admin:mailings_newsletter_changelist" if is_editor else "admin:index"),
    }
    return render_letter("registrations/emails/seat_given", context, language=language, zone=zone)


_ROWS = Statement(lambda keys: WorkingGroupSeat.objects.filter(pk__in=any_of(keys)).select_related("member"))


def _read(keys: list[int], _now: datetime) -> list[WorkingGroupSeat]:
    return _ROWS.rows({"keys": keys})


def register() -> None:
    """Register the letters with the ledger."""
    kinds.register("registrations.seat_given", still_owed=_still_owed, render=_render, reads=_read, keeps=kinds.kept())
