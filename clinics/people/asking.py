"""Asking somebody to do something at a clinic, and taking that back; the planners' side."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clinics.domain.clinics import ClinicMoveNotAllowed
from clinics.domain.people import (
    WAITS_OR_COMES,
    AlreadyAsked,
    AnswerState,
    ClinicRole,
    PersonNotAsked,
    Turn,
    TurnTaken,
)
from clinics.locking import lock_theirs
from clinics.models import Channel, Clinic, ClinicPerson
from clinics.notices.changes import facts_now, owe_letters_of_changes
from clinics.people import letters
from clinics.people.calendars import may_be_in_a_calendar
from clinics.texts.call_links import check_no_call_link
from letsconnect.base import acts
from letsconnect.base.addresses import AddressRefused, canonical
from letsconnect.base.languages import language_or_default
from letsconnect.base.lines import one_line
from letsconnect.base.zones import is_zone
from mailings.ledger.reachable import is_written_to, stops_letters, why_address_not_written_to
from registrations.models import Member

WORDS = ("name", "role_line", "group")
ASKED_COLUMNS = ("state", "version", "asked_at", "reminded_at", "answered_at", "answer_note", "had_said_yes")


@dataclass(frozen=True)
class Part:
    """What somebody is to do: their role, and of an interpreter the channel and the turn at it."""

    role: ClinicRole
    channel: Channel | None = None
    turn: str = ""


@dataclass(frozen=True)
class Named:
    """Who it is, by their account or by an address, and how they are named.

    ``language`` is the one in which somebody without an account is written to; an account has its own.
    """

    member: Member | None = None
    address: str = ""
    language: str = ""
    name: str = ""
    role_line: str = ""
    group: str = ""


@transaction.atomic
def add_person(*, clinic: Clinic, part: Part, named: Named, by: Member, now: datetime) -> ClinicPerson:
    """Write down whom the planners think of; nobody is written to before `ask_person`.

    An address that proves to be an account's is that account from the start. AlreadyAsked if they have this role here,
    TurnTaken if somebody else interprets at that turn.
    """
    clinic = _lock_to_plan(clinic, by=by)
    person = _new(clinic, part, named)
    same = clinic.people.filter(role=part.role, member=person.member, address=person.address).first()
    if same is not None and same.state != AnswerState.RELEASED:
        raise AlreadyAsked(_("%(name)s has this role at this clinic already.") % {"name": same.called_at_desk()})
    if same is not None:  # wanted again after all: the row is theirs, whatever they are to be called now
        person.pk, person.version, person.uid = same.pk, same.version, same.uid
    _check_turn(clinic, person)
    person.save(force_insert=same is None, force_update=same is not None)
    acts.record(by=by, verb="add_clinic_person", on=person, now=now, became=person.role)
    return person


@transaction.atomic
def ask_person(*, person: ClinicPerson, by: Member, now: datetime) -> ClinicPerson:
    """Write to somebody and ask them; again, too, if they declined or stepped back. Asking twice changes nothing.

    PersonNotAsked if no letter would reach them.
    """
    clinic = _lock_to_plan(person.clinic, by=by)
    person = _read(clinic, person)
    if person.state in WAITS_OR_COMES:
        return person
    if clinic.starts_at <= now:
        raise PersonNotAsked(_("This clinic has begun: nobody can be asked any more."))
    if refusal := why_not_reached(person):
        raise PersonNotAsked(refusal)
    _check_turn(clinic, person)
    was = person.state
    mark_as_asked(person, now=now)
    person.asked_by = by
    person.save(update_fields=[*ASKED_COLUMNS, "asked_by"])
    acts.record(by=by, verb="ask_clinic_person", on=person, now=now, was=was, became=person.state)
    letters.owe_to_person(person, kind=letters.ASKED, now=now)
    return person


def mark_as_asked(person: ClinicPerson, *, now: datetime, again: bool = False) -> None:
    """Set the columns of somebody who is asked at this moment; what they had answered does not stand any more.

    Who is asked ``again``, because the hour is another, is counted on as before until they answer.
    """
    person.had_said_yes = again and person.is_counted_on
    person.state, person.asked_at = AnswerState.ASKED, now
    person.reminded_at = person.answered_at = None
    person.answer_note = ""
    person.version += 1


@transaction.atomic
def release_person(*, person: ClinicPerson, by: Member, now: datetime) -> ClinicPerson | None:
    """Take back what somebody is asked, or tell them that they are not needed; whoever comes or may come is told.

    Of those who were never asked, or do not come, the row is deleted; then None is returned. It stays as long as a
    letter is still to take the clinic out of their calendar.
    """
    clinic = _lock_to_plan(person.clinic, by=by)
    person = _read(clinic, person)
    was = person.state
    if was not in WAITS_OR_COMES and not may_be_in_a_calendar(person):
        acts.record(by=by, verb="remove_clinic_person", on=person, now=now, was=was)
        person.delete()
        return None
    facts = facts_now(clinic)
    person.state, person.answered_at, person.answer_note = AnswerState.RELEASED, None, ""
    person.had_said_yes = False
    person.version += 1
    person.save(update_fields=["state", "answered_at", "answer_note", "version", "had_said_yes"])
    acts.record(by=by, verb="release_clinic_person", on=person, now=now, was=was, became=person.state)
    if was in WAITS_OR_COMES and clinic.starts_at > now:
        letters.owe_to_person(person, kind=letters.RELEASED, now=now)
    owe_letters_of_changes(clinic, was=facts, now=now)
    return person


@transaction.atomic
def name_person(*, person: ClinicPerson, words: dict[str, str], by: Member, now: datetime) -> ClinicPerson:
    """Change how somebody is named, on pages and in letters; the planners may, and they themselves may."""
    clinic = _lock_to_plan(person.clinic, by=by)
    return store_words(_read(clinic, person), words, by=by, now=now)


def store_words(person: ClinicPerson, words: dict[str, str], *, by: Member | None, now: datetime) -> ClinicPerson:
    """Store the name, role line and group that were changed; the caller holds the lock on the clinic.

    Of somebody without an account ``words`` may name the time zone too. CallLinkInText for words that give the link of
    the call away.
    """
    cleaned = {name: one_line(words[name]) for name in WORDS if name in words}
    check_no_call_link(person.clinic, "\n".join(cleaned.values()))
    if not person.has_account and "zone" in words:
        cleaned["zone"] = words["zone"] if is_zone(words["zone"]) else ""
    if not person.has_account and not cleaned.get("name", person.name):
        raise PersonNotAsked(_("Somebody without an account needs a name."))
    changed = [name for name, text in cleaned.items() if getattr(person, name) != text]
    if changed:
        for name in changed:
            setattr(person, name, cleaned[name])
        person.save(update_fields=changed)
        acts.record(by=by, verb="name_clinic_person", on=person, now=now)
    return person


def why_not_reached(person: ClinicPerson) -> str:
    """Say why no letter of ours would reach somebody, or return ""."""
    if person.member is None:
        is_reached = not stops_letters(why_address_not_written_to(person.address))
    else:
        is_reached = person.member.is_active and is_written_to(person.member)
    if is_reached:
        return ""
    return _("Our emails do not reach %(name)s. Please ask in another way.") % {"name": person.called_at_desk()}


def _lock_to_plan(clinic: Clinic, *, by: Member) -> Clinic:
    clinic = lock_theirs(clinic, by=by)
    if not clinic.is_to_come:
        raise ClinicMoveNotAllowed(_("Only the people of a clinic still to come can be changed."))
    return clinic


def _read(clinic: Clinic, person: ClinicPerson) -> ClinicPerson:
    """Return the person as they are now, under the lock on their clinic; PersonNotAsked if they are gone."""
    person_now = clinic.people.select_related("member", "asked_by", "channel").filter(pk=person.pk).first()
    if person_now is None:
        raise PersonNotAsked(_("This person has been removed meanwhile."))
    person_now.clinic = clinic
    return person_now


def _new(clinic: Clinic, part: Part, named: Named) -> ClinicPerson:
    words = {name: one_line(getattr(named, name)) for name in WORDS}
    check_no_call_link(clinic, "\n".join(words.values()))
    values: dict[str, Any] = {"clinic": clinic, "role": part.role, "channel": part.channel, "turn": part.turn, **words}
    if part.role == ClinicRole.INTERPRETER and (part.channel is None or part.turn not in Turn.values):
        raise PersonNotAsked(_("Say into which language they interpret, and whether they lead."))
    if named.member is not None:
        return ClinicPerson(**values, member=named.member)
    try:
        address = canonical(named.address)
    except AddressRefused as refusal:
        raise PersonNotAsked(str(refusal)) from refusal
    if not words["name"]:
        raise PersonNotAsked(_("Somebody without an account needs a name."))
    owner = Member.objects.with_address(address).with_open_account().first()
    if owner is not None and owner.has_proved_address:
        return ClinicPerson(**values, member=owner)
    return ClinicPerson(**values, address=address, language=language_or_default(named.language))


def _check_turn(clinic: Clinic, person: ClinicPerson) -> None:
    if person.channel_id is None:
        return
    others = clinic.people.that_may_still_come().filter(channel=person.channel_id, turn=person.turn)
    other = others.exclude(pk=person.pk).select_related("member").first()
    if other is not None:
        taken = _("%(name)s has this turn at the channel already. Take that back first, or choose the other turn.")
        raise TurnTaken(taken % {"name": other.called_at_desk()})
