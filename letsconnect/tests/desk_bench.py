"""``make bench``: the desk with 10,000 people, matches and seats, 500 clinics and 100,000 emails.

Each list as it opens, its second and its last page, searched, sorted by each of its columns, and by each filter with
one of its values; the page and the history of one row; Today, the page of one person, what finds people, the lane, and
the first page of what an act on many rows does. Whole pages as a browser requests them, without the network, medians of
the runs; then how many statements each took. What takes more than 300 ms or more than fifteen statements is marked.
Everything is in a scratch database, which is dropped afterwards, unless it is to be kept for the next run.
"""

import argparse
import logging
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from statistics import median
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from registrations import bench as people_bench
from registrations.bench import last_page, scratch_database, set_up, sheets_of_the_checkout

AIM, MOST_STATEMENTS = 300, 15  # milliseconds; statements
# Two words, one letter, another script, an address, and nothing that there is.
SEARCHED = ("Person 77", "e", "أحمد", "77@example.org", "qqqq")
LONG = 5000


@dataclass(frozen=True)
class Size:
    """How many rows of each kind there are."""

    people: int
    matches: int
    clinics: int
    letters: int


def main(arguments: list[str] | None = None) -> int:
    """Fill, time and print; there is no limit, because the machine decides about milliseconds."""
    parser = argparse.ArgumentParser(prog="python -m letsconnect.tests.desk_bench", description=__doc__)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--letters", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="", help="lists whose names hold this word; 'pages' are what is no list")
    parser.add_argument("--keep", action="store_true", help="use the rows of the last run with --keep, and leave them")
    options = parser.parse_args(arguments)
    set_up()
    logging.disable(logging.WARNING)
    size = Size(options.people, options.people, max(options.people // 20, 10), options.letters)
    with scratch_database(keep=options.keep), sheets_of_the_checkout():
        liaison, coordinator = _seats_of_the_last_run() or _fill_all(size)
        _say(f"\nThe desk with {size} (medians of {options.runs}; the aim is {AIM} ms, {MOST_STATEMENTS} statements)\n")
        for who, member in (("coordinator", coordinator), ("liaison", liaison)):
            for model in _models():
                if options.only in model._meta.model_name:
                    _time_list(who, member, model, options.runs)
            if options.only in "pages":
                _time_pages(who, member, options.runs)
    return 0


def _seats_of_the_last_run() -> tuple[Any, Any] | None:
    """Return the liaison and the coordinator whom a run with ``--keep`` left, or None."""
    from registrations.models import Member

    left = [Member.objects.filter(name=name).order_by("pk").first() for name in ("Liaison", "Coordinator")]
    return (left[0], left[1]) if all(left) else None


def _fill_all(size: Size) -> tuple[Any, Any]:
    liaison, coordinator = people_bench.fill(size.people)
    fill(size, coordinator)
    return liaison, coordinator


def fill(size: Size, coordinator: Any) -> None:
    """Make of everything but people as many rows as that, each copied from one that the tests make."""
    from django.db import connection

    from registrations.models import Registration

    people = list(Registration.objects.filter(state="approved").order_by("pk"))
    _fill_matches(size, people)
    _fill_clinics(size, people)
    _fill_letters(size, people, coordinator)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _fill_matches(size: Size, people: list[Any]) -> None:
    from matching.models import Concern, Exclusion, Match, SharerRequest
    from matching.tests.factories import make_match, make_request, make_round
    from registrations.models import Skill
    from registrations.tests.factories import NOW

    skills = list(Skill.objects.values_list("pk", flat=True))
    pairs = [(people[number], people[-1 - number]) for number in range(len(people) // 2)]
    rounds = [make_round("proposed"), *(make_round("published") for _ in range(9))]
    states = ("proposed", "approved", "asked", "connected", "completed", "declined", "expired")
    firsts = [make_match(state, round=rounds[0 if state in states[:2] else 1]) for state in states]
    _copies(
        Match,
        (
            {
                **_columns(firsts[number % len(states)]),
                "round": rounds[0 if number % len(states) < 2 else 1 + number % 9],
                "learner": pairs[number % len(pairs)][0],
                "sharer": pairs[number % len(pairs)][1],
                "skill_id": skills[(number + number // len(pairs)) % len(skills)],
            }
            for number in range(size.matches)
            if number % len(states) >= 2 or number < len(pairs)  # at most one proposal of a round for a learner
        ),
    )
    first = make_request()
    _copies(
        SharerRequest,
        (
            {**_columns(first), "learner": one, "sharer": other, "skill_id": skills[number % len(skills)]}
            for number, (one, other) in enumerate(pairs[: size.matches // 5])
        ),
    )
    made_by = rounds[1].published_by
    _copies(
        Exclusion,
        (
            {
                "person": one if one.pk < other.pk else other,
                "other": other if one.pk < other.pk else one,
                "reason": "They said so.",
                "made_by": made_by,
                "made_at": NOW,
            }
            for one, other in pairs[: size.matches // 10]
        ),
    )
    _copies(
        Concern,
        (
            {"kind": "absent_twice", "registration": one, "raised_at": NOW}
            for one, _other in pairs[: size.matches // 10]
        ),
    )


def _fill_clinics(size: Size, people: list[Any]) -> None:
    from clinics.models import Clinic, ClinicText, Rsvp, TopicRequest
    from clinics.tests.factories import make_clinic, make_need, make_topic_request, sign_up

    firsts = [make_clinic(state=state, region=region) for state in ("announced", "held") for region in ("MENA", "SSA")]
    [seat] = sign_up(firsts[0], 1)
    members = [person.member_id for person in people]
    clinics, texts, seats = [], [], []
    for number in range(size.clinics):
        first = firsts[number % len(firsts)]
        clinics.append(Clinic(**{**_columns(first), "capacity": 100}))
    from django.db import transaction

    with transaction.atomic():
        Clinic.objects.bulk_create(clinics)
        for number, clinic in enumerate(clinics):
            for language in ("en", "ar", "fr"):
                texts.append(
                    ClinicText(clinic=clinic, language=language, title=f"Clinic {number}", summary="…", state="ready")
                )
            for place in range(size.people // size.clinics):
                member = members[(number * 37 + place) % len(members)]
                seats.append(Rsvp(**{**_columns(seat), "clinic_id": clinic.pk, "member_id": member, "seat": place + 1}))
        ClinicText.objects.bulk_create(texts)
    Rsvp.objects.bulk_create(seats, batch_size=LONG)
    first = make_topic_request()
    _copies(
        TopicRequest,
        (
            {**_columns(first), "member_id": member, "words": f"Topic {number}", "skill": None}
            for number, member in enumerate(members[: size.people // 10])
        ),
    )
    need = make_need(words="Need")
    _copies(type(need), ({**_columns(need), "words": f"Need {number}"} for number in range(size.people // 20)))


def _fill_letters(size: Size, people: list[Any], coordinator: Any) -> None:
    from letsconnect.base.models import MassAct, MassActRow, SecurityEvent
    from mailings.models import Letter, Subscription
    from mailings.tests.factories import make_letter, make_subscription
    from registrations.tests.factories import NOW

    chance = random.Random(3)
    letter, subscription = make_letter(), make_subscription()
    members = [(person.member_id, person.name) for person in people]
    _copies(
        Letter,
        (
            {
                **_columns(letter),
                "member_id": members[number % len(members)][0],
                "address": f"{number % len(members)}@example.org",
                "key": f"copy:{number}",
                "message_id": f"<{number}@copies>",
                "owed_at": NOW - timedelta(minutes=chance.randrange(500_000)),
                "language": ("en", "ar", "fr", "es", "pt")[number % 5],
                **({"state": "sent", "sent_at": NOW, "tries": 1} if number % 50 else {}),
            }
            for number in range(size.letters)
        ),
    )
    _copies(
        Subscription,
        (
            {**_columns(subscription), "member_id": member, "address": f"{number}@readers.example.org"}
            for number, (member, _name) in enumerate(members)
        ),
    )
    _copies(
        SecurityEvent,
        (
            {"kind": "signed_in", "member_id": member, "by_id": member, "detail": "code", "at": NOW}
            for member, _name in members
        ),
    )
    acts = MassAct.objects.bulk_create(
        MassAct(kind="registrations.accept", by=coordinator, state="done", asked_at=NOW, finished_at=NOW)
        for _ in range(50)
    )
    _copies(
        MassActRow,
        (
            {"act": act, "object_id": person.pk, "seen_version": "1", "outcome": "done"}
            for act in acts
            for person in people[:100]
        ),
    )


def _columns(row: Any) -> dict[str, Any]:
    """Return the columns of a row to be copied: not its key, nor what each row has of its own or the database makes."""
    return {
        field.attname: getattr(row, field.attname)
        for field in row._meta.fields
        if not field.primary_key and not field.generated and field.default is not uuid4
    }


def _copies(model: Any, rows: Iterator[dict[str, Any]]) -> None:
    made = []
    for row in rows:
        values = {name: value for name, value in row.items() if f"{name}_id" not in row or name.endswith("_id")}
        for name in [name for name in row if f"{name}_id" in row]:  # a row given in place of the key that was copied
            del values[f"{name}_id"]
            values[name] = row[name]
        made.append(model(**values))
    model.objects.bulk_create(made, batch_size=LONG, ignore_conflicts=True)


def _models() -> list[Any]:
    from django.contrib import admin

    return [model for model, page in admin.site._registry.items() if page.list_display != ("__str__",)]


def _time_list(who: str, member: Any, model: Any, runs: int) -> None:
    from django.contrib import admin
    from django.test import Client
    from django.urls import reverse

    page, client = admin.site._registry[model], Client(SERVER_NAME="127.0.0.1")
    client.force_login(member)
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    if not page._may(_request_of(member), "view"):
        return
    last = last_page(client, address)
    queries = {"": "", **({"p=2": "?p=2", f"p={last}": f"?p={last}"} if last > 1 else {})}
    if page.get_search_fields(None):
        queries |= {f"q={words}": f"?{urlencode({'q': words})}" for words in SEARCHED}
    queries |= {query: f"?{query}" for query in _orders(client, address)}
    queries |= {query: f"?{query}" for query in _filters(client, address)}
    for label, query in queries.items():
        _print(who, f"{model._meta.model_name} {label}", partial(client.get, address + query), runs)
    row = page.get_queryset(_request_of(member)).order_by("pk").first()
    if row is not None:
        for name in ("change", "history"):
            one = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=[row.pk])
            _print(who, f"{model._meta.model_name} {name}", partial(client.get, one), runs)


def _request_of(member: Any) -> Any:
    from django.test import RequestFactory

    request = RequestFactory().get("/")
    request.user = member
    return request


def _time_pages(who: str, member: Any, runs: int) -> None:
    """Time what is no list of a table."""
    from django.test import Client
    from django.urls import reverse

    from registrations.models import Registration

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(member)
    mine = Registration.objects.visible_to(member).exclude(member=None)
    person = mine.filter(state="approved").order_by("pk").first()
    find, people = reverse("admin:person_find"), reverse("admin:person_detail", args=[person.pk])
    addresses = {
        "Today": reverse("admin:index"),
        "person": people,
        **{f"person, {about}": f"{people}?about={about}" for about in ("matches", "clinics", "looks")},
        **{f"find {words}": f"{find}?{urlencode({'q': words})}" for words in SEARCHED if "@" not in words},
        "lane": reverse("admin:registrations_registration_lane"),
        "saved filters": reverse("admin:filter_list"),
    }
    for label, address in addresses.items():
        _print(who, label, partial(client.get, address, follow=True), runs)
    _print(who, "find an address", partial(client.post, find, {"q": person.member.email}, follow=True), runs)


def _orders(client: Any, address: str) -> list[str]:
    """Return for each column of a list that can be sorted the order that its own link offers."""
    import html
    import re

    heads = re.findall(r"<thead>.*?</thead>", client.get(address).content.decode(), re.DOTALL)
    return sorted({html.unescape(order) for head in heads for order in re.findall(r'href="\?(o=-?\d+)"', head)})


def _filters(client: Any, address: str) -> list[str]:
    """Return for each filter of a list the last choice that its own links offer."""
    import html
    import re

    shown = client.get(address).content.decode()
    boxes = re.findall(r"<details data-filter-title.*?</details>", shown, re.DOTALL)
    links = [re.findall(r'href="\?([^"]+)"', box) for box in boxes]
    extra = ["speaks=en-3&hosts=yes"] if "registrations/registration" in address else []
    return [html.unescape(choices[-1]) for choices in links if choices] + extra


def _print(who: str, label: str, ask: Any, runs: int) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    if ask().status_code != 200:  # a table without a page of one row
        return
    took = []
    for _ in range(runs):
        began = time.perf_counter()
        ask()
        took.append((time.perf_counter() - began) * 1000)
    with CaptureQueriesContext(connection) as captured:
        ask()
    least = median(took)
    mark = " <<<" if least > AIM or len(captured) > MOST_STATEMENTS else ""
    _say(f"  {who:<12}{label:<58}{least:7.0f} ms {len(captured):4} statements{mark}\n")


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
