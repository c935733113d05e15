"""Accounts whose address a person has to decide about, because two spellings may be one mailbox: see decision 27."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from letsconnect.base import addresses
from registrations.models import Member


@dataclass(frozen=True)
class Doubt:
    """One account with an address as it was typed, the reason, and the account that has the canonical form, if any."""

    member: Member
    why: str
    other: Member | None = None


def doubts() -> Iterator[Doubt]:
    """Return every account whose address cannot be used to sign in until somebody has decided whose it is."""
    waiting = list(Member.objects.with_doubtful_address().order_by("pk"))
    wanted = {member.pk: addresses.canonical_or_nothing(member.email or "") for member in waiting}
    having = {member.email: member for member in Member.objects.filter(email__in=wanted.values())}
    for member in waiting:
        address = wanted[member.pk]
        if not address:
            yield Doubt(member, _("no letter can be sent to it"))
        elif addresses.was_sent_elsewhere(member.email or ""):
            yield Doubt(
                member,
                _("the letters that proved this address went to another mailbox than the one it names"),
                having.get(address),
            )
        elif address in having:
            yield Doubt(member, _("it is another spelling of the address of another account"), having[address])
        else:
            yield Doubt(member, _("another account has the same address, or proved it earlier"))
