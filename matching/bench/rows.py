"""Time a round from rows to stored proposals with 10,000 people on a real database, then repairs after refusals."""

import argparse
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import numpy as np

from matching.bench.printing import print_line
from matching.engine import generator
from matching.engine.facts import Facts
from registrations.bench import scratch_database, set_up

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECONDS, MEGABYTES, CHANGED = 10, 1024, 10  # what is asked of it


def main(arguments: list[str] | None = None) -> int:
    """Run and print; return 1 if it takes too long or too much memory, or if a repair changes too many pairs."""
    parser = argparse.ArgumentParser(prog="python -m matching.bench.rows", description=__doc__)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--refusals", type=int, default=11)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    set_up()
    with scratch_database():
        _in_a_process_of_its_own(fill, options.people, options.seed)
        return 0 if _time(options.refusals) else 1


def _in_a_process_of_its_own(work: Callable[..., None], *arguments: Any) -> None:
    from django.db import connections

    connections.close_all()
    process = multiprocessing.get_context("fork").Process(target=work, args=arguments)
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit("the rows could not be written")


def fill(count: int, seed: int) -> None:
    """Store made-up people as rows: approved, claimed, with windows in UTC that give the generator's free hours."""
    from django.db import connection

    from registrations import documents
    from registrations.models import Consent, Member, Registration, Skill, WorkingGroupSeat

    facts = generator.people(count, seed=seed)
    coordinator = Member.objects.create_user(name="Coordinator")
    WorkingGroupSeat.objects.create(member=coordinator, role="coordinator", from_on=NOW.date())
    members = Member.objects.bulk_create(
        [Member(name=f"Person {number}", email=f"{number}@example.org") for number in range(count)], batch_size=2000
    )
    people_facts = facts.people
    registrations = Registration.objects.bulk_create(
        [
            Registration(
                member=member,
                state="approved",
                region=str(people_facts.region[row]),
                region_wish=str(people_facts.region_wish[row]),
                can_learn_from=int(people_facts.places_to_learn[row]),
                can_help=int(people_facts.places_to_help[row]),
                zone="UTC",
                made_at=NOW,
                submitted_at=NOW,
                changed_at=NOW - timedelta(days=row % 400),
                reviewed_at=NOW,
                reviewed_by=coordinator,
            )
            for row, member in enumerate(members)
        ],
        batch_size=2000,
    )
    Consent.objects.bulk_create(
        [
            Consent(member=member, document=document, version=documents.versions(document)[-1].name, given_at=NOW)
            for member in members
            for document in documents.REQUIRED
        ],
        batch_size=5000,
    )
    slugs = sorted({*np.asarray(facts.offers.skill).tolist(), *np.asarray(facts.wishes.skill).tolist()})
    made = Skill.objects.bulk_create([Skill(slug=f"skill-{slug}", family="tactics") for slug in slugs])
    skills = {slug: skill.pk for slug, skill in zip(slugs, made, strict=True)}
    keys = dict(zip(np.asarray(people_facts.id).tolist(), (row.pk for row in registrations), strict=True))
    for rows in _rows(facts, keys, skills):
        type(rows[0]).objects.bulk_create(rows, batch_size=5000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    connection.close()


def _rows(facts: Facts, keys: dict[int, int], skills: dict[int, int]) -> Iterator[list[Any]]:
    from registrations.models import Offer, SpokenLanguage, Window, Wish

    def columns(table: Any, *names: str) -> Iterator[tuple[Any, ...]]:
        return zip(*(np.asarray(getattr(table, name)).tolist() for name in names), strict=True)

    yield [
        Offer(registration_id=keys[person], skill_id=skills[skill], level=level)
        for person, skill, level in columns(facts.offers, "person", "skill", "level")
    ]
    yield [
        Wish(registration_id=keys[person], skill_id=skills[skill], priority=priority)
        for person, skill, priority in columns(facts.wishes, "person", "skill", "priority")
    ]
    yield [
        SpokenLanguage(registration_id=keys[person], code=code, level=level, is_preferred=preferred)
        for person, code, level, preferred in columns(facts.languages, "person", "code", "level", "is_preferred")
    ]
    first_week = np.asarray(facts.people.slots)[:, :672]
    edges = np.diff(np.pad(first_week, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    begins, ends = np.argwhere(edges == 1), np.argwhere(edges == -1)
    ids = np.asarray(facts.people.id).tolist()
    yield [
        Window(registration_id=keys[ids[row]], start=15 * begin, end=15 * end)
        for (row, begin), (_row, end) in zip(begins.tolist(), ends.tolist(), strict=True)
    ]


def _time(refusals: int) -> bool:
    from matching.inputs import loading
    from matching.models import Match, Round
    from matching.rounds.computing import solve_round
    from matching.rounds.repairing import compute_repair
    from matching.rounds.reviews import refuse_match
    from matching.rounds.rounds import create_round
    from registrations.models import Member, Registration

    coordinator = Member.objects.get(name="Coordinator")
    print_line(f"\nRows to stored proposals: {Registration.objects.count():,} people in PostgreSQL\n")
    began = time.perf_counter()
    loading.load(now=NOW)
    print_line(f"  (reading alone)                      {time.perf_counter() - began:6.2f} s\n")
    round_ = create_round(by=None, now=NOW, seed=1, wake_a_worker=False)
    began, busy = time.perf_counter(), time.process_time()
    round_ = solve_round(round_=round_, now=NOW)
    took, busy = time.perf_counter() - began, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    counts = round_.statistics
    print_line(
        f"  rows → stored proposals              {took:6.2f} s (asked: {SECONDS}), {busy:.2f} s of it in Python\n"
    )
    print_line(f"  peak memory of the process           {peak:6.0f} MB (asked: {MEGABYTES})\n")
    print_line(
        f"  {counts['learners']:,} learners, {counts['candidates']:,} pairs, {counts['served']:,} proposals, "
        f"proof {'verified' if round_.is_proven else 'MISSING'}\n"
    )
    changed, repair_seconds = [], []
    for number in range(refusals):
        now = NOW + timedelta(minutes=number + 1)
        match = Match.objects.to_decide().order_by("score", "pk")[number * 7]
        refuse_match(match=match, by=coordinator, why="poor_fit", now=now)
        began = time.perf_counter()
        repaired = compute_repair(round_=Round.objects.get(pk=round_.pk), by=coordinator, now=now)
        repair_seconds.append(time.perf_counter() - began)
        changed.append(len(repaired.withdrawn))
    typical = median(changed) if changed else 0
    if changed:
        print_line(
            f"  repair after a refusal               {median(repair_seconds):6.2f} s; other proposals changed: "
            f"median {typical:.0f}, most {max(changed)}, of {refusals} (asked: {CHANGED})\n"
        )
    return took <= SECONDS and peak <= MEGABYTES and typical <= CHANGED


if __name__ == "__main__":
    sys.exit(main())
