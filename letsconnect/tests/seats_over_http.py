"""How many people get a seat in a second: by the button of a clinic's page, and by the bare action under its lock.

Both in one run, on one database, by two processes of sixteen threads each, which keep their connections, as the web
processes do that we ship. Other work on the machine slows both alike. `make bench` prints it; the storm
`test_seats_over_http.py` looks at who got what.
"""

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

SEATS, PROCESSES, THREADS, PRESSES = 50, 2, 16, 20
AT_ONCE = PROCESSES * THREADS
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Rush:
    """What came of everybody asking for a seat at once."""

    seconds: float
    answers: list[Any]
    waits: list[float]

    @property
    def rate(self) -> float:
        return len(self.answers) / self.seconds

    @property
    def p95(self) -> float:
        return sorted(self.waits)[len(self.waits) * 95 // 100]

    def __str__(self) -> str:
        return f"{self.rate:.0f}/s, p95 {self.p95:.2f} s"


def make_clinic_and_people(number: int, *, name: str) -> tuple[Any, list[Any]]:
    """A clinic of fifty seats in three days, and people who have agreed to what everybody agrees to."""
    from django.utils import timezone

    from clinics.tests.factories import make_clinic
    from registrations import documents
    from registrations.models import Consent, Member
    from registrations.tests.factories import NOW

    members = Member.objects.bulk_create(
        Member(email=f"{name}-{person}@example.org", name=f"{name} {person}", joined_at=NOW) for person in range(number)
    )
    Consent.objects.bulk_create(
        Consent(member=member, document=document, version=documents.versions(document)[-1].name, given_at=NOW)
        for member in members
        for document in documents.REQUIRED
    )
    return make_clinic(capacity=SEATS, starts_at=timezone.now() + timedelta(days=3)), members


def in_turn(some: Iterable[Any], ask: Callable[[Any], Any], *, threads: int) -> tuple[list[Any], list[float]]:
    """Ask for each of these, so many at a time; return what was answered, and how long each waited."""
    waits: list[float] = []

    def ask_and_note(one: Any) -> Any:
        began = time.perf_counter()
        try:
            return ask(one)
        finally:
            waits.append(time.perf_counter() - began)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(ask_and_note, some)), waits


def rush_over_http(site: Any, clinic: Any, members: list[Any]) -> Rush:
    """Whoever is told that the site is busy (503, after a second before the clinic's row) presses again."""
    from letsconnect.tests.standing.clicks import post, signed_in

    headers = {member.pk: signed_in(member) for member in members}

    def press(member: Any) -> int:
        status = 0
        for _press in range(PRESSES):
            status = post(site, f"/clinics/{clinic.pk}/rsvp/", headers[member.pk]).status
            if status != 503:
                break
        return status

    began = time.perf_counter()
    statuses, waits = in_turn(members, press, threads=AT_ONCE)
    return Rush(time.perf_counter() - began, statuses, waits)


def rush_of_the_bare_action(clinic: Any, members: list[Any], *, known: dict[str, str]) -> Rush:
    """Let as many processes and threads as serve the page do nothing but `rsvp`."""
    command = [sys.executable, "-m", "letsconnect.tests.seats_over_http", str(clinic.pk)]
    processes = [
        subprocess.Popen(command, env=known, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _number in range(PROCESSES)
    ]
    for number, process in enumerate(processes):
        print(json.dumps([member.pk for member in members[number::PROCESSES]]), file=process.stdin, flush=True)
    for process in processes:
        process.stdout.readline()  # it is ready
    began = time.perf_counter()
    for process in processes:
        print("go", file=process.stdin, flush=True)
    said = [json.loads(process.stdout.readline()) for process in processes]
    seconds = time.perf_counter() - began
    for process in processes:
        process.communicate()
    return Rush(seconds, *([one for part in said for one in part[name]] for name in ("states", "waits")))


def be_a_bare_process(clinic_key: int) -> int:
    """Say that this process is ready, read whose seats it asks for, and say what came of it."""
    import django

    django.setup()
    from django.utils import timezone

    from clinics.models import Clinic
    from clinics.seats.rsvps import rsvp
    from registrations.models import Member

    def ask(member: Member) -> str:
        return str(rsvp(clinic=clinic, member=member, by=member, now=timezone.now()).state)

    keys = json.loads(sys.stdin.readline())
    clinic, members = Clinic.objects.get(pk=clinic_key), Member.objects.in_bulk(keys)
    _say("ready")
    sys.stdin.readline()
    states, waits = in_turn([members[key] for key in keys], ask, threads=THREADS)
    _say(json.dumps({"states": states, "waits": waits}))
    return 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    from registrations.bench import scratch_database, set_up

    os.environ["SECRET_KEY"] = secrets.token_urlsafe(48)
    set_up()
    with scratch_database(), TemporaryDirectory() as folder:
        rushes = measure(Path(folder))
    sys.stdout.write(in_words(rushes))
    return 0


def measure(folder: Path, *, people: int = 500) -> dict[str, tuple[Any, Rush]]:
    """Rush for the seats of two clinics, one way each; return the clinic and what came of it, by the way."""
    from letsconnect.tests.standing.site import PATIENT, serving
    from letsconnect.tests.whole.portal import environment

    known = environment(
        DJANGO_SETTINGS_MODULE="letsconnect.tests.whole.settings",
        MAILBOX_DIR=str(folder),
        SITE_URL="http://127.0.0.1:1",
        EMAIL_URL="smtp://127.0.0.1:1",
        NUDGES="0",
    )
    rushes: dict[str, tuple[Any, Rush]] = {}
    with serving(folder, PATIENT, workers=PROCESSES) as site:
        rush_over_http(site, *make_clinic_and_people(AT_ONCE * 2, name="warm"))
        clinic, members = make_clinic_and_people(people, name="page")
        rushes["page"] = clinic, rush_over_http(site, clinic, members)
    clinic, members = make_clinic_and_people(people, name="bare")
    rushes["bare"] = clinic, rush_of_the_bare_action(clinic, members, known=known)
    return rushes


def in_words(rushes: dict[str, tuple[Any, Rush]]) -> str:
    page, bare = rushes["page"][1], rushes["bare"][1]
    return (
        f"\n{len(page.answers)} people, {SEATS} seats, {PROCESSES} processes of {THREADS} threads: {page} by page; "
        f"{bare} the bare action: {page.rate / bare.rate:.2f} of its rate (aim: 0.50)\n"
    )


if __name__ == "__main__":
    sys.exit(be_a_bare_process(int(sys.argv[1])) if sys.argv[1:] else main())
