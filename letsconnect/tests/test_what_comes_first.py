"""What comes first of all that waits for somebody."""

from datetime import timedelta

import pytest

from letsconnect.home.what_comes_first import MOST, Thing, ThingKind, in_order, of_registration, worth_naming
from registrations.tests.factories import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    "in_this_order",
    [
        pytest.param([Thing(kind) for kind in ThingKind], id="by kind"),
        pytest.param([Thing(kind, NOW + 9 * DAY) for kind in ThingKind], id="by kind where all have time"),
        pytest.param(
            [
                Thing(ThingKind.ADD_LINK, NOW + 23 * HOUR),
                Thing(ThingKind.AGREE),
                Thing(ThingKind.ANSWER_MATCH, NOW + 6 * DAY),
            ],
            id="an hour of today needs its link before an answer that has six days",
        ),
        pytest.param(
            [Thing(ThingKind.JOIN_CLINIC), Thing(ThingKind.CLAIM_SEAT, NOW + HOUR / 2), Thing(ThingKind.AGREE)],
            id="what begins now, then what will be too late",
        ),
        pytest.param(
            [
                Thing(ThingKind.CLAIM_SEAT, NOW + 2 * HOUR),
                Thing(ThingKind.CLAIM_SEAT, NOW + 3 * HOUR),
                Thing(ThingKind.ANSWER_MATCH, NOW + HOUR),
            ],
            id="of two seats the one that goes first, and of what presses the kind for which others wait",
        ),
        pytest.param([Thing(ThingKind.CHOOSE_HOUR, key=3), Thing(ThingKind.CHOOSE_HOUR, key=8)], id="the older first"),
    ],
)
def test_one_thing_comes_first_however_they_are_found(in_this_order):
    assert in_order(reversed(in_this_order), now=NOW) == in_this_order
    assert in_order(in_this_order, now=NOW) == in_this_order


def test_what_is_too_late_waits_for_nobody():
    in_time = Thing(ThingKind.CLAIM_SEAT, NOW + HOUR)

    assert in_order(
        [Thing(ThingKind.CLAIM_SEAT, NOW), in_time, Thing(ThingKind.ANSWER_MATCH, NOW - HOUR)], now=NOW
    ) == [in_time]


@pytest.mark.parametrize(
    ("state", "kinds"),
    [
        (None, [ThingKind.REGISTER]),
        ("draft", [ThingKind.CONTINUE_REGISTRATION]),
        ("needs_changes", [ThingKind.CHANGE_REGISTRATION]),
        *((state, []) for state in ("submitted", "approved", "declined", "withdrawn")),
    ],
)
def test_a_registration_asks_for_one_thing_or_none(state, kinds):
    assert [thing.kind for thing in of_registration(state)] == kinds


def test_many_of_one_kind_leave_room_for_the_others():
    named = worth_naming(Thing(kind, key=key) for kind in ThingKind for key in range(30))

    assert [thing.key for thing in named] == [0, 1] * (MOST // 2)
    assert len({thing.kind for thing in named}) == MOST // 2
