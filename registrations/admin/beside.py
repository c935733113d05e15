"""What stands beside a registration at the desk: what changed since the review, what is missing, what can be done."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from registrations import documents
from registrations.answers import changes, snapshots
from registrations.answers.facts import facts_of
from registrations.answers.questions import FOR_COORDINATORS
from registrations.domain.agreements import ConsentDocument
from registrations.domain.eligibility import Rules, problems
from registrations.domain.facts import RegistrationFacts
from registrations.domain.registrations import RegistrationState
from registrations.models import Eligibility, Member, Registration, ReviewSnapshot
from registrations.requests import signed_in

DECISIONS = {
    RegistrationState.APPROVED: gettext_lazy("Approve"),
    RegistrationState.NEEDS_CHANGES: gettext_lazy("Ask for changes"),
    RegistrationState.DECLINED: gettext_lazy("Decline"),
}


def beside(registration: Registration, request: HttpRequest) -> dict[str, Any]:
    """Return what the page of one registration shows beside its rows: changes, what is missing, possible actions."""
    is_waiting = registration.state == RegistrationState.SUBMITTED
    can_accept = registration.state == RegistrationState.APPROVED and registration.is_changed_since_review
    can_claim = signed_in(request).is_coordinator and not registration.is_claimed and registration.imported_address
    snapshot = ReviewSnapshot.objects.latest_of(registration)
    return {
        "decisions": DECISIONS.items() if is_waiting else (),
        "snapshot": snapshot,
        "changes": _changes(registration, snapshot, show_private=signed_in(request).is_coordinator) if snapshot else [],
        "is_changed": registration.is_changed_since_review,
        "problems": problems_of(registration, Eligibility.objects.current().rules) if is_waiting else [],
        "can_accept": can_accept,
        "can_invite": bool(can_claim),
    }


def _changes(registration: Registration, snapshot: ReviewSnapshot, *, show_private: bool) -> list[changes.Change]:
    before, after = snapshot.facts, snapshots.as_plain(facts_of(registration))
    if not show_private:
        before = {name: value for name, value in before.items() if name not in FOR_COORDINATORS}
    return changes.between(
        before,
        after,
        names={**snapshot.names, **snapshots.names_of(before, after)},
        heirs=snapshots.heirs_of(before),
        language=get_language() or "en",
    )


def problems_of(registration: Registration, rules: Rules) -> list[str]:
    """Return the objections of the eligibility rules, and whether the person has agreed themselves.

    Makes no query if `member__consents` are prefetched.
    """
    agreed = _counting(registration.member)
    facts = RegistrationFacts(
        group_id=registration.group_id, group_other=registration.group_other, consents=tuple(agreed)
    )
    reasons = list(problems(facts, rules).values())
    if ConsentDocument.PRIVACY_NOTICE not in agreed:
        reasons.append(_("This person has not agreed to the privacy notice here: they are not matched until they do."))
    return reasons


def _counting(member: Member | None) -> set[str]:
    """Return the documents of which the member's agreement counts today."""
    if member is None:
        return set()
    today = timezone.now().date()
    return {
        consent.document
        for consent in member.consents.all()
        if consent.withdrawn_at is None and consent.version in documents.counting(consent.document, on=today)
    }
