"""Save one's own registration, one step or all of it, and submit it for review."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils.translation import gettext as _

from letsconnect.base import acts
from mailings.ledger import letters
from mailings.newsletters.clocks import follow_clock
from registrations.answers import readiness, review_again
from registrations.answers.facts import agreements, facts_of, facts_to_begin_with
from registrations.consents.agreeing import write_consents
from registrations.domain import registrations
from registrations.domain.facts import RegistrationFacts, fingerprint
from registrations.domain.registrations import RegistrationState, StaleForm
from registrations.locking import lock_member, lock_registration
from registrations.models import (
    Eligibility,
    Member,
    Offer,
    Registration,
    SpokenLanguage,
    Window,
    Wish,
)
from registrations.skills import merged_answers

Row = TypeVar("Row", bound=models.Model)
NOTHING_SHOWN: Mapping[str, str] = {}  # the form asks for no agreement


def _stale() -> StaleForm:
    return StaleForm(
        _("This registration was saved in another window after you opened this one. Nothing was overwritten.")
    )


def _locked(member: Member) -> Registration | None:
    merged_answers.keep_skills_in_place()  # before any row, as merging does
    lock_member(member)
    return lock_registration(member)


@transaction.atomic
def save_step(
    *,
    member: Member,
    values: Mapping[str, Any],
    seen_fingerprint: str,
    by: Member,
    now: datetime,
    versions_shown: Mapping[str, str] = NOTHING_SHOWN,
) -> Registration:
    """Save some of the facts and leave the others alone.

    ``seen_fingerprint`` is the fingerprint of those the form was opened with, so that two tabs on different steps can
    both save. Skills that were merged since are saved as their heirs. Saving the same twice (a double click) changes
    nothing. ``versions_shown`` says in which version the form showed each document: no other is agreed to.

    Raises StaleForm if another tab saved other values of the same facts in between, and NewerVersion if a document that
    is agreed to has another version by now.
    """
    registration = _locked(member)
    stored = facts_of(registration) if registration else facts_to_begin_with(member)
    shown = stored
    if versions_shown:  # a new version of a document unticks it: that is not what another tab saved
        shown = replace(stored, consents=agreements(member, versions_shown=versions_shown))
    facts = merged_answers.follow(replace(stored, **values))
    if registration is not None and facts == stored == shown:
        return registration
    if seen_fingerprint not in (fingerprint(stored, values), fingerprint(shown, values)):
        raise _stale()
    return _save(registration, stored, facts, shown=shown, versions=versions_shown, member=member, by=by, now=now)


@transaction.atomic
def put_aside(*, member: Member, card: str) -> None:
    """Remember that the person has dealt with this card, answered or not, so that it is not the next one any more.

    Nothing is logged: of the voluntary questions, the log would say that they were answered.
    """
    lock_member(member)
    registration = lock_registration(member)
    if registration is not None and card not in registration.cards_seen:
        registration.cards_seen = [*registration.cards_seen, card]
        registration.save(update_fields=["cards_seen"])


@transaction.atomic
def save_registration(
    *,
    member: Member,
    facts: RegistrationFacts,
    version: int,
    by: Member,
    now: datetime,
    versions_shown: Mapping[str, str] = NOTHING_SHOWN,
) -> Registration:
    """Save all facts; ``version`` is the one the form was opened with, 0 for a new registration.

    Skills that were merged since the form was opened are saved as their heirs. Saving the same facts twice changes
    nothing. Raises StaleForm if other facts were saved in between, NewerVersion as `save_step` does.
    """
    registration = _locked(member)
    facts = merged_answers.follow(facts)
    stored = facts_of(registration) if registration else facts_to_begin_with(member)
    if registration is not None and facts == stored:
        return registration
    if version != (registration.version if registration else 0):
        raise _stale()
    return _save(registration, stored, facts, shown=stored, versions=versions_shown, member=member, by=by, now=now)


@transaction.atomic
def submit_registration(
    *,
    member: Member,
    facts: RegistrationFacts,
    version: int,
    by: Member,
    now: datetime,
    versions_shown: Mapping[str, str] = NOTHING_SHOWN,
) -> Registration:
    """Save all facts and submit them for review, unless the registration already waits or is approved.

    Editing an approved one leaves it approved. Raises StaleForm as saving does.
    """
    registration = save_registration(
        member=member, facts=facts, version=version, by=by, now=now, versions_shown=versions_shown
    )
    return registration if registration.is_handed_in else _hand_in(registration, by=by, now=now)


@transaction.atomic
def agree_and_hand_in(
    *,
    member: Member,
    consents: Collection[str],
    version: int,
    versions_shown: Mapping[str, str],
    by: Member,
    now: datetime,
) -> Registration:
    """Keep what was agreed to, and submit what is stored, as it was read back at ``version``, if nothing is missing.

    What was agreed to before stays agreed to. Raises StaleForm if it was saved since it was read back, NewerVersion as
    `save_step` does.
    """
    registration = _locked(member)
    if registration is not None and registration.is_handed_in:
        return _confirm(registration, now=now)
    if registration is None or registration.version != version:
        raise _stale()
    facts = facts_of(registration)
    registration = save_step(
        member=member,
        values={"consents": tuple(sorted({*facts.consents, *consents}))},
        seen_fingerprint=fingerprint(facts, ["consents"]),
        versions_shown=versions_shown,
        by=by,
        now=now,
    )
    if readiness.missing(facts_of(registration), Eligibility.objects.current().rules):
        return registration
    letters.owe(
        kind="registrations.handed_in",
        to=member,
        about=registration,
        key=f"handed_in:{registration.pk}:{now.isoformat()}",
        now=now,
    )
    return _hand_in(registration, by=by, now=now)


def _confirm(registration: Registration, *, now: datetime) -> Registration:
    """Record that the person has read their answers back and confirms them."""
    if registration.confirmed_on != now.astimezone(UTC).date():
        registration.confirmed_on = now.astimezone(UTC).date()
        registration.save(update_fields=["confirmed_on"])
    return registration


def _hand_in(registration: Registration, *, by: Member, now: datetime) -> Registration:
    """Submit a locked registration.

    One that comes back from review is a new version: who opened it before has not read what a colleague asked.
    """
    was = registration.state
    registrations.check_move(was, RegistrationState.SUBMITTED)
    registration.state = RegistrationState.SUBMITTED
    registration.submitted_at = now
    registration.version += registration.reviewed_at is not None
    registration.save(update_fields=["state", "submitted_at", "version"])
    acts.record(by=by, verb="submit_registration", on=registration, now=now, was=was, became=registration.state)
    return registration


def _save(
    registration: Registration | None,
    before: RegistrationFacts,
    facts: RegistrationFacts,
    *,
    shown: RegistrationFacts,
    versions: Mapping[str, str],
    member: Member,
    by: Member,
    now: datetime,
) -> Registration:
    if registration is None:
        registration = Registration.objects.create(
            member=member, name=before.name, made_at=now, changed_at=now, version=0
        )
    changed = {name for name in RegistrationFacts.__dataclass_fields__ if getattr(before, name) != getattr(facts, name)}
    _write_columns(registration, {name: getattr(facts, name) for name in facts.columns() if name in changed}, now=now)
    _write_rows(registration, facts, changed)
    agreed, taken_back = set(facts.consents) - set(before.consents), set(shown.consents) - set(facts.consents)
    if agreed or taken_back:
        write_consents(
            member, agreed=sorted(agreed), taken_back=sorted(taken_back), versions_shown=versions, by=by, now=now
        )
    acts.record(by=by, verb="save_registration", on=registration, now=now)
    review_again.after_edit(registration=registration, before=before, facts=facts, by=by, now=now)
    return registration


def _write_columns(registration: Registration, values: Mapping[str, Any], *, now: datetime) -> None:
    for name, value in values.items():
        setattr(registration, name, list(value) if name == "topics" else value)
    registration.version += 1
    registration.changed_at, registration.confirmed_on = now, now.astimezone(UTC).date()
    registration.save(update_fields=[*values, "version", "changed_at", "confirmed_on"])
    own = {name: values[name] for name in ("name", "country", "region") if name in values}
    if values.get("zone"):
        own["zone"] = values["zone"]
    if own and registration.member is not None:
        Member.objects.filter(pk=registration.member.pk).update(**own)
        registration.member.refresh_from_db()
        if "zone" in own:
            follow_clock(member=registration.member, now=now)


def _write_rows(registration: Registration, facts: RegistrationFacts, changed: set[str]) -> None:
    if "offers" in changed:
        _replace(registration.offers, [Offer(registration=registration, **offer._asdict()) for offer in facts.offers])
    if "wishes" in changed:
        _replace(registration.wishes, [Wish(registration=registration, **wish._asdict()) for wish in facts.wishes])
    if "languages" in changed:
        _replace(
            registration.spoken_languages,
            [SpokenLanguage(registration=registration, **language._asdict()) for language in facts.languages],
        )
    if "windows" in changed:
        _replace(
            registration.windows,
            [Window(registration=registration, **window._asdict()) for window in facts.windows],
        )


def _replace(manager: "models.Manager[Row]", rows: list[Row]) -> None:
    manager.all().delete()
    manager.bulk_create(rows)
