"""No request, however odd, is answered with an error of the portal's own."""

from collections import Counter

import pytest

from letsconnect.tests import fuzz
from letsconnect.tests.fuzz import Fuzz


def storm(world, *, requests, seed):
    """Send so many requests; return those that failed, and how many were answered with what."""
    sender, failed, statuses = Fuzz(world, seed=seed), [], Counter()
    for _ in range(requests):
        status, told = sender.request()
        statuses[status] += 1
        if status >= 500:
            failed.append((status, told))
    return failed, statuses


def test_two_thousand_odd_requests_break_no_page(world):
    failed, statuses = storm(world, requests=2_000, seed=20261128)

    assert failed == []
    assert statuses[200] > 200
    assert {302, 400, 403, 404, 405, 413, 422} <= set(statuses)


@pytest.mark.chaos
def test_twenty_thousand_odd_requests_break_no_page(world):
    failed, _statuses = storm(world, requests=20_000, seed=8)

    assert failed == []


def test_the_storm_finds_a_page_that_breaks(world, monkeypatch):
    """The control: one value that some page cannot bear is found."""
    monkeypatch.setattr("letsconnect.errors.page_not_found", None)

    failed, _statuses = storm(world, requests=60, seed=1)

    assert failed != []
    assert fuzz.METHODS
