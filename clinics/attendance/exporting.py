"""Who signed up for a clinic and who was there, as a table for spreadsheets: names, channels and states, no contact."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clinics.locking import check_theirs
from clinics.models import Attendance, Clinic
from letsconnect.base import acts
from letsconnect.base.spreadsheets import harmless
from registrations.models import Member


@transaction.atomic
def record_list_export(*, clinic: Clinic, file_format: str, by: Member, now: datetime) -> None:
    """Write in the log that somebody took the list with them."""
    check_theirs(clinic, by=by)
    acts.record(by=by, verb="export_attendance", on=clinic, now=now, became=file_format)


def table_of(clinic: Clinic) -> Iterator[Sequence[str | int]]:
    """Yield the headings, and a row for everybody who signed up or was there; in the reader's language."""
    yield [_("Name"), _("Role"), _("Channel"), _("State"), _("Was there"), _("Minutes in the call")]
    there = {row.member_id: row for row in Attendance.objects.of(clinic).select_related("member")}
    own = list(clinic.people.accepted().select_related("member", "channel").in_order())
    for person in own:
        attendance = there.pop(person.member_id, None) if person.member_id else None
        is_there = attendance is not None or not person.has_account
        yield _row(
            person.name_as_written, person.get_role_display(), str(person.channel or ""), "", attendance, is_there
        )
    makers = {person.member_id for person in own}
    signed_up = clinic.rsvps.filter(member__is_active=True).select_related("member", "channel")
    for rsvp in signed_up.order_by("seat", "place", "pk"):
        if rsvp.member_id in makers:
            continue
        attendance = there.pop(rsvp.member_id, None)
        channel = str(rsvp.channel or clinic.floor_language_in_words)
        yield _row(_name_of(rsvp.member), "", channel, rsvp.get_state_display(), attendance, attendance is not None)
    for attendance in there.values():
        yield _row(_name_of(attendance.member), "", "", "", attendance, True)


def _name_of(member: Member) -> str:
    """Return the name as it was written: what isolates it in a sentence would hide it from whoever looks for it."""
    return member.name or member.public_id


def _row(
    name: str, role: object, channel: str, state: object, attendance: Attendance | None, is_there: bool
) -> list[str | int]:
    minutes = attendance.minutes_in_call if attendance else None
    words = [harmless(text) for text in (name, str(role), channel, str(state))]
    return [*words, int(is_there), "" if minutes is None else minutes]
