"""``make bench``: the processor time of pages with twenty rows each, in a scratch database that is dropped afterwards.

Whole requests through the WSGI application with gzip, as a worker answers them, turn by turn so that other work on the
machine slows all pages alike. The contact page, which reads nothing but who asks, is the base line: on a busy machine
milliseconds are stretched, the multiples of it less so. Function calls are the same in every run.
"""

import argparse
import cProfile
import io
import pstats
import sys
import time
from datetime import timedelta
from statistics import median
from typing import Any, NamedTuple

from registrations.bench import scratch_database, set_up, sheets_of_the_checkout

ROWS = 20
BASE_LINE = "contact"
AIM = 10  # milliseconds of processor


class Page(NamedTuple):
    """A page, and the cookie of the person who asks for it."""

    name: str
    path: str
    cookie: str


class Cost(NamedTuple):
    """What a page costs: milliseconds of processor time, function calls, statements of SQL, characters of HTML."""

    least: float
    median: float
    calls: int
    statements: int
    size: int


def main(arguments: list[str] | None = None) -> int:
    """Run and print; there is no limit, because the machine decides about milliseconds."""
    parser = argparse.ArgumentParser(prog="python -m letsconnect.tests.bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=30)
    options = parser.parse_args(arguments)
    set_up()
    import time_machine

    from registrations.tests.factories import NOW

    with (
        scratch_database(),
        sheets_of_the_checkout(),
        time_machine.travel(NOW, tick=False),
    ):
        pages = fill()
        print_costs(measure(pages, options.runs), options.runs)
    return 0


def fill() -> list[Page]:
    """Make twenty rows for every list; return the pages and who looks at them."""
    from django.contrib import admin
    from django.db import connection
    from django.urls import reverse

    from clinics.models import ClinicHourRules, ClinicSeatRules
    from matching.models import MatchingRules
    from registrations.models import Eligibility
    from registrations.tests.factories import NOW, make_member
    from trust.seats.appointing import appoint_to_trust_team

    member, coordinator = _member_with_everything()
    _fill_the_desk(coordinator)
    reader = appoint_to_trust_team(member=make_member(), by=None, now=NOW - timedelta(days=9)).member
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    mine, desks, trusts = (cookie_of(person) for person in (member, coordinator, reader))
    names = ("contact", "home", "clinics:clinic-list", "matching:match-list", "matching:sharer-list")
    names += ("matching:request-list", "matching:person-list", "registrations:registration-edit")
    pages = [Page(name, reverse(name), mine) for name in names]
    pages += [Page("trust:report-list", reverse("trust:report-list"), trusts)]
    pages += [Page("admin:index", reverse("admin:index"), desks)]
    one_row = (ClinicHourRules, ClinicSeatRules, Eligibility, MatchingRules)
    for model, page in sorted(admin.site._registry.items(), key=lambda entry: entry[0]._meta.label_lower):
        if model in one_row:  # their pages open at once
            continue
        page.list_per_page = ROWS
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        pages.append(Page(name, reverse(name), desks))
    return pages


def _member_with_everything() -> tuple[Any, Any]:
    """Return a member with twenty of whatever a member's page lists, and the coordinator who approved it."""
    from clinics.seats.rsvps import rsvp
    from clinics.tests.factories import make_clinic, make_text
    from matching.tests.factories import make_match, make_request
    from matching.tests.feedback_factories import make_hour
    from matching.tests.session_factories import make_session
    from registrations.tests.factories import NOW, make_coordinator, make_member, make_registration

    spoken, desk = [("ar", 6), ("en", 5), ("fr", 3)], make_coordinator(name="Coordinator")
    member = make_member(name="Amina", region="MENA", zone="Africa/Tunis", country="TN")
    me = make_registration(
        member=member, wishes=["wikidata", "lexemes"], offers=["budgeting"], speaks=spoken, can_help=ROWS, reviewer=desk
    )
    for number in range(ROWS):
        hours = timedelta(hours=number + 1)
        other = make_registration(wishes=["budgeting"], speaks=spoken, reviewer=desk)
        match = make_match(
            "asked" if number % 4 == 0 else "connected", learner=other, sharer=me, skill="budgeting", approved_by=desk
        )
        if number % 4 == 1:
            make_session(match=match, starts_at=NOW + hours + timedelta(days=2))
        elif number % 4 == 2:
            make_session("proposed", match=match, waiting_for="sharer")
        elif number % 4 == 3:
            make_hour(match=match, ended=hours)
        clinic = make_clinic(
            starts_at=NOW + timedelta(days=number + 2), title=f"Clinic {number}", region="MENA", capacity=3
        )
        make_text(clinic, "fr", f"Clinique {number}")
        if number % 2:
            rsvp(clinic=clinic, member=member, by=member, now=NOW)
        sharer = make_registration(
            offers=["wikidata", f"skill-{number}", "editing"], speaks=spoken, is_findable=True, reviewer=desk
        )
        make_request("withdrawn" if number > 2 else "open", place=number % 3 + 1, learner=me, sharer=sharer)
    return member, desk


def _fill_the_desk(coordinator: Any) -> None:
    """Make twenty rows for each list of the desk that a member's rows do not fill."""
    from letsconnect.base import security_log
    from mailings.models import Suppression
    from matching.models import Concern
    from matching.rounds.rules import exclude_pair
    from registrations.models import Group, ImportUpload
    from registrations.oldform import claims
    from registrations.skills.arranging import suggest_skill
    from registrations.tests.factories import NOW, make_liaison, make_registration
    from trust.reports.handling import send_report
    from trust.seats.appointing import appoint_to_trust_team

    for number in range(ROWS):
        waiting = make_registration(
            state="submitted", wishes=["wikidata"], offers=["editing"], speaks=[("ar", 6), ("en", 3)]
        )
        person, other = make_liaison("MENA"), make_registration(reviewer=coordinator)
        Concern.objects.create(kind="absent_twice", registration=other, raised_at=NOW)
        exclude_pair(person=waiting, other=other, reason="A quarrel.", by=coordinator, now=NOW)
        suggest_skill(name=f"Podcast editing {number}", language="en", by=person, now=NOW)
        security_log.record(kind="signed_in", member=person, by=person, now=NOW, detail="code")
        Group.objects.create(slug=f"group-{number}", name=f"Group {number}", kind="chapter")
        Suppression.objects.create(address_hash=f"{number:064x}", source="bounce", made_at=NOW)
        appoint_to_trust_team(member=other.member, by=None, now=NOW)
        send_report(by=waiting.member, description="Something happened.", now=NOW)
        old = make_registration(
            source="import", state="submitted", name=f"Olga {number}", imported_address=f"old-{number}@example.org"
        )
        claims.invite_to_claim(registration=old, by=coordinator, now=NOW)
        ImportUpload.objects.create(
            file_name=f"old-{number}.csv",
            size=2,
            content=b"Email Address,Full name\nold@example.org,Olga\n",
            state="checked",
            counts={"rows": 1, "imported": 1},
            uploaded_by=coordinator,
            uploaded_at=NOW,
            asked_at=NOW,
        )


def cookie_of(member: Any) -> str:
    from django.test import Client

    client = Client()
    client.force_login(member)
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


def measure(pages: list[Page], runs: int) -> dict[str, Cost]:
    """Ask for all pages turn by turn; return what each cost."""
    took = ask_often(pages, runs)
    return {page.name: _cost(page, took[page.name]) for page in pages}


def ask_often(pages: list[Page], runs: int) -> dict[str, list[float]]:
    """Ask for all pages turn by turn; return the milliseconds of processor that each took."""
    took: dict[str, list[float]] = {page.name: [] for page in pages}
    for turn in range(runs + 2):
        for page in pages:
            began = time.process_time()
            ask(page)
            if turn > 1:  # before that templates are compiled and words are read
                took[page.name].append((time.process_time() - began) * 1000)
    return took


def _cost(page: Page, took: list[float]) -> Cost:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    profile = cProfile.Profile()
    profile.runcall(ask, page)
    calls: int = vars(pstats.Stats(profile, stream=io.StringIO()))["total_calls"]
    with CaptureQueriesContext(connection) as captured:
        html = ask(page, encoding="identity")
    return Cost(min(took), median(took), calls, len(captured), len(html))


def ask(page: Page, *, encoding: str = "gzip") -> bytes:
    """Answer one request as a worker of the web server does, with all that comes after the answer."""
    from letsconnect.wsgi import application

    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": page.path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "HTTP_COOKIE": page.cookie,
        "HTTP_ACCEPT_ENCODING": encoding,
        "HTTP_ACCEPT_LANGUAGE": "en",
        "wsgi.input": io.BytesIO(),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
    }
    said: list[str] = []
    answer: Any = application(environ, lambda status, headers, error=None: said.append(status))
    try:
        body = b"".join(answer)
    finally:
        answer.close()
    if said != ["200 OK"]:
        raise RuntimeError(f"{page.name}: {said}")
    return body


def print_costs(costs: dict[str, Cost], runs: int) -> None:
    """Print a line for each page."""
    base = costs[BASE_LINE].least
    _say(f"\nProcessor time of pages with {ROWS} rows (least and median of {runs}; the aim is {AIM} ms)\n")
    for name, cost in costs.items():
        _say(
            f"  {name:<46}{cost.least:6.1f} ms {cost.median:6.1f} ms  {cost.least / base:5.2f} × contact"
            f"{cost.calls:9,} calls {cost.statements:3} statements {cost.size / 1000:5.0f} kB\n"
        )


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
