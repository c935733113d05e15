"""What was noted of the hour of a clinic that is moved or cancelled: who was there is tied to a start."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinics.domain.clinics import ClinicMoveNotAllowed
from clinics.models import (
    Attendance,
    CallList,
    Certificate,
    Clinic,
    CountedFeedback,
    FeedbackAnswer,
    LastPress,
    OtherHeads,
    Quote,
)
from letsconnect.base import acts
from registrations.models import Member

_NOTED = (Attendance, LastPress, OtherHeads, CallList, FeedbackAnswer, Quote)


def why_it_stands(clinic: Clinic) -> str:
    """Return why it cannot be said any more that a clinic did not take place at its hour; "" if it can."""
    if Certificate.objects.valid().filter(clinic=clinic).exists():
        return _("Somebody has a certificate of this clinic. Revoke it first.")
    if CountedFeedback.objects.filter(clinic=clinic).exists():
        return _("What people said of this clinic was counted: it took place at its hour.")
    return ""


def check_nothing_stands_on_its_hour(clinic: Clinic) -> None:
    """Raise ClinicMoveNotAllowed unless the hour of a clinic, or its length, may still become another one."""
    if refusal := why_it_stands(clinic):
        raise ClinicMoveNotAllowed(refusal)


def forget_its_hour(clinic: Clinic, *, by: Member | None, now: datetime) -> None:
    """Delete who was there and what they said, before the clinic is moved or cancelled; its row is locked.

    Whoever tried the call that failed did not come, and has nothing to say of a clinic that did not take place.
    """
    check_nothing_stands_on_its_hour(clinic)
    deleted = [model._default_manager.filter(clinic=clinic).delete()[0] for model in _NOTED]
    if any(deleted):
        acts.record(by=by, verb="forget_who_was_there", on=clinic, now=now)


def what_is_forgotten(clinic: Clinic) -> tuple[str, ...]:
    """Return what to say of this before somebody does it, if there is anything; nothing of what was said in secret."""
    people = Attendance.objects.of(clinic).count()
    text = ngettext(
        "%(count)d person is noted as having been there: that is deleted, with what was said of the clinic.",
        "%(count)d people are noted as having been there: that is deleted, with what was said of the clinic.",
        people,
    )
    return (text % {"count": people},) if people else ()
