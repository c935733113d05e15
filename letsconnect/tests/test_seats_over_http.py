"""500 people press the button of one clinic with 50 seats: exactly 50 have one, at half the rate of the lock."""

import sys

import pytest

from letsconnect.tests.seats_over_http import SEATS, make_clinic_and_people, rush_of_the_bare_action, rush_over_http
from letsconnect.tests.standing.site import PATIENT, serving

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]
PEOPLE = 500


def test_of_500_people_exactly_50_have_a_seat_at_half_the_rate_of_the_bare_lock_or_more(tmp_path, capsys):
    clinic, members = make_clinic_and_people(PEOPLE, name="page")
    bare_clinic, bare_members = make_clinic_and_people(PEOPLE, name="bare")

    with serving(tmp_path, PATIENT) as site:
        rush_over_http(site, *make_clinic_and_people(40, name="warm"))
        pages = rush_over_http(site, clinic, members)
    bare = rush_of_the_bare_action(bare_clinic, bare_members)
    with capsys.disabled():
        by_page = f"{pages.rate:.0f}/s by page, p95 {pages.p95:.2f} s"
        sys.stdout.write(f"\n500 people, 50 seats: {by_page}; bare {bare.rate:.0f}/s, p95 {bare.p95:.2f} s\n")

    assert set(pages.statuses) == {302}
    for where in (clinic, bare_clinic):
        assert sorted(where.rsvps.going().values_list("seat", flat=True)) == list(range(1, SEATS + 1))
        assert list(where.rsvps.waiting().values_list("place", flat=True)) == list(range(1, PEOPLE - SEATS + 1))
    assert pages.rate >= bare.rate / 2
