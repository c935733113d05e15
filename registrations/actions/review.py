"""The working group's decisions on registrations."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from letsconnect.base import acts
from mailings import letters
from registrations import domain
from registrations.domain import NotYours, RegistrationError, RegistrationState
from registrations.models import Member, Registration

LETTERS = {
    RegistrationState.APPROVED: "registrations.approved",
    RegistrationState.NEEDS_CHANGES: "registrations.needs_changes",
    RegistrationState.DECLINED: "registrations.declined",
}


@transaction.atomic
def review(
    *, registration: Registration, decision: RegistrationState, note: str, by: Member, now: datetime
) -> Registration:
    """Approve, ask for changes or decline, and owe the letter that says so.

    Raises NotYours for a person's own registration or another liaison's region, MoveNotAllowed when somebody else
    was faster, RegistrationError when changes or a refusal come without a note.
    """
    registration = Registration.objects.select_for_update(of=("self",)).select_related("member").get(pk=registration.pk)
    if registration.member_id == by.pk:
        raise NotYours(_("Nobody reviews their own registration."))
    if not by.looks_after(registration.region):
        raise NotYours(_("This registration belongs to another region."))
    domain.check_move(registration.state, decision)
    if decision != RegistrationState.APPROVED and not note.strip():
        raise RegistrationError(_("Please say why, so that the person knows what to do."))
    was, registration.state = registration.state, decision
    registration.reviewed_at, registration.reviewed_by, registration.review_note = now, by, note.strip()
    registration.save(update_fields=["state", "reviewed_at", "reviewed_by", "review_note"])
    act = acts.record(
        by=by, verb="review_registration", on=registration, now=now, was=was, became=decision, reason=note.strip()
    )
    if registration.member is not None:
        letters.owe(kind=LETTERS[decision], to=registration.member, about=registration, key=f"review:{act.pk}", now=now)
    return registration


def review_many(
    *, registrations: Iterable[Registration], decision: RegistrationState, note: str, by: Member, now: datetime
) -> tuple[list[Registration], list[tuple[Registration, str]]]:
    """Review each on its own; return those done and those refused with the reason."""
    done: list[Registration] = []
    refused: list[tuple[Registration, str]] = []
    for registration in registrations:
        try:
            done.append(review(registration=registration, decision=decision, note=note, by=by, now=now))
        except RegistrationError as error:
            refused.append((registration, str(error)))
    return done, refused
