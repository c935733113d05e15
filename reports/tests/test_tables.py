"""Tables of reports, their files, and the pages that show them."""

import csv
import io
import json
from datetime import date
from zipfile import ZipFile

import pytest
import time_machine
from django.urls import reverse

from registrations.models import SensitiveTally
from registrations.tests.factories import NOW, make_coordinator, make_registration
from reports.domain.periods import Period, PeriodError, year_so_far, years
from reports.domain.tables import FEW, HIDDEN, FigureColumn, FigureRow, FigureTable, to_fives
from reports.files import CSV, JSON, XLSX, as_json, file_of
from reports.forms import PeriodForm

COLUMNS = (FigureColumn("who", "Who"), FigureColumn("people", "People", "How many there are."))
TABLE = FigureTable(
    "x",
    "X",
    COLUMNS,
    (FigureRow(("=1+1", 12)), FigureRow(("few", HIDDEN)), FigureRow(("none", None)), FigureRow(("all", 17), True)),
)


def test_a_file_says_what_the_page_says_and_no_text_is_a_formula():
    rows = list(csv.reader(io.StringIO(file_of(TABLE, CSV).decode("utf-8-sig"))))
    sheet = ZipFile(io.BytesIO(file_of(TABLE, XLSX))).read("xl/worksheets/sheet1.xml").decode()

    assert rows[:5] == [["Who", "People"], ["'=1+1", "10"], ["few", "hidden"], ["none", ""], ["all", "15"]]
    assert rows[5] == [] and "rounded to the nearest five" in rows[6][0] and "below five" in rows[7][0]
    assert rows[-1] == ["People", "How many there are."]
    assert "'=1+1" in sheet and "<v>10</v>" in sheet and "<t>hidden</t>" in sheet and "<f>" not in sheet
    assert "<v>12</v>" not in sheet and "rounded to the nearest five" in sheet
    assert json.loads(file_of(TABLE, JSON)) == as_json(TABLE)
    assert [row["values"]["people"] for row in as_json(TABLE)["rows"]] == [10, None, None, 15]
    assert as_json(TABLE)["rounded_to"] == 5 and "rounded to the nearest five" in as_json(TABLE)["notes"][0]
    assert as_json(TABLE)["rows"][1] == {
        "is_total": False,
        "values": {"who": "few", "people": None},
        "hidden": ["people"],
        "few": [],
    }


def test_what_is_hidden_stays_hidden_when_figures_are_rounded():
    assert [row.cells[1] for row in TABLE.rounded().rows] == [10, HIDDEN, None, 15]
    assert [to_fives(number) for number in range(9)] == [0, FEW, FEW, FEW, FEW, 5, 5, 5, 10]


def test_what_counts_no_people_is_exact_and_a_rounded_number_is_never_told_as_nothing():
    columns = (*COLUMNS, FigureColumn("clinics", "Clinics", "Clinics held.", is_exact=True))
    table = FigureTable("x", "X", columns, (FigureRow(("one", 12, 2)), FigureRow(("two", 2, 0))))
    rows = list(csv.reader(io.StringIO(file_of(table, CSV).decode("utf-8-sig"))))

    assert rows[1:3] == [["one", "10", "2"], ["two", "fewer than 5", "0"]]
    assert as_json(table)["rows"][1] == {
        "is_total": False,
        "values": {"who": "two", "people": None, "clinics": 0},
        "hidden": [],
        "few": ["people"],
    }
    assert [column["is_exact"] for column in as_json(table)["columns"]] == [False, False, True]
    assert any("do not count people: Clinics" in note for note in as_json(table)["notes"])


def test_a_table_whose_rows_do_not_fit_its_columns_is_refused():
    with pytest.raises(ValueError, match="1 cells for 2 columns"):
        FigureTable("x", "X", COLUMNS, (FigureRow(("alone",)),))


def test_a_period_ends_with_its_last_day_and_is_no_longer_than_ten_years():
    period = Period(date(2026, 1, 31), date(2026, 3, 1))

    assert (period.ends_at - period.starts_at).days == 30
    assert list(period.months()) == [date(2026, month, 1) for month in (1, 2, 3)]
    for first, last in ((date(2026, 1, 2), date(2026, 1, 1)), (date(2015, 1, 1), date(2026, 1, 1))):
        with pytest.raises(PeriodError):
            Period(first, last)


def test_a_report_is_about_one_year_as_far_as_its_months_are_over():
    today = date(2026, 3, 1)

    assert year_so_far(2026, today=today) == Period(date(2026, 1, 1), date(2026, 2, 28))
    assert year_so_far(2025, today=today) == Period(date(2025, 1, 1), date(2025, 12, 31))
    assert list(years(date(2026, 1, 31))) == list(range(2025, 2014, -1)), "of 2026 no month is over"
    for typed in ("2027", "x", "1915"):
        form = PeriodForm({"year": typed}, today=today)
        assert form.period() is None and list(form.errors) == ["year"] and form["year"].value() == typed
    assert PeriodForm({}, today=today).period() == year_so_far(2026, today=today)


@pytest.mark.django_db
@time_machine.travel(NOW, tick=False)
def test_people_of_today_are_counted_and_few_of_them_are_hidden(client):
    for count, region in ((6, "MENA"), (3, "SSA"), (7, "LAC")):
        for _each in range(count):
            make_registration(region=region, state="approved")
    client.force_login(make_coordinator())

    page = client.get(reverse("admin:reports_report", args=["people"]))
    file = client.get(reverse("admin:reports_file", args=["people", "people", "json"])).json()
    shown = {row["values"]["region"]: row["values"]["approved"] for row in file["rows"]}

    assert "Sub-Saharan Africa" in page.text
    assert shown["Middle East & North Africa"] is None, "with the sum it would tell the three"
    assert shown["Sub-Saharan Africa"] is None
    assert (shown["Latin America & Caribbean"], shown["North America"], shown["all"]) == (5, 0, 15), "in a file: fives"
    (table,) = page.context["tables"]
    assert {7, 0, 16} <= {row.cells[1] for row in table.rows}, "at the desk: exact"


@pytest.mark.django_db
@time_machine.travel(NOW, tick=False)
def test_gender_and_age_are_sums_of_years_whose_answers_are_deleted(client):
    """In March answers of last December may still be there, so last year is not told yet."""
    for year in (2024, 2025):
        for option, count in (("woman", 8), ("man", 6), ("not_listed", 1)):
            SensitiveTally.objects.create(year=year, question="gender", option=option, count=count)
    client.force_login(make_coordinator())

    table = client.get(reverse("admin:reports_file", args=["gender-and-age", "gender", "json"])).json()
    told = {(row["values"]["year"], row["values"]["answer"]): row["values"]["answers"] for row in table["rows"]}

    assert {year for year, _answer in told} == {"2024"}
    assert told["2024", "all"] == 15
    assert 1 not in told.values() and list(told.values()).count(None) == 2
