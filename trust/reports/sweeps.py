"""Work by the clock: letters about reports that wait, and deleting the words of old ones."""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.db import transaction

from mailings.ledger import letters
from mailings.models import Letter
from trust.domain import weeks_waited
from trust.models import Note, Report, TrustSeat


@transaction.atomic
def tell_readers(now: datetime) -> int:
    """Owe each reader a letter for a report that waits, again each week; new members of the team get theirs too."""
    return owe_waiting(Report.objects.waiting().prefetch_related("kept_from", "clinic__people"), now=now)


def owe_waiting(reports: Iterable[Report], *, now: datetime) -> int:
    """Owe the letters that are not owed yet. They are about the reader's seat and name no report.

    So of several reports within a minute each reader gets one letter. Readers are told in the order of their numbers:
    two reports at the same moment would otherwise wait for each other's letters.
    """
    seats = list(TrustSeat.objects.current(on=now.astimezone(UTC).date()).select_related("member"))
    due: dict[str, TrustSeat] = {}
    for report in reports:
        left_out = report.left_out
        week = weeks_waited(made_at=report.made_at, now=now)
        for seat in seats:
            if seat.member_id not in left_out:
                due[f"trust:waiting:{report.number}:{seat.member_id}:{week}"] = seat
    owed_already = set(Letter.objects.filter(key__in=due).values_list("key", flat=True))
    new = sorted(due.keys() - owed_already, key=lambda key: (due[key].member_id, key))
    for key in new:
        seat = due[key]
        gather = f"trust:waiting:{seat.member_id}"
        letters.owe(kind="trust.report_waits", to=seat.member, about=seat, key=key, gather=gather, now=now)
    return len(new)


@transaction.atomic
def forget_old_reports(now: datetime) -> int:
    """Delete the words, the notes, the person and the clinic of reports closed a year ago; the outcome stays
    counted."""
    old = list(Report.objects.to_forget(now=now).select_for_update(no_key=True, skip_locked=True).order_by("pk")[:500])
    Note.objects.filter(report__in=old).update(text="")
    Report.kept_from.through.objects.filter(report__in=old).delete()
    return Report.objects.filter(pk__in=[report.pk for report in old]).update(
        about=None,
        clinic=None,
        clinic_people_may_read=False,
        who="",
        description="",
        may_contact=False,
        forgotten_at=now,
    )
