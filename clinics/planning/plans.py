"""Planning a clinic: create, change, announce, move, cancel and archive it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clinics.announcing.readers import hurry_announcements, owe_announcements
from clinics.checklists.items import fill_checklist
from clinics.domain import clinics
from clinics.domain.clinics import (
    CancelReasonMissing,
    ClinicMoveNotAllowed,
    ClinicNotReady,
    ClinicState,
    NotYourClinic,
)
from clinics.locking import check_theirs, lock_theirs
from clinics.models import Clinic, Rsvp
from clinics.needs import raising
from clinics.notices.changes import facts_now, owe_letters_of_changes
from clinics.people.channels import check_floor_language
from clinics.people.moving import ask_again, check_hour, nobody_in_two_places, tell_it_is_cancelled
from clinics.planning.linked import hold_issues_about, lock_issues_about
from clinics.planning.missing import why_not_to_announce
from clinics.planning.other_hours import check_nothing_stands_on_its_hour, forget_its_hour
from clinics.requests import deciding
from clinics.seats.queue import move_up
from clinics.seats.rsvps import change_capacity
from letsconnect.base import acts
from letsconnect.base.lines import has_something_to_see
from letsconnect.base.wall_clock import moment_of
from mailings.ledger.many import LetterOwed, owe_to_many
from registrations.models import Member, Skill

START = ("local_date", "local_time", "zone", "fold")
_PLAIN = (
    "format",
    "for_whom",
    "regions",
    "venue",
    "place",
    "partner",
    "series",
    "edition_of",
    "floor_language",
    "region",
    "minutes",
    "closes_minutes_before",
    "meeting_link",
    "announce_to_all",
)


@transaction.atomic
def create_clinic(*, clinic: Clinic, by: Member, now: datetime) -> Clinic:
    """Store a new draft with the usual checklist; its start is derived from the wall clock.

    ComesNever where that does not exist.
    """
    if not by.is_staff or (clinic.region and not by.looks_after(clinic.region)):
        raise NotYourClinic(_("You do not look after this region."))
    clinic.state = ClinicState.DRAFT
    clinic.starts_at = moment_of(clinic.wall_clock, clinic.zone, fold=clinic.fold)
    clinic.start_set_at = now
    clinic.save(force_insert=True)
    acts.record(by=by, verb="create_clinic", on=clinic, now=now, became=clinic.state)
    fill_checklist(clinic=clinic, by=by, now=now)
    return clinic


@transaction.atomic
def change_clinic(*, clinic: Clinic, changes: Mapping[str, Any], by: Member, now: datetime) -> Clinic:
    """Store what one form changed, all or nothing; a new start and a new number of seats have actions of their own."""
    if any(name in changes for name in START):
        lock_issues_about(clinic)
    clinic = lock_theirs(clinic, by=by)
    was = facts_now(clinic)
    if any(name in changes for name in START):  # first: whoever said yes to the old hour is in nobody's way any more
        start = {name: changes.get(name, getattr(clinic, name)) for name in START}
        clinic = _reschedule(clinic, **start, by=by, now=now)
    plain = [name for name in _PLAIN if name in changes and getattr(clinic, name) != changes[name]]
    if plain:
        _check_people(clinic, changes, plain, by=by)
        for name in plain:
            setattr(clinic, name, changes[name])
        clinic.calendar_sequence += "minutes" in plain
        with nobody_in_two_places():
            clinic.save(update_fields=[*plain, "calendar_sequence"])
        acts.record(by=by, verb="change_clinic", on=clinic, now=now)
        check_theirs(clinic, by=by)  # nor can it be handed to a region that is not theirs
    if "skills" in changes:
        _set_skills(clinic, changes["skills"], by=by, now=now)
    if "capacity" in changes:
        clinic = change_capacity(clinic=clinic, capacity=changes["capacity"], by=by, now=now)
    move_up(clinic, now=now)
    owe_letters_of_changes(clinic, was=was, now=now)
    return clinic


def _check_people(clinic: Clinic, changes: Mapping[str, Any], plain: list[str], *, by: Member) -> None:
    if "floor_language" in plain:
        check_floor_language(clinic, changes["floor_language"])
    if "minutes" in plain:
        check_nothing_stands_on_its_hour(clinic)
        check_hour(clinic, starts_at=clinic.starts_at, minutes=changes["minutes"], by=by)


def _set_skills(clinic: Clinic, skills: Iterable[Skill], *, by: Member, now: datetime) -> None:
    before, wanted = set(clinic.skills.all()), set(skills)
    if before != wanted:
        clinic.skills.set(wanted)
        acts.record(by=by, verb="change_clinic_skills", on=clinic, now=now)


@transaction.atomic
def announce_clinic(*, clinic: Clinic, by: Member, now: datetime) -> Clinic:
    """Open sign-up, and announce it to those who want to hear of clinics.

    ClinicNotReady unless a text of the clinic is ready, it starts in the future, and says whom it is for.
    """
    clinic = _lock_to_move(clinic, ClinicState.ANNOUNCED, by=by)
    if refusal := why_not_to_announce(clinic, now=now):
        raise ClinicNotReady(refusal)
    clinic.announced_at = now
    clinic = _move(clinic, ClinicState.ANNOUNCED, verb="announce_clinic", by=by, now=now)
    owe_announcements(clinic, now=now)
    deciding.follow_announced(clinic, now=now)
    return clinic


@transaction.atomic
def hold_clinic(*, clinic: Clinic, by: Member, now: datetime) -> Clinic:
    """Record that the clinic took place; not before its end, because from then on it is over for everybody."""
    clinic = _lock_to_move(clinic, ClinicState.HELD, by=by)
    if now < clinic.ends_at:
        raise ClinicNotReady(_("This clinic is not over yet."))
    clinic.held_at = now
    clinic = _move(clinic, ClinicState.HELD, verb="hold_clinic", by=by, now=now)
    deciding.follow_held(clinic, now=now)
    raising.follow_held(clinic, now=now)
    return clinic


@transaction.atomic
def archive_clinic(*, clinic: Clinic, by: Member, now: datetime) -> Clinic:
    """Archive a clinic that was held."""
    clinic = _lock_to_move(clinic, ClinicState.ARCHIVED, by=by)
    return _move(clinic, ClinicState.ARCHIVED, verb="archive_clinic", by=by, now=now)


@transaction.atomic
def cancel_clinic(*, clinic: Clinic, reason: str, by: Member, now: datetime) -> Clinic:
    """Cancel a clinic, write to everyone who has a seat or waits for one, and hold issues that invite to it.

    ClinicMoveNotAllowed once an announced one has begun: people are there, or have been.
    """
    issues = lock_issues_about(clinic)
    clinic = _lock_to_move(clinic, ClinicState.CANCELLED, by=by)
    if not clinics.may_be_cancelled(state=clinic.state, starts_at=clinic.starts_at, now=now):
        raise ClinicMoveNotAllowed(
            _("This clinic has begun: it cannot be cancelled any more. If it did not take place, move it.")
        )
    if not has_something_to_see(reason):
        raise CancelReasonMissing(_("Say why the clinic is cancelled: people who signed up will read it."))
    forget_its_hour(clinic, by=by, now=now)
    clinic.cancel_reason = reason.strip()
    clinic.calendar_sequence += 1
    clinic = _move(clinic, ClinicState.CANCELLED, verb="cancel_clinic", by=by, now=now, reason=clinic.cancel_reason)
    kind = "clinics.clinic_cancelled"
    seats = clinic.rsvps.active().values_list("pk", "member")
    owed = [LetterOwed(key, f"{kind}:{key}", member) for key, member in seats]
    owe_to_many(kind=kind, table=Rsvp, letters=owed, now=now)
    deciding.follow_cancelled(clinic, now=now)
    raising.follow_cancelled(clinic)
    tell_it_is_cancelled(clinic, now=now)
    hold_issues_about(clinic, issues=issues, now=now)
    return clinic


@transaction.atomic
def reschedule(
    *, clinic: Clinic, local_date: date, local_time: time, zone: str, fold: int = 0, by: Member | None, now: datetime
) -> Clinic:
    """Move the start. Everyone signed up gets a letter and new reminders; the end of sign-up moves along.

    Its people are asked again. BusyElsewhere if one of them is confirmed for another clinic at the new time. What
    was noted of the old hour does not count at the new one; ClinicMoveNotAllowed where somebody has a certificate.

    An issue of the newsletter that is being sent and invites to it is held, because it may name the old hour.
    """
    lock_issues_about(clinic)
    clinic = lock_theirs(clinic, by=by)
    was = facts_now(clinic)
    clinic = _reschedule(clinic, local_date=local_date, local_time=local_time, zone=zone, fold=fold, by=by, now=now)
    owe_letters_of_changes(clinic, was=was, now=now)
    return clinic


def _reschedule(
    clinic: Clinic, *, local_date: date, local_time: time, zone: str, fold: int, by: Member | None, now: datetime
) -> Clinic:
    """Move the start of a clinic whose lock the caller holds; who comes is told by the caller."""
    issues = lock_issues_about(clinic)
    if not clinic.is_to_come:
        raise ClinicMoveNotAllowed(_("Only a clinic still to come can be moved to another time."))
    starts_at = moment_of(datetime.combine(local_date, local_time), zone, fold=fold)
    was = clinic.starts_at
    clinic.local_date, clinic.local_time, clinic.zone, clinic.fold = local_date, local_time, zone, fold
    clinic.save(update_fields=START)
    if starts_at == was:
        return clinic
    if clinic.state == ClinicState.ANNOUNCED and starts_at <= now:
        raise ClinicNotReady(_("The start of this clinic lies in the past."))
    forget_its_hour(clinic, by=by, now=now)
    check_hour(clinic, starts_at=starts_at, minutes=clinic.minutes, by=by)
    clinic.starts_at, clinic.start_set_at = starts_at, now
    clinic.sequence += 1
    clinic.calendar_sequence += 1
    ask_again(clinic, now=now)
    clinic.save(update_fields=["starts_at", "start_set_at", "sequence", "calendar_sequence"])
    acts.record(by=by, verb="reschedule", on=clinic, now=now, was=stamp(was), became=stamp(starts_at))
    if clinic.state == ClinicState.ANNOUNCED:
        hurry_announcements(clinic, now=now)
        move_up(clinic, now=now)
        hold_issues_about(clinic, issues=issues, now=now)
    return clinic


def _lock_to_move(clinic: Clinic, becomes: ClinicState, *, by: Member) -> Clinic:
    """Return the clinic, locked, if ``by`` may plan it and it may go into that state."""
    clinic = lock_theirs(clinic, by=by)
    clinics.check_move(clinic.state, becomes)
    return clinic


def _move(clinic: Clinic, becomes: ClinicState, *, verb: str, by: Member, now: datetime, reason: str = "") -> Clinic:
    was, clinic.state = clinic.state, becomes
    clinic.save(update_fields=["state", "cancel_reason", "announced_at", "held_at", "calendar_sequence"])
    acts.record(by=by, verb=verb, on=clinic, now=now, was=was, became=becomes, reason=reason)
    return clinic


def stamp(moment: datetime) -> str:
    """Return a moment as the log of acts keeps it."""
    return moment.strftime("%Y-%m-%d %H:%MZ")
