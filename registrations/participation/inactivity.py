"""Inactive members: after half a year asked once whether they are still in, a month later paused, never deleted."""

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
from registrations.models import Member, Registration, RegistrationQuerySet
from registrations.participation.inactivity_emails import PAUSED, STILL_IN, key_of

AT_ONCE = 200


class LinkOutOfDate(RegistrationError):
    """The link of a letter is about a question that is already answered or is not the latest."""


class NeedsSignIn(RegistrationError):
    """A link alone may not do this; the signed-in person can."""


def _today(now: datetime) -> date:
    return now.astimezone(UTC).date()


@transaction.atomic
def ask_still_in(now: datetime) -> int:
    """Owe the letter with the question to everybody who was inactive for half a year, once; return how many."""
    today = _today(now)
    registrations = _locked_now(Registration.objects.owed_still_in(on=today))
    for registration in registrations:
        registration.still_in_asked_on, registration.kept_in_by_link_on = today, None
        registration.save(update_fields=["still_in_asked_on", "kept_in_by_link_on"])
        _owe(registration, STILL_IN, now=now)
    return len(registrations)


@transaction.atomic
def pause_silent(now: datetime) -> int:
    """Pause those who did not answer within a month, and tell them; return how many.

    It waits for no locks. Matches that still wait for their answer expire by themselves within days.
    """
    paused = _locked_now(Registration.objects.silent(on=_today(now)))
    for registration in paused:
        registration.paused_until = UNTIL_THEY_RETURN
        registration.save(update_fields=["paused_until"])
        acts.record(by=None, verb="pause_silent_registration", on=registration, now=now)
        _owe(registration, PAUSED, now=now)
    return len(paused)


@transaction.atomic
def stay_in(*, registration: Registration, by: Member, now: datetime) -> Registration:
    """Record that a signed-in member is still in; a pause for silence ends. Twice is harmless."""
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
    """Keep somebody in because the button behind their letter's link was pressed.

    A program that reads their letters may have pressed it, so things only stay as they are: the question counts as
    answered and nobody is paused for silence, but no activity is recorded, nothing is confirmed and no pause ends.
    Raises LinkOutOfDate if the link is not about the latest question, NeedsSignIn if only the person can bring the
    registration back.
    """
    member = lock_member(_member_of(registration))
    registration = _theirs(registration, member)
    if registration.paused_until == UNTIL_THEY_RETURN:
        raise NeedsSignIn(_("Your registration is paused. Sign in to come back."))
    if registration.still_in_asked_on != asked_on:
        raise LinkOutOfDate(_("This question is answered already."))
    if registration.kept_in_by_link_on is None:
        registration.kept_in_by_link_on = _today(now)
        registration.save(update_fields=["kept_in_by_link_on"])
        acts.record(by=None, verb="keep_in_by_link", on=registration, now=now)
    return registration


@transaction.atomic
def undo_link(
    *, registration: Registration, by: Member | None, asked_on: date | None = None, now: datetime
) -> Registration:
    """Take back what a link did: the question waits for an answer again.

    ``by`` None means that a link itself was used to take it back, the one about the question of ``asked_on``. Raises
    LinkOutOfDate if that is not the latest question: a link takes back no more than it can do.
    """
    member = lock_member(_member_of(registration))
    if by is not None and by.pk != member.pk:
        raise NotYours(_("This registration is not yours."))
    registration = _theirs(registration, member)
    if by is None and registration.still_in_asked_on != asked_on:
        raise LinkOutOfDate(_("This question is answered already."))
    if registration.kept_in_by_link_on is not None:
        registration.kept_in_by_link_on = None
        registration.save(update_fields=["kept_in_by_link_on"])
        verb = "undo_link" if by is not None else "undo_link_by_link"
        acts.record(by=by, verb=verb, on=registration, now=now)
    return registration


def _locked_now(people: RegistrationQuerySet) -> list[Registration]:
    """Lock some of these registrations, and leave to the next sweep those that others have locked."""
    rows = people.select_related("member").order_by("pk")
    return list(rows.select_for_update(of=("self",), skip_locked=True, no_key=True)[:AT_ONCE])


def _owe(registration: Registration, kind: str, *, now: datetime) -> None:
    """Owe a letter about the question of that day, once."""
    key = key_of(kind, registration)
    letters.owe(kind=kind, to=registration.member, about=registration, key=key, now=now)


def _member_of(registration: Registration) -> Member:
    if registration.member is None:
        raise ClosedMeanwhile(_("Nobody has taken over this registration."))
    return registration.member


def _theirs(registration: Registration, member: Member) -> Registration:
    """Return the member's registration, locked, if it is the one that was meant."""
    mine = lock_registration(member)
    if mine is None or mine.pk != registration.pk:
        raise NotYours(_("This registration is not yours."))
    return mine


def registration_asked(key: object) -> tuple[Registration, date] | None:
    """Return the registration that a signed link is about, and the day of its question.

    None if its person is not in the programme.
    """
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
