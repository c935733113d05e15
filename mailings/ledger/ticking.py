"""The tick: what Celery's beat runs every half minute, and cron where there is no beat."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mailings.ledger.draining import Drained, drain
from mailings.ledger.sweeping import SweepResult, sweep
from mailings.models import Letter


@dataclass
class Tick:
    """What one tick did, and the state of the ledger after it."""

    swept: SweepResult
    drained: Drained
    ledger: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        return {"swept": vars(self.swept), "drained": dict(self.drained), "ledger": self.ledger}


def tick(*, now: datetime) -> Tick:
    """Sweep, then send. Two ticks at once are harmless: one sweeps, both send, each letter goes out once."""
    swept = sweep(now=now)
    drained = drain(now=now)
    return Tick(swept=swept, drained=drained, ledger=Letter.objects.tally())
