"""The first half of a tick: write the letters that have become due, and free those of workers that died."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction

from letsconnect.base.database_waits import wait_at_most
from mailings import kinds
from mailings.domain.letters import LetterState
from mailings.ledger.catching_errors import catching_errors
from mailings.models import LastTick, Letter

ADVISORY_LOCK = 7_233_001
WAIT_FOR_A_LOCK = 1.0  # seconds at most, because people wait meanwhile for what the earlier sweeps have locked


@dataclass
class SweepResult:
    """What one sweep did; ``ran`` is false when another process was sweeping."""

    ran: bool = False
    owed: dict[str, int] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    requeued: int = 0
    parked: int = 0


@transaction.atomic(durable=True)
def sweep(*, now: datetime) -> SweepResult:
    """Run every registered sweep and free abandoned letters, unless another tick is doing so at this moment.

    One sweep that fails, or that waits too long for rows somebody else has locked, is undone alone and named in
    ``errors``. A letter that was only claimed is queued again; one that was being sent becomes uncertain, because
    nobody knows whether it arrived.
    """
    swept = SweepResult()
    if not _takes_sweep_lock():
        return swept
    swept.ran = True
    wait_at_most(WAIT_FOR_A_LOCK)
    for name, run in kinds.sweeps().items():
        with catching_errors(f"the sweep {name}", runs_again=True) as caught:
            swept.owed[name] = run(now)
        if caught.text:
            swept.errors[name] = caught.text
    abandoned = Letter.objects.abandoned(now)
    swept.requeued = abandoned.move(LetterState.CLAIMED, LetterState.QUEUED, claimed_by="")
    swept.parked = abandoned.move(
        LetterState.SUBMITTING,
        LetterState.UNCERTAIN,
        reason="the worker stopped while it was sending the email",
    )
    LastTick.objects.update_or_create(pk=1, defaults={"at": now})
    return swept


def _takes_sweep_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ADVISORY_LOCK])
        return bool(cursor.fetchone()[0])
