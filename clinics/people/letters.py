"""Owing the letters to the people of a clinic, in the transaction of the action that changes where it stands."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.conf import settings

from clinics.models import ClinicPerson
from mailings.ledger import letters
from mailings.ledger.many import LetterOwed, owe_to_many
from registrations.seats.liaisons import liaisons_of

ASKED, MOVED, REMINDER = "clinics.person_asked", "clinics.person_moved", "clinics.person_reminder"
CONFIRMED, RELEASED, CANCELLED = "clinics.person_confirmed", "clinics.person_released", "clinics.person_cancelled"
ANSWERED, LEFT = "clinics.person_answered", "clinics.person_left"
STEPPED_BACK = "clinics.person_stepped_back"


def _gathering_of(person: ClinicPerson) -> str:
    return f"clinic_person:{person.pk}"


def owe_to_person(person: ClinicPerson, *, kind: str, now: datetime) -> None:
    """Owe them a letter about where it stands; of several within a minute they get the last one."""
    letters.owe(
        kind=kind,
        about=person,
        key=f"{kind}:{person.pk}:{person.version}",
        gather=_gathering_of(person),
        now=now,
        **_recipient(person),
    )


def owe_to_people(people: Collection[ClinicPerson], *, kind: str, now: datetime, gathers: bool = False) -> None:
    """Owe all of them such a letter at once; unless it ``gathers`` it does not wait for a quiet minute."""
    owed = [
        LetterOwed(
            person.pk,
            f"{kind}:{person.pk}:{person.version}",
            person.member_id,
            *_without_account(person),
            gathering=_gathering_of(person) if gathers else "",
        )
        for person in people
    ]
    due_at = now + settings.LETTERS_GATHER_FOR if gathers else now
    owe_to_many(kind=kind, table=ClinicPerson, letters=owed, now=now, due_at=due_at, takes_places=gathers)


def owe_reminder(person: ClinicPerson, *, kind: str, now: datetime) -> None:
    """Owe them a letter that comes by the clock, once for what they were asked and answered last."""
    key = f"{kind}:{person.pk}:{person.version}:{person.clinic.sequence}"
    letters.owe(kind=kind, about=person, key=key, now=now, **_recipient(person))


def owe_to_planners(person: ClinicPerson, *, now: datetime) -> None:
    """Owe whoever asked, and the hosts, a letter about what somebody answered: each of them one."""
    for number, recipient in planners_of(person, now=now).items():
        letters.owe(
            kind=ANSWERED,
            about=person,
            key=f"{ANSWERED}:{person.pk}:{person.version}:{number}",
            gather=f"clinic_person:{person.pk}:answer:{number}",
            now=now,
            **recipient,
        )


def owe_that_somebody_left(person: ClinicPerson, *, now: datetime) -> None:
    """Owe the same people a letter that somebody is gone of whom nothing is kept, so that it cannot say who."""
    for number, recipient in planners_of(person, now=now).items():
        letters.owe(kind=LEFT, about=person.clinic, key=f"{LEFT}:{person.pk}:{number}", now=now, **recipient)


def planners_of(but: ClinicPerson, *, now: datetime) -> dict[int, dict[str, Any]]:
    """Return who hears what somebody answered, by a number of their own: whoever asked them, and the hosts.

    Where that is nobody, as when the host leaves who planned it alone, the desk of its region hears of it.
    """
    clinic, asked_by = but.clinic, but.asked_by
    recipients: dict[int, dict[str, Any]] = {}
    if asked_by is not None and asked_by.is_active and asked_by.pk != but.member_id:
        recipients[asked_by.pk] = {"to": asked_by}
    for host in clinic.people.hosts().accepted().exclude(pk=but.pk).select_related("member").order_by("pk"):
        is_themself = host.member_id == but.member_id if but.has_account else host.address == but.address
        if not is_themself:
            recipients.setdefault(host.member_id or -host.pk, _recipient(host))
    if not recipients:
        besides = [but.member_id] if but.member_id else []
        recipients = {member.pk: {"to": member} for member in liaisons_of({clinic.region}, besides=besides, now=now)}
    return recipients


def _recipient(person: ClinicPerson) -> dict[str, Any]:
    if person.member is not None:
        return {"to": person.member}
    return dict(zip(("address", "language", "zone"), _without_account(person), strict=True))


def _without_account(person: ClinicPerson) -> tuple[str, str, str]:
    return person.address, person.language, person.zone
