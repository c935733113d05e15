"""Dates and hours in the words of any language: months, halves and parts of the day, native digits."""

from datetime import UTC, datetime

import pytest

from registrations.oldform.reading import cldr, timestamps, windows
from registrations.oldform.reading.cells import Certainty
from registrations.oldform.reading.timestamps import Order
from registrations.tests.test_oldform_cells import NOW


def read(told, order=Order.UNDECIDED):
    cell = timestamps.read(told, order=order, now=NOW)
    return cell.certainty, cell.value


@pytest.mark.parametrize(
    ("told", "day", "hour", "minute"),
    [
        ("14-Mar-2024", 14, 0, 0),
        ("14/Mar/2024 3:05 PM", 14, 15, 5),
        ("Mar-14-2024", 14, 0, 0),
        ("2024-Mar-14 10:00", 14, 10, 0),
        ("14-março-2024", 14, 0, 0),
        ("14-Mar-24", 14, 0, 0),
        ("14 mars 24 15:05", 14, 15, 5),
        ("14. März 2024 15:05", 14, 15, 5),
        ("14 марта 2024 3:05 дня", 14, 15, 5),
        ("14 Machi 2024 10:05", 14, 10, 5),
        ("2024/3/5 下午3:05:00", 5, 15, 5),
        ("2024年3月5日 上午3:05", 5, 3, 5),
        ("2024. 3. 5 오후 3:05:00", 5, 15, 5),
        ("14/03/2024 7:30 مساءً", 14, 19, 30),
        ("١٤/٠٣/٢٠٢٤ ٧:٣٠ م", 14, 19, 30),
        ("14/03/2024 7:30 ص", 14, 7, 30),
        ("14 de março de 2024 7:30 da manhã", 14, 7, 30),
        ("14/03/2024 7:30 da noite", 14, 19, 30),
        ("14 mars 2024 7:30 du soir", 14, 19, 30),
        ("14/03/2024 3:05 de la tarde", 14, 15, 5),
        ("14/03/2024 12:30 a. m.", 14, 0, 30),
        ("14/03/2024 12:30 p. m.", 14, 12, 30),
        ("१४ मार्च २०२४ शाम ६:३०", 14, 18, 30),
        ("14 मार्च 2024 रात 2:30", 14, 2, 30),
        ("14 मार्च 2024 रात 9:30", 14, 21, 30),
        ("14/03/2024 3:05 μ.μ.", 14, 15, 5),
        ("2024-03-13 24:00", 14, 0, 0),
        ("14.3.2024. 15:05", 14, 15, 5),
        ("14.3.2024.", 14, 0, 0),
    ],
)
def test_a_moment_is_read_in_any_language(told, day, hour, minute):
    assert read(told) == (Certainty.UNDERSTOOD, datetime(2024, 3, day, hour, minute, tzinfo=UTC))


@pytest.mark.parametrize(
    "told",
    [
        "14/03/2024 25:00",
        "2024-03-14 24:30",
        "14/03/2024 13:30 pm",
        "14/03/2024 11:30 晚餐",
        "31-Feb-2024",
        "14-Xyz-2024",
    ],
)
def test_what_tells_no_moment_is_unread(told):
    assert read(told) == (Certainty.UNREAD, None)


def test_a_month_that_is_another_one_in_another_language_is_not_guessed():
    assert cldr.month("listopad") is None
    assert cldr.month("Mars") == 3


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("Mon 6:00 오후 - 8:00 오후", "Mon 18:00–20:00"),
        ("月曜日 午後6:00-午後8:00", "Mon 18:00–20:00"),
        ("Sat 下午2:00-下午4:00", "Sat 14:00–16:00"),
        ("Mon 6:00 μ.μ. - 8:00 μ.μ.", "Mon 18:00–20:00"),
        ("lundi 6:00 du soir - 8:00 du soir", "Mon 18:00–20:00"),
        ("sábado 7 da noite - 9 da noite", "Sat 19:00–21:00"),
        ("الاثنين 7 مساء - 9 مساء", "Mon 19:00–21:00"),
        ("Mon 18:00-24:00", "Mon 18:00–24:00"),
    ],
)
def test_hours_with_a_half_of_the_day_in_any_language(told, shown):
    cell = windows.read(told)

    assert (cell.certainty, windows.show(cell.value)) == (Certainty.UNDERSTOOD, shown)


@pytest.mark.parametrize(
    "told",
    [
        "Mon until 10am",
        "till 10am Mon",
        "hasta las 10 los lunes",
        "lundi jusqu'à 10h",
        "até 10h segunda",
        "الاثنين حتى 10 صباحا",
    ],
)
def test_until_an_hour_is_before_it(told):
    cell = windows.read(told)
    assert (cell.certainty, windows.show(cell.value)) == (Certainty.GUESSED, "Mon 07:00–10:00")


@pytest.mark.parametrize("told", ["Mon 8:00 until 10:00", "lunes de 8 hasta 10h", "الاثنين 8:00 حتى 10:00"])
def test_from_an_hour_until_another_is_a_range(told):
    assert windows.show(windows.read(told).value) == "Mon 08:00–10:00"


def test_an_end_after_a_part_of_the_day_is_not_guessed():
    assert windows.read("evenings until 22:00").certainty is Certainty.UNREAD


@pytest.mark.parametrize("told", ["45365.628472", "45365,628472"])
def test_a_spreadsheets_count_of_days_is_read_with_the_decimal_sign_of_any_country(told):
    certainty, moment = read(told)

    assert (certainty, f"{moment:%Y-%m-%d %H:%M}") == (Certainty.GUESSED, "2024-03-14 15:04")
