"""500 people press the button of one clinic with 50 seats: exactly 50 have one, at half the rate of the lock.

The control shows that the same rush finds out if signing up does not lock the row of the clinic.
"""

import sys

import pytest

from letsconnect.tests.seats_over_http import AT_ONCE, SEATS, in_words, make_clinic_and_people, measure, rush_over_http
from letsconnect.tests.standing.site import PATIENT, serving

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]
PEOPLE = 500


def check(clinic, people):
    """Fifty have a seat each, and everybody else a place of their own in the queue."""
    assert sorted(clinic.rsvps.going().values_list("seat", flat=True)) == list(range(1, SEATS + 1))
    assert list(clinic.rsvps.waiting().values_list("place", flat=True)) == list(range(1, people - SEATS + 1))


def test_of_500_people_exactly_50_have_a_seat_at_half_the_rate_of_the_bare_lock_or_more(tmp_path, capsys):
    rushes = measure(tmp_path, people=PEOPLE)
    with capsys.disabled():
        sys.stdout.write(in_words(rushes))

    page, bare = rushes["page"][1], rushes["bare"][1]
    assert set(page.answers) == {302}
    for clinic, _rush in rushes.values():
        check(clinic, PEOPLE)
    assert page.rate >= bare.rate / 2


def test_control_without_the_lock_people_are_refused_and_have_one_place_together(tmp_path):
    people = 4 * AT_ONCE
    clinic, members = make_clinic_and_people(people, name="control")
    without = "letsconnect.tests.standing.without_the_lock"
    with serving(tmp_path, PATIENT, DJANGO_SETTINGS_MODULE=without) as site:
        rush = rush_over_http(site, clinic, members)

    assert set(rush.answers) != {302}
    with pytest.raises(AssertionError):
        check(clinic, people)
