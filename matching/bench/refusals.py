"""Count how many other proposals change when one is refused and the rest is solved again."""

from dataclasses import replace
from statistics import median
from typing import Any

import numpy as np

from matching.bench.printing import print_line, table
from matching.engine.facts import Instance, Ints, Proposal
from matching.engine.settings import Settings
from matching.engine.solving import solve_instance


def compare(proposal: Proposal, refusals: int, seed: int) -> None:
    """Refuse some proposals one at a time, solve again in four ways and print how many other pairs change.

    The ways: as a repair does it (keeping counts more than the score); in the round's own order; without keeping;
    without keeping and with other lots.
    """
    instance, chosen = proposal.instance, proposal.result.chosen
    changed: dict[str, list[int]] = {}
    for refused in np.random.default_rng(seed).choice(chosen, min(refusals, len(chosen)), replace=False).tolist():
        others = chosen[chosen != refused]
        again = without(instance, refused, others)
        plain = replace(again, levels=tuple(level for level in again.levels if level != "keep"))
        repair = replace(again, levels=Settings(levels=again.levels).for_repair().order)
        ways = {
            "repair": repair,
            "keep last": again,
            "no keep, same lots": plain,
            "no keep, new lots": replace(plain, seed=plain.seed + 1),
        }
        for name, round_ in ways.items():
            result = solve_instance(round_)
            stays = int(round_.pair_kept[result.chosen].sum())
            changed.setdefault(name, []).append(len(others) - stays)
    print_line(
        f"one proposal of {len(chosen):,} refused and the rest solved again, {refusals} times: others that change\n"
    )
    table(
        ("how", "median", "most"),
        [(name, f"{median(counts):.0f}", f"{max(counts)}") for name, counts in changed.items()],
    )
    print_line("\n")


def without(instance: Instance, refused: int, kept: Ints) -> Instance:
    """Return the instance without the refused pair, with the other proposed pairs marked as kept."""
    marks = np.zeros_like(instance.pair_kept)
    marks[kept] = 1
    instance = replace(instance, pair_kept=marks)
    pairs: dict[str, Any] = {
        name: np.delete(column, refused) for name, column in vars(instance).items() if name.startswith("pair_")
    }
    return replace(instance, **pairs)
