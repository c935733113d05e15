"""What two web processes keep, as the Procfile starts them: it is bounded, and what happens in one is seen in both."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from clinics.tests.factories import make_clinic
from letsconnect.base import kept_pages
from letsconnect.tests.standing.clicks import post, signed_in
from letsconnect.tests.standing.figures import told
from letsconnect.tests.standing.site import PATIENT, serving
from registrations.tests.factories import make_agreed_member

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]
LIST = "/clinics/"
ALLOWED = 12  # megabytes for both, of noise; 1,500 pages more would be four times as much
BACKENDS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def ask_all(site, paths):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(site.ask, paths))
    assert {answer.status for answer in answers} == {200}
    return answers


def pages(first, number):
    return [f"{LIST}?page={at}" for at in range(first, first + number)]


def test_what_two_processes_keep_stays_bounded(tmp_path):
    for at in range(20):
        make_clinic(title=f"Clinic {at}", starts_at=timezone.now() + timedelta(days=3, hours=at), capacity=9)
    with serving(tmp_path, PATIENT) as site:
        ask_all(site, pages(1, 2 * kept_pages._MOST_KEPT + 400))
        full = site.memory()
        ask_all(site, pages(2000, 1500))
        after = site.memory()
    told("kept by two processes", f"memory {full} → {after} MB")

    assert after - full <= ALLOWED


def answers_begun_after(site, path, moment):
    """Return forty answers that began later than what is kept may be old; so many that both processes gave some."""
    found = []
    while len(found) < 40:
        began = time.monotonic()
        answers = ask_all(site, [path] * 8)
        found += answers if began > moment + kept_pages.ASKED_EVERY else []
    return found


def test_an_act_in_one_process_is_seen_in_both_within_a_second_and_a_lost_connection_by_nobody(tmp_path):
    clinic = make_clinic(starts_at=timezone.now() + timedelta(days=3), capacity=5)
    page = f"{LIST}{clinic.pk}/"
    with serving(tmp_path, PATIENT) as site:
        ask_all(site, [LIST, page] * 20)  # both have kept both
        for left in (4, 3):
            assert post(site, f"{page}rsvp/", signed_in(make_agreed_member(on=timezone.now().date()))).status == 302
            acted = time.monotonic()
            for path, words in ((LIST, f"{left} seats left"), (page, f"{left} of 5")):
                assert [words in answer.text for answer in answers_begun_after(site, path, acted)] == [True] * 40
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) {BACKENDS}")
            assert 0 < cursor.fetchone()[0] <= 2 * 16
            cursor.execute(f"SELECT pg_terminate_backend(pid) {BACKENDS}")
        ask_all(site, [f"{LIST}?any=thing"] * 40)
