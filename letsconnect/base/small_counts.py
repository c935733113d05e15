"""Small numbers of people: which of several numbers are hidden, so that no sum tells what was hidden."""

from collections.abc import Collection, Mapping
from typing import Final, TypeVar

SMALLEST_COUNT_SHOWN: Final = 5  # of people, on pages and in reports

Key = TypeVar("Key")


def too_small(counts: Mapping[Key, int], *, least: int, exact: Collection[Key] = ()) -> set[Key]:
    """Return which of these numbers are not shown to somebody who may know their sum: each that is below ``least``.

    Where what is hidden is fewer than that together, the next smallest is hidden too: taking what is shown from the
    sum would tell it. ``exact`` may be shown whatever they are.
    """
    hidden = {key for key, count in counts.items() if key not in exact and count < least}
    rest = sorted((key for key in counts if key not in hidden and key not in exact), key=lambda key: counts[key])
    while rest and 0 < sum(counts[key] for key in hidden) < least:
        hidden.add(rest.pop(0))
    return hidden
