"""No request, however odd, is answered with an error of the portal's own."""

from collections import Counter

import pytest

from letsconnect import request_encoding
from letsconnect.tests.fuzz import Fuzz

# Django leaves a file of which a part is no base64 to the garbage collector, which closes and removes it.
pytestmark = pytest.mark.filterwarnings(r"ignore:unclosed file .*\.upload:ResourceWarning")


@pytest.fixture
def world(shared_world):
    return shared_world


def storm(world, *, requests, seed):
    """Send so many requests; return those that failed, and how many were answered with what."""
    sender, failed, statuses = Fuzz(world, seed=seed), [], Counter()
    for _ in range(requests):
        status, told = sender.request()
        statuses[status] += 1
        if status >= 500:
            failed.append((status, told))
    return failed, statuses


@pytest.mark.parametrize(
    ("requests", "seed"), [(250, 20261128), pytest.param(1_000, 20261129, marks=pytest.mark.chaos)]
)
def test_hundreds_of_odd_requests_break_no_page(world, requests, seed):
    failed, statuses = storm(world, requests=requests, seed=seed)

    assert failed == []
    assert statuses[200] > requests / 10  # most forms are reached, not only doors that stay shut
    assert {302, 400, 403, 404, 405, 413} <= set(statuses)


@pytest.mark.chaos
def test_twenty_thousand_odd_requests_break_no_page(world):
    failed, _statuses = storm(world, requests=20_000, seed=8)

    assert failed == []


@pytest.mark.chaos
def test_the_storm_finds_what_the_entry_point_takes_away(world, monkeypatch):
    """The control: Django is handed the header as it came, as it once was."""
    monkeypatch.setattr(request_encoding, "_read_type", lambda raw: (raw, ""))

    with pytest.raises((LookupError, ValueError)):
        storm(world, requests=400, seed=1)
