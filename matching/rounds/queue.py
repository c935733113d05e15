"""Compute all that waits for a worker: rounds asked for, previews too large for a page, and rounds to repair."""

from datetime import datetime

from letsconnect.base.clocks import running_from
from matching.rounds.computing import solve_waiting_rounds
from matching.rounds.previewing import compute_waiting_previews
from matching.rounds.repairing import repair_waiting_rounds


def compute_queue(*, now: datetime) -> int:
    """Compute everything that waits, and return how much it was; stop where another process computes."""
    done, clock = 0, running_from(now)
    for compute in (compute_waiting_previews, repair_waiting_rounds, solve_waiting_rounds):
        done += compute(now=clock())
    return done
