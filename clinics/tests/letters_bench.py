"""``make bench``: how long it takes to owe 10,000 reminders of clinics, and to tell 2,000 people of another start.

Both in a scratch database that is dropped afterwards; medians of the runs, each undone before the next.
"""

import argparse
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING

from django.db import connection, transaction

from registrations.bench import NOW, scratch_database, set_up

if TYPE_CHECKING:
    from clinics.models import Clinic

CLINICS = 20
LANGUAGES = ("en", "ar", "es", "fr", "pt")
LONG_AGO = NOW - timedelta(days=60)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m clinics.tests.letters_bench", description=__doc__)
    parser.add_argument("--reminders", type=int, default=10_000)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args(arguments)
    set_up()
    with scratch_database():
        took, number = _reminders(options.reminders, options.runs)
        _say(f"\nLetters of clinics (medians of {options.runs})\n")
        _say(f"  {number:,} reminders owed                   {took:5.2f} s\n")
        took, number = _change(options.people, options.runs)
        _say(f"  {number:,} people told of another start      {took:5.2f} s\n")
    return 0


def _reminders(number: int, runs: int) -> tuple[float, int]:
    """Time the sweep on the day before: it takes what one tick takes until nothing is left."""
    from clinics.notices.reminding import owe_reminders

    for at in range(CLINICS):
        _clinic_with(number // CLINICS, starts_at=NOW + timedelta(hours=20, minutes=at))

    def act() -> int:
        owed = 0
        while now_owed := owe_reminders(NOW):
            owed += now_owed
        return owed

    return _timed(act, runs)


def _change(number: int, runs: int) -> tuple[float, int]:
    from clinics.planning.plans import reschedule
    from mailings.models import Letter
    from registrations.tests.factories import make_coordinator

    clinic, by = _clinic_with(number, starts_at=NOW + timedelta(days=40)), make_coordinator()
    later = (clinic.wall_clock + timedelta(hours=1)).time()

    def act() -> int:
        before = Letter.objects.count()
        reschedule(clinic=clinic, local_date=clinic.local_date, local_time=later, zone="UTC", by=by, now=NOW)
        return Letter.objects.count() - before

    return _timed(act, runs)


def _clinic_with(number: int, *, starts_at: datetime) -> "Clinic":
    """Return a clinic to which so many people come, who read five languages."""
    from clinics.models import Rsvp
    from clinics.tests.factories import make_clinic
    from registrations.models import Member

    clinic = make_clinic(capacity=number, start_set_at=LONG_AGO, announced_at=LONG_AGO, starts_at=starts_at)
    people = Member.objects.bulk_create(
        Member(email=f"of-{clinic.pk}-{at}@example.org", name=f"Person {at}", language=LANGUAGES[at % 5])
        for at in range(number)
    )
    seats = {"clinic": clinic, "state": "going", "made_at": LONG_AGO, "seated_at": LONG_AGO}
    Rsvp.objects.bulk_create(Rsvp(member=member, seat=seat, **seats) for seat, member in enumerate(people, 1))
    return clinic


def _timed(act: Callable[[], int], runs: int) -> tuple[float, int]:
    """Return the median of the seconds that ``act`` takes, and how many letters it owes; each run is undone."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    took, number = [], 0
    for _run in range(runs):
        with transaction.atomic():
            began = time.perf_counter()
            number = act()
            took.append(time.perf_counter() - began)
            transaction.set_rollback(True)
    return median(took), number


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
