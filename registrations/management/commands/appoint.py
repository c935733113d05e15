"""Give somebody a seat in the working group, for instance the first coordinator of a new portal."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from letsconnect.base import addresses
from registrations.actions import members
from registrations.domain import Region
from registrations.models import Member


class Command(BaseCommand):
    help = "Make the member with this address a coordinator, or with --region a liaison."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address")
        parser.add_argument("--region", choices=Region.values, default="")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            addresses.canonical(options["address"])
        except addresses.AddressRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        member = Member.objects.with_address(options["address"]).first()
        if member is None:
            raise CommandError("Nobody has signed in with this address yet. Sign in once, then try again.")
        seat = members.appoint(member=member, region=options["region"], by=None, now=timezone.now())
        self.stdout.write(f"{seat}")
