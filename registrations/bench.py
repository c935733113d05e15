"""``make bench``: time the review queue with 20,000 registrations, and many of them at once, in a scratch database.

Times are medians of the runs, of the whole page as a browser requests it, without the network.
"""

import argparse
import os
import random
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Any

import django
from django.conf import settings

from letsconnect.embedded import servers

if TYPE_CHECKING:
    from django.test import Client

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
REGIONS = ["CEECA", "ESEAP", "LAC", "MENA", "NA", "NWE", "SA", "SSA"]
LIST = "/admin/registrations/registration/"
IMPORTED, TO_APPROVE = 900, 486  # people invited and approved at one press


def main(arguments: list[str] | None = None) -> int:
    """Fill the database, time the pages and the export, and print the times."""
    parser = argparse.ArgumentParser(prog="python -m registrations.bench", description=__doc__)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args(arguments)
    set_up()
    with scratch_database(), sheets_of_the_checkout():
        liaison, coordinator = fill(options.people)
        _say(
            f"\nThe review queue with {options.people:,} registrations (medians of {options.runs}; the aim is 300 ms)\n"
        )
        time_pages(options.runs, {"liaison": liaison, "coordinator": coordinator})
        time_export(coordinator)
        time_mass_acts(coordinator)
    return 0


def set_up() -> None:
    """Make Django ready for a measurement, with the embedded servers, and quiet."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "letsconnect.settings")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    servers.arm()
    django.setup()


@contextmanager
def sheets_of_the_checkout() -> Iterator[None]:
    """Let pages name style sheets as they are in the checkout: nothing was collected for this measurement."""
    from django.test import override_settings

    plain = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    with override_settings(STORAGES={**settings.STORAGES, **plain}, WHITENOISE_AUTOREFRESH=True):
        yield


@contextmanager
def scratch_database(keep: bool = False) -> Iterator[None]:
    """Create an own database beside the portal's with our migrations, and drop it at the end.

    With ``keep`` another one is made, or found as it was left and brought up to date, and left."""
    from django.db import connection
    from django.test import utils

    name = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"{name}_kept_bench" if keep else f"{name}_bench"
    databases = utils.setup_databases(verbosity=0, interactive=False, serialized_aliases=[], keepdb=keep)
    try:
        yield
    finally:
        utils.teardown_databases(databases, verbosity=0, keepdb=keep)


def fill(people: int) -> tuple[Any, Any]:
    """Make people: a third new, a third changed since review, a third as reviewed; return the two who look at them."""
    from django.db import connection

    from registrations.catalogue.loading import load_reference_data
    from registrations.models import Member, Registration, Skill, WorkingGroupSeat

    load_reference_data()
    chance = random.Random(1)  # noqa: S311  made-up people
    liaison, coordinator = Member.objects.create_user(name="Liaison"), Member.objects.create_user(name="Coordinator")
    for member, role, region in ((liaison, "liaison", "MENA"), (coordinator, "coordinator", "")):
        WorkingGroupSeat.objects.create(member=member, role=role, region=region, from_on=date(2020, 1, 1))
    members = Member.objects.bulk_create(
        [Member(name=f"Person {number}", email=f"{number}@example.org") for number in range(people)], batch_size=2000
    )
    registrations = Registration.objects.bulk_create(
        [_registration(member, number, coordinator, chance) for number, member in enumerate(members)], batch_size=2000
    )
    _fill_rows(registrations, list(Skill.objects.values_list("pk", flat=True)), chance)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return liaison, coordinator


def _registration(member: Any, number: int, reviewer: Any, chance: random.Random) -> Any:
    from registrations.models import Registration

    is_new, is_changed = number % 3 == 0, number % 3 == 1
    moment = NOW - timedelta(minutes=chance.randrange(500_000))
    return Registration(
        member=member,
        state="submitted" if is_new else "approved",
        name=member.name if member else "",
        country="TN",
        region=REGIONS[number % len(REGIONS)],
        zone="UTC",
        made_at=moment,
        submitted_at=moment,
        changed_at=NOW if is_changed else moment,
        reviewed_at=None if is_new else moment,
        reviewed_by=None if is_new else reviewer,
    )


def _fill_rows(registrations: list[Any], skills: list[int], chance: random.Random) -> None:
    from registrations.models import Offer, SpokenLanguage, Window, Wish

    rows: dict[Any, list[Any]] = {Offer: [], Wish: [], SpokenLanguage: [], Window: []}
    for registration in registrations:
        shares = chance.sample(skills, 3)
        rows[Offer] += [Offer(registration=registration, skill_id=skill) for skill in shares[:2]]
        rows[Wish].append(Wish(registration=registration, skill_id=shares[2]))
        rows[SpokenLanguage] += [SpokenLanguage(registration=registration, code=code, level=4) for code in ("ar", "en")]
        rows[Window] += [
            Window(registration=registration, start=day * 1440 + 1080, end=day * 1440 + 1260) for day in (0, 2)
        ]
    for model, rows_of_model in rows.items():
        model.objects.bulk_create(rows_of_model, batch_size=5000)


def time_pages(runs: int, people: dict[str, Any]) -> None:
    """Print a line for each page and who asks."""
    for who, member in people.items():
        client = _client(member)
        last = last_page(client, LIST)
        for label, query in (
            ("queue", ""),
            ("queue, new, one region", "?show=new&region__exact=MENA"),
            ("queue, changed", "?show=changed"),
            ("queue, page 2", "?p=2"),
            ("queue, last page", "?p={last}"),
            ("all, newest first", "?show=all"),
            ("a name", "?q=Person+77"),
        ):
            took, busy = _medians(runs, partial(client.get, LIST + query.format(last=last)))
            _say(f"  {who:<12}{label:<28}{took:7.0f} ms   {busy:5.0f} ms in Python\n")


def last_page(client: "Client", address: str) -> int:
    """Return the number of the last page of a list, by its links."""
    numbers = re.findall(r'class="paginator">.*?</p>', client.get(address).content.decode(), re.DOTALL)
    return max([int(number) for links in numbers for number in re.findall(r"[?;&]p=(\d+)", links)], default=1)


def time_export(coordinator: Any) -> None:
    """Print how long exporting the whole table takes."""
    for file_format in ("csv", "xlsx"):
        began, busy = time.perf_counter(), time.process_time()
        response = _client(coordinator).post(f"{LIST}export/?show=all", {"format": file_format})
        size = len(response.getvalue()) / 1e6
        response.close()
        took, busy = time.perf_counter() - began, time.process_time() - busy
        label = f"export of all as {file_format}, {size:.1f} MB"
        _say(f"  {'coordinator':<12}{label:<28}{took:7.1f} s    {busy:5.1f} s in Python\n")


def time_mass_acts(coordinator: Any) -> None:
    """Print how long a coordinator waits, and how long the worker takes, for many people at once."""
    from letsconnect.base import mass_acts
    from letsconnect.base.models import MassAct, MassActOutcome

    fill_old_form(coordinator)
    for action, name, count in (("invite_to_claim", "Imported", IMPORTED), ("approve", "Newcomer", TO_APPROVE)):
        client, seconds = _client(coordinator), []
        shown = client.get(f"{LIST}?show=all&q={name}").content.decode()
        [opened] = re.findall('name="opened_all" value="([^"]*)"', shown)
        typed = {"action": action, "_selected_action": ["1"], "select_across": "1", "opened_all": opened}
        for step in ("prepare", "look", "begin"):
            began = time.perf_counter()
            if step == "prepare":
                page = client.post(f"{LIST}?show=all&q={name}", typed)["Location"]
            elif step == "look":
                client.get(page)
            else:
                client.post(page.replace("/change/", "/begin/"), {"note": ""})
            seconds.append(time.perf_counter() - began)
        began = time.perf_counter()
        mass_acts.work_waiting(now=datetime.now(UTC))
        took = time.perf_counter() - began
        done = mass_acts.outcomes(MassAct.objects.latest("pk"))[MassActOutcome.DONE]
        assert done == count, done
        waits = ", ".join(f"{wait * 1000:.0f} ms" for wait in seconds)
        _say(f"  {'coordinator':<12}{action} {count}: waits {waits}; the worker takes {took:.1f} s\n")


def fill_old_form(reviewer: Any) -> None:
    """Make people of the old form, and newcomers, to be invited and approved at once."""
    from registrations.models import Member, Registration

    chance = random.Random(2)  # noqa: S311  made-up people
    newcomers = Member.objects.bulk_create(
        [Member(name=f"Newcomer {number}", email=f"new{number}@example.org") for number in range(TO_APPROVE)]
    )
    rows = [_registration(member, 3 * number, reviewer, chance) for number, member in enumerate(newcomers)]
    for number in range(IMPORTED):
        row = _registration(None, 3 * number, reviewer, chance)
        row.name, row.source, row.imported_address = f"Imported {number}", "import", f"old{number}@example.org"
        rows.append(row)
    Registration.objects.bulk_create(rows, batch_size=2000)


def _client(member: Any) -> "Client":
    from django.test import Client

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(member)
    return client


def _medians(runs: int, work: Callable[[], Any]) -> tuple[float, float]:
    """Return medians in milliseconds: elapsed time, and processor time, which does not depend on other load."""
    took = []
    for _ in range(runs + 1):
        began, busy = time.perf_counter(), time.process_time()
        assert work().status_code == 200
        took.append(((time.perf_counter() - began) * 1000, (time.process_time() - busy) * 1000))
    clock, cpu = zip(*took[1:], strict=True)
    return median(clock), median(cpu)


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
