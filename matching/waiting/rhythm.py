"""When rounds have been held, as far as it tells somebody when the next may be."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median_high
from typing import NamedTuple

LOOKED_AT = 5
_FEWEST = 3  # rounds from which on a rhythm is spoken of
_WEEK = timedelta(weeks=1)


class Rhythm(NamedTuple):
    """When the last round was, and about how many weeks lie between two; 0 where rounds keep no time."""

    last_at: datetime
    weeks: int


def rhythm(published: Sequence[datetime], *, now: datetime) -> Rhythm | None:
    """Return the rhythm of rounds published at these moments, the newest first; None where there was none."""
    if not published:
        return None
    gaps = sorted(later - earlier for later, earlier in pairwise(published))
    usual = median_high(gaps) if len(published) >= _FEWEST else timedelta(0)
    is_kept = usual >= _WEEK and gaps[-1] <= 2 * usual and now - published[0] <= 2 * usual
    return Rhythm(published[0], round(usual / _WEEK) if is_kept else 0)
