"""Reports to the trust team, and what the team does with them. None of it is in the log of acts."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from math import ceil

from django.db import transaction
from django.utils.translation import gettext as _

from clinics.models import Clinic
from letsconnect.base.lines import has_something_to_see
from mailings.ledger import letters
from registrations.accounts import closing
from registrations.domain.registrations import ClosedBy, ClosedMeanwhile, LastCoordinator
from registrations.locking import lock_member
from registrations.models import Member
from registrations.participation import blocking
from trust.domain import (
    REPORTS_A_DAY,
    CannotClose,
    LastReader,
    NoteKind,
    NotYourReport,
    ReportIncomplete,
    ReportMoveNotAllowed,
    ReportOutcome,
    ReportState,
    TooManyReports,
    check_move,
    check_outcome,
)
from trust.models import Note, Report, TrustSeat
from trust.reports.clinics import took_part
from trust.reports.sweeps import owe_waiting


@transaction.atomic
def send_report(
    *,
    by: Member,
    about: Member | None = None,
    who: str = "",
    clinic: Clinic | None = None,
    clinic_people_may_read: bool = False,
    description: str,
    may_contact: bool = False,
    keep_from: Iterable[Member] = (),
    block: bool = False,
    now: datetime,
) -> Report:
    """Store a report, write to each reader that one waits, and thank ``by`` in neutral words.

    ``keep_from`` are members of the team who are not to read it. Whoever has a part in the ``clinic`` does not read it
    either, unless the writer says so. With ``block`` the two people are also never matched again, which for everybody
    else looks like any other block.
    """
    if not has_something_to_see(description):
        raise ReportIncomplete(_("Say what happened, in a few words."))
    try:
        by = lock_member(by)  # the count below, and a block, under one lock
    except ClosedMeanwhile as closed:
        raise NotYourReport(str(closed)) from closed
    _check_pace(by, now=now)
    if about is not None and about.pk == by.pk:
        raise NotYourReport(_("This would be about yourself."))
    if clinic is not None and not took_part(clinic, by):
        raise NotYourReport(_("This is for those who were at the clinic."))
    report = Report.objects.create(
        reporter=by,
        about=about,
        who=who.strip(),
        clinic=clinic,
        clinic_people_may_read=clinic_people_may_read,
        description=description.strip(),
        may_contact=may_contact,
        made_at=now,
    )
    kept_from = {member.pk for member in keep_from}
    if clinic is not None and not clinic_people_may_read:  # also once they have given their part up
        parts = clinic.people.asked_or_coming().filter(member__isnull=False)
        kept_from |= set(parts.values_list("member", flat=True))
    report.kept_from.set(kept_from)
    if block and about is not None and about.erased_at is None:
        blocking.block_person(member=by, blocked=about, by=by, now=now)
    letters.owe(
        kind="trust.message_received",
        to=by,
        about=None,
        key=f"trust:received:{report.number}",
        gather=f"trust:received:{by.pk}",
        now=now,
    )
    owe_waiting([report], now=now)
    return report


def check_readable(report: Report, *, by: Member, now: datetime) -> None:
    """Raise NotYourReport unless ``by`` may read the report at this moment."""
    if not Report.objects.readable_by(by, on=now.astimezone(UTC).date()).filter(pk=report.pk).exists():
        raise NotYourReport(_("This is not for you to read."))


def _lock(report: Report, *, by: Member, now: datetime) -> Report:
    """Return the report as it is now, locked; NotYourReport unless ``by`` may read it at this moment."""
    locked = Report.objects.select_for_update(no_key=True).get(pk=report.pk)
    check_readable(report, by=by, now=now)
    if locked.forgotten_at is not None:
        raise ReportMoveNotAllowed(_("It was closed so long ago that its words are gone."))
    return locked


def _check_pace(by: Member, *, now: datetime) -> None:
    """Raise TooManyReports for somebody who has written as often as a day allows; their row is locked."""
    lately = Report.objects.filter(reporter=by, made_at__gt=now - timedelta(days=1)).order_by("-made_at", "-pk")
    moments = list(lately.values_list("made_at", flat=True)[:REPORTS_A_DAY])
    if len(moments) == REPORTS_A_DAY:
        refusal = TooManyReports(
            _("You have written to us many times today. Please write an email, so that we can talk.")
        )
        refusal.retry_after = ceil((moments[-1] + timedelta(days=1) - now).total_seconds())
        raise refusal


@transaction.atomic
def keep_note(*, report: Report, text: str, by: Member, now: datetime) -> Note:
    """Add a note to a report."""
    if not has_something_to_see(text):
        raise ReportIncomplete(_("Say what happened, in a few words."))
    report = _lock(report, by=by, now=now)
    return Note.objects.create(report=report, written_by=by, at=now, text=text.strip())


@transaction.atomic
def decide_report(
    *, report: Report, state: str, outcome: str = "", text: str = "", by: Member, now: datetime
) -> Report:
    """Start looking at a report, close it with its outcome, or open it again.

    If a colleague was faster, the person is told. The outcome that somebody was left out closes their account, in the
    same transaction; opening the report again does not open the account. Raises CannotClose while nobody has named the
    account.
    """
    check_outcome(state=state, outcome=outcome)
    check_readable(report, by=by, now=now)
    # The account is locked before the report, see `_leave_out`.
    left_out = _leave_out(report, now=now) if outcome == ReportOutcome.LEFT_OUT else None
    report = _lock(report, by=by, now=now)
    check_move(report.state, state)
    if left_out is not None and report.about_id != left_out.pk:
        raise ReportMoveNotAllowed(_("Somebody has named another account meanwhile. Look at the report again."))
    was, report.state, report.outcome = report.state, state, outcome
    report.closed_at = now if state == ReportState.CLOSED else None
    report.save(update_fields=["state", "outcome", "closed_at"])
    Note.objects.create(
        report=report, written_by=by, at=now, deed=NoteKind.DECIDED, was=was, became=state, text=text.strip()
    )
    return report


def _leave_out(report: Report, *, now: datetime) -> Member:
    """Close the account a report is about.

    The account is locked first and the report last, as the erasure of the report's writer does it.
    """
    about = Member.objects.filter(pk__in=Report.objects.filter(pk=report.pk).values("about")).first()
    if about is None:
        raise CannotClose(_("Say first whose account it is: leaving somebody out closes it."))
    if about.erased_at is None:
        try:
            closing.close_for_trust_team(member=about, now=now)
        except LastCoordinator as refusal:
            raise CannotClose(str(refusal)) from refusal
    return about


@transaction.atomic
def reopen_account(*, report: Report, text: str = "", by: Member, now: datetime) -> Member:
    """Open the account again that the trust team closed; any report about the person will do.

    The report says who did it and why; the log of acts says that the team did.
    """
    check_readable(report, by=by, now=now)
    about = Member.objects.filter(pk__in=Report.objects.filter(pk=report.pk).values("about")).first()
    if about is None or about.closed_by != ClosedBy.TRUST:
        raise ReportMoveNotAllowed(_("The trust team has not closed this account, or has opened it again already."))
    closing.reopen_for_trust_team(member=about, now=now)
    report = _lock(report, by=by, now=now)
    Note.objects.create(report=report, written_by=by, at=now, deed=NoteKind.REOPENED, text=text.strip())
    return about


@transaction.atomic
def step_aside(*, report: Report, by: Member, now: datetime) -> None:
    """Stop reading a report because one is too close to it; somebody who can read it must be left."""
    report = _lock(report, by=by, now=now)
    if not [seat for seat in readers_of(report, now=now) if seat.member_id != by.pk]:
        raise LastReader(_("Nobody else on the trust team can read this. Ask for another member first."))
    Note.objects.create(report=report, written_by=by, at=now, deed=NoteKind.STEPPED_ASIDE)
    report.kept_from.add(by)


@transaction.atomic
def name_person(*, report: Report, about: Member, by: Member, now: datetime) -> Report:
    """Record which account a report that describes somebody in words is about; that person cannot read it from then on.

    If a colleague has named another account meanwhile, the person is told, and the first one stays.
    """
    report = _lock(report, by=by, now=now)
    if about.pk == report.reporter_id:
        raise NotYourReport(_("This is the person who wrote."))
    if report.about_id is not None and report.about_id != about.pk:
        raise ReportMoveNotAllowed(_("Another account is named here already. Look at the report again."))
    report.about = about
    report.save(update_fields=["about"])
    Note.objects.create(report=report, written_by=by, at=now, deed=NoteKind.NAMED)
    return report


def readers_of(report: Report, *, now: datetime) -> list[TrustSeat]:
    """Return the seats of the people who may read a report now."""
    left_out = report.left_out
    seats = TrustSeat.objects.current(on=now.astimezone(UTC).date()).select_related("member")
    return [seat for seat in seats if seat.member_id not in left_out]
