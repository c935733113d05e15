"""Decisions about clinics and seats, as tables of cases."""

from datetime import UTC, datetime, timedelta

import pytest

from clinics.domain import clinics
from clinics.domain.clinics import ClinicPhase, ClinicState

START = datetime(2026, 5, 4, 14, 0, tzinfo=UTC)
END = START + timedelta(hours=2)


def minutes(number):
    return timedelta(minutes=number)


@pytest.mark.parametrize(
    ("state", "is_full", "now", "expected"),
    [
        (ClinicState.DRAFT, False, START, ClinicPhase.DRAFT),
        (ClinicState.CANCELLED, True, START, ClinicPhase.CANCELLED),
        (ClinicState.HELD, False, START, ClinicPhase.OVER),
        (ClinicState.ARCHIVED, False, START, ClinicPhase.OVER),
        (ClinicState.ANNOUNCED, False, START - minutes(61), ClinicPhase.OPEN),
        (ClinicState.ANNOUNCED, True, START - minutes(61), ClinicPhase.FULL),
        (ClinicState.ANNOUNCED, False, START - minutes(60), ClinicPhase.CLOSED),
        (ClinicState.ANNOUNCED, True, START, ClinicPhase.LIVE),
        (ClinicState.ANNOUNCED, False, END - minutes(1), ClinicPhase.LIVE),
        (ClinicState.ANNOUNCED, False, END, ClinicPhase.OVER),
    ],
)
def test_what_a_clinic_is_follows_from_state_clock_and_seats(state, is_full, now, expected):
    phase = clinics.phase(
        state=state, starts_at=START, ends_at=END, closes_at=START - minutes(60), is_full=is_full, now=now
    )

    assert phase == expected


@pytest.mark.parametrize(("taken", "seat"), [([], 1), ([1], 2), ([1, 3], 2), ([1, 2, 3], None), ([7], 1)])
def test_seats_are_drawn_from_one_to_capacity(taken, seat):
    assert clinics.next_free_seat(capacity=3, taken=taken) == seat


@pytest.mark.parametrize(
    ("state", "now", "is_open"),
    [
        (ClinicState.ANNOUNCED, START - minutes(1), True),
        (ClinicState.ANNOUNCED, START, False),
        (ClinicState.DRAFT, START - minutes(1), False),
        (ClinicState.CANCELLED, START - minutes(1), False),
        (ClinicState.HELD, START - minutes(1), False),
    ],
)
def test_sign_up_is_open_for_an_announced_clinic_until_it_closes(state, now, is_open):
    if is_open:
        clinics.check_open(state=state, closes_at=START, now=now)
    else:
        with pytest.raises(clinics.ClinicClosed):
            clinics.check_open(state=state, closes_at=START, now=now)


@pytest.mark.parametrize(
    ("state", "now", "open_"),
    [
        (ClinicState.ANNOUNCED, START - minutes(31), False),
        (ClinicState.ANNOUNCED, START - minutes(30), True),
        (ClinicState.ANNOUNCED, END - minutes(1), True),
        (ClinicState.ANNOUNCED, END, False),
        (ClinicState.CANCELLED, START, False),
        (ClinicState.DRAFT, START, False),
    ],
)
def test_the_doors_are_open_from_half_an_hour_before_until_the_end(state, now, open_):
    assert clinics.doors_are_open(state=state, starts_at=START, ends_at=END, now=now) is open_


@pytest.mark.parametrize(
    ("was", "becomes", "allowed"),
    [
        ("draft", "announced", True),
        ("draft", "cancelled", True),
        ("draft", "held", False),
        ("announced", "held", True),
        ("announced", "cancelled", True),
        ("announced", "draft", False),
        ("held", "archived", True),
        ("held", "cancelled", False),
        ("archived", "held", False),
        ("cancelled", "announced", False),
    ],
)
def test_a_clinic_goes_from_draft_to_archive_or_is_cancelled(was, becomes, allowed):
    if allowed:
        clinics.check_move(was, becomes)
    else:
        with pytest.raises(clinics.ClinicMoveNotAllowed):
            clinics.check_move(was, becomes)
