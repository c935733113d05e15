"""The letters after a clinic to those who came, or had a seat: when each is still owed, and how it reads."""

from datetime import datetime
from functools import partial

from clinics.announcing.alternatives import read_alternatives
from clinics.domain.notices import MISSED, THANKS, WRITTEN_AFTER_FOR, may_have_taken_place
from clinics.emails import alternatives_in_words, clinic_context, read_notices, rsvp_of
from clinics.models import Attendance, Clinic, Notice, Rsvp
from clinics.notices.thanking import LETTERS, WITHOUT_A_SEAT, clinics_in_review, something_to_hear_or_read
from letsconnect.base.links import absolute
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from mailings import kinds
from mailings.rendering import Rendered, render_letter

# On the object of an RSVP, where several letters are read together.
CAME, IN_REVIEW, MATERIAL = "came_read", "in_review_read", "material_read"

# When they are still owed


def afterwards_owed(notice: Notice | None, now: datetime) -> str | None:
    """Return why a letter after a clinic is no longer owed: it is known by now that they came, or it is long ago."""
    if notice is None or notice.rsvp is None:
        return "no longer signed up"
    clinic = notice.rsvp.clinic
    if notice.starts_at != clinic.starts_at:
        return "the clinic was moved since"
    if reason := why_not_over(clinic, now):
        return reason
    if notice.kind == MISSED and came(notice.rsvp):
        return "they were there"
    if notice.kind == MISSED and is_looked_at(notice.rsvp):
        return "somebody looks who was there"
    return None


def why_not_over(clinic: Clinic, now: datetime) -> str | None:
    """Return why a letter after a clinic is not owed: it did not take place, is not over, or was long ago."""
    if not may_have_taken_place(clinic.state):
        return f"the clinic is {clinic.state}"
    if now < clinic.ends_at:
        return "the clinic is not over"
    return "it was too long ago" if now >= clinic.ends_at + WRITTEN_AFTER_FOR else None


def was_there_owed(attendance: Attendance | None, now: datetime) -> str | None:
    return "they were not there" if attendance is None else why_not_over(attendance.clinic, now)


def came(rsvp: Rsvp) -> bool:
    """Tell whether it is known that somebody was there: what was read ahead, or what is true now."""
    is_read = vars(rsvp).get(CAME)
    return Attendance.objects.has_come(rsvp.clinic, rsvp.member) if is_read is None else bool(is_read)


def is_looked_at(rsvp: Rsvp) -> bool:
    """Tell whether somebody has yet to say who is in a list of the call."""
    is_read = vars(rsvp).get(IN_REVIEW)
    return bool(clinics_in_review([rsvp.clinic_id])) if is_read is None else bool(is_read)


# What they say


def render_afterwards(notice: Notice, language: str, zone: str, *, template: str) -> Rendered:
    return _render_for_seat(rsvp_of(notice), notice.kind, language, zone, template=template)


def render_was_there(attendance: Attendance, language: str, zone: str, *, template: str) -> Rendered:
    """Return the thanks to somebody who came and never signed up."""
    seat = Rsvp(clinic=attendance.clinic, member=attendance.member)
    vars(seat)[CAME] = True
    if MATERIAL in vars(attendance):
        vars(seat)[MATERIAL] = vars(attendance)[MATERIAL]
    return _render_for_seat(seat, THANKS, language, zone, template=template)


def _render_for_seat(rsvp: Rsvp, kind: str, language: str, zone: str, *, template: str) -> Rendered:
    context = {
        **clinic_context(rsvp, language),
        "was_there": rsvp.pk is None,
        "came": kind == THANKS and came(rsvp),
        "feedback_url": absolute("clinics:feedback-give", rsvp.clinic_id),
        "certificate_url": absolute("clinics:certificate-mine", rsvp.clinic_id),
        "material": vars(rsvp)[MATERIAL] if MATERIAL in vars(rsvp) else something_to_hear_or_read([rsvp.clinic_id]),
        "alternatives": alternatives_in_words(rsvp, language) if kind == MISSED else [],
    }
    return render_letter(template, context, language=language, zone=zone)


# Reading and registering

_ATTENDANCES = Statement(
    lambda keys: (
        Attendance.objects.filter(pk__in=any_of(keys))
        .select_related("clinic", "member")
        .prefetch_related("clinic__texts", "clinic__channels__interpreters")
    )
)


def read_afterwards(keys: list[int], now: datetime) -> list[Notice]:
    """Read the same for letters after a clinic, with who came, and what else fits those who did not."""
    notices = read_notices(keys, now)
    rsvps = [rsvp_of(notice) for notice in notices]
    there = Attendance.objects.filter(clinic__in={rsvp.clinic_id for rsvp in rsvps})
    seen = set(there.values_list("clinic", "member"))
    material = something_to_hear_or_read(rsvp.clinic_id for rsvp in rsvps)
    missed = [rsvp_of(notice) for notice in notices if notice.kind == MISSED]
    in_review = clinics_in_review(rsvp.clinic_id for rsvp in missed) if missed else set()
    for rsvp in rsvps:
        vars(rsvp)[CAME] = (rsvp.clinic_id, rsvp.member_id) in seen
        vars(rsvp)[IN_REVIEW] = rsvp.clinic_id in in_review
        vars(rsvp)[MATERIAL] = rsvp.clinic_id in material
    if missed:
        read_alternatives(missed, now=now)
    return notices


def read_attendances(keys: list[int], _now: datetime) -> list[Attendance]:
    """Read what several letters to those who came without a seat tell."""
    there = _ATTENDANCES.rows({"keys": keys})
    material = something_to_hear_or_read(attendance.clinic_id for attendance in there)
    for attendance in there:
        vars(attendance)[MATERIAL] = attendance.clinic_id in material
    return there


def register() -> None:
    """Register the letters with the ledger."""
    for name in LETTERS.values():
        kinds.register(
            name,
            still_owed=afterwards_owed,
            render=partial(render_afterwards, template=f"clinics/emails/{name.removeprefix('clinics.')}"),
            reads=read_afterwards,
            keeps=kinds.kept(),
        )
    kinds.register(
        WITHOUT_A_SEAT,
        still_owed=was_there_owed,
        render=partial(render_was_there, template="clinics/emails/thanks"),
        reads=read_attendances,
        keeps=kinds.kept(),
    )
