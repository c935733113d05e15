"""Solve a round again from what it stored, and prove it again."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from matching import replay
from matching.models import RoundReplay


class Command(BaseCommand):
    help = "Re-solves and re-proves a round from its stored arcs, places, result and duals; needs no person's row."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("round", type=int)
        parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        kept = RoundReplay.objects.filter(round=options["round"]).select_related("round").first()
        if kept is None:
            raise CommandError(f"There is no computed round {options['round']}.")
        verdict = replay.verify(bytes(kept.data), value=kept.round.value)
        found = {"round": kept.round_id, "verified": verdict.holds, "why_not": verdict.why_not, "value": verdict.value}
        if options["json"]:
            self.stdout.write(json.dumps(found))
        elif verdict.holds:
            self.stdout.write(f"Round {kept.round_id}: proven again, and solved again with the same result.")
            self.stdout.write(f"  value {verdict.value}, {verdict.pairs} of {verdict.candidates} pairs chosen")
        if not verdict.holds:
            raise CommandError(f"Round {kept.round_id} does not hold: {verdict.why_not}")
