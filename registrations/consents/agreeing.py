"""Agree to the documents and withdraw an agreement: only the member can, with or without a registration."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from letsconnect.base import acts
from mailings.subscriptions.members import choose_newsletter
from registrations import documents
from registrations.domain.agreements import NEWSLETTER, ConsentDocument
from registrations.domain.registrations import StaleForm
from registrations.locking import lock_member, lock_registration
from registrations.models import Consent, Member


@transaction.atomic
def agree(*, member: Member, versions: Mapping[str, str], by: Member, now: datetime) -> None:
    """Record that the member agrees to these documents, each in the version they were shown. Twice changes nothing.

    Raises StaleForm if a version is not (or no longer) in force: then they have not read the current one.
    """
    member = lock_member(member)
    lock_registration(member)  # whoever asks people about a match holds it, and reads what they agreed to
    for document, version in versions.items():
        if version != documents.current(document, on=now.date()).name:
            raise StaleForm(_("There is a newer version of what you agreed to. Please read it, and agree to that one."))
    for document in versions:
        _give(member, document, by=by, now=now)


@transaction.atomic
def take_back(*, member: Member, document: str, by: Member, now: datetime) -> None:
    """Withdraw an agreement.

    From now on the person is not matched, listed or shown where the document is needed for it; matches they were
    already asked about go on. Twice changes nothing.
    """
    member = lock_member(member)
    lock_registration(member)
    _withdraw(member, ConsentDocument(document), by=by, now=now)


def write_consents(member: Member, agreed: Collection[str], *, by: Member, now: datetime) -> None:
    """Make these documents, in the versions in force, the ones that the locked member agrees to; and the newsletter the
    one they get, or not."""
    for document in ConsentDocument.values:
        if document in agreed:
            _give(member, document, by=by, now=now)
        else:
            _withdraw(member, document, by=by, now=now)
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
