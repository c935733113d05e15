"""The addresses that get no letter."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from letsconnect.base import addresses
from mailings.domain.letters import SUPPRESSION_SOURCES


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    def visible_to(self, member: Any) -> "SuppressionQuerySet":
        """All suppressions for coordinators, none for others."""
        return self if member.is_coordinator else self.none()

    def fingerprinted(self, address: str) -> "SuppressionQuerySet":
        """All suppressions there ever were of one address, under any of its spellings."""
        return self.filter(address_hash__in=fingerprints(address))

    def of(self, address: str) -> "SuppressionQuerySet":
        """The suppressions that keep us from writing to one address now."""
        return self.in_force(fingerprints(address))

    def in_force(self, address_hashes: Iterable[str]) -> "SuppressionQuerySet":
        """The suppressions that keep us from writing now to an address with these fingerprints."""
        return self.filter(address_hash__in=list(address_hashes), lifted_at=None)

    def suppress(self, unwanted: Iterable[str], *, source: str, now: datetime) -> None:
        """Stop writing to these addresses; one that is suppressed already stays as it is."""
        self.bulk_create(
            [self.model(address_hash=address_hash(address), source=source, made_at=now) for address in unwanted],
            ignore_conflicts=True,
        )

    def lift_bounces(self, address: str, *, now: datetime) -> int:
        """Allow letters again to an address whose mail server has just taken one; what a person asked for stays."""
        return self.of(address).filter(source="bounce", made_at__lte=now).update(lifted_at=now)


class Suppression(models.Model):
    """An address no letter goes to. Only a fingerprint is kept, so it outlives the erasure of the person."""

    address_hash = models.CharField(max_length=64)
    source = models.CharField(_("why"), max_length=10, choices=SUPPRESSION_SOURCES)
    made_at = models.DateTimeField(_("since"))
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["address_hash"], condition=Q(lifted_at=None), name="mailings_one_suppression_per_address"
            ),
            models.CheckConstraint(
                condition=Q(source__in=[code for code, _label in SUPPRESSION_SOURCES]),
                name="mailings_suppression_source_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.address_hash[:12]


def address_hash(address: str) -> str:
    """Return the fingerprint of an address.

    It is the same for every spelling of it, on every portal and after every change of SECRET_KEY, so that a refusal is
    never forgotten by accident.
    """
    return _fingerprint(addresses.canonical_or_as_it_is(address))


def fingerprints(address: str) -> list[str]:
    """Return the fingerprints under which an address may have been suppressed: one of each of its spellings."""
    return [_fingerprint(spelling) for spelling in addresses.spellings(address)]


def _fingerprint(spelling: str) -> str:
    return hashlib.sha256(f"mailings.suppression:{spelling}".encode()).hexdigest()
