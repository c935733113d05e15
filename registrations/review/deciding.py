"""The working group's decisions on registrations: made, taken back for another one, and undone within seconds."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from letsconnect.base import acts
from letsconnect.base.lines import has_something_to_see
from letsconnect.base.models import Act, ActReason
from mailings.ledger import letters
from registrations.answers import snapshots
from registrations.answers.facts import facts_of
from registrations.domain import registrations as domain
from registrations.domain import reviews
from registrations.domain.registrations import MoveNotAllowed, NotYours, RegistrationError, RegistrationState
from registrations.domain.reviews import LETTER_WAITS, UndoRefused
from registrations.models import Member, Registration, ReviewSnapshot

LETTERS = {
    RegistrationState.APPROVED: "registrations.approved",
    RegistrationState.NEEDS_CHANGES: "registrations.needs_changes",
    RegistrationState.DECLINED: "registrations.declined",
}
DECIDED_ANEW = "registrations.decided_anew"
_KEY = "review:"
_REVIEW = ["state", "reviewed_at", "reviewed_by", "review_note"]


def decide(
    *, registration: Registration, decision: RegistrationState, note: str, by: Member, now: datetime
) -> Registration:
    """Decide on a registration as the reviewer saw it, whatever it waits for: a first review, a look at what an
    approved person changed, or another decision than before. Raises what these raise.
    """
    if registration.state == RegistrationState.SUBMITTED:
        version = registration.version
        return review(registration=registration, decision=decision, note=note, version=version, by=by, now=now)
    if registration.state == decision == RegistrationState.APPROVED and registration.is_changed_since_review:
        return accept_changes(registration=registration, version=registration.version, by=by, now=now)
    return decide_anew(registration=registration, decision=decision, note=note, by=by, now=now)


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
    """Approve, ask for changes or decline what waits for a review; store what was decided on, and owe the letter about
    it, which waits until the decision can no longer be undone.

    ``version`` is the one the reviewer saw: if the person has saved something else since, nothing is decided. Raises
    NotYours for the reviewer's own registration or another liaison's region, MoveNotAllowed if somebody else decided
    first, RegistrationError if changes or a refusal come without a note.
    """
    registration = _locked(registration, by=by)
    domain.check_move(registration.state, decision)
    if version is not None and registration.version != version:
        raise _changed_meanwhile()
    if decision != RegistrationState.APPROVED:
        _check_note(note)
    _decide(registration, decision, note=note, verb="review_registration", kind=LETTERS[decision], by=by, now=now)
    return registration


@transaction.atomic
def decide_anew(
    *, registration: Registration, decision: RegistrationState, note: str, by: Member, now: datetime
) -> Registration:
    """Take a decision back for another one, with a reason that the person reads.

    ``registration`` is as the reviewer saw it: if anything was decided, sent in or saved since, nothing is done. What
    ended with the former decision does not come back. Raises the same errors as `review`.
    """
    seen, registration = registration, _locked(registration, by=by)
    reviews.check_change_of_decision(seen.state, decision)
    if _as_seen(seen) != _as_seen(registration):
        raise _changed_meanwhile()
    _check_note(note)
    # Whoever has not read of any decision yet is told of this one only, in its own words.
    was = told_of(registration)
    kind = DECIDED_ANEW if was in reviews.DECISIONS else LETTERS[decision]
    is_told = not knows_already(was, decision)
    _decide(registration, decision, note=note, verb="decide_anew", kind=kind, is_told=is_told, by=by, now=now)
    return registration


def told_of(registration: Registration) -> str:
    """Return the state that the person knows of: decisions count once the email about them may have been sent."""
    untold = letters.untold(gather=_gathering(registration))
    if not untold:
        return registration.state
    first = untold[-1].removeprefix(_KEY)
    return Act.objects.filter(pk=first).values_list("was", flat=True).first() or RegistrationState.SUBMITTED


def knows_already(was: str, decision: RegistrationState) -> bool:
    """Tell whether a decision brings nothing to read to whoever knows that it ``was`` so: they are approved as before.
    Of another decision they read the reason, which may be a new one."""
    return was == decision == RegistrationState.APPROVED


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
        raise _changed_meanwhile()
    snapshot = _snapshot(registration, now=now)
    registration.reviewed_at, registration.reviewed_by = now, by
    registration.save(update_fields=["reviewed_at", "reviewed_by"])
    snapshot.act = acts.record(by=by, verb="accept_changes", on=registration, now=now)
    snapshot.save(force_insert=True)
    return registration


@transaction.atomic
def undo(*, snapshot: ReviewSnapshot, by: Member, now: datetime) -> Registration:
    """Put a registration back as it was before one's own decision of a few seconds ago; the letter is never sent.

    Raises UndoRefused once the time is over or the letter has been taken to be sent, and if it was undone or decided
    anew since; NotYours for the decision of somebody else.
    """
    registration = _locked(snapshot.registration, by=by)
    current = ReviewSnapshot.objects.filter(pk=snapshot.pk).select_related("act", "before_by").first()
    if current is None or registration.reviewed_at != current.reviewed_at:
        raise UndoRefused(_("This decision does not stand any more: there is nothing to undo."))
    act = current.act
    if act.actor_id != by.pk:
        raise NotYours(_("Only whoever decided can undo it."))
    if act.became and registration.state != act.became:
        raise UndoRefused(_("The person has changed something since, so this cannot be undone."))
    reviews.check_undo(current.reviewed_at, now=now)
    if not letters.withdraw(key=_key(act), reason="the decision was undone", now=now):
        raise UndoRefused(_("The email is on its way already. You can still decide anew, with a reason."))
    registration.state = act.was or registration.state
    registration.reviewed_at, registration.reviewed_by = current.before_at, current.before_by
    registration.review_note = current.before_note
    registration.save(update_fields=_REVIEW)
    ActReason.objects.filter(act=act).update(is_for_them=False)  # what nobody was told
    current.delete()
    acts.record(by=by, verb="undo_review", on=registration, now=now, was=act.became, became=act.was)
    return registration


def _decide(
    registration: Registration,
    decision: RegistrationState,
    *,
    note: str,
    verb: str,
    kind: str,
    by: Member,
    now: datetime,
    is_told: bool = True,
) -> None:
    snapshot = _snapshot(registration, now=now)
    was, registration.state = registration.state, decision
    registration.reviewed_at, registration.reviewed_by, registration.review_note = now, by, note.strip()
    registration.save(update_fields=_REVIEW)
    act = snapshot.act = acts.record(
        by=by,
        verb=verb,
        on=registration,
        now=now,
        was=was,
        became=decision,
        reason=note.strip(),
        reason_is_for_them=is_told,
    )
    snapshot.save(force_insert=True)
    if registration.member is not None:
        letters.owe(
            kind=kind,
            to=registration.member,
            about=registration,
            key=_key(act),
            gather=_gathering(registration),
            wait=LETTER_WAITS,
            now=now,
        )
        if not is_told:
            letters.tell_nothing(key=_key(act))


def _locked(registration: Registration, *, by: Member) -> Registration:
    """Lock the registration, which ``by`` may decide on."""
    registration = (
        Registration.objects.select_for_update(no_key=True, of=("self",))
        .select_related("member", "reviewed_by")
        .get(pk=registration.pk)
    )
    check_may_review(registration, by=by)
    return registration


def check_may_review(registration: Registration, *, by: Member) -> None:
    """Raise NotYours unless ``by`` may decide on this registration."""
    if registration.member_id == by.pk:
        raise NotYours(_("Nobody reviews their own registration."))
    if not by.looks_after(registration.region):
        raise NotYours(_("This registration belongs to another region."))


def _check_note(note: str) -> None:
    if not has_something_to_see(note):
        raise RegistrationError(_("Please say why, so that the person knows what to do."))


def _as_seen(registration: Registration) -> tuple[object, ...]:
    return registration.state, registration.version, registration.reviewed_at


def _changed_meanwhile() -> MoveNotAllowed:
    return MoveNotAllowed(_("It was changed once more meanwhile. Please look again."))


def _key(act: Act) -> str:
    return f"{_KEY}{act.pk}"


def _gathering(registration: Registration) -> str:
    return f"review:{registration.pk}"


def _snapshot(registration: Registration, *, now: datetime) -> ReviewSnapshot:
    """Return what the registration says and how it was reviewed before; it has no act yet, and is not stored."""
    facts = snapshots.as_plain(facts_of(registration))
    with override("en"):
        names = snapshots.names_of(facts)
    return ReviewSnapshot(
        registration=registration,
        facts=facts,
        names=names,
        reviewed_at=now,
        before_at=registration.reviewed_at,
        before_by=registration.reviewed_by,
        before_note=registration.review_note,
    )
