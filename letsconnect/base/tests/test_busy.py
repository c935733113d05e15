"""The registry of busy spans: it merges what providers say, and asks only those it is told to."""

from datetime import UTC, datetime, timedelta

import pytest

from letsconnect.base import busy

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def providers(monkeypatch):
    monkeypatch.setattr(busy, "_providers", {})
    monkeypatch.setattr(busy, "_words", {})
    busy.register("calls", lambda members, now: [(1, NOON + HOUR, NOON + 2 * HOUR), (1, NOON, NOON + HOUR)], "A call.")
    busy.register("talks", lambda members, now: [(2, NOON, NOON + HOUR), (1, NOON, NOON + HOUR)], "A talk.")


def test_spans_are_in_order_and_each_is_said_once(providers):
    assert busy.spans([1, 2, 3], now=NOON, provider_names=busy.names()) == {
        1: [(NOON, NOON + HOUR), (NOON + HOUR, NOON + 2 * HOUR)],
        2: [(NOON, NOON + HOUR)],
        3: [],
    }


def test_only_the_named_providers_are_asked(providers):
    assert busy.spans([1, 2], now=NOON, provider_names=["talks"]) == {
        1: [(NOON, NOON + HOUR)],
        2: [(NOON, NOON + HOUR)],
    }


def test_a_name_belongs_to_one_provider(providers):
    with pytest.raises(ValueError, match="talks"):
        busy.register("talks", lambda members, now: [], "Another talk.")


def test_people_can_be_told_what_is_in_their_way(providers):
    assert [busy.words_of(name) for name in busy.names()] == ["A call.", "A talk."]


def test_hours_that_only_touch_do_not_overlap():
    noon = [(NOON, NOON + HOUR)]
    assert busy.overlaps(NOON + HOUR / 2, NOON + 2 * HOUR, noon)
    assert busy.overlaps(NOON - HOUR, NOON + 9 * HOUR, noon)
    assert not busy.overlaps(NOON + HOUR, NOON + 2 * HOUR, noon)
    assert not busy.overlaps(NOON - HOUR, NOON, noon)
