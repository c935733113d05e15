"""How quickly one worker sends letters each written for one person: the news that a registration was approved.

Runs by its path in any checkout, also an older one, so it uses only what has long been there:
``python mailings/bench/ordinary.py LETTERS PORT``. For each line on its standard input it sends so many letters, and
prints the seconds and the seconds of processor that one took, as JSON.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any


def main() -> None:
    letters, port = map(int, sys.argv[1:])
    sys.path[0] = str(Path.cwd())  # the checkout to be measured, not the one of this file
    os.environ["DJANGO_SETTINGS_MODULE"] = "letsconnect.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.test import utils

    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.NUDGES = "127.0.0.1", port, False
    connection.settings_dict["TEST"]["NAME"] = f"bench_letters_{os.getpid()}"
    databases = utils.setup_databases(verbosity=0, interactive=False, serialized_aliases=[])
    try:
        registrations = fill(letters)
        for run, _line in enumerate(sys.stdin):
            clock, processor = measure(registrations, run)
            sys.stdout.write(json.dumps({"clock": clock, "processor": processor}) + "\n")
            sys.stdout.flush()
    finally:
        utils.teardown_databases(databases, verbosity=0)


def fill(count: int) -> list[Any]:
    from django.utils import timezone

    from registrations.catalogue.loading import load_reference_data
    from registrations.models import Member, Registration

    load_reference_data()
    now = timezone.now()
    reviewer = Member.objects.create_user(name="Coordinator")
    languages = ("en", "ar", "es", "fr", "en")
    members = Member.objects.bulk_create(
        [
            Member(name=f"Person {number}", email=f"p{number}@example.org", language=languages[number % 5])
            for number in range(count)
        ]
    )
    return Registration.objects.bulk_create(
        [
            Registration(
                member=member,
                state="approved",
                name=member.name,
                country="TN",
                region="MENA",
                zone="UTC",
                made_at=now,
                submitted_at=now,
                changed_at=now,
                reviewed_at=now,
                reviewed_by=reviewer,
            )
            for member in members
        ]
    )


def measure(registrations: list[Any], run: int) -> tuple[float, float]:
    """Owe a letter to each and send them; return seconds and seconds of processor for one."""
    from django.db import connection, transaction
    from django.utils import timezone

    from mailings.ledger.draining import drain
    from mailings.ledger.letters import owe

    with transaction.atomic():
        for registration in registrations:
            owe(
                kind="registrations.approved",
                to=registration.member,
                about=registration,
                key=f"bench:{run}:{registration.pk}",
                now=timezone.now(),
            )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    began, busy = time.perf_counter(), time.process_time()
    done = drain(now=timezone.now())
    clock, processor = time.perf_counter() - began, time.process_time() - busy
    if done["sent"] != len(registrations):
        raise RuntimeError(f"not all letters were sent: {dict(done)}")
    return clock / len(registrations), processor / len(registrations)


if __name__ == "__main__":
    main()
