"""One storm each: what used to freeze the site. Each lasts as long as its block, and yields what those in it were
answered meanwhile; the block begins when the storm is at its worst."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg2
from django.db import connection
from django.test import Client
from django.test.utils import override_settings

from letsconnect.tests.standing.site import peers, unfinished_post
from letsconnect.tests.waiting import wait_until
from letsconnect.tests.whole.portal import SECRET

PROCESSES = 2  # so many that wait are all there were, when a process did one thing at a time


def signed_in(member):
    """Return the headers of a member's browser, with what a form of ours carries."""
    client = Client()
    with override_settings(SECRET_KEY=SECRET):  # the one the web process signs with
        client.force_login(member)
    token = "a" * 32
    return {"Cookie": f"sessionid={client.cookies['sessionid'].value}; csrftoken={token}", "X-CSRFToken": token}


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


def post(site, path, headers, *, body=""):
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return site.ask(path, method="POST", body=body, headers={**headers, **kind})


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
