"""Half a year without a word: asked once whether still in, paused a month later, never deleted."""

from datetime import UTC, date, datetime

from django.db import transaction

from letsconnect.base import acts
from mailings import letters
from registrations.actions.locking import lock_member, lock_registration
from registrations.domain import UNTIL_THEY_RETURN, RegistrationState
from registrations.models import Registration

AT_ONCE = 200


def _today(now: datetime) -> date:
    return now.astimezone(UTC).date()


@transaction.atomic
def ask_still_in(now: datetime) -> int:
    """Owe the question to everybody who has been quiet for half a year, once; return to how many."""
    today = _today(now)
    quiet = Registration.objects.owed_still_in(on=today).select_related("member").order_by("pk")
    asked = list(quiet.select_for_update(of=("self",), skip_locked=True, no_key=True)[:AT_ONCE])
    for registration in asked:
        registration.still_in_asked_on = today
        registration.save(update_fields=["still_in_asked_on"])
        letters.owe(
            kind="registrations.still_in",
            to=registration.member,
            about=registration,
            key=f"registrations.still_in:{registration.pk}:{today}",
            now=now,
        )
    return len(asked)


@transaction.atomic
def pause_silent(now: datetime) -> int:
    """Pause those who did not answer within a month, and tell them; return how many.

    It waits for nobody's lock, and what still waits for their answer expires by itself within days.
    """
    silent = Registration.objects.silent(on=_today(now)).select_related("member").order_by("pk")
    paused = list(silent.select_for_update(of=("self",), skip_locked=True, no_key=True)[:AT_ONCE])
    for registration in paused:
        registration.paused_until = UNTIL_THEY_RETURN
        registration.save(update_fields=["paused_until"])
        acts.record(by=None, verb="pause_silent_registration", on=registration, now=now)
        letters.owe(
            kind="registrations.paused_for_silence",
            to=registration.member,
            about=registration,
            key=f"registrations.paused_for_silence:{registration.pk}:{registration.still_in_asked_on}",
            now=now,
        )
    return len(paused)


@transaction.atomic
def stay_in(*, registration: Registration, now: datetime) -> Registration:
    """Say that the person is still in, by the link of the letter; a pause for silence ends. Twice is harmless."""
    member = lock_member(registration.member)
    registration = lock_registration(member)
    member.be_seen(on=_today(now))
    was_paused = registration.paused_until == UNTIL_THEY_RETURN
    if registration.still_in_asked_on is None and not was_paused:
        return registration
    registration.still_in_asked_on = None
    registration.paused_until = None if was_paused else registration.paused_until
    registration.save(update_fields=["still_in_asked_on", "paused_until"])
    acts.record(by=member, verb="stay_in", on=registration, now=now)
    return registration


def registration_asked(key: object) -> Registration | None:
    """Return the registration a signed link is about, while its person is in the programme."""
    if not isinstance(key, int):
        return None
    claimed = Registration.objects.claimed().select_related("member")
    return claimed.exclude(state=RegistrationState.WITHDRAWN).filter(pk=key).first()
