"""What can be decided on a registration, and what can be done about a decision afterwards."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from registrations.domain.registrations import MoveNotAllowed, RegistrationError, RegistrationState

DECISIONS = (RegistrationState.APPROVED, RegistrationState.NEEDS_CHANGES, RegistrationState.DECLINED)

UNDO_WITHIN = timedelta(seconds=10)  # as the page says; a press in the last second takes a while to arrive
LETTER_WAITS = timedelta(seconds=15)  # so long nobody is told of a decision, and nothing follows from it
OPEN_FOR = timedelta(minutes=15)  # so long a registration that a colleague has open is nobody else's next one
NOTE_AT_MOST = 2000  # characters, of what a colleague notes and of what the person reads


class UndoRefused(RegistrationError):
    """The decision can no longer be undone; the message says why."""


def check_change_of_decision(was: str, becomes: str) -> None:
    """Raise MoveNotAllowed unless a decision can be taken back for this one: each for each other.

    What a person did themselves, sending it in or withdrawing it, is not for others to take back.
    """
    if was not in DECISIONS or becomes not in DECISIONS:
        raise MoveNotAllowed(_("There is no decision here to take back. Please look again."))
    if was == becomes:
        raise MoveNotAllowed(_("That is what is decided already."))


def check_undo(decided_at: datetime, *, now: datetime) -> None:
    """Raise UndoRefused once the time for it is over."""
    if now >= decided_at + LETTER_WAITS:
        raise UndoRefused(
            _("The time to undo is over, and the email may be on its way. You can still decide anew, with a reason.")
        )


def seconds_to_undo(decided_at: datetime, *, now: datetime) -> int:
    """Return how many seconds a page that is opened now offers to undo, rounded up; 0 if it does not."""
    left = min(decided_at + UNDO_WITHIN - now, UNDO_WITHIN)
    return max(0, -(-left // timedelta(seconds=1)))
