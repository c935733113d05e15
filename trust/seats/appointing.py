"""Seats on the trust team. They are in the log of acts and the team is told, because a seat opens what was confided."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from letsconnect.base import acts, security_log
from letsconnect.base.models import SecurityEventKind
from mailings.ledger import letters
from registrations.models import Member
from trust.domain import NotOneself, NotYourReport, TrustSeatRefused
from trust.emails import TEAM_CHANGED
from trust.models import TrustSeat


@transaction.atomic
def appoint_to_trust_team(*, member: Member, by: Member | None, now: datetime) -> TrustSeat:
    """Give the member a seat from today; asking twice changes nothing. They and the team get a letter.

    ``by`` None is the command line. Raises NotOneself: who appoints can read no report, and must not be able to change
    that alone. Raises TrustSeatRefused for a closed account.
    """
    if by is not None and not Member.objects.get(pk=by.pk).is_coordinator:
        raise NotYourReport(_("Only coordinators give seats on the trust team."))
    if by is not None and by.pk == member.pk:
        raise NotOneself(_("Nobody appoints themselves to the trust team: ask another coordinator."))
    member = Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    if not member.is_active:
        raise TrustSeatRefused(_("This account is closed."))
    seat = TrustSeat.objects.of(member).filter(until_on=None).first()
    if seat is None:
        today = now.astimezone(UTC).date()
        team = list(TrustSeat.objects.current(on=today).exclude(member=member).select_related("member"))
        seat = TrustSeat.objects.create(member=member, from_on=today, given_by=by)
        acts.record(by=by, verb="appoint_to_trust_team", on=seat, now=now)
        security_log.record(kind=SecurityEventKind.ROLE_GIVEN, member=member, by=by, detail="trust team", now=now)
        _tell(team, about=seat, event="begun", now=now)
        key, gather = f"trust:seat-given:{seat.pk}", f"trust:seat-given:to:{member.pk}"
        letters.owe(kind="trust.seat_given", to=member, about=seat, key=key, gather=gather, now=now)
    return seat


@transaction.atomic
def end_trust_seat(*, seat: TrustSeat, until_on: date, by: Member | None, now: datetime, reason: str = "") -> TrustSeat:
    """Set the end of a seat: ``until_on`` is its first day without it, today's date ends it at once.

    Coordinators end seats, and everybody may leave their own; ``by`` None is the portal, which closes an account. The
    whole team is told, the member who leaves it too. An end only moves nearer, and one that is over stays; the same one
    again changes nothing.
    """
    if by is not None and by.pk != seat.member_id and not Member.objects.get(pk=by.pk).is_coordinator:
        raise NotYourReport(_("Only coordinators end the seat of somebody else on the trust team."))
    seat = TrustSeat.objects.select_for_update(no_key=True, of=("self",)).select_related("member").get(pk=seat.pk)
    if seat.until_on == until_on:
        return seat
    today = now.astimezone(UTC).date()
    if refusal := seat.why_not_end_on(until_on, today=today):
        raise TrustSeatRefused(refusal)
    team = list(TrustSeat.objects.current(on=today).select_related("member"))
    seat.until_on = until_on
    seat.save(update_fields=["until_on"])
    acts.record(by=by, verb="end_trust_seat", on=seat, now=now, reason=reason)
    security_log.record(kind=SecurityEventKind.ROLE_ENDED, member=seat.member, by=by, detail="trust team", now=now)
    _tell(team, about=seat, event=f"ended:{until_on}", now=now)
    return seat


def _tell(team: Iterable[TrustSeat], *, about: TrustSeat, event: str, now: datetime) -> None:
    """Owe each of the team a letter about their own seat, which tells all that has changed since their last one."""
    for seat in team:
        if seat.member.is_active:
            key, gather = f"trust:team:{about.pk}:{event}:{seat.member_id}", f"trust:team:to:{seat.member_id}"
            letters.owe(kind=TEAM_CHANGED, to=seat.member, about=seat, key=key, gather=gather, now=now)
