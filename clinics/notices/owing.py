"""Owing one kind of notice to many people at once: two statements, however many they are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from clinics.domain.notices import CHANGES_WAIT_AT_MOST
from clinics.models import ClinicChange, ClinicMessage, Notice
from mailings.ledger.many import LetterOwed, owe_to_many

# Nobody else gets two at the same moment: whoever is there already, by any of the rules, is passed over.
_WRITE = """
    INSERT INTO clinics_notice (rsvp_id, person_id, kind, sequence, starts_at, made_at, change_id, message_id)
    SELECT given.rsvp, given.person, %s, clinic.sequence, clinic.starts_at, %s, %s, %s
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS given (rsvp, person, clinic)
    JOIN clinics_clinic AS clinic ON clinic.id = given.clinic
    ORDER BY given.rsvp, given.person
    ON CONFLICT DO NOTHING
    RETURNING id, rsvp_id, person_id"""


class Addressee(NamedTuple):
    """Somebody with a seat or a turn in the queue, or one of the people of a clinic, and where letters reach them."""

    rsvp: int | None
    person: int | None
    clinic: int
    member: int | None
    address: str = ""
    language: str = ""
    zone: str = ""


def with_seats(rsvps: "QuerySet[Any, Any]") -> list[Addressee]:
    return [Addressee(key, None, clinic, member) for key, clinic, member in rsvps.values_list("pk", "clinic", "member")]


def of_people(people: "QuerySet[Any, Any]") -> list[Addressee]:
    columns = ("pk", "clinic", "member", "address", "language", "zone")
    return [Addressee(None, *values) for values in people.values_list(*columns)]


def one_row_each(people: "QuerySet[Any, Any]") -> "QuerySet[Any, Any]":
    """Return one row for each of these people of a clinic: whoever has two parts there gets one letter."""
    return people.order_by("clinic_id", "who", "pk").distinct("clinic_id", "who")


def still_here(people: "QuerySet[Any, Any]") -> "QuerySet[Any, Any]":
    """Return those of these people who have no account, or one that is open."""
    return people.filter(member=None) | people.filter(member__is_active=True)


def owe_notices(
    addressees: Sequence[Addressee],
    *,
    kind: str,
    letter: str,
    now: datetime,
    change: ClinicChange | None = None,
    message: ClinicMessage | None = None,
    due_at: datetime | None = None,
    gather: str = "",
) -> int:
    """Owe each of them this letter about the present start of their clinic, once; return how many are new.

    With ``gather``, one that waits already tells what this one would. The caller's transaction holds both.
    """
    if not addressees:
        return 0
    given = [[getattr(addressee, name) for addressee in addressees] for name in ("rsvp", "person", "clinic")]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [kind, now, change.pk if change else None, message.pk if message else None, *given])
        rows = cursor.fetchall()
    by_row = {(addressee.rsvp, addressee.person): addressee for addressee in addressees}
    owed = (
        LetterOwed(
            key,
            f"{letter}:{key}",
            *by_row[rsvp, person][3:],
            gathering=f"clinic:{rsvp or -person}:{gather}" if gather else "",
        )
        for key, rsvp, person in rows
    )
    wait_at_most = CHANGES_WAIT_AT_MOST if gather else None
    return len(owe_to_many(kind=letter, table=Notice, letters=owed, now=now, due_at=due_at, wait_at_most=wait_at_most))
