"""Everything that happens to clinics and seats."""

from clinics.actions.notices import owe_reminders, tell_still_waiting
from clinics.actions.plans import (
    announce_clinic,
    archive_clinic,
    cancel_clinic,
    change_clinic,
    create_clinic,
    hold_clinic,
    reschedule,
    save_text,
)
from clinics.actions.seats import cancel_rsvp, change_capacity, promote_waiting, rsvp

__all__ = [
    "announce_clinic",
    "archive_clinic",
    "cancel_clinic",
    "cancel_rsvp",
    "change_capacity",
    "change_clinic",
    "create_clinic",
    "hold_clinic",
    "owe_reminders",
    "promote_waiting",
    "reschedule",
    "rsvp",
    "save_text",
    "tell_still_waiting",
]
