"""Agree to the documents and withdraw an agreement: only the member can, with or without a registration."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from letsconnect.base import acts
from mailings.subscriptions.members import choose_newsletter
from registrations import documents
from registrations.domain.agreements import NEWSLETTER, ConsentDocument
from registrations.locking import lock_member, lock_registration
from registrations.models import Consent, Member


@transaction.atomic
def agree(*, member: Member, versions: Mapping[str, str], by: Member, now: datetime) -> None:
    """Record that the member agrees to these documents, each in the version they were shown. Twice changes nothing.

    Raises NewerVersion if a version is not (or no longer) in force: then they have not read the current one.
    """
    member = lock_member(member)
    lock_registration(member)  # whoever asks people about a match holds it, and reads what they agreed to
    _check_shown(versions, now=now)
    for document in versions:
        _give(member, document, by=by, now=now)


def _check_shown(versions: Mapping[str, str], *, now: datetime) -> None:
    """Raise NewerVersion if one of these documents was shown in another version than the one in force."""
    in_force = documents.in_force(on=now.date())
    outdated = tuple(document for document, version in versions.items() if version != in_force[document])
    if outdated:
        refusal = documents.NewerVersion(
            _("There is a newer version of what you agreed to. Please read it, and agree to that one.")
        )
        refusal.outdated = outdated
        raise refusal


@transaction.atomic
def take_back(*, member: Member, document: str, by: Member, now: datetime) -> None:
    """Withdraw an agreement.

    From now on the person is not matched, listed or shown where the document is needed for it; matches they were
    already asked about go on. Twice changes nothing.
    """
    member = lock_member(member)
    lock_registration(member)
    _withdraw(member, ConsentDocument(document), by=by, now=now)


def write_consents(
    member: Member,
    *,
    agreed: Collection[str],
    taken_back: Collection[str],
    versions_shown: Mapping[str, str],
    by: Member,
    now: datetime,
) -> None:
    """Record what the locked member ticked and unticked in a form that showed the documents in these versions; the
    newsletter has none.

    Raises NewerVersion if one that they agree to has another version by now.
    """
    _check_shown({what: versions_shown.get(what, "") for what in agreed if what != NEWSLETTER}, now=now)
    for what in agreed:
        if what != NEWSLETTER:
            _give(member, what, by=by, now=now)
    for what in taken_back:
        if what != NEWSLETTER:
            _withdraw(member, what, by=by, now=now)
    if NEWSLETTER in {*agreed, *taken_back}:
        choose_newsletter(member=member, wanted=NEWSLETTER in agreed, by=by, now=now)


def _give(member: Member, document: str, *, by: Member, now: datetime) -> None:
    version = documents.current(document, on=now.date()).name
    agreement = member.consents.given().filter(document=document).first()
    if agreement is not None and agreement.version == version:
        return
    if agreement is not None:
        _end(agreement, now=now)
    Consent.objects.create(member=member, document=document, version=version, given_at=now)
    acts.record(by=by, verb=f"agree_to_{document}", on=member, now=now, became=version)


def _withdraw(member: Member, document: str, *, by: Member, now: datetime) -> None:
    agreement = member.consents.given().filter(document=document).first()
    if agreement is not None:
        _end(agreement, now=now)
        acts.record(by=by, verb=f"take_back_{document}", on=member, now=now, was=agreement.version)


def _end(consent: Consent, *, now: datetime) -> None:
    consent.withdrawn_at = max(now, consent.given_at)
    consent.save(update_fields=["withdrawn_at"])
