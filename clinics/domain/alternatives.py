"""Which clinics fit somebody instead of one that does not take place for them."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

MOST = 3


class OtherClinic(NamedTuple):
    """One clinic to come, and what it has to do with the one somebody cannot come to."""

    key: int
    starts_at: datetime
    is_edition: bool
    is_of_the_series: bool
    skills_shared: int
    is_understood: bool
    has_seats: bool


def best_candidates(candidates: Iterable[OtherClinic]) -> list[OtherClinic]:
    """Return those that fit, the best first: the same clinic at another hour, then what teaches the same.

    Another edition fits whatever its language, because they had chosen that one; anything else only in a language they
    understand. One that is full stands behind those with seats.
    """
    fitting = [
        candidate
        for candidate in candidates
        if candidate.is_edition or (candidate.is_understood and (candidate.skills_shared or candidate.is_of_the_series))
    ]
    return sorted(
        fitting,
        key=lambda other: (
            not other.is_edition,
            not other.has_seats,
            -other.skills_shared,
            not other.is_of_the_series,
            other.starts_at,
            other.key,
        ),
    )
