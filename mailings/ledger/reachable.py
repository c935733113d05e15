"""Whether letters reach a member, so that no page promises a letter that does not come."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from letsconnect.base.statements import Statement
from mailings.domain.letters import SuppressionScope
from mailings.models import Suppression
from mailings.models.suppressions import fingerprints


def why_not_written_to(member: Any) -> Suppression | None:
    """Return why no letter, or no newsletter and announcement, goes to the address of ``member``, or None.

    Whoever once left the newsletter and comes back is not told of that: they choose it again where they choose letters.
    """
    return why_address_not_written_to(member.email) if member.email else None


def why_address_not_written_to(address: str) -> Suppression | None:
    """Return the same for an address, whoever reads there."""
    hashes = {f"hash_{number}": text for number, text in enumerate(fingerprints(address))}
    return next(iter(_IN_FORCE.rows(hashes, count=len(hashes))), None)


# One address has one to three fingerprints, so there are three wordings of it at most.
_IN_FORCE = Statement(
    lambda count, **hashes: (
        Suppression.objects.in_force(hashes.values())
        .exclude(Q(scope=SuppressionScope.BULK) & Q(source="person"))
        .order_by("scope", "made_at", "pk")[:1]  # "all" before "bulk"
    )
)


def is_written_to(member: Any) -> bool:
    """Tell whether a letter to ``member`` that is no newsletter would be sent."""
    return has_sound_address(member) and not stops_letters(why_not_written_to(member))


def those_written_to(members: Iterable[Any]) -> list[Any]:
    """Return those of these members for whom `is_written_to` is true; one query for all."""
    sound = [member for member in members if has_sound_address(member)]
    reached = addresses_written_to(member.email for member in sound)
    return [member for member in sound if member.email in reached]


def addresses_written_to(addresses: Iterable[str]) -> set[str]:
    """Return those of these addresses to which letters are sent, whoever reads there; one query for all."""
    meant = set(addresses)
    scopes = Suppression.objects.scopes_of(meant)
    return {address for address in meant if SuppressionScope.ALL not in scopes.get(address, ())}


def has_sound_address(member: Any) -> bool:
    """Tell whether ``member`` has an address letters could go to, whatever was said about it later."""
    return bool(member.email) and not member.has_doubtful_address


def stops_letters(suppression: Suppression | None) -> bool:
    """Tell whether it stops other letters than newsletters and announcements too."""
    return suppression is not None and suppression.scope == SuppressionScope.ALL
