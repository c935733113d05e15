"""Close and reopen accounts.

Closing empties no data, but ends everything that runs; nobody can sign in until the account is reopened.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from letsconnect.base import acts, security_log
from letsconnect.base.lines import has_something_to_see
from letsconnect.base.models import SecurityEventKind
from registrations import events
from registrations.domain.registrations import ClosedBy, ClosedMeanwhile, NotYours, RegistrationError
from registrations.models import Member
from registrations.seats import appointing


@transaction.atomic
def close_account(*, member: Member, reason: str, by: Member, now: datetime) -> Member:
    """Close somebody's account. Only coordinators may, and not their own. Closing twice changes nothing.

    Matches and sessions end and the other people are told kindly; clinic places go to those who wait; seats end; the
    person is signed out everywhere. Raises LastCoordinator if nobody would be left who can appoint others.
    """
    _check_may(by)
    if member.pk == by.pk:
        raise NotYours(_("Nobody closes their own account here: ask another coordinator."))
    if not has_something_to_see(reason):
        raise RegistrationError(_("Say the reason in a few words."))
    return _close(member, ClosedBy.DESK, by=by, reason=reason.strip(), now=now)


@transaction.atomic
def close_for_trust_team(*, member: Member, now: datetime) -> Member:
    """Close an account for the trust team. The log says only that the team did it.

    Who of them, and why, stays with their report.
    """
    return _close(member, ClosedBy.TRUST, by=None, reason="", now=now)


@transaction.atomic
def reopen_account(*, member: Member, reason: str = "", by: Member, now: datetime) -> Member:
    """Reopen an account that coordinators closed; doing it twice changes nothing.

    Only the trust team reopens what it closed. What ended stays ended: matches, places, seats and sessions.
    """
    _check_may(by)
    member = _lock(member)
    if member.closed_by == ClosedBy.TRUST:
        raise NotYours(_("The trust team closed this account: only they open it again."))
    return _reopen(member, by=by, reason=reason.strip(), now=now)


@transaction.atomic
def reopen_for_trust_team(*, member: Member, now: datetime) -> Member:
    """Reopen an account that the trust team closed; coordinators reopen what they closed."""
    member = _lock(member)
    if member.closed_by == ClosedBy.DESK:
        raise NotYours(_("Coordinators closed this account: only they open it again."))
    return _reopen(member, by=None, reason="", now=now)


def _check_may(by: Member) -> None:
    if not Member.objects.get(pk=by.pk).is_coordinator:
        raise NotYours(_("Only coordinators close and open accounts."))


def _lock(member: Member) -> Member:
    member = Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    if member.erased_at is not None:
        raise ClosedMeanwhile(_("This account was deleted."))
    return member


def _close(member: Member, closed_by: ClosedBy, *, by: Member | None, reason: str, now: datetime) -> Member:
    member = _lock(member)
    if member.closed_at is not None and closed_by in (member.closed_by, ClosedBy.DESK):
        return member  # what the trust team closed stays theirs
    appointing.end_all_seats(
        member=member, refusal=_("This is the last coordinator: appoint another one first."), by=by, now=now
    )
    events.account_closed.send(sender=Member, member=member, by=by, now=now)
    was, member.closed_by = member.closed_by, closed_by
    member.is_active, member.is_superuser, member.closed_at = False, False, member.closed_at or now
    member.sessions_renewed += 1
    member.save(update_fields=["is_active", "is_superuser", "closed_at", "closed_by", "sessions_renewed"])
    acts.record(by=by, verb="close_account", on=member, now=now, was=was, became=closed_by, reason=reason)
    security_log.record(kind=SecurityEventKind.ACCOUNT_CLOSED, member=member, by=by, detail=closed_by, now=now)
    return member


def _reopen(member: Member, *, by: Member | None, reason: str, now: datetime) -> Member:
    if member.closed_at is None:
        return member
    was, member.closed_by = member.closed_by, ""
    member.is_active, member.closed_at = True, None
    member.sessions_renewed += 1  # a session that was begun while the account was being closed stays dead, too
    member.save(update_fields=["is_active", "closed_at", "closed_by", "sessions_renewed"])
    acts.record(by=by, verb="reopen_account", on=member, now=now, was=was, reason=reason)
    security_log.record(kind=SecurityEventKind.ACCOUNT_REOPENED, member=member, by=by, detail=was, now=now)
    return member
