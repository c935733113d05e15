"""What stands beside a registration at the desk: what changed since the review, what is missing, what can be done."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from registrations import documents
from registrations.admin.read_beside import beside_of
from registrations.admin.undo_offers import undo_of
from registrations.answers import snapshots
from registrations.answers.changes import Change, between
from registrations.answers.questions import FOR_COORDINATORS
from registrations.domain.agreements import ConsentDocument
from registrations.domain.eligibility import Rules, problems
from registrations.domain.facts import RegistrationFacts
from registrations.domain.registrations import RegistrationState
from registrations.models import Consent, Member, Registration, ReviewSnapshot
from registrations.requests import signed_in
from registrations.seats.liaisons import who_else

DECISIONS = {
    RegistrationState.APPROVED: gettext_lazy("Approve"),
    RegistrationState.NEEDS_CHANGES: gettext_lazy("Ask for changes"),
    RegistrationState.DECLINED: gettext_lazy("Decline"),
}

ANEW = {
    RegistrationState.APPROVED: gettext_lazy("Approve after all"),
    RegistrationState.NEEDS_CHANGES: gettext_lazy("Ask for changes instead"),
    RegistrationState.DECLINED: gettext_lazy("Decline after all"),
}


def beside(registration: Registration, request: HttpRequest) -> dict[str, Any]:
    """Return what the page of one registration shows beside its rows: changes, what is missing, possible actions."""
    reader = signed_in(request)
    is_own = registration.member_id == reader.pk
    is_waiting = registration.state == RegistrationState.SUBMITTED and not is_own
    can_accept = (
        registration.state == RegistrationState.APPROVED and registration.is_changed_since_review and not is_own
    )
    can_claim = reader.is_coordinator and not registration.is_claimed and registration.imported_address
    read = beside_of(registration)
    snapshot, is_changed = read.snapshot, registration.is_changed_since_review
    changes = changes_since(snapshot, read.facts, reader=reader) if snapshot and is_changed else []
    return {
        "decisions": _decisions(registration, reader),
        "undo": undo_of(snapshot, reader=reader, now=timezone.now()),
        "undo_url": reverse("admin:registrations_registration_undo"),
        "snapshot": snapshot,
        "changes": changes,
        "is_changed": is_changed,
        "can_read": reader.pk != registration.member_id and (is_waiting or can_accept),
        "notes": read.notes,
        "problems": problems_of(registration, read.eligibility.rules, read.agreements) if is_waiting else [],
        "can_accept": can_accept,
        "can_invite": bool(can_claim),
        "who_else": who_else({registration.region}, besides=[reader.pk], now=timezone.now()) if is_own else "",
    }


def _decisions(registration: Registration, reader: Member) -> list[tuple[str, Any]]:
    """Return what can be decided on it: first, or instead of what stands; nothing on oneself."""
    if registration.member_id == reader.pk:
        return []
    if registration.state == RegistrationState.SUBMITTED:
        return list(DECISIONS.items())
    if registration.state not in DECISIONS:
        return []
    return [(decision, label) for decision, label in ANEW.items() if decision != registration.state]


def changes_since(
    snapshot: ReviewSnapshot, facts: RegistrationFacts, *, reader: Member, names: Mapping[str, str] | None = None
) -> list[Change]:
    """Return what differs from what was reviewed then, in words. ``names`` of all that both point at may be known."""
    before, after = snapshot.facts, snapshots.as_plain(facts)
    if not reader.is_coordinator:
        before = {name: value for name, value in before.items() if name not in FOR_COORDINATORS}
    return between(
        before,
        after,
        names={**snapshot.names, **(snapshots.names_of(before, after) if names is None else names)},
        heirs=snapshots.heirs_of(before),
        language=get_language() or "en",
    )


def problems_of(registration: Registration, rules: Rules, agreements: Iterable[Consent] | None = None) -> list[str]:
    """Return the objections of the eligibility rules, and whether the person has agreed themselves.

    Makes no query if the ``agreements`` of their account are given, or `member__consents` are prefetched.
    """
    if agreements is None:
        agreements = registration.member.consents.all() if registration.member is not None else ()
    agreed = _counting(agreements)
    facts = RegistrationFacts(
        group_id=registration.group_id, group_other=registration.group_other, consents=tuple(agreed)
    )
    reasons = list(problems(facts, rules).values())
    if ConsentDocument.PRIVACY_NOTICE not in agreed:
        reasons.append(_("This person has not agreed to the privacy notice here: they are not matched until they do."))
    return reasons


def _counting(agreements: Iterable[Consent]) -> set[str]:
    """Return the documents of which one of these agreements counts today."""
    today = timezone.now().date()
    return {
        consent.document
        for consent in agreements
        if consent.withdrawn_at is None and consent.version in documents.counting(consent.document, on=today)
    }
