"""The processor time of the pages that most people come to, with nothing kept from one request to the next."""

import sys

from letsconnect.tests.audit.looking import Finding
from letsconnect.tests.bench import AIM, Page, ask_often, cookie_of

RUNS = 40


def measure() -> tuple[list[Finding], int]:
    """Print what home, a clinic and the page to sign in take; return those that take too long, and how many there are.

    What counts is the least of many runs: more is the doing of what else runs on the machine."""
    from django.db import transaction
    from django.urls import reverse

    from letsconnect.tests.audit.shots import the_world
    from letsconnect.tests.serving import connection_kept
    from registrations.bench import sheets_of_the_checkout

    found = []
    with transaction.atomic(), connection_kept(), sheets_of_the_checkout(), the_world() as (world, people, _few):
        clinic, mine = reverse("clinics:clinic-detail", args=[world.clinic.pk]), cookie_of(people["concerned"])
        pages = [
            Page("home, visitor", reverse("home"), ""),
            Page("home, member", reverse("home"), mine),
            Page("clinic, visitor", clinic, ""),
            Page("clinic, member", clinic, mine),
            Page("sign in, visitor", reverse("registrations:sign-in"), ""),
        ]
        for name, took in ask_often(pages, RUNS).items():
            sys.stdout.write(f"  {name:<20}{min(took):6.1f} ms of processor\n")
            if min(took) > AIM:
                found.append(Finding("processor", name, "", f"{min(took):.1f} ms of processor, of {AIM}"))
        transaction.set_rollback(True)
    return found, len(pages)
