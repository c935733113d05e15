"""What can be decided about the queue for seats, without a database: who moves up, who is offered, and until when.

Until the cut-off the queue moves up by itself: there is time to give a seat back. After that a free seat is offered,
and whoever does not claim it in time loses it to the next. Half an hour before the start the queue ends: from then on
whoever finds a seat free takes it at once.
"""

from datetime import datetime, timedelta

from clinics.domain.clinics import DOORS_OPEN

FEWEST_HOURS, USUAL_CUT_OFF, MOST_HOURS = 1, 24, 14 * 24  # between the cut-off and the start
# How long somebody has to claim a seat, by how long it is until the start: the first row that fits.
TIME_TO_CLAIM = (
    (timedelta(days=4), timedelta(hours=24)),
    (timedelta(hours=20), timedelta(hours=8)),
    (timedelta(hours=10), timedelta(hours=4)),
    (timedelta(hours=5), timedelta(hours=2)),
    (timedelta(hours=2), timedelta(hours=1)),
    (timedelta(hours=1), timedelta(minutes=20)),
    (DOORS_OPEN, timedelta(minutes=10)),
)
SHORTEST = timedelta(minutes=10)  # nobody reads and answers a letter in less


def claim_by(*, starts_at: datetime, now: datetime) -> datetime | None:
    """Return until when a seat that is offered at ``now`` can be claimed; None where too little time is left.

    The nearer the start, the shorter; offers end when the doors open.
    """
    left = starts_at - now
    time = next((time for least, time in TIME_TO_CLAIM if left >= least), timedelta(0))
    until = min(now + time, starts_at - DOORS_OPEN)
    return until if until - now >= SHORTEST else None
