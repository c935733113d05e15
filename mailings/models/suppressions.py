"""The addresses that get no letter."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from letsconnect.base import addresses
from mailings.domain.letters import BY_THEMSELVES, SUPPRESSION_SOURCES, SuppressionScope


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    def visible_to(self, member: Any) -> "SuppressionQuerySet":
        """All suppressions for coordinators, none for others."""
        return self if member.is_coordinator else self.none()

    def fingerprinted(self, address: str) -> "SuppressionQuerySet":
        """All suppressions there ever were of one address, under any of its spellings."""
        return self.filter(address_hash__in=fingerprints(address))

    def of(self, address: str) -> "SuppressionQuerySet":
        """The suppressions of one address that hold now, those of bulk mail included."""
        return self.in_force(fingerprints(address))

    def in_force(self, address_hashes: Iterable[str]) -> "SuppressionQuerySet":
        """The suppressions that hold now of an address with these fingerprints, those of bulk mail included."""
        return self.filter(address_hash__in=list(address_hashes), lifted_at=None)

    def against(self, *, is_bulk: bool) -> "SuppressionQuerySet":
        """Those that keep us from sending a letter; a refusal of bulk mail stops no letter that is owed to a person."""
        return self if is_bulk else self.filter(scope=SuppressionScope.ALL)

    def scopes_of(self, unwanted: Collection[str]) -> dict[str, frozenset[str]]:
        """Return, of those of these addresses that are suppressed now, in which scopes; one query for all."""
        return self.scopes_by({address: fingerprints(address) for address in unwanted})

    def scopes_by(self, hashes: Mapping[str, list[str]]) -> dict[str, frozenset[str]]:
        """Return the same for addresses whose fingerprints are given."""
        by_hash = defaultdict[str, list[str]](list)  # two addresses may be spellings of one
        for address, theirs in hashes.items():
            for fingerprint in theirs:
                by_hash[fingerprint].append(address)
        scopes: dict[str, frozenset[str]] = {}
        rows = self.in_force(by_hash).values_list("address_hash", "scope")
        for fingerprint, scope in rows if by_hash else ():
            for address in by_hash[fingerprint]:
                scopes[address] = scopes.get(address, frozenset()) | {scope}
        return scopes

    def suppress(
        self, unwanted: Iterable[str], *, source: str, now: datetime, scope: str = SuppressionScope.ALL
    ) -> None:
        """Stop writing to these addresses; one that is suppressed already stays as it is."""
        self.bulk_create(
            [
                self.model(address_hash=address_hash(address), source=source, scope=scope, made_at=now)
                for address in unwanted
            ],
            ignore_conflicts=True,
        )

    def lift_bulk(self, address: str, *, now: datetime) -> int:
        """Allow bulk mail again to an address whose reader has just asked for it."""
        return self.of(address).filter(scope=SuppressionScope.BULK).update(lifted_at=now)

    def lift_bounces(self, delivered: Iterable[str], *, now: datetime) -> int:
        """Allow letters again to addresses whose mail server has just taken one; what a person asked for stays."""
        hashes = [fingerprint for address in delivered for fingerprint in fingerprints(address)]
        bounces = self.filter(address_hash__in=hashes, source="bounce", lifted_at=None, made_at__lte=now)
        return bounces.update(lifted_at=now)


class Suppression(models.Model):
    """An address no letter goes to. Only a fingerprint is kept, so it outlives the erasure of the person."""

    address_hash = models.CharField(max_length=64)
    source = models.CharField(_("why"), max_length=10, choices=SUPPRESSION_SOURCES)
    scope = models.CharField(_("which emails"), max_length=4, choices=SuppressionScope, default=SuppressionScope.ALL)
    made_at = models.DateTimeField(_("since"))
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["address_hash", "scope"],
                condition=Q(lifted_at=None),
                name="mailings_one_suppression_per_address_and_scope",
            ),
            models.CheckConstraint(
                condition=Q(scope__in=SuppressionScope.values), name="mailings_suppression_scope_is_known"
            ),
            models.CheckConstraint(
                condition=Q(source__in=[code for code, _label in SUPPRESSION_SOURCES]),
                name="mailings_suppression_source_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.address_hash[:12]

    @property
    def is_bulk_only(self) -> bool:
        """Whether only newsletters and announcements are kept back."""
        return self.scope == SuppressionScope.BULK

    @property
    def ends_by_themselves(self) -> bool:
        """Whether a person whose address it is may end it with a button."""
        return self.source in BY_THEMSELVES


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
