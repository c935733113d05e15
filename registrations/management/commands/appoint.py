"""Give somebody a seat in the working group, for instance the first coordinator of a new portal."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from registrations.domain.registrations import Region, SeatRefused, SeatRole
from registrations.management.members import member_with_address
from registrations.seats import appointing


class Command(BaseCommand):
    help = "Give the member with this address a seat: --role coordinator or editor, or --role liaison with --region."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address")
        parser.add_argument("--role", choices=SeatRole.values, required=True)
        parser.add_argument("--region", choices=Region.values, default="")

    def handle(self, *args: Any, **options: Any) -> None:
        member = member_with_address(options["address"])
        role, region = SeatRole(options["role"]), options["region"]
        try:
            seat = appointing.appoint(member=member, role=role, region=region, by=None, now=timezone.now())
        except SeatRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{seat}")
