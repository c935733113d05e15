"""Storms on a real web process, each with a control: the process as it was fails what is asserted of the one that is.

A storm lasts until what is asked of it was seen, however slow the machine, and seconds are compared only with those of
the same page on the same site in calm. Run with `-s` to read the figures.
"""

import threading
import time
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.utils import timezone

from clinics.models import Rsvp
from clinics.tests.factories import make_clinic
from letsconnect.base import nudges
from letsconnect.tests.own_postgres import own_postgres
from letsconnect.tests.standing import storms
from letsconnect.tests.standing.clicks import IN_BULK, click_all, people_who_click, worst_of
from letsconnect.tests.standing.figures import told
from letsconnect.tests.standing.site import (
    AS_IT_WAS,
    PATIENT,
    SYNC,
    load,
    serving,
    silent_mail_server,
    watching,
)
from letsconnect.tests.waiting import wait_until
from mailings.models import LastTick
from mailings.tests.worker.running import Redis, Worker, running_redis
from matching.models import Match
from registrations.models import ImportedRow, ImportUpload, Skill
from registrations.oldform import uploads
from registrations.tests.factories import make_agreed_member, make_coordinator, make_member
from registrations.tests.test_oldform_uploads import file_of

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]
# How much longer than in calm somebody uninvolved may wait, and how long those who ask for what is held.
PATIENCE, PATIENCE_OF_INVOLVED = 5.0, 10.0
SECONDS = 12  # a storm lasts at least so long
PAGES = 20  # and until so many pages were seen in it
UNINVOLVED = "/clinics/"


@pytest.fixture
def world():
    clinic = make_clinic(starts_at=timezone.now() + timedelta(days=3))
    return clinic, [make_agreed_member(on=timezone.now().date()) for _ in range(8)]


@pytest.fixture
def mail_server():
    with silent_mail_server() as server:
        yield server


def storm(name, site, world, mail_server):
    clinic, members = world
    if name == "bodies":
        return storms.unfinished_bodies(site, count=100)
    if name == "clinic":
        return storms.held_clinic(site, clinic, members)
    return storms.silent_mail(site, mail_server, count=8)


def in_calm(site):
    """Return how long somebody waits at worst for the same page while there is no storm."""
    with watching(site, UNINVOLVED) as seen:
        wait_until(lambda: len(seen.answers) >= PAGES, "pages in calm")
    assert seen.failed == []
    return seen.worst


@pytest.mark.parametrize("name", ["bodies", "clinic", "mail"])
def test_somebody_uninvolved_is_served_through_the_storm(name, world, mail_server, tmp_path):
    with serving(tmp_path, PATIENT, EMAIL_URL=f"smtp://127.0.0.1:{mail_server.port}") as site:
        before, calm = site.memory(), in_calm(site)
        with storm(name, site, world, mail_server) as involved, watching(site, UNINVOLVED) as seen:
            time.sleep(SECONDS)
            wait_until(lambda: len(seen.answers) >= PAGES, "pages in the storm")
            if name != "bodies":
                wait_until(lambda: len(involved) >= len(world[1]), "answers to those who ask for what is held")
        after, calm = site.memory(), max(calm, in_calm(site))
    statuses = Counter(one.status for one in involved)
    told(f"{name}, now", seen, f"in calm {calm:.2f} s", f"memory {before} → {after} MB", f"involved: {dict(statuses)}")

    assert seen.failed == []
    assert seen.worst < PATIENCE + calm
    if name == "clinic":
        assert {(one.status, one.headers["Retry-After"]) for one in involved} == {(503, "5")}
        assert max(one.seconds for one in involved) < PATIENCE_OF_INVOLVED + calm
    if name == "mail":
        assert statuses == {302: 8}


