"""manage.py recompute_times: mend stored moments after the rules of a time zone have changed."""

from contextlib import nullcontext
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from clinics.planning.zone_changes import recompute_clinics
from letsconnect import zone_rules
from letsconnect.base.zones import Recomputed
from matching.models import Session
from matching.sessions.zone_changes import recompute_sessions


class Command(BaseCommand):
    help = (
        "Derive the moments of clinics and sessions to come again from the clock and zone they were chosen by, after"
        " tzdata was renewed. People whose hour moves get a letter; running it twice changes nothing more."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would change, and for whom")

    def handle(self, *args: Any, **options: Any) -> None:
        now, dry_run = timezone.now(), options["dry_run"]
        self.stdout.write(f"The rules in force are {zone_rules.in_force()}.")
        with transaction.atomic() if dry_run else nullcontext():
            recomputed = [*recompute_clinics(now=now), *recompute_sessions(now=now)]
            if dry_run:
                transaction.set_rollback(True)
        for moment in recomputed:
            self.stdout.write(_line(moment))
        moved = sum(not moment.trouble for moment in recomputed)
        verb = "would be mended" if dry_run else "are mended, and the people are told"
        self.stdout.write(f"{moved} of {len(recomputed)} moments that are not what they should be {verb}.")
        unknown = Session.objects.to_come(now=now).filter(state="confirmed", zone="").count()
        if unknown:
            self.stdout.write(f"{unknown} agreed hours are older than the notes of their clocks: left as they are.")


def _line(moment: Recomputed) -> str:
    moments = f"{moment.was:%Y-%m-%d %H:%MZ} -> {moment.becomes:%Y-%m-%d %H:%MZ}"
    line = f"{moment.what}: {moments}, {', '.join(moment.people) or 'nobody'}"
    return f"{line}; LEFT AS IT IS: {moment.trouble}" if moment.trouble else line
