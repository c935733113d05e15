"""The working group's decisions on registrations."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from letsconnect.base import acts
from letsconnect.base.lines import has_something_to_see
from letsconnect.base.models import Act
from mailings.ledger import letters
from registrations.answers import snapshots
from registrations.answers.facts import facts_of
from registrations.domain import registrations as domain
from registrations.domain.registrations import MoveNotAllowed, NotYours, RegistrationError, RegistrationState
from registrations.models import Member, Registration, ReviewSnapshot

LETTERS = {
    RegistrationState.APPROVED: "registrations.approved",
    RegistrationState.NEEDS_CHANGES: "registrations.needs_changes",
    RegistrationState.DECLINED: "registrations.declined",
}


@transaction.atomic
def review(
    *,
    registration: Registration,
    decision: RegistrationState,
    note: str,
    by: Member,
    now: datetime,
    version: int | None = None,
) -> Registration:
    """Approve, ask for changes or decline; store what was decided on, and owe the letter about it.

    ``version`` is the one the reviewer saw: if the person has saved something else since, nothing is decided. Raises
    NotYours for the reviewer's own registration or another liaison's region, MoveNotAllowed if somebody else decided
    first, RegistrationError if changes or a refusal come without a note.
    """
    registration = _locked(registration, by=by)
    domain.check_move(registration.state, decision)
    if version is not None and registration.version != version:
        raise MoveNotAllowed(_("It was changed once more meanwhile. Please look again."))
    if decision != RegistrationState.APPROVED and not has_something_to_see(note):
        raise RegistrationError(_("Please say why, so that the person knows what to do."))
    was, registration.state = registration.state, decision
    registration.reviewed_at, registration.reviewed_by, registration.review_note = now, by, note.strip()
    registration.save(update_fields=["state", "reviewed_at", "reviewed_by", "review_note"])
    act = acts.record(
        by=by,
        verb="review_registration",
        on=registration,
        now=now,
        was=was,
        became=decision,
        reason=note.strip(),
        reason_is_for_them=True,
    )
    _keep(registration, act, now=now)
    if registration.member is not None:
        letters.owe(
            kind=LETTERS[decision],
            to=registration.member,
            about=registration,
            key=f"review:{act.pk}",
            gather=f"review:{registration.pk}",
            now=now,
        )
    return registration


@transaction.atomic
def accept_changes(*, registration: Registration, version: int, by: Member, now: datetime) -> Registration:
    """Accept what an approved person changed since the last review; they get no letter.

    ``version`` is the one the reviewer saw. Raises NotYours as `review` does, and MoveNotAllowed if the registration is
    not (or no longer) approved or was changed again.
    """
    seen_at, registration = registration.reviewed_at, _locked(registration, by=by)
    if registration.state != RegistrationState.APPROVED:
        raise MoveNotAllowed(_("Only the changes of an approved registration are accepted; this one is decided on."))
    if registration.version != version or registration.reviewed_at != seen_at:
        raise MoveNotAllowed(_("It was changed once more meanwhile. Please look again."))
    registration.reviewed_at, registration.reviewed_by = now, by
    registration.save(update_fields=["reviewed_at", "reviewed_by"])
    _keep(registration, acts.record(by=by, verb="accept_changes", on=registration, now=now), now=now)
    return registration


def _locked(registration: Registration, *, by: Member) -> Registration:
    """Lock the registration, which ``by`` may decide on."""
    registration = (
        Registration.objects.select_for_update(no_key=True, of=("self",))
        .select_related("member")
        .get(pk=registration.pk)
    )
    if registration.member_id == by.pk:
        raise NotYours(_("Nobody reviews their own registration."))
    if not by.looks_after(registration.region):
        raise NotYours(_("This registration belongs to another region."))
    return registration


def _keep(registration: Registration, act: Act, *, now: datetime) -> None:
    facts = snapshots.as_plain(facts_of(registration))
    with override("en"):
        names = snapshots.names_of(facts)
    ReviewSnapshot.objects.create(registration=registration, facts=facts, names=names, reviewed_at=now, act=act)
