"""When hosts pressed: on a bad line a press arrives late; the newer of two counts, in whatever order they come."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from clinics.domain.attendance import CannotTick
from clinics.models import Clinic, LastPress
from registrations import events
from registrations.models import Member


class SaidOtherwiseSince(CannotTick):
    """Somebody pressed otherwise after what arrives now was pressed: what they said stands."""


def note_press(clinic: Clinic, member: Member, *, is_there: bool, pressed_at: datetime | None, now: datetime) -> None:
    """Note what is pressed of somebody, whose row is locked; SaidOtherwiseSince if something newer says otherwise.

    ``pressed_at`` is what the sender tells of our clock; no press is of the future, or of before the doors opened.
    CannotTick for one of before the clinic was moved to the hour it has.
    """
    at = min(pressed_at or now, now)
    if at < clinic.start_set_at:
        raise CannotTick(_("This clinic was moved or cancelled meanwhile."))
    at = max(at, clinic.doors_open_at)
    last = LastPress.objects.filter(clinic=clinic, member=member).first() or LastPress(clinic=clinic, member=member)
    if last.pk and last.pressed_at > at:
        if last.is_there != is_there:
            raise SaidOtherwiseSince(
                _("Somebody else said otherwise after you. That stands; press again to change it.")
            )
        return
    last.is_there, last.pressed_at = is_there, at
    last.save()


def forget_old_presses(now: datetime) -> int:
    """Delete what was pressed at clinics whose hosts do not tick any more; return how many."""
    return LastPress.objects.outdated(now=now).delete()[0]


def connect() -> None:
    """Connect to the signal about people who are erased."""
    events.erasing.connect(on_erasing)


def on_erasing(sender: Any, *, member: Member, **kwargs: Any) -> None:
    LastPress.objects.filter(member=member).delete()
