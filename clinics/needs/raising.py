"""Record needs that were raised in discussions, change them, and say that they are met."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clinics.domain.clinics import ClinicError
from clinics.models import Clinic, RaisedNeed
from letsconnect.base import acts
from registrations.models import Member

_CHANGEABLE = ("skill", "words", "raised_where", "people", "language", "region")


class NotYourNeed(ClinicError):
    """The need is of a region that the person does not look after, or was recorded by somebody else."""


def _refuse() -> NotYourNeed:
    return NotYourNeed(_("This need is of a region that you do not look after."))


def _lock_theirs(need: RaisedNeed, *, by: Member) -> RaisedNeed:
    need = RaisedNeed.objects.select_for_update(no_key=True, of=("self",)).get(pk=need.pk)
    _check_theirs(need, by=by)
    return need


def _check_theirs(need: RaisedNeed, *, by: Member) -> None:
    if not RaisedNeed.objects.looked_after_by(by).filter(pk=need.pk).exists():
        raise _refuse()


@transaction.atomic
def record_need(*, need: RaisedNeed, by: Member, now: datetime) -> RaisedNeed:
    """Store a need that somebody heard of; of a region that they look after, or of none."""
    if not by.is_staff or (need.region and not by.looks_after(need.region)):
        raise _refuse()
    need.recorded_by, need.recorded_at = by, now
    need.save(force_insert=True)
    acts.record(by=by, verb="record_need", on=need, now=now)
    return need


@transaction.atomic
def change_need(*, need: RaisedNeed, changes: Mapping[str, Any], by: Member, now: datetime) -> RaisedNeed:
    """Store what a form changed; nor can a need be handed to a region that is not theirs."""
    need = _lock_theirs(need, by=by)
    names = [name for name in _CHANGEABLE if name in changes and getattr(need, name) != changes[name]]
    if names:
        for name in names:
            setattr(need, name, changes[name])
        need.save(update_fields=names)
        acts.record(by=by, verb="change_need", on=need, now=now)
        _check_theirs(need, by=by)
    return need


@transaction.atomic
def close_need(*, need: RaisedNeed, by: Member, now: datetime) -> RaisedNeed:
    """Say that the need is met: it counts no longer. A second time changes nothing."""
    need = _lock_theirs(need, by=by)
    if need.closed_at is None:
        need.closed_at = now
        need.save(update_fields=["closed_at"])
        acts.record(by=by, verb="close_need", on=need, now=now)
    return need


@transaction.atomic
def reopen_need(*, need: RaisedNeed, by: Member, now: datetime) -> RaisedNeed:
    """Say that the need stands again."""
    need = _lock_theirs(need, by=by)
    if need.closed_at is not None:
        need.closed_at = None
        need.save(update_fields=["closed_at"])
        acts.record(by=by, verb="reopen_need", on=need, now=now)
    return need


@transaction.atomic
def plan_for_need(*, need: RaisedNeed, clinic: Clinic, by: Member, now: datetime) -> RaisedNeed:
    """Remember which clinic is planned for the need."""
    need = _lock_theirs(need, by=by)
    if need.clinic_id != clinic.pk:
        need.clinic = clinic
        need.save(update_fields=["clinic"])
        acts.record(by=by, verb="plan_for_need", on=need, now=now)
    return need


def follow_held(clinic: Clinic, *, now: datetime) -> None:
    """What a clinic was held for is met."""
    for need in _needs_of(clinic):
        if need.closed_at is None:
            need.closed_at = now
            need.save(update_fields=["closed_at"])
            acts.record(by=None, verb="close_need", on=need, now=now)


def follow_cancelled(clinic: Clinic) -> None:
    """What a cancelled clinic was planned for has none any more."""
    for need in _needs_of(clinic):
        need.clinic = None
        need.save(update_fields=["clinic"])


def _needs_of(clinic: Clinic) -> list[RaisedNeed]:
    needs = RaisedNeed.objects.filter(clinic=clinic).order_by("pk")
    return list(needs.select_for_update(no_key=True, of=("self",)))
