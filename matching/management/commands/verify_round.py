"""Solve a round again from what it stored, and prove it again."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from matching.engine import replay
from matching.engine.errors import InstanceError, ProofFailed
from matching.models import RoundReplay


class Command(BaseCommand):
    help = "Re-solves and re-proves a round from its stored arcs, places, result and duals; needs no person's row."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("round", type=int)
        parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        number = options["round"]
        kept = RoundReplay.objects.filter(round=number).select_related("round").first()
        if kept is None:
            raise CommandError(f"There is no computed round {number}.")
        found, why_not = _verify(kept)
        if options["json"]:
            verdict = {"round": number, "verified": not why_not, "why_not": why_not, **found}
            self.stdout.write(json.dumps(verdict))
        elif not why_not:
            self.stdout.write(f"Round {number}: proven again, and solved again with the same result.")
            self.stdout.write(f"  value {found['value']}, {found['pairs']} of {found['candidates']} pairs chosen")
        if why_not:
            raise CommandError(f"Round {number} does not hold: {why_not}")


def _verify(kept: RoundReplay) -> tuple[dict[str, Any], str]:
    """Return what the stored round holds, and why it does not stand, if it does not."""
    try:
        instance, result = unpacked = replay.unpack(bytes(kept.data))
        replay.verify(unpacked)
    except (InstanceError, ProofFailed) as error:
        return {}, f"{type(error).__name__}: {error}"
    found = {"value": result.value, "pairs": len(result.chosen), "candidates": len(instance.pair_learner)}
    if result.value != kept.round.value:
        return found, f"the round itself says its value is {kept.round.value}"
    return found, ""
