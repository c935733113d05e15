"""The list of a call's participants: brought as a file, reviewed person by person, and gone with the review.

What it says of somebody is one more source of their attendance. Whoever nobody knows is counted with the rest.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clinics.attendance.matching import Matcher, known_names
from clinics.attendance.ticking import check_not_a_guest_themselves, count_others, keep_if_known
from clinics.domain.attendance import CallListRefused, check_ticking
from clinics.domain.call_lists import names_in, read_call_list
from clinics.locking import check_theirs, lock_theirs
from clinics.models import Attendance, CallList, CallListRow, Clinic
from letsconnect.base import acts
from letsconnect.base.folding import key, plain
from registrations import events
from registrations.models import Member
from registrations.privacy.proved_addresses import Proved

MOST_LISTS = 10  # of one clinic at a time: one for each call, and some brought twice


def connect() -> None:
    """Connect to the signal about words of people in what is about many."""
    events.forgetting_in_files.connect(on_forgetting)


@transaction.atomic
def bring_call_list(*, clinic: Clinic, content: bytes, by: Member, now: datetime) -> CallList:
    """Read a file and keep the people it lists, for somebody to say who they are; the file is not kept.

    CallListRefused, saying what is wrong and in which row, for what is no such list; then nothing is kept.
    """
    clinic = Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    check_theirs(clinic, by=by)
    check_ticking(state=clinic.state, starts_at=clinic.starts_at, now=now)
    if clinic.call_lists.filter(is_of_the_door=False).count() >= MOST_LISTS:
        raise CallListRefused(_("There are lists that wait for a review already: finish one of them first."))
    listed = read_call_list(content)
    brought = CallList.objects.create(
        clinic=clinic, brought_by=by, brought_at=now, read=len(listed.callers), notes=listed.notes
    )
    CallListRow.objects.bulk_create(
        CallListRow(call_list=brought, row=caller.row, name=caller.name, address=caller.address, minutes=caller.minutes)
        for caller in listed.callers
    )
    acts.record(by=by, verb="bring_call_list", on=clinic, now=now)
    return brought


@transaction.atomic
def confirm_callers(*, call_list: CallList, chosen: Mapping[int, int], by: Member, now: datetime) -> int:
    """Note for each row (its key → the key of a member) who it was, and forget the row; return how many people it were.

    Rows that somebody else settled meanwhile are left out. A list without rows is gone. It takes the same few queries
    for many rows as for few.
    """
    members = _lock_people(chosen.values())
    brought = _lock_list(call_list, by=by)
    if brought is None:
        return 0
    check_ticking(state=brought.clinic.state, starts_at=brought.clinic.starts_at, now=now)
    if by.pk in members:
        check_not_a_guest_themselves(brought.clinic, by, by=by)
    stays: dict[int, list[int | None]] = defaultdict(list)
    rows = list(brought.rows.filter(pk__in=chosen))
    for row in rows:
        stays[chosen[row.pk]].append(row.minutes)
    people = Matcher(brought.clinic, rows)
    if not (stays.keys() <= members.keys() and all(people.may_be(row, chosen[row.pk]) for row in rows)):
        raise CallListRefused(_("Somebody of those you chose is not among the people of this clinic any more."))
    _note(brought.clinic, stays, by=by, now=now)
    brought.rows.filter(pk__in=[row.pk for row in rows]).delete()
    if not brought.rows.exists():
        brought.delete()
    return len(stays)


@transaction.atomic
def finish_call_list(*, call_list: CallList, others: int, seen: int | None = None, by: Member, now: datetime) -> None:
    """End the review: whoever is left is nobody we know, and is counted with the rest; the list is deleted.

    CannotTick where somebody else wrote another number of the rest since the page showed ``seen``.
    """
    brought = _lock_list(call_list, by=by)
    if brought is None:
        return
    count_others(clinic=brought.clinic, number=others, seen=seen, by=by, now=now)
    acts.record(by=by, verb="finish_call_list", on=brought.clinic, now=now)
    brought.delete()


@transaction.atomic
def drop_call_list(*, call_list: CallList, by: Member, now: datetime) -> None:
    """Delete a list that was brought by mistake; what was confirmed from it stays."""
    brought = _lock_list(call_list, by=by)
    if brought is not None:
        acts.record(by=by, verb="drop_call_list", on=brought.clinic, now=now)
        brought.delete()


@transaction.atomic
def take_confirmation_back(*, clinic: Clinic, member: Member, by: Member, now: datetime) -> Attendance | None:
    """Undo what a list said of somebody; what else says that they were there stays."""
    _lock_people([member.pk])
    check_theirs(clinic, by=by)
    attendance = Attendance.objects.of(clinic).filter(member=member).first()
    if attendance is None or attendance.in_call_at is None:
        return attendance
    acts.record(by=by, verb="take_confirmation_back", on=attendance, now=now)
    attendance.in_call_at = attendance.in_call_by = attendance.minutes_in_call = None
    return keep_if_known(attendance)


def forget_old_lists(now: datetime) -> int:
    """Delete the lists that nobody finished within 30 days; return how many."""
    outdated = CallList.objects.outdated(now=now).select_for_update(skip_locked=True)
    return CallList.objects.filter(pk__in=list(outdated.values_list("pk", flat=True))).delete()[0]


def on_forgetting(sender: Any, *, proved: Proved, **kwargs: Any) -> None:
    """Delete the rows of somebody who is erased, found by every address and name of theirs, and what was noted of them.

    Namesakes' rows go, too: a list is a help for counting, and whoever reads it cannot tell them apart either.
    """
    member = proved.member
    names = [name for _owner, name in known_names([member])]
    names += [name for row in proved.unclaimed for name in (row.name, row.wikimedia_username) if name]
    keys = {key(name) for name in names} - {""}
    addresses = proved.addresses | {member.email or ""} | set(member.emailaddress_set.values_list("email", flat=True))
    # The lists before their rows, as whoever reviews them does.
    lists = list(CallList.objects.select_for_update().order_by("pk"))
    theirs = [
        row.pk
        for row in CallListRow.objects.only("name", "address").iterator()
        if (row.address and row.address in addresses) or not keys.isdisjoint(names_in(row.name))
    ]
    CallListRow.objects.filter(pk__in=theirs).delete()
    words = [plain(word) for word in (*names, *addresses) if word]
    for brought in lists:
        kept = [note for note in brought.notes if not any(word in plain(note) for word in words)]
        if kept != brought.notes:
            brought.notes = kept
            brought.save(update_fields=["notes"])


def _lock_people(keys: Iterable[int]) -> dict[int, Member]:
    """Lock these people in the order of their keys, as joining and ticking do, before anything else."""
    locked = Member.objects.select_for_update(no_key=True).filter(pk__in=set(keys), is_active=True).order_by("pk")
    return {member.pk: member for member in locked}


def _lock_list(call_list: CallList, *, by: Member) -> CallList | None:
    """Return the list as it is now, locked after its clinic; None if its review was ended meanwhile.

    Whoever moves or cancels the clinic deletes its lists, and holds its row as they do so.
    """
    clinic = lock_theirs(call_list.clinic, by=by)
    brought = clinic.call_lists.select_for_update().filter(pk=call_list.pk).first()
    if brought is not None:
        brought.clinic = clinic
    return brought


def _note(clinic: Clinic, stays: Mapping[int, list[int | None]], *, by: Member, now: datetime) -> None:
    """Note that these were in the call, and for how long. Of two rows, as of two devices, the longer counts."""
    present = {row.member_id: row for row in Attendance.objects.of(clinic).filter(member__in=stays)}
    attendances = [present.get(member) or Attendance(clinic=clinic, member_id=member) for member in sorted(stays)]
    for attendance in attendances:
        lengths = [attendance.minutes_in_call, *stays[attendance.member_id]]
        attendance.minutes_in_call = max((length for length in lengths if length is not None), default=None)
        attendance.in_call_at, attendance.in_call_by = attendance.in_call_at or now, attendance.in_call_by or by
    Attendance.objects.bulk_create(row for row in attendances if row.pk is None)
    Attendance.objects.bulk_update(present.values(), ["minutes_in_call", "in_call_at", "in_call_by"])
    acts.record_each(by=by, verb="confirm_from_call", on=attendances, now=now)
