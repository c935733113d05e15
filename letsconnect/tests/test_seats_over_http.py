"""500 people press the button of one clinic with 50 seats: exactly 50 have one, at half the rate of the lock."""

import sys

import pytest

from letsconnect.tests.seats_over_http import SEATS, in_words, measure

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]
PEOPLE = 500


def test_of_500_people_exactly_50_have_a_seat_at_half_the_rate_of_the_bare_lock_or_more(tmp_path, capsys):
    rushes = measure(tmp_path, people=PEOPLE)
    with capsys.disabled():
        sys.stdout.write(in_words(rushes))

    page, bare = rushes["page"][1], rushes["bare"][1]
    assert set(page.answers) == {302}
    for clinic, _rush in rushes.values():
        assert sorted(clinic.rsvps.going().values_list("seat", flat=True)) == list(range(1, SEATS + 1))
        assert list(clinic.rsvps.waiting().values_list("place", flat=True)) == list(range(1, PEOPLE - SEATS + 1))
    assert page.rate >= bare.rate / 2
