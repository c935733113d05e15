"""Writing to the trust team, and what the team does with it. None of it is in the log of acts."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from letsconnect.trust.actions.sweeping import owe_waiting
from letsconnect.trust.domain import (
    REPORTS_A_DAY,
    Deed,
    LastReader,
    MoveNotAllowed,
    NothingSaid,
    NotYours,
    ReportState,
    TooMany,
    check_move,
    check_outcome,
)
from letsconnect.trust.models import Note, Report, TrustSeat
from mailings import letters
from registrations.actions import blocking
from registrations.actions.locking import lock_member
from registrations.domain import ClosedMeanwhile
from registrations.models import Member


@transaction.atomic
def send_report(
    *,
    by: Member,
    about: Member | None = None,
    who: str = "",
    what: str,
    may_contact: bool = False,
    keep_from: Iterable[Member] = (),
    block: bool = False,
    now: datetime,
) -> Report:
    """Keep what ``by`` tells in confidence, tell each reader that something waits, and thank ``by`` in neutral words.

    ``keep_from`` are members of the team who are not to read it; with ``block`` the two are kept apart as well, which
    for everybody else looks like any other block.
    """
    if not what.strip():
        raise NothingSaid(_("Say what happened, in a few words."))
    try:
        by = lock_member(by)  # the count below, and a block, under one lock
    except ClosedMeanwhile as closed:
        raise NotYours(str(closed)) from closed
    if Report.objects.filter(reporter=by, made_at__gt=now - timedelta(days=1)).count() >= REPORTS_A_DAY:
        raise TooMany(_("You have written to us many times today. Please write an email, so that we can talk."))
    if about is not None and about.pk == by.pk:
        raise NotYours(_("This would be about yourself."))
    report = Report.objects.create(
        reporter=by, about=about, who=who.strip(), what=what.strip(), may_contact=may_contact, made_at=now
    )
    report.kept_from.set(keep_from)
    if block and about is not None and about.erased_at is None:
        blocking.block_person(member=by, blocked=about, by=by, now=now)
    letters.owe(kind="trust.message_received", to=by, about=None, key=f"trust:received:{report.number}", now=now)
    owe_waiting([report], now=now)
    return report


def _lock(report: Report, *, by: Member, now: datetime) -> Report:
    """Return the report as it is now, locked; NotYours unless ``by`` may read it at this moment."""
    locked = Report.objects.select_for_update(no_key=True).get(pk=report.pk)
    if not Report.objects.readable_by(by, on=now.astimezone(UTC).date()).filter(pk=report.pk).exists():
        raise NotYours(_("This is not for you to read."))
    if locked.forgotten_at is not None:
        raise MoveNotAllowed(_("It was closed so long ago that its words are gone."))
    return locked


@transaction.atomic
def keep_note(*, report: Report, text: str, by: Member, now: datetime) -> Note:
    """Note something beside the report."""
    if not text.strip():
        raise NothingSaid(_("Say what happened, in a few words."))
    report = _lock(report, by=by, now=now)
    return Note.objects.create(report=report, written_by=by, at=now, text=text.strip())


@transaction.atomic
def decide_report(
    *, report: Report, state: str, outcome: str = "", text: str = "", by: Member, now: datetime
) -> Report:
    """Take a report up, close it with what came of it, or open it again. Who comes second is told."""
    check_outcome(state=state, outcome=outcome)
    report = _lock(report, by=by, now=now)
    check_move(report.state, state)
    was, report.state, report.outcome = report.state, state, outcome
    report.closed_at = now if state == ReportState.CLOSED else None
    report.save(update_fields=["state", "outcome", "closed_at"])
    Note.objects.create(
        report=report, written_by=by, at=now, deed=Deed.DECIDED, was=was, became=state, text=text.strip()
    )
    return report


@transaction.atomic
def step_aside(*, report: Report, by: Member, now: datetime) -> None:
    """Keep a report from oneself from now on, because one is too close to it; somebody must be left who can read it."""
    report = _lock(report, by=by, now=now)
    if not [seat for seat in readers_of(report, now=now) if seat.member_id != by.pk]:
        raise LastReader(_("Nobody else on the trust team can read this. Ask for another member first."))
    Note.objects.create(report=report, written_by=by, at=now, deed=Deed.STEPPED_ASIDE)
    report.kept_from.add(by)


@transaction.atomic
def name_person(*, report: Report, about: Member, by: Member, now: datetime) -> Report:
    """Say whose account it is that a report describes in words; it is kept from that person from then on."""
    report = _lock(report, by=by, now=now)
    if about.pk == report.reporter_id:
        raise NotYours(_("This is the person who wrote."))
    report.about = about
    report.save(update_fields=["about"])
    Note.objects.create(report=report, written_by=by, at=now, deed=Deed.NAMED)
    return report


def readers_of(report: Report, *, now: datetime) -> list[TrustSeat]:
    """Return the seats of those who may read a report now."""
    kept = {report.reporter_id, report.about_id, *report.kept_from.values_list("pk", flat=True)}
    seats = TrustSeat.objects.current(on=now.astimezone(UTC).date()).select_related("member")
    return [seat for seat in seats if seat.member_id not in kept]
