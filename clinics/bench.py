"""Time finding the hour of a clinic: 10,000 interested people, every half hour of four weeks, in a third of the
world's time zones.

``python -m clinics.bench``; the aim is 2 s for all single starts and 5 s for the best pair, exact.
"""

import argparse
import os
import random
import statistics
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clinics.domain.finding import HoursWanted

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m clinics.bench", description=__doc__)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "letsconnect.settings")
    import django

    django.setup()
    _time(options.people, options.runs, options.seed)
    return 0


def _time(people: int, runs: int, seed: int) -> None:
    from clinics.hours import HoursFound

    question = _question(people, random.Random(seed))  # noqa: S311 made-up people, no secret
    singles, pairs = [], []
    for _run in range(runs):
        began = time.perf_counter()
        hours = HoursFound(question)
        for index in hours.ranked()[:10]:
            hours.option(index)
        singles.append(time.perf_counter() - began)
        began = time.perf_counter()
        pair = hours.best_pair()
        pairs.append(time.perf_counter() - began)
    sys.stdout.write(
        f"The hour of a clinic: {people:,} people, {len(hours.starts):,} starts, medians of {runs}\n"
        f"  all single starts, the best ten told    {statistics.median(singles):5.2f} s (asked: 2)\n"
        f"  the best pair, and what a third adds    {statistics.median(pairs):5.2f} s (asked: 5)"
        f"   {pair.coming if pair else 0:,} people in two hours\n"
    )


def _question(people: int, chance: random.Random) -> "HoursWanted":
    from clinics.domain.finding import WHOLE, HoursWanted, Interested
    from letsconnect.base.zones import zone_names
    from registrations.domain.registrations import Region

    regions, zones = list(Region.values), zone_names()[::3]
    return HoursWanted(
        first=MONDAY,
        last=MONDAY + timedelta(weeks=4) - timedelta(minutes=150),
        minutes=120,
        people=[
            Interested(_windows(chance), chance.choice(zones), chance.choice(regions), busy=[_hour(chance)])
            for _person in range(people)
        ],
        burden={region: chance.randrange(WHOLE) for region in regions},
        weight=WHOLE // 2,
    )


def _windows(chance: random.Random) -> list[tuple[int, int]]:
    """Two to five hours on most days, in the evening more often than not."""
    windows = []
    for day in range(7):
        if chance.random() < 0.6:
            begins = day * 1440 + chance.randrange(7, 22) * 60
            windows.append((begins, min((day + 1) * 1440, begins + chance.randint(2, 5) * 60)))
    return windows or [(0, 120)]


def _hour(chance: random.Random) -> tuple[datetime, datetime]:
    begins = MONDAY + timedelta(hours=chance.randrange(28 * 24))
    return begins, begins + timedelta(hours=1)


if __name__ == "__main__":
    sys.exit(main())
