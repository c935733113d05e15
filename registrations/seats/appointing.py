"""Seats in the working group: given by the name of the role, announced by a letter, ended at once."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from letsconnect.base import acts, security_log
from letsconnect.base.languages import listed
from letsconnect.base.models import SecurityEventKind
from mailings.ledger import letters
from registrations.domain.registrations import (
    NOTHING_BEFORE,
    WORKING_GROUP,
    LastCoordinator,
    Region,
    SeatRefused,
    SeatRole,
)
from registrations.models import Member, WorkingGroupSeat


@transaction.atomic
def appoint(
    *,
    member: Member,
    role: SeatRole,
    region: str = "",
    by: Member | None,
    now: datetime,
    from_on: date | None = None,
) -> WorkingGroupSeat:
    """Give the member a seat at the desk from today or ``from_on``, and owe them a letter about it.

    A liaison has a region, a coordinator and an editor have none; an empty field never decides which. ``by`` None means
    the command of the machine's owner; nobody gives themselves a seat, be it another region or a longer time. Asking
    twice changes nothing. Whoever chose to stand on the page of the team stands there with the new seat too.
    """
    _check_whole(role, region)
    _check_may_appoint(by)
    if by is not None and by.pk == member.pk:
        raise SeatRefused(why_not_oneself(by, now=now))
    if from_on is not None and from_on < NOTHING_BEFORE:
        raise SeatRefused(why_not_so_early())
    member = Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    if not member.is_active:
        raise SeatRefused(_("This account is closed."))
    seat = member.seats.filter(role=role, region=region, until_on=None).first()
    if seat is None:
        today = now.astimezone(UTC).date()
        is_shown = role in WORKING_GROUP and member.seats.not_over(on=today).filter(is_shown=True).exists()
        seat = WorkingGroupSeat.objects.create(
            member=member, role=role, region=region, from_on=from_on or today, is_shown=is_shown, given_by=by
        )
        acts.record(by=by, verb="appoint", on=seat, now=now)
        _note_role(SecurityEventKind.ROLE_GIVEN, seat, by=by, now=now)
        letters.owe(
            kind="registrations.seat_given",
            to=member,
            about=seat,
            key=f"seat-given:{seat.pk}",
            gather=f"seat:{member.pk}:{role}:{seat.from_on}",  # several regions given at once: one letter
            now=now,
        )
    return seat


@transaction.atomic
def appoint_to_regions(
    *,
    member: Member,
    role: SeatRole,
    regions: Iterable[str],
    by: Member | None,
    now: datetime,
    from_on: date | None = None,
) -> list[WorkingGroupSeat]:
    """Give the member the seat in each of these regions, all or none; a coordinator and an editor have none to name."""
    return [
        appoint(member=member, role=role, region=region, by=by, now=now, from_on=from_on)
        for region in sorted(regions) or [""]
    ]


def why_not_so_early() -> str:
    """Say that no seat begins before the programme did."""
    return _("No seat began before the programme did: not before %(day)s.") % {"day": date_format(NOTHING_BEFORE)}


def why_not_oneself(member: Member, *, now: datetime) -> str:
    """Say that nobody gives themselves a seat, and who can."""
    refusal = _("Nobody gives themselves a seat, another region or more time.")
    others = others_who_appoint(member, now=now)
    if not others:
        return refusal + " " + _("There is no other coordinator: whoever runs the portal gives seats with a command.")
    names = listed(str(other) for other in others)
    return refusal + " " + _("Another coordinator can do it: %(names)s.") % {"names": names}


def others_who_appoint(member: Member, *, now: datetime) -> list[Member]:
    """Return the coordinators of today besides the member."""
    seats = WorkingGroupSeat.objects.current(on=now.astimezone(UTC).date()).coordinators()
    return list(
        Member.objects.filter(pk__in=seats.values("member"), is_active=True)
        .exclude(pk=member.pk)
        .order_by("name", "pk")
    )


@transaction.atomic
def end_seat(
    *, seat: WorkingGroupSeat, until_on: date, by: Member, now: datetime, reason: str = ""
) -> WorkingGroupSeat:
    """Let the seat end on ``until_on``, the first day without it: today's date ends it at once.

    Coordinators end seats, and everybody may give up their own. A seat that has ended stays ended, and an end can only
    move earlier: for more time a new seat is given, which is confirmed and announced. Raises LastCoordinator if nobody
    would be left who can appoint others.
    """
    if by.pk != seat.member_id:
        _check_may_appoint(by)
    lock_coordinators()
    seat = (
        WorkingGroupSeat.objects.select_for_update(no_key=True, of=("self",)).select_related("member").get(pk=seat.pk)
    )
    if refusal := seat.why_not_end_on(until_on, today=now.astimezone(UTC).date()):
        raise SeatRefused(refusal)
    if seat.is_last_coordinator(on=until_on):
        raise LastCoordinator(_("This is the last coordinator: appoint another one first."))
    close_seat(seat=seat, until_on=until_on, by=by, now=now, reason=reason)
    return seat


def lock_coordinators() -> None:
    """Wait for others who end a coordinator's seat, so that the last two coordinators do not both leave at once."""
    list(
        WorkingGroupSeat.objects.coordinators_without_end().order_by("pk").select_for_update(no_key=True, of=("self",))
    )


def end_all_seats(*, member: Member, refusal: str, by: Member | None, now: datetime) -> None:
    """End every seat of a locked member at once, future seats too; the caller's act says who did it.

    Raises LastCoordinator with ``refusal`` if nobody would be left who can appoint others.
    """
    lock_coordinators()
    today = now.astimezone(UTC).date()
    seats = list(member.seats.not_over(on=today))
    if any(seat.is_last_coordinator(on=today) for seat in seats):
        raise LastCoordinator(refusal)
    member.seats.filter(is_shown=True).update(is_shown=False)
    for seat in seats:
        close_seat(seat=seat, until_on=max(today, seat.from_on), by=by, now=now)


def close_seat(*, seat: WorkingGroupSeat, until_on: date, by: Member | None, now: datetime, reason: str = "") -> None:
    """Write the end of a seat that may end. Call it inside the action's transaction, after `lock_coordinators`."""
    seat.until_on = until_on
    seat.save(update_fields=["until_on"])
    acts.record(by=by, verb="end_seat", on=seat, now=now, reason=reason)
    _note_role(SecurityEventKind.ROLE_ENDED, seat, by=by, now=now)


def _check_whole(role: SeatRole, region: str) -> None:
    if SeatRole(role) == SeatRole.LIAISON and region not in Region.values:
        raise SeatRefused(_("A liaison looks after a region: choose which."))
    if SeatRole(role) == SeatRole.COORDINATOR and region:
        raise SeatRefused(_("A coordinator looks after all regions: choose none."))
    if SeatRole(role) == SeatRole.EDITOR and region:
        raise SeatRefused(_("An editor writes the newsletter for all regions: choose none."))


def _check_may_appoint(by: Member | None) -> None:
    if by is not None and not Member.objects.get(pk=by.pk).is_coordinator:
        raise SeatRefused(_("Only coordinators give and end seats."))


def _note_role(kind: SecurityEventKind, seat: WorkingGroupSeat, *, by: Member | None, now: datetime) -> None:
    security_log.record(kind=kind, member=seat.member, by=by, detail=f"{seat.role} {seat.region}".strip(), now=now)
