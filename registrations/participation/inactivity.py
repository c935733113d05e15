"""Half a year without a word: asked once whether still in, paused a month later, never deleted."""

from datetime import UTC, date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from letsconnect.base import acts
from mailings.ledger import letters
from registrations.domain.registrations import (
    UNTIL_THEY_RETURN,
    ClosedMeanwhile,
    NotYours,
    RegistrationError,
    RegistrationState,
)
from registrations.locking import lock_member, lock_registration
from registrations.models import Member, Registration

AT_ONCE = 200


class LinkOutOfDate(RegistrationError):
    """The link of a letter is about a question that is answered, or not the last one."""


class NeedsSignIn(RegistrationError):
    """A link alone may not do this; the person can, signed in."""


def _today(now: datetime) -> date:
    return now.astimezone(UTC).date()


@transaction.atomic
def ask_still_in(now: datetime) -> int:
    """Owe the question to everybody who has been quiet for half a year, once; return to how many."""
    today = _today(now)
    quiet = Registration.objects.owed_still_in(on=today).select_related("member").order_by("pk")
    asked = list(quiet.select_for_update(of=("self",), skip_locked=True, no_key=True)[:AT_ONCE])
    for registration in asked:
        registration.still_in_asked_on, registration.kept_in_by_link_on = today, None
        registration.save(update_fields=["still_in_asked_on", "kept_in_by_link_on"])
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
def stay_in(*, registration: Registration, by: Member, now: datetime) -> Registration:
    """Say that one is still in, signed in; a pause for silence ends. Twice is harmless."""
    member = lock_member(by)
    registration = _theirs(registration, member)
    member.be_seen(on=_today(now))
    was_paused = registration.paused_until == UNTIL_THEY_RETURN
    if registration.still_in_asked_on is None and not was_paused:
        return registration
    registration.still_in_asked_on = registration.kept_in_by_link_on = None
    registration.paused_until = None if was_paused else registration.paused_until
    registration.confirmed_on = _today(now)
    registration.save(update_fields=["still_in_asked_on", "kept_in_by_link_on", "paused_until", "confirmed_on"])
    acts.record(by=member, verb="stay_in", on=registration, now=now)
    return registration


@transaction.atomic
def keep_in_by_link(*, registration: Registration, asked_on: date, now: datetime) -> Registration:
    """Keep somebody in whose letter's link was followed and whose button was pressed, by them or by a program that
    reads their letters.

    It keeps things as they are, and no more: the question counts as answered, so that nobody is paused for silence.
    Nobody has been seen, nothing is confirmed, no pause ends. Raises LinkOutOfDate for another question than the last,
    and NeedsSignIn when only the person can bring the registration back.
    """
    member = lock_member(_member_of(registration))
    registration = _theirs(registration, member)
    if registration.paused_until == UNTIL_THEY_RETURN:
        raise NeedsSignIn(_("Your registration rests. Sign in to come back."))
    if registration.still_in_asked_on != asked_on:
        raise LinkOutOfDate(_("This question is answered already."))
    if registration.kept_in_by_link_on is None:
        registration.kept_in_by_link_on = _today(now)
        registration.save(update_fields=["kept_in_by_link_on"])
        acts.record(by=None, verb="keep_in_by_link", on=registration, now=now)
    return registration


@transaction.atomic
def undo_link(*, registration: Registration, by: Member | None, now: datetime) -> Registration:
    """Take back what a link did: the question waits for an answer again. ``by`` None is the link once more."""
    member = lock_member(_member_of(registration))
    if by is not None and by.pk != member.pk:
        raise NotYours(_("This registration is not yours."))
    registration = _theirs(registration, member)
    if registration.kept_in_by_link_on is not None:
        registration.kept_in_by_link_on = None
        registration.save(update_fields=["kept_in_by_link_on"])
        verb = "undo_link" if by is not None else "undo_link_by_link"
        acts.record(by=by, verb=verb, on=registration, now=now)
    return registration


def _member_of(registration: Registration) -> Member:
    if registration.member is None:
        raise ClosedMeanwhile(_("Nobody has taken over this registration."))
    return registration.member


def _theirs(registration: Registration, member: Member) -> Registration:
    """Return the member's registration, locked; the one that was meant, or none."""
    mine = lock_registration(member)
    if mine is None or mine.pk != registration.pk:
        raise NotYours(_("This registration is not yours."))
    return mine


def registration_asked(key: object) -> tuple[Registration, date] | None:
    """Return the registration a signed link is about, while its person is in the programme, and when it asked."""
    match key:
        case [int(pk), str(day)]:
            asked_on = date.fromisoformat(day) if day else None
        case int(pk):  # of a letter sent before links named their question
            asked_on = None
        case _:
            return None
    claimed = Registration.objects.claimed().select_related("member")
    registration = claimed.exclude(state=RegistrationState.WITHDRAWN).filter(pk=pk).first()
    return (registration, asked_on or registration.still_in_asked_on or date.min) if registration is not None else None
