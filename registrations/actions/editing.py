"""Saving and submitting one's own registration."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from letsconnect.base import acts
from registrations import domain
from registrations.domain import ConsentDocument, RegistrationState, StaleForm
from registrations.facts import RegistrationFacts, current_version
from registrations.models import Consent, Member, Offer, Registration, SpokenLanguage, Window, Wish


@transaction.atomic
def save_registration(
    *, member: Member, facts: RegistrationFacts, version: int, by: Member, now: datetime
) -> Registration:
    """Keep what the person told us, whole; ``version`` is the one their form was opened with, 0 for a first one.

    Saving the same facts twice (a double click) changes nothing. Raises StaleForm when another tab saved other facts
    in between.
    """
    Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    registration = Registration.objects.filter(member=member).select_for_update(of=("self",)).first()
    if registration is not None and RegistrationFacts.of(registration) == facts:
        return registration
    if version != (registration.version if registration else 0):
        raise StaleForm(
            _("This registration was saved in another window after you opened this one. Nothing was overwritten.")
        )
    if registration is None:
        registration = Registration(member=member, made_at=now, version=0)
    _write(registration, facts, now=now)
    acts.record(by=by, verb="save_registration", on=registration, now=now)
    return registration


@transaction.atomic
def submit_registration(
    *, member: Member, facts: RegistrationFacts, version: int, by: Member, now: datetime
) -> Registration:
    """Save, and hand in for review unless it waits or is approved already: editing keeps ``approved``.

    Raises StaleForm as saving does.
    """
    registration = save_registration(member=member, facts=facts, version=version, by=by, now=now)
    if registration.is_handed_in:
        return registration
    was = registration.state
    domain.check_move(was, RegistrationState.SUBMITTED)
    registration.state = RegistrationState.SUBMITTED
    registration.submitted_at = now
    registration.save(update_fields=["state", "submitted_at"])
    acts.record(by=by, verb="submit_registration", on=registration, now=now, was=was, became=registration.state)
    return registration


def _write(registration: Registration, facts: RegistrationFacts, *, now: datetime) -> None:
    for name, value in facts.columns().items():
        setattr(registration, name, value)
    registration.version += 1
    registration.changed_at = now
    registration.save()
    Member.objects.filter(pk=registration.member_id).update(
        name=facts.name, zone=facts.zone or "UTC", country=facts.country, region=facts.region
    )
    registration.member.refresh_from_db()
    _replace(registration.offers, [Offer(registration=registration, **offer) for offer in facts.offer_rows()])
    _replace(registration.wishes, [Wish(registration=registration, **wish) for wish in facts.wish_rows()])
    _replace(
        registration.spoken_languages,
        [SpokenLanguage(registration=registration, **language) for language in facts.language_rows()],
    )
    _replace(
        registration.windows,
        [Window(registration=registration, start=start, end=end) for start, end in facts.windows],
    )
    _write_consents(registration, set(facts.consents), now=now)


def _replace(manager: object, rows: list[object]) -> None:
    manager.all().delete()
    manager.bulk_create(rows)


def _write_consents(registration: Registration, given: set[str], *, now: datetime) -> None:
    current = {consent.document: consent for consent in registration.consents.filter(withdrawn_at=None)}
    for document in ConsentDocument.values:
        consent = current.get(document)
        version = current_version(document)
        is_fresh = consent is not None and consent.version == version
        if consent is not None and (document not in given or not is_fresh):
            consent.withdrawn_at = now
            consent.save(update_fields=["withdrawn_at"])
        if document in given and not is_fresh:
            Consent.objects.create(registration=registration, document=document, version=version, given_at=now)
