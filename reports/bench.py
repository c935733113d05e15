"""``make bench``: time each report, in a scratch database of 10,000 people, 500 clinics and 100,000 letters.

``python -m reports.bench --times 10`` fills one of ten times that. Times are medians, of the whole page as a browser
requests it, without the network; the aim is 1 s at the usual size.
"""

import argparse
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from itertools import islice
from statistics import median
from typing import Any
from urllib.parse import urlencode

from registrations.bench import scratch_database, set_up, sheets_of_the_checkout

NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
PEOPLE, CLINICS, LETTERS, ROUNDS = 10_000, 500, 100_000, 12
AT_A_CLINIC = 40
BATCH = 5_000


def main(arguments: list[str] | None = None) -> int:
    """Fill the database, time the reports, and print the times."""
    parser = argparse.ArgumentParser(prog="python -m reports.bench", description=__doc__)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args(arguments)
    set_up()
    with scratch_database(), sheets_of_the_checkout():
        began = time.perf_counter()
        coordinator = fill(
            people=PEOPLE * options.times, clinics=CLINICS * options.times, letters=LETTERS * options.times
        )
        _say(
            f"\nReports of {PEOPLE * options.times:,} people, {CLINICS * options.times:,} clinics and "
            f"{LETTERS * options.times:,} letters (medians of {options.runs}; the aim is 1 s; filled in "
            f"{time.perf_counter() - began:.0f} s)\n"
        )
        _time(options.runs, coordinator)
    return 0


def _time(runs: int, coordinator: Any) -> None:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    from reports.catalogue import all_reports

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(coordinator)
    for report in all_reports():
        address = reverse("admin:reports_report", args=[report.name])
        if report.is_of_period:
            address += f"?{urlencode({'year': (NOW - timedelta(days=365)).year})}"
        took = []
        for _run in range(runs + 1):
            began = time.perf_counter()
            page = client.get(address)
            took.append((time.perf_counter() - began) * 1000)
            if page.status_code != 200:
                raise RuntimeError(f"{address} answered {page.status_code}")
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        asked = sum(float(query["time"]) for query in queries.captured_queries) * 1000
        _say(
            f"  {report.name:<20}{median(took[1:]):7.0f} ms (best {min(took[1:]):5.0f}), of these {asked:6.0f} in "
            f"{len(queries)} statements   {len(page.content) // 1000:,} kB\n"
        )


def fill(*, people: int, clinics: int, letters: int) -> Any:
    """Make a programme of two years, and return its coordinator."""
    from django.db import connection

    from registrations.catalogue.loading import load_reference_data
    from registrations.models import Member, WorkingGroupSeat

    load_reference_data()
    chance = random.Random(1)  # noqa: S311  made-up people
    coordinator = Member.objects.create_user(name="Coordinator")
    WorkingGroupSeat.objects.create(member=coordinator, role="coordinator", from_on=(NOW - timedelta(days=900)).date())
    registrations = fill_people(people, coordinator, chance)
    fill_rounds(registrations, coordinator, chance)
    _fill_clinics([row.member for row in registrations], clinics, coordinator, chance)
    _fill_letters([row.member for row in registrations], letters)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return coordinator


