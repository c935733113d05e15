"""The letter that asks whether somebody is still in, and the letter that says that their registration is paused."""

from datetime import UTC, date, datetime
from functools import partial

from django.utils import timezone
from django.utils.translation import gettext_noop

from letsconnect.base.links import absolute, sign
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from mailings import kinds
from mailings.ledger import letters
from mailings.rendering import Rendered, render_letter
from registrations.domain.registrations import STILL_IN_WITHIN, UNTIL_THEY_RETURN, RegistrationState
from registrations.models import Registration

PURPOSE = "still-in"
STILL_IN, PAUSED = "registrations.still_in", "registrations.paused_for_silence"


def key_of(kind: str, registration: Registration) -> str:
    """Return the key of the letter of this kind about the latest question."""
    return f"{kind}:{registration.pk}:{registration.still_in_asked_on}"


def _was_asked(registration: Registration) -> bool:
    """Tell whether the letter with the latest question left: it may have been suppressed, refused or too late."""
    return letters.left_at(key_of(STILL_IN, registration)) is not None


def link(registration: Registration) -> str:
    """Return the address of the page with one button; it answers the latest question only."""
    asked_on = registration.still_in_asked_on
    return absolute(
        "registrations:still-in", sign(PURPOSE, [registration.pk, asked_on.isoformat() if asked_on else ""])
    )


def still_in_owed(registration: Registration | None, now: datetime) -> str | None:
    if registration is None or registration.member is None or not _takes_part(registration):
        return gettext_noop("no longer in the programme")
    asked_on, last_seen_on = registration.still_in_asked_on, registration.member.last_seen_on
    if asked_on is None or (last_seen_on is not None and last_seen_on >= asked_on):
        return gettext_noop("they were here since")
    return (
        None if _days_left(asked_on, on=now.astimezone(UTC).date()) > 0 else gettext_noop("the time to answer is over")
    )


def _days_left(asked_on: date, *, on: date) -> int:
    """Return in how many days somebody who is asked since then is paused; a letter may leave days after it is owed."""
    return (asked_on + STILL_IN_WITHIN - on).days


def paused_owed(registration: Registration | None, now: datetime) -> str | None:
    if registration is None or not _takes_part(registration):
        return gettext_noop("no longer in the programme")
    return None if registration.paused_until == UNTIL_THEY_RETURN else gettext_noop("no longer paused")


def _takes_part(registration: Registration) -> bool:
    return registration.member is not None and registration.state == RegistrationState.APPROVED


def render_still_in(registration: Registration, language: str, zone: str) -> Rendered:
    return _render("still_in", registration, language, zone)


def render_paused(registration: Registration, language: str, zone: str) -> Rendered:
    return _render("paused_for_silence", registration, language, zone)


def _render(template: str, registration: Registration, language: str, zone: str) -> Rendered:
    today = timezone.now().date()
    days = _days_left(registration.still_in_asked_on or today, on=today)
    context = {
        "name": registration.shown_name,
        "days": days,
        "link": link(registration),
        "was_asked": partial(_was_asked, registration),  # only one of the letters asks it
    }
    return render_letter(f"registrations/emails/{template}", context, language=language, zone=zone)


_ROWS = Statement(lambda keys: Registration.objects.filter(pk__in=any_of(keys)).select_related("member"))


def _read(keys: list[int], _now: datetime) -> list[Registration]:
    return _ROWS.rows({"keys": keys})


def register() -> None:
    """Register the letters with the ledger."""
    kinds.register(STILL_IN, still_owed=still_in_owed, render=render_still_in, reads=_read, keeps=kinds.kept())
    kinds.register(PAUSED, still_owed=paused_owed, render=render_paused, reads=_read, keeps=kinds.kept())
