"""Emails that wait while a decision on somebody's registration can still be undone: else the undoing came too late."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from mailings.kinds import AskedAgain, StillOwed
from registrations.domain.registrations import RegistrationState
from registrations.domain.reviews import LETTER_WAITS
from registrations.models import Registration

People = Callable[[Any], Iterable[Registration | None]]


def until_it_stands(still_owed: StillOwed, people: People) -> StillOwed:
    """Return ``still_owed``, but that an email is not given up because of a decision that its reviewer may undo.

    ``people`` returns the registrations that what it is about depends on.
    """

    def still_owed_then(about: Any, now: datetime) -> str | None:
        reason = still_owed(about, now)
        if not reason or about is None:
            return reason
        stands_at = max((moment for person in people(about) if (moment := _stands_at(person))), default=now)
        return AskedAgain(reason, until=stands_at) if stands_at > now else reason

    return still_owed_then


def _stands_at(person: Registration | None) -> datetime | None:
    """Return from when nobody can undo the last decision on somebody; None where nobody decided."""
    if person is None or person.reviewed_at is None or person.state == RegistrationState.WITHDRAWN:
        return None
    return person.reviewed_at + LETTER_WAITS
