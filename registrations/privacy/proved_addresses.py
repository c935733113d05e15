"""What a person has proved to be theirs: the addresses and keys by which their rows are found in every table.

A key is proved by a code sent to an address, by the link of an invitation sent there, or by the wiki (allauth's
`SocialAccount`, which points at the member). What somebody only typed proves nothing and finds nothing.
"""

from dataclasses import dataclass, field
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Q, QuerySet

from letsconnect.base import personal_columns
from letsconnect.base.addresses import canonical_or_nothing, readable
from registrations.models import ClaimInvitation, ImportedKey, Member, Registration
from registrations.privacy.imported_keys import digest_of


@dataclass(frozen=True)
class Proved:
    """A member, their proved addresses in canonical form, and imported registrations of these addresses.

    Only imported registrations that nobody has claimed.
    """

    member: Member
    addresses: frozenset[str] = frozenset()
    unclaimed: list[Registration] = field(default_factory=list)

    def rows_of(self, table: personal_columns.PersonalTable) -> QuerySet[Any]:
        return table.rows_of(self.member, through=[registration.pk for registration in self.unclaimed])


def proved_by(member: Member) -> Proved:
    addresses = proved_addresses(member)
    return Proved(member, addresses, unclaimed_of(addresses))


def proved_addresses(member: Member) -> frozenset[str]:
    """Return the addresses that a code or the link of an invitation has proved.

    The account's own address counts too, unless it came from a wiki only. Addresses are as they are stored: an old
    spelling that waits for a person's decision proves nothing about the address it would become, because its letters
    went to another mailbox.
    """
    proofs = dict(_told_of(member))
    if member.email:
        proofs.setdefault(member.email, True)
    used = ClaimInvitation.objects.filter(registration__member=member, used_at__isnull=False)
    proved = {address for address, verified in proofs.items() if verified}
    return frozenset(proved | {address for address in used.values_list("address", flat=True) if address})


def _told_of(member: Member) -> list[tuple[str, bool]]:
    return list(EmailAddress.objects.filter(user=member).order_by("verified").values_list("email", "verified"))


def unclaimed_of(addresses: frozenset[str]) -> list[Registration]:
    """Return imported registrations of these addresses that nobody has taken over, whatever their state."""
    if not addresses:
        return []
    digests = [digest_of(ImportedKey.Kind.ADDRESS, address) for address in addresses]
    by_key = ImportedKey.objects.filter(digest__in=digests).values("row__registration")
    same = Q(pk__in=by_key, imported_address="") | Q(imported_address__in=addresses)
    surely = {address for address in addresses if canonical_or_nothing(address) == address}
    for address in surely:  # however it was typed into the old form
        same |= Q(imported_address__iexact=address) | Q(imported_address__iexact=readable(address))
    candidates = Registration.objects.filter(same, member=None).select_related("group", "role").order_by("pk")
    mine = {"", *addresses}
    return [
        registration
        for registration in candidates
        if registration.imported_address in mine or canonical_or_nothing(registration.imported_address) in surely
    ]