@pytest.mark.parametrize("name", ["bodies", "clinic", "mail"])
def test_control_the_process_as_it_was_serves_nobody_meanwhile(name, world, mail_server, tmp_path):
    """Pages may still come before both processes stand; the last one that was asked for did not."""
    with serving(tmp_path, SYNC, **AS_IT_WAS, EMAIL_URL=f"smtp://127.0.0.1:{mail_server.port}") as site:
        before, calm = site.memory(), in_calm(site)
        with storm(name, site, world, mail_server) as involved:
            with watching(site, UNINVOLVED, timeout=calm + SECONDS) as seen:
                wait_until(lambda: seen.failed, "somebody who is not served")
            answered_meanwhile = list(involved)
        after = site.memory()
    told(f"{name}, as it was", seen, f"in calm {calm:.2f} s", f"memory {before} → {after} MB")

    assert set(seen.failed) == {0}
    assert seen.worst > PATIENCE + calm
    assert answered_meanwhile == []


IN_CALM, IN_STORM = 1, 4  # buttons that each person clicks


@pytest.fixture
def redis(tmp_path):
    server = Redis(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def clickers():
    """Return, for the buttons that each is to click, people who click them: members, and three coordinators."""
    members = [make_agreed_member(on=timezone.now().date()) for _ in range(5)]
    coordinators = [make_coordinator() for _ in range(3)]

    def make(buttons):
        return list(people_who_click(members, coordinators, buttons=buttons))

    return make


def clicks_in_calm(site, clickers):
    involved = []
    click_all(site, clickers(IN_CALM), involved)
    assert {answer.status for _click, answer in involved} == {302}
    return worst_of(involved)


@pytest.mark.parametrize("how", ["refuses", "says nothing"])
def test_neither_a_click_that_nudges_nor_a_page_waits_for_redis(how, clickers, redis, tmp_path):
    with serving(tmp_path, PATIENT, NUDGES="1", REDIS_URL=redis.address) as site:
        calm, people = in_calm(site), clickers(IN_STORM)
        with storms.lost_redis(site, redis, people, how=how) as involved, watching(site, UNINVOLVED) as seen:
            began = time.monotonic()
            wait_until(lambda: len(involved) >= len(people) * IN_STORM, "answers to all who clicked")
            wait_until(lambda: len(seen.answers) >= PAGES, "pages in the storm")
            quiet_spells = 1 + (time.monotonic() - began) // nudges.QUIET_SECONDS
            asked_in_vain = (tmp_path / f"web-{site.port}.log").read_text().count("no worker is told of new work")
        clicks_calm, calm = clicks_in_calm(site, clickers), max(calm, in_calm(site))
    worst = worst_of(involved)
    told(f"redis {how}, now", seen, f"in calm {calm:.2f} s", f"{len(involved)} clicks, worst waits {worst}")
    told(f"redis {how}, now", f"clicks in calm {clicks_calm}", f"asked {asked_in_vain} times in vain")

    assert seen.failed == []
    assert seen.worst < PATIENCE + calm
    assert {answer.status for _click, answer in involved} == {302}
    assert all(worst[kind] < PATIENCE + clicks_calm[kind] for kind in worst)
    assert Rsvp.objects.count() == 5 * (IN_CALM + IN_STORM)
    assert Match.objects.filter(state="refused").count() == 3 * (IN_CALM + IN_STORM) * IN_BULK
    assert 0 < asked_in_vain <= len(people) * quiet_spells  # those who clicked at the same moment, and then nobody


@pytest.mark.parametrize("how", ["refuses", "says nothing"])
def test_control_a_click_as_it_was_waits_for_redis_at_each_nudge_and_the_page_behind_it(how, clickers, redis, tmp_path):
    with serving(tmp_path, SYNC, **AS_IT_WAS, NUDGES="1", REDIS_URL=redis.address) as site:
        calm, clicks_calm, people = in_calm(site), clicks_in_calm(site, clickers), clickers(IN_STORM)
        with storms.lost_redis(site, redis, people, how=how) as involved:
            with watching(site, UNINVOLVED) as seen:
                wait_until(lambda: seen.answers and seen.worst > PATIENCE + calm, "somebody who waits long")
            wait_until(lambda: worst_of(involved)["/begin/"], "an answer to a refusal in bulk")
            worst = worst_of(involved)
    told(f"redis {how}, as it was", seen, f"in calm {calm:.2f} s", f"worst waits {worst}")
    told(f"redis {how}, as it was", f"clicks in calm {clicks_calm}")

    assert worst["/begin/"] > PATIENCE + clicks_calm["/begin/"]


def old_form(people):
    """A file of the old form with so many people."""
    return file_of(
        *(
            {"name": f"Person {number}", "address": f"p{number}@example.org", "learns": "Surveys", "country": "Chile"}
            for number in range(people)
        )
    )


def in_hand():
    """Whether a worker has imported a part of the file."""
    return ImportUpload.objects.filter(state="applying").exclude(progress={}).exists()


def test_two_who_suggest_a_skill_and_a_page_do_not_wait_for_an_import(tmp_path):
    people, coordinator, members = 100, make_coordinator(), [make_member() for _ in range(12)]
    asked_at = timezone.now() - timedelta(minutes=2)  # so long ago that the tick calls a worker
    with serving(tmp_path, PATIENT) as site, working(tmp_path):
        calm = in_calm(site)
        with storms.two_who_suggest(site, members[:2]) as involved:
            wait_until(lambda: len(involved) >= 6, "suggestions in calm")
        suggested_in_calm, suggesting_calm = len(involved), max(one.seconds for one in involved)
        upload = uploads.bring_file(name="old.csv", content=old_form(people), by=coordinator, now=asked_at)
        wait_until(lambda: ImportUpload.objects.filter(state="checked").exists(), "the file to be read")
        with storms.two_who_suggest(site, members[2:]) as involved, watching(site, UNINVOLVED) as seen:
            uploads.apply_upload(upload=upload, by=coordinator, now=asked_at)
            wait_until(in_hand, "the import")
            before = len(involved)
            wait_until(lambda: not in_hand(), "the end of the import")
            during = involved[before:]
        calm = max(calm, in_calm(site))
    worst = max(one.seconds for one in involved)
    told("import, now", seen, f"in calm {calm:.2f} s", f"{len(during)} suggestions meanwhile, worst wait {worst:.2f} s")
    told("import, now", f"{suggested_in_calm} suggestions in calm, worst wait {suggesting_calm:.2f} s")

    assert ImportUpload.objects.get().state == "applied"
    assert ImportedRow.objects.count() == people
    assert seen.failed == []
    assert seen.worst < PATIENCE + calm
    assert len(during) >= 4  # each of the two was answered, and asked again
    assert {one.status for one in involved} == {200}
    assert worst < PATIENCE + suggesting_calm
    assert Skill.objects.filter(state="suggested").count() >= suggested_in_calm + len(involved)


def test_control_during_an_import_as_it_was_two_who_suggest_a_skill_stop_the_site(tmp_path):
    coordinator, members = make_coordinator(), [make_member() for _ in range(2)]
    with serving(tmp_path, SYNC, **AS_IT_WAS) as site:
        calm = in_calm(site)
        with (
            storms.import_in_one_transaction(old_form(10), coordinator, timezone.now()) as count_waiting,
            storms.two_who_suggest(site, members) as involved,
        ):
            wait_until(lambda: count_waiting() >= len(members), "people who wait for the import")
            with watching(site, UNINVOLVED, timeout=calm + SECONDS) as seen:
                wait_until(lambda: seen.failed, "somebody who is not served")
            answered_meanwhile = list(involved)
    told("import, as it was", seen, f"in calm {calm:.2f} s")

    assert set(seen.failed) == {0}
    assert seen.worst > PATIENCE + calm
    assert answered_meanwhile == []


def test_plain_load_costs_no_more_than_it_did(world, tmp_path):
    """Turn by turn in one run, in processor time: the machine has other things to do."""
    costs, pages = Counter(), Counter()
    with serving(tmp_path, SYNC, **AS_IT_WAS) as old, serving(tmp_path, PATIENT) as new:
        for site in (old, new):
            load(site, UNINVOLVED, pages=40)
        for _turn in range(3):
            for name, site in (("as it was", old), ("now", new)):
                before = site.processor_seconds()
                seen = load(site, UNINVOLVED, pages=100)
                costs[name] += site.processor_seconds() - before
                pages[name] += len(seen.answers)
                assert seen.failed == []
                told(f"load, {name}", seen, f"memory {site.memory()} MB")
    old_cost, new_cost = (1000 * costs[name] / pages[name] for name in ("as it was", "now"))
    told("load", f"{old_cost:.1f} ms of processor a page as it was, {new_cost:.1f} now")

    assert 0.75 * new_cost < old_cost


def test_a_killed_database_is_503_while_away_and_nothing_when_back(world, tmp_path):
    """Beside it, as a control, the portal as it was: there the same is an error of its own."""
    with (
        own_postgres(tmp_path / "own") as own,
        serving(tmp_path, PATIENT) as site,
        serving(tmp_path, SYNC, **AS_IT_WAS) as old,
        working(tmp_path) as worker,
    ):
        wait_until(LastTick.objects.exists, "the first tick")
        seen, seen_of_old, seconds_away = through_a_restart(site, old, own)
        lived, said = worker.process.poll() is None, worker.said()
    statuses, of_old = (Counter(one.status for one in answers) for answers in (seen, seen_of_old))
    worst = max(one.seconds for one in seen)
    told("database killed and started", dict(statuses), f"as it was {dict(of_old)}", f"worst wait {worst:.2f} s")

    assert lived, said
    assert said.count("raised unexpected") <= 4 * seconds_away + 10  # a line per tick missed, three a second
    assert set(statuses) == {200, 503}
    assert all(one.headers.get("Retry-After") for one in seen if one.status == 503)
    assert of_old[500] > 0


@contextmanager
def working(folder):
    """A worker and a quick beat beside it, on the same database."""
    with running_redis(folder) as broker:
        worker = Worker(broker=broker, smtp_port=1, folder=folder)
        worker.start()
        try:
            yield worker
        finally:
            worker.kill()


def through_a_restart(site, old, own):
    """Let people ask all the time while the database is killed, stays away and comes back, until all works again."""
    from django.db import connection

    seen, seen_of_old, seen_after, enough, is_back = [], [], [], threading.Event(), threading.Event()

    def look(where, answers):
        while not enough.is_set():
            asked_after = is_back.is_set()
            answer = where.ask(UNINVOLVED)
            answers.append(answer)
            if asked_after and where is site:
                seen_after.append(answer)

    def more(answers, count):
        wanted = len(answers) + count
        wait_until(lambda: len(answers) >= wanted, "people who ask")

    lookers = [threading.Thread(target=look, args=(site, seen)) for _ in range(4)]
    lookers.append(threading.Thread(target=look, args=(old, seen_of_old)))
    for looker in lookers:
        looker.start()
    try:
        more(seen, 40)
        own.kill()
        killed_at = time.monotonic()
        more(seen, 40)
        more(seen_of_old, 10)
        own.start()
        seconds_away, back_at = time.monotonic() - killed_at, timezone.now()
        is_back.set()
        more(seen_after, 100)
        assert {one.status for one in seen_after} == {200}
        connection.close()  # of the server that was killed
        wait_until(lambda: LastTick.objects.filter(at__gt=back_at).exists(), "a tick after it is back")
    finally:
        enough.set()
        for looker in lookers:
            looker.join()
    return seen, seen_of_old, seconds_away
