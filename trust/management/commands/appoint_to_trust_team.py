"""Give somebody a seat on the trust team, for instance the first ones of a new portal."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from registrations.management.members import member_with_address
from trust.domain import TrustError
from trust.seats.appointing import appoint_to_trust_team


class Command(BaseCommand):
    help = "Put the member with this address on the trust team, which alone reads confidential reports."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address")

    def handle(self, *args: Any, **options: Any) -> None:
        member = member_with_address(options["address"])
        try:
            seat = appoint_to_trust_team(member=member, by=None, now=timezone.now())
        except TrustError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{seat}")