def fill_people(people: int, reviewer: Any, chance: random.Random) -> list[Any]:
    """Make people of all regions, who registered within two years and agreed to everything."""
    from registrations import documents
    from registrations.domain.registrations import Region
    from registrations.models import Consent, Member, Offer, Registration, Skill, SpokenLanguage, Window, Wish

    regions, since = list(Region.values), NOW - timedelta(days=730)
    made = _stored(
        Member,
        (
            Member(name=f"Person {number}", email=f"{number}@example.org", region=regions[number % 8], joined_at=since)
            for number in range(people)
        ),
    )
    rows = []
    for number, member in enumerate(made):
        moment = NOW - timedelta(minutes=chance.randrange(730 * 1440))
        rows.append(
            Registration(
                member=member,
                state="approved",
                name=member.name,
                country="TN",
                region=chance.choices([*regions, ""], [6, 5, 7, 9, 1, 6, 3, 12, 1])[0],
                zone="UTC",
                made_at=moment,
                submitted_at=moment,
                changed_at=moment,
                reviewed_at=moment,
                reviewed_by=reviewer,
                can_help=number % 3 + 1,
            )
        )
    registrations = _stored(Registration, rows)
    in_force = documents.in_force(on=NOW.date())
    consents = [(document, in_force[document]) for document in documents.REQUIRED]
    _stored(
        Consent,
        (
            Consent(member=member, document=document, version=version, given_at=since)
            for member in made
            for document, version in consents
        ),
    )
    skills = list(Skill.objects.order_by("pk").values_list("pk", flat=True))
    offers, wishes, languages, windows = [], [], [], []
    for row in registrations:
        own = chance.sample(skills, 5)
        offers += [Offer(registration=row, skill_id=skill) for skill in own[:2]]
        wishes += [Wish(registration=row, skill_id=skill) for skill in own[2:]]
        spoken = {"en", chance.choice(("ar", "fr", "es", "pt", "sw", "hi", "id"))}
        languages += [SpokenLanguage(registration=row, code=code, level=4) for code in spoken]
        windows.append(Window(registration=row, start=1080, end=1260))
    for model, rows_of_model in ((Offer, offers), (Wish, wishes), (SpokenLanguage, languages), (Window, windows)):
        _stored(model, rows_of_model)
    return registrations


def fill_rounds(registrations: list[Any], coordinator: Any, chance: random.Random) -> None:
    """Make a round for each of twelve months: most of a fifth of the people get a partner, and half of these meet."""
    from matching.domain.feedback import Verdict
    from matching.models import Match, Round, RoundParticipant, Session, SessionOutcome
    from registrations.models import Wish

    wished = dict(Wish.objects.values_list("registration", "skill"))
    matches, participants = [], []
    for number in range(ROUNDS):
        moment = NOW - timedelta(days=30 * (ROUNDS - number) + 200)
        round_ = Round.objects.create(
            state="published",
            created_at=moment,
            finished_at=moment,
            value={"served": 1, "score": 1},
            is_proven=True,
            published_at=moment,
            published_by=coordinator,
        )
        taking_part = registrations[number % 2 :: 2]
        sharers = taking_part[:]
        chance.shuffle(sharers)
        paired: set[int] = set()
        for place, (learner, sharer) in enumerate(zip(taking_part, sharers, strict=True)):
            gets = chance.random() < 0.6 and learner.pk != sharer.pk and learner.pk in wished
            left = "" if gets else chance.choice(("places_taken", "no_hour_in_common", "no_free_place"))
            participants.append(
                RoundParticipant(round=round_, number=place, registration=learner, is_learner=True, left_out=left)
            )
            if gets and chance.random() < 0.9 and not {learner.pk, sharer.pk} & paired:
                paired |= {learner.pk, sharer.pk}
                matches.append(_match(round_, learner, sharer, wished[learner.pk], moment, coordinator))
    _stored(RoundParticipant, participants)
    stored = _stored(Match, matches)
    sessions = [
        Session(
            match=match,
            learner=match.learner,
            sharer=match.sharer,
            state="confirmed",
            minutes=60,
            made_at=match.asked_at,
            made_by=match.learner.member,
            starts_at=match.asked_at + timedelta(days=9),
            ends_at=match.asked_at + timedelta(days=9, hours=1),
            confirmed_at=match.asked_at,
        )
        for match in stored[::2]
    ]
    outcomes = [
        SessionOutcome(session=session, asked_at=session.ends_at, settled_at=session.ends_at, verdict=Verdict.MET)
        for session in _stored(Session, sessions)
    ]
    _stored(SessionOutcome, outcomes)


