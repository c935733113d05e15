"""Pausing, being away, coming back, being findable, withdrawing: a member's own participation in the programme."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from letsconnect.base import acts
from registrations import events
from registrations.domain import registrations
from registrations.domain.registrations import IN_THE_PROGRAMME, NotYetPossible, RegistrationState
from registrations.locking import lock_member, lock_registration
from registrations.models import Member, Registration


@transaction.atomic
def pause_registration(*, member: Member, until: date, by: Member, now: datetime) -> Registration:
    """Take no matches before ``until``: matches that wait for an answer end, connected matches go on.

    Raises RegistrationError for a day that is not allowed, NotYetPossible outside the programme.
    """
    member = lock_member(member)
    registration = _registration(member)
    registrations.check_until(until, today=registration.own_day(now))
    events.registration_paused.send(sender=Registration, registration=registration, until=until, by=by, now=now)
    registration = _locked(member)
    registration.paused_until = until
    registration.save(update_fields=["paused_until"])
    acts.record(by=by, verb="pause_registration", on=registration, now=now, became=until.isoformat())
    return registration


@transaction.atomic
def set_away(*, member: Member, until: date, by: Member, now: datetime) -> Registration:
    """Leave the member out of new rounds before ``until``; nothing that runs ends. Raises the same errors as pausing.

    The registration form has this date too, so a form that was opened earlier is told about the change.
    """
    member = lock_member(member)
    registration = _locked(member)
    registrations.check_until(until, today=registration.own_day(now))
    if registration.away_until != until:
        registration.away_until = until
        registration.version += 1
        registration.save(update_fields=["away_until", "version"])
        acts.record(by=by, verb="set_away", on=registration, now=now, became=until.isoformat())
    return registration


@transaction.atomic
def come_back(*, member: Member, by: Member, now: datetime) -> Registration:
    """End a pause and an absence today; a second time changes nothing."""
    member = lock_member(member)
    registration = _locked(member)
    if registration.paused_until or registration.away_until or registration.still_in_asked_on:
        registration.version += registration.away_until is not None
        registration.paused_until = registration.away_until = None
        registration.still_in_asked_on = registration.kept_in_by_link_on = None
        registration.save(
            update_fields=["paused_until", "away_until", "still_in_asked_on", "kept_in_by_link_on", "version"]
        )
        acts.record(by=by, verb="come_back", on=registration, now=now)
    return registration


@transaction.atomic
def set_findable(*, member: Member, is_findable: bool, by: Member, now: datetime) -> Registration:
    """Let others find the person and ask for them, or stop it; a second time changes nothing.

    Raises NotYetPossible outside the programme. The registration form has this answer too, so a form that was opened
    earlier is told about the change.
    """
    member = lock_member(member)
    registration = _locked(member)
    if registration.is_findable != is_findable:
        registration.is_findable = is_findable
        registration.version += 1
        registration.save(update_fields=["is_findable", "version"])
        acts.record(by=by, verb="set_findable", on=registration, now=now, became="yes" if is_findable else "no")
    return registration


@transaction.atomic
def withdraw_registration(*, member: Member, leaves_clinics: bool, by: Member, now: datetime) -> Registration:
    """Leave the programme: matches end and the other people are told; clinic places are given back if asked for.

    A second time changes nothing. Raises NotYetPossible without a registration, MoveNotAllowed for a declined one.
    """
    member = lock_member(member)
    registration = _registration(member)
    if registration.state == RegistrationState.WITHDRAWN:
        return registration
    events.registration_withdrawn.send(
        sender=Registration, registration=registration, by=by, now=now, leaves_clinics=leaves_clinics
    )
    registration = _there(lock_registration(member))
    was, registration.state = registration.state, RegistrationState.WITHDRAWN
    registrations.check_move(was, registration.state)
    registration.still_in_asked_on = registration.kept_in_by_link_on = None
    registration.save(update_fields=["state", "still_in_asked_on", "kept_in_by_link_on"])
    acts.record(by=by, verb="withdraw_registration", on=registration, now=now, was=was, became=registration.state)
    return registration


def _registration(member: Member) -> Registration:
    return _there(Registration.objects.of(member))


def _there(registration: Registration | None) -> Registration:
    if registration is None:
        raise NotYetPossible(_("You have no registration."))
    return registration


def _locked(member: Member) -> Registration:
    registration = lock_registration(member)
    if registration is None or registration.state not in IN_THE_PROGRAMME:
        raise NotYetPossible(_("This needs a registration that was sent in and not withdrawn."))
    return registration
