"""People as commands name them: by the address they sign in with."""

from django.core.management.base import CommandError

from letsconnect.base import addresses
from registrations.models import Member


def member_with_address(address: str) -> Member:
    """Return who signs in with this address; raise CommandError, which the command prints, if nobody does."""
    try:
        addresses.canonical(address)
    except addresses.AddressRefused as refusal:
        raise CommandError(str(refusal)) from refusal
    member = Member.objects.with_address(address).first()
    if member is None:
        raise CommandError("Nobody has signed in with this address yet. Sign in once, then try again.")
    return member
