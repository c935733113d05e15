"""One storm each: what used to freeze the site, and what somebody uninvolved sees meanwhile."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg2
from django.db import connection
from django.test import Client
from django.test.utils import override_settings

from letsconnect.tests.standing.site import peers, unfinished_post, watching
from letsconnect.tests.whole.portal import SECRET

UNINVOLVED = "/clinics/"


def signed_in(member):
    """Return the headers of a member's browser, with what a form of ours carries."""
    client = Client()
    with override_settings(SECRET_KEY=SECRET):  # the one the web process signs with
        client.force_login(member)
    token = "a" * 32
    return {"Cookie": f"sessionid={client.cookies['sessionid'].value}; csrftoken={token}", "X-CSRFToken": token}


@contextmanager
def held_row(table):
    """Somebody holds all rows of a table, as an editor that was never closed does."""
    where = connection.settings_dict
    names = {"host": where["HOST"], "port": where["PORT"] or None, "user": where["USER"], "dbname": where["NAME"]}
    other = psycopg2.connect(password=where["PASSWORD"], **names)
    try:
        with other.cursor() as cursor:
            cursor.execute(f"SELECT FROM {table} FOR UPDATE")
        yield
    finally:
        other.close()


def post(site, path, headers, *, body="", timeout=60):
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return site.ask(path, method="POST", body=body, headers={**headers, **kind}, timeout=timeout)


def unfinished_bodies(site, *, count, seconds):
    """Forms of which a part came, and then a byte now and then."""
    with peers(site, count, unfinished_post(), drip=b"x"), watching(site, UNINVOLVED) as seen:
        time.sleep(seconds)
    return seen, []


def held_clinic(site, clinic, members, *, seconds):
    """Several people ask for a seat of a clinic whose row somebody holds."""
    path = f"/clinics/{clinic.pk}/rsvp/"
    with held_row("clinics_clinic"), ThreadPoolExecutor(len(members)) as pool:
        asked = [pool.submit(post, site, path, headers, timeout=seconds) for headers in map(signed_in, members)]
        with watching(site, UNINVOLVED) as seen:
            time.sleep(seconds)
    return seen, [future.result() for future in asked]


def silent_mail(site, *, count, seconds):
    """Several visitors ask for a code while the mail server takes connections and says nothing."""
    token = "b" * 32
    headers = {"Cookie": f"csrftoken={token}", "X-CSRFToken": token}
    with ThreadPoolExecutor(count) as pool:
        asked = [
            pool.submit(post, site, "/sign-in/", headers, body=f"email=v{number}%40example.org", timeout=seconds)
            for number in range(count)
        ]
        with watching(site, UNINVOLVED) as seen:
            time.sleep(seconds)
    return seen, [future.result() for future in asked]
