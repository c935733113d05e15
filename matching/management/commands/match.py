"""Run a round here and now, and say what came of it."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from letsconnect.base.clocks import database_now
from matching.domain.matches import MatchingError, RoundState
from matching.models import Round
from matching.rounds.computing import solve_round
from matching.rounds.queue import compute_queue
from matching.rounds.rounds import create_round
from matching.rounds.sweeps import fail_abandoned
from matching.words import reasons


class Command(BaseCommand):
    help = "Creates a round of matches and computes it in this process. Nobody is told before a person publishes it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
        parser.add_argument("--seed", type=int, default=0, help="tells equally good results apart (default 0)")
        parser.add_argument(
            "--waiting",
            action="store_true",
            help="compute what waits for a worker (rounds, previews, repairs) instead of a new round",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = database_now()
        if not -(2**63) <= options["seed"] < 2**63:
            raise CommandError("--seed is a whole number of at most 64 bits")
        fail_abandoned(now)
        if options["waiting"]:
            solved = compute_queue(now=now)
            self.stdout.write(json.dumps({"solved": solved}) if options["json"] else f"Rounds computed: {solved}")
            return
        round_ = create_round(by=None, now=now, seed=options["seed"], wake_a_worker=False)
        try:
            round_ = solve_round(round_=round_, now=now)
        except MatchingError as refusal:
            raise CommandError(str(refusal)) from refusal
        if options["json"]:
            self.stdout.write(json.dumps(summary(round_)))
        else:
            self.stdout.write("\n".join(summary_in_words(round_)))
        if round_.state == RoundState.FAILED:
            raise CommandError(f"{round_} failed: {round_.failure}")


def summary(round_: Round) -> dict[str, Any]:
    """What a program wants to know of a round."""
    counts = round_.statistics
    return {
        "round": round_.pk,
        "state": round_.state,
        "seed": round_.seed,
        "people": counts.get("people", 0),
        "learners": counts.get("learners", 0),
        "sharers": counts.get("sharers", 0),
        "places": counts.get("places", 0),
        "candidates": counts.get("candidates", 0),
        "served": counts.get("served", 0),
        "proposals": round_.matches.count(),
        "value": round_.value,
        "proof_verified": bool(round_.is_proven),
        "left_out": {code: counts[code] for code in reasons.LEFT_OUT if counts.get(code)},
        "why_empty": reasons.why_nobody(counts) if round_.state == RoundState.PROPOSED else [],
        "failure": round_.failure,
        "seconds": counts.get("seconds"),
    }


def summary_in_words(round_: Round) -> list[str]:
    """What a person wants to know of a round."""
    if round_.state == RoundState.FAILED:
        return [f"{round_} failed: {round_.failure}"]
    counts = round_.statistics
    lines = [
        f"{round_}: {round_.get_state_display()}",
        f"  people who can be matched  {counts['people']}",
        f"  learners                   {counts['learners']}",
        f"  sharers                    {counts['sharers']}",
        f"  pairs that would work      {counts['candidates']}",
        f"  proposals                  {counts['served']}",
        f"  value                      {round_.value}",
        f"  proof                      {'verified' if round_.is_proven else 'missing'}",
        f"  seconds                    {counts['seconds']}",
    ]
    return lines + [f"  {line}" for line in reasons.why_nobody(counts) or reasons.left_out(counts)]
