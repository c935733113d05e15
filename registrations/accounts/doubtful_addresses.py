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
    doubtful_members = list(Member.objects.with_doubtful_address().order_by("pk"))
    canonical_forms = {member.pk: addresses.canonical_or_nothing(member.email or "") for member in doubtful_members}
    accounts = {member.email: member for member in Member.objects.filter(email__in=canonical_forms.values())}
    for member in doubtful_members:
        address = canonical_forms[member.pk]
        if not address:
            yield Doubt(member, _("no email can be sent to it"))
        elif addresses.was_sent_elsewhere(member.email or ""):
            yield Doubt(
                member,
                _("the emails that proved this address went to another mailbox than the one it names"),
                accounts.get(address),
            )
        elif address in accounts:
            yield Doubt(member, _("it is another spelling of the address of another account"), accounts[address])
        else:
            yield Doubt(member, _("another account has the same address, or proved it earlier"))
