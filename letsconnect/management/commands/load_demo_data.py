"""Fill an empty embedded database with made-up people, a round, clinics and issues of the newsletter."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from clinics.demo import clinics as clinics_demo
from letsconnect import demo_accounts
from mailings import demo as mailings_demo
from matching.demo import matches as matching_demo
from registrations import demo
from registrations.models import Member
from trust import demo as trust_demo

READERS = 14  # of the demo's people, who get the newsletter; with them, the first who read it in Spanish


class Command(BaseCommand):
    help = "Load demo data into an empty embedded database, and say how to sign in. Refused on a real one."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.EMBEDDED_DATABASE:
            raise CommandError("Demo accounts exist on the embedded database only; DATABASE_URL names a real one.")
        if not Member.objects.exists():
            self.load()
        if options["verbosity"]:
            self.stdout.write(demo_accounts.how_to_sign_in())

    @transaction.atomic
    def load(self) -> None:
        now = timezone.now()
        cast = demo.load(now=now)
        readers = [cast.coordinator, cast.liaison, *cast.members[:READERS]]
        mailings_demo.send_issue(readers=readers, writer=cast.liaison, coordinator=cast.coordinator, now=now)
        clinics_demo.load(members=cast.members, planner=cast.coordinator, now=now)
        mailings_demo.write_draft(writer=cast.liaison, now=now)
        matching_demo.load(coordinator=cast.coordinator, volunteer=cast.volunteer, now=now)
        team = Member.objects.filter(email__in=[f"liaison@{demo.DOMAIN}", f"liaison-lac@{demo.DOMAIN}"])
        trust_demo.load(team=list(team.order_by("pk")), writer=cast.members[1], now=now)
