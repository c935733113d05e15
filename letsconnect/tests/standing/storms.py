"""One storm each: what used to freeze the site. Each lasts as long as its block, and yields what those in it were
answered meanwhile; the block begins when the storm is at its worst."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg2
from django.db import connection, transaction

from letsconnect.tests.standing.clicks import click_all, post, signed_in, suggestion
from letsconnect.tests.standing.site import peers, unfinished_post
from letsconnect.tests.waiting import wait_until
from registrations.oldform.importing import import_registrations
from registrations.skills.merged_answers import lock_skill_tree

SUGGESTIONS_EACH = 15  # fewer than a person may make in a day
PROCESSES = 2  # so many that wait are all there were, when a process did one thing at a time


@contextmanager
def held_row(table):
    """Somebody holds all rows of a table, as an editor that was never closed does; yield how many wait for them."""
    where = connection.settings_dict
    names = {"host": where["HOST"], "port": where["PORT"] or None, "user": where["USER"], "dbname": where["NAME"]}
    other = psycopg2.connect(password=where["PASSWORD"], **names)
    try:
        with other.cursor() as cursor:
            cursor.execute(f"SELECT FROM {table} FOR UPDATE")
        yield _count_waiting
    finally:
        other.close()


def _count_waiting():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0]


@contextmanager
def unfinished_bodies(site, *, count):
    """Forms of which a part came, and then a byte now and then."""
    with peers(site, count, unfinished_post(), drip=b"x"):
        yield []


@contextmanager
def held_clinic(site, clinic, members):
    """Several people ask, again and again, for a seat of a clinic whose row somebody holds."""
    involved, enough = [], threading.Event()

    def insist(headers):
        while not enough.is_set():
            answer = post(site, f"/clinics/{clinic.pk}/rsvp/", headers)
            if not enough.is_set():
                involved.append(answer)

    with ThreadPoolExecutor(len(members)) as pool, held_row("clinics_clinic") as count_waiting:
        asking = [pool.submit(insist, headers) for headers in [signed_in(member) for member in members]]
        try:
            wait_until(lambda: count_waiting() >= PROCESSES, "people who wait for the row")
            yield involved
        finally:
            enough.set()
    for asked in asking:
        asked.result()


@contextmanager
def silent_mail(site, server, *, count):
    """Several visitors ask for a code while the mail server takes connections and says nothing."""
    involved, token = [], "b" * 32
    headers = {"Cookie": f"csrftoken={token}", "X-CSRFToken": token}

    def ask(number):
        involved.append(post(site, "/sign-in/", headers, body=f"email=v{number}%40example.org"))

    with ThreadPoolExecutor(count) as pool:
        asking = [pool.submit(ask, number) for number in range(count)]
        try:
            wait_until(lambda: len(server.lines) >= PROCESSES, "pages that wait for the mail server")
            yield involved
        finally:
            server.hang_up()
    for asked in asking:
        asked.result()


@contextmanager
def lost_redis(site, redis, people, *, how):
    """These people click while Redis refuses, or takes calls and says nothing; yield pairs of click and answer."""
    involved, enough = [], threading.Event()
    if how == "refuses":
        redis.stop()
    else:
        redis.fall_silent()
    clicking = threading.Thread(target=click_all, args=(site, people, involved), kwargs={"until": enough})
    clicking.start()
    try:
        yield involved
    finally:
        enough.set()
        if how == "refuses":
            redis.start()
        else:
            redis.speak()
        clicking.join()


@contextmanager
def two_who_suggest(site, members):
    """Two people suggest skills all the time; who has suggested much today makes room for the next of the members."""
    involved, enough = [], threading.Event()
    people = [
        [(signed_in(member), suggestion(member)) for member in half for _ in range(SUGGESTIONS_EACH)]
        for half in (members[::2], members[1::2])
    ]

    def insist(turns):
        for headers, click in turns:
            if not enough.is_set():
                answer = post(site, click.path, headers, body=click.body)
                if not enough.is_set():
                    involved.append(answer)

    with ThreadPoolExecutor(2) as pool:
        insisting = [pool.submit(insist, turns) for turns in people]
        try:
            yield involved
        finally:
            enough.set()
    for one in insisting:
        one.result()


@contextmanager
def import_in_one_transaction(content, by, now):
    """A file is imported as it was: in one transaction, which lets nobody else change the tree of skills until it ends;
    yield how many wait for it, with everybody of the file written and the transaction not ended."""
    written, enough = threading.Event(), threading.Event()

    def import_all():
        try:
            with transaction.atomic():
                lock_skill_tree()
                import_registrations(content=content, by=by, now=now)
                written.set()
                enough.wait()
        finally:
            written.set()
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        importing = pool.submit(import_all)
        try:
            written.wait()
            yield _count_waiting
        finally:
            enough.set()
        importing.result()
