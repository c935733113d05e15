"""Ladders of reminders: one at a time, each in its time, none to whom it would tell nothing new."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letsconnect.base.reminders import Ladder, Reminder

START = datetime(2026, 3, 10, 18, tzinfo=UTC)
HOUR = timedelta(hours=1)
LONG_AGO = START - timedelta(days=30)
LADDER = Ladder(
    Reminder("hour", before=HOUR, to_latecomers=True),
    Reminder("two_days", before=48 * HOUR),
    Reminder("day", before=24 * HOUR, too_late=2 * HOUR),
)
MINUTES = st.integers(-600, 72 * 60).map(lambda minutes: timedelta(minutes=minutes))


def due(left, settled_at=LONG_AGO, ladder=LADDER):
    step = ladder.due(starts_at=START, settled_at=settled_at, now=START - left)
    return step.letter if step else None


def test_the_steps_stand_from_the_earliest_to_the_last():
    assert LADDER.letters == ("two_days", "day", "hour")
    assert LADDER.reach == 48 * HOUR


@pytest.mark.parametrize(
    ("left", "letter"),
    [(48.1, None), (48, "two_days"), (24.1, "two_days"), (24, "day"), (2.1, "day"), (2, None), (1, "hour"), (0, None)],
)
def test_a_reminder_is_due_until_the_next_one_is_and_not_when_it_is_too_late(left, letter):
    assert due(left * HOUR) == letter


@pytest.mark.parametrize(("left", "letter"), [(40, None), (23, None), (1, "hour")])
def test_who_learnt_of_it_late_gets_only_what_goes_to_latecomers(left, letter):
    assert due(left * HOUR, settled_at=START - (left + 0.5) * HOUR) == letter


@pytest.mark.parametrize(
    ("letter", "left", "why"),
    [
        ("day", 23, None),
        ("day", 1.5, None),  # what was written in time is sent, although none would be written now
        ("day", 25, "it is too early for this reminder"),
        ("day", 50, "it is too early for this reminder"),
        ("two_days", 24, "the next reminder is due instead"),
        ("two_days", 1, "the next reminder is due instead"),
        ("hour", 0, "it has begun"),
    ],
)
def test_a_reminder_that_waited_is_sent_in_its_own_time_only(letter, left, why):
    assert LADDER.why_void(letter, starts_at=START, now=START - left * HOUR) == why


@given(MINUTES, st.timedeltas(timedelta(0), timedelta(days=4)))
def test_what_is_due_is_the_step_whose_time_it_is_and_would_be_sent(left, settled_before):
    now = START - left
    letter = due(left, settled_at=START - settled_before)

    if letter is not None:
        assert timedelta(0) < left <= LADDER.reach
        assert LADDER.step_at(starts_at=START, now=now).letter == letter
        assert [step for step in LADDER.letters if LADDER.why_void(step, starts_at=START, now=now) is None] == [letter]


@given(st.lists(MINUTES, min_size=1, max_size=40))
def test_whenever_the_sweep_comes_the_steps_come_in_their_order(moments):
    letters = [letter for left in sorted(moments, reverse=True) if (letter := due(left)) is not None]

    assert letters == sorted(letters, key=LADDER.letters.index)


@pytest.mark.parametrize(
    "steps",
    [
        (Reminder("day", before=HOUR), Reminder("hour", before=HOUR)),
        (Reminder("hour", before=2 * HOUR), Reminder("hour", before=HOUR)),
    ],
)
def test_two_reminders_at_the_same_time_or_with_one_letter_are_refused(steps):
    with pytest.raises(ValueError, match="two reminders"):
        Ladder(*steps)
