"""Whether an edit sends an approved registration back to review."""

from datetime import datetime

from django.db import transaction

from letsconnect.base import acts
from registrations.answers import changes, snapshots
from registrations.domain import registrations
from registrations.domain.eligibility import needs_review_again
from registrations.domain.facts import RegistrationFacts
from registrations.domain.registrations import RegistrationState
from registrations.models import Eligibility, Member, Registration, ReviewSnapshot


@transaction.atomic
def after_edit(
    *, registration: Registration, before: RegistrationFacts, facts: RegistrationFacts, by: Member, now: datetime
) -> list[str]:
    """Send an approved registration back to review if the eligibility rules require it, and return why.

    Called with the locked registration, in the transaction that saved ``facts``. The answer names what changed
    ("country", "group", "role") and is empty if the registration stays as it is.
    """
    if registration.state != RegistrationState.APPROVED:
        return []
    changed = needs_review_again(before, facts, Eligibility.objects.current().rules)
    if not changed:
        reviewed_at = _reviewed_with(registration, facts)
        if reviewed_at is not None:  # taken back: there is nothing to look at
            registration.changed_at = reviewed_at
            registration.save(update_fields=["changed_at"])
        return []
    was, becomes = registration.state, RegistrationState.SUBMITTED
    registrations.check_move(was, becomes)
    registration.state, registration.submitted_at = becomes, now
    registration.save(update_fields=["state", "submitted_at"])
    acts.record(
        by=by,
        verb="review_registration_again",
        on=registration,
        now=now,
        was=was,
        became=becomes,
        reason=", ".join(changed),
        reason_is_for_them=True,
    )
    return changed


def _reviewed_with(registration: Registration, facts: RegistrationFacts) -> datetime | None:
    """Return when the last review was, if the answers are again the same as then."""
    snapshot = ReviewSnapshot.objects.latest_of(registration)
    if snapshot is None or snapshot.reviewed_at != registration.reviewed_at:
        return None
    heirs = snapshots.heirs_of(snapshot.facts)
    differs = changes.between(snapshot.facts, snapshots.as_plain(facts), names={}, language="en", heirs=heirs)
    return None if differs else snapshot.reviewed_at
