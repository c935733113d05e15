"""Solve a round again from what it stored, every time it was computed, and prove it again."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from matching.engine import replay
from matching.engine.errors import InstanceError, ProofFailed
from matching.models import RoundReplay


class Command(BaseCommand):
    help = (
        "Re-solves and re-proves a round and each of its repairs from the stored arcs, places, result and duals; needs "
        "no person's row."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("round", type=int)
        parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        number = options["round"]
        solves = list(RoundReplay.objects.filter(round=number).select_related("round").order_by("number"))
        if not solves:
            raise CommandError(f"There is no computed round {number}.")
        verdicts = [verdict(solve, is_last=solve is solves[-1]) for solve in solves]
        wrong = next((each for each in verdicts if each["why_not"]), None)
        if options["json"]:
            last = {key: value for key, value in verdicts[-1].items() if key not in ("solve", "why_not")}
            why_not = wrong["why_not"] if wrong else ""
            self.stdout.write(
                json.dumps({"round": number, "verified": not wrong, "why_not": why_not, **last, "solves": verdicts})
            )
        else:
            self.stdout.write("\n".join(solve_in_words(number, each) for each in verdicts if not each["why_not"]))
        if wrong:
            raise CommandError(f"Round {number} does not hold: solve {wrong['solve']}: {wrong['why_not']}")


def solve_in_words(number: int, verdict: dict[str, Any]) -> str:
    """What a person wants to know of one solve."""
    what = f"Round {number}" if verdict["solve"] == 1 else f"Round {number}, repair {verdict['solve'] - 1}"
    return (
        f"{what}: proven again, and solved again with the same result.\n"
        f"  value {verdict['value']}, {verdict['pairs']} of {verdict['candidates']} pairs chosen"
    )


def verdict(kept: RoundReplay, *, is_last: bool) -> dict[str, Any]:
    """What a stored solve holds, and why it does not stand, if it does not."""
    nothing = {"solve": kept.number, "why_not": "", "value": {}, "pairs": 0, "candidates": 0}
    try:
        instance, result = unpacked = replay.unpack(bytes(kept.data))
        replay.verify(unpacked)
    except (InstanceError, ProofFailed) as error:
        return {**nothing, "why_not": f"{type(error).__name__}: {error}"}
    verified = {**nothing, "value": result.value, "pairs": len(result.chosen), "candidates": len(instance.pair_learner)}
    stored_value = kept.round.value if is_last else kept.value
    if result.value != stored_value:
        verified["why_not"] = f"the round itself says its value is {stored_value}"
    return verified
