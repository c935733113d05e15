"""Who sits where in the working group, and which regions nobody looks after."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from registrations.domain.registrations import Region, SeatRole
from registrations.models import Member, WorkingGroupSeat

_ORDER = {SeatRole.COORDINATOR: 0, SeatRole.LIAISON: 1, SeatRole.EDITOR: 2}


@dataclass
class Sitter:
    """Somebody with a seat, and all the seats they have or will have."""

    member: Member
    seats: list[WorkingGroupSeat] = field(default_factory=list)


@dataclass(frozen=True)
class Overview:
    """Everybody who sits somewhere now or will; the regions without a liaison, and who looks after no region."""

    sitters: list[Sitter]
    without_liaison: list[str]
    of_no_region: list[Member]


def overview(*, now: datetime) -> Overview:
    """Return it in one query: coordinators first, then liaisons in the order of their regions, then editors."""
    today = now.astimezone(UTC).date()
    rows = WorkingGroupSeat.objects.not_over(on=today).filter(member__is_active=True)
    seats = sorted(
        rows.select_related("member__registration", "given_by__registration"),
        key=lambda seat: (_ORDER[SeatRole(seat.role)], seat.region, str(seat.member).casefold(), seat.from_on, seat.pk),
    )
    sitters: dict[int, Sitter] = {}
    for seat in seats:
        sitters.setdefault(seat.member_id, Sitter(seat.member)).seats.append(seat)
    looked_after = {seat.region for seat in seats if seat.from_on <= today}
    return Overview(
        sitters=list(sitters.values()),
        without_liaison=[str(region.label) for region in Region if region not in looked_after],
        of_no_region=[sitter.member for sitter in sitters.values() if _looks_after_none(sitter.seats)],
    )


def _looks_after_none(seats: Iterable[WorkingGroupSeat]) -> bool:
    return all(seat.role == SeatRole.EDITOR for seat in seats)