def _match(round_: Any, learner: Any, sharer: Any, skill: int, moment: datetime, coordinator: Any) -> Any:
    from matching.models import Match

    return Match(
        round=round_,
        learner=learner,
        sharer=sharer,
        skill_id=skill,
        score=1000,
        state="completed",
        proposed_at=moment,
        approved_at=moment,
        approved_by=coordinator,
        asked_at=moment,
        answer_by=moment + timedelta(days=7),
        learner_accepted_at=moment,
        sharer_accepted_at=moment,
        connected_at=moment,
        closed_at=moment + timedelta(days=20),
        closed_by=coordinator,
        closed_why="done",
    )


def _fill_clinics(members: list[Any], clinics: int, coordinator: Any, chance: random.Random) -> None:
    from django.db import transaction

    from clinics.models import Attendance, Clinic, ClinicPerson, ClinicText, Rsvp
    from registrations.models import Skill

    skills = list(Skill.objects.order_by("pk").values_list("pk", flat=True))
    rows = []
    for number in range(clinics):
        starts_at = NOW - timedelta(hours=30 + 730 * 23 * number // clinics)
        rows.append(
            Clinic(
                state="held",
                local_date=starts_at.date(),
                local_time=starts_at.time(),
                zone="UTC",
                starts_at=starts_at,
                start_set_at=starts_at - timedelta(days=30),
                announced_at=starts_at - timedelta(days=20),
                held_at=starts_at + timedelta(hours=2),
                capacity=AT_A_CLINIC * 2,
                meeting_link="https://meet.example.org/clinic",
            )
        )
    with transaction.atomic():  # a clinic that was announced has a text when the transaction ends
        stored = _stored(Clinic, rows)
        _stored(
            ClinicText,
            (ClinicText(clinic=each, language="en", state="ready", title="A clinic", summary="…") for each in stored),
        )
        through = Clinic.skills.through
        _stored(through, (through(clinic_id=each.pk, skill_id=chance.choice(skills)) for each in stored))
    seats, came, parts = [], [], []
    for clinic in stored:
        there = chance.sample(members, AT_A_CLINIC)
        before = clinic.starts_at - timedelta(days=2)
        seats += [
            Rsvp(clinic=clinic, member=member, state="going", seat=seat, made_at=before, seated_at=before)
            for seat, member in enumerate(there, 1)
        ]
        came += [
            Attendance(clinic=clinic, member=member, ticked_at=clinic.starts_at, ticked_by=coordinator)
            for member in there[: AT_A_CLINIC * 3 // 4]
        ]
        host = chance.choice(members)
        parts.append(
            ClinicPerson(clinic=clinic, role="host", member=host, state="accepted", asked_at=before, answered_at=before)
        )
    _stored(Rsvp, seats)
    _stored(Attendance, came)
    _stored(ClinicPerson, parts)


def _fill_letters(members: list[Any], letters: int) -> None:
    """Make one email as the portal does, and copy it in the database: half a million rows in seconds."""
    from django.db import connection

    from mailings.models import Letter

    Letter.objects.create(
        kind="registrations.approved",
        key="0",
        member=members[0],
        address=members[0].email,
        language="en",
        zone="UTC",
        state="sent",
        message_id="<0@example.org>",
        owed_at=NOW,
        due_at=NOW,
        tries=1,
        sent_at=NOW,
    )
    fields = [field for field in Letter._meta.concrete_fields if not (field.primary_key or field.generated)]
    columns = [connection.ops.quote_name(str(field.column)) for field in fields]
    own = {
        '"key"': "n::text",
        '"member_id"': "(%s::bigint[])[1 + n %% %s]",
        '"message_id"': "'<' || n || '@example.org>'",
    }
    table = connection.ops.quote_name(Letter._meta.db_table)
    values = ", ".join(own.get(column, f"one.{column}") for column in columns)
    copy = f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} one, generate_series(1, %s) n"  # noqa: S608  names of ours
    with connection.cursor() as cursor:
        cursor.execute(copy, [[member.pk for member in members], len(members), letters - 1])


def _stored(model: Any, rows: Any) -> list[Any]:
    """Store rows in batches, as they come."""
    made: list[Any] = []
    waiting = iter(rows)
    while batch := list(islice(waiting, BATCH)):
        made += model.objects.bulk_create(batch)
    return made


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
