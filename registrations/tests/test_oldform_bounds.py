"""Files that would eat the machine are refused in words, in time and memory that grow with the file and no faster."""

import csv
import io
import tracemalloc

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from letsconnect.base import folding, upload_limits
from letsconnect.base.encodings import UnreadableFile
from letsconnect.tests.counting import calls
from registrations.models import ImportUpload
from registrations.oldform.reading import names, rows, table
from registrations.oldform.reading.cells import Certainty
from registrations.oldform.reading.columns import HEADINGS
from registrations.oldform.reading.report import MOST_LINES, Outcome
from registrations.tests.hostile_files import ANSWERED_WITH_ONE_THING, HEADING, HOSTILE, LONG_CELLS
from registrations.tests.test_oldform_cells import GROUPS, NOW, SKILLS

REFUSED = {
    "a heading of commas": "more than 200 columns",
    "the same heading again and again": "more than 200 columns",
    "nothing but line ends": "The file is empty",
    "line ends before a row": "more than 10,000 rows",
    "quotes": "quotation mark",
    "a quote that is never closed": "quotation mark",
    "a quote that is never closed at the end": "never closed",
    "one huge cell": "quotation mark",
    "a row of commas": "300,000 cells",
    "rows of one letter": "more than 10,000 rows",
    "bytes of no encoding": "cannot be read|quotation mark",
    "NUL": "NUL byte",
}


def read_all(content):
    told = table.read(content)
    lexicon = rows.Lexicon(SKILLS, GROUPS, rows.date_order(told), NOW)
    return [rows.read(row, told.columns, lexicon) for row in told.rows]


def outcome_of(content):
    try:
        return len(read_all(content))
    except UnreadableFile as refusal:
        return str(refusal)


@pytest.mark.parametrize(("name", "words"), REFUSED.items())
def test_what_eats_a_machine_is_refused_at_the_field_and_by_the_reader(name, words):
    content = HOSTILE[name](400_000)

    with pytest.raises(UnreadableFile, match=words):
        table.glance(content)
    with pytest.raises(UnreadableFile, match=words):
        table.read(content)


@pytest.mark.parametrize(
    "name", ["a heading of commas", "line ends after the heading", "line ends before a row", "quotes"]
)
def test_reading_holds_no_more_than_some_times_the_file(name):
    content = HOSTILE[name](300_000)
    tracemalloc.start()
    try:
        outcome_of(content)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 12_000_000


@pytest.mark.parametrize(
    ("name", "half"),
    [
        ("a heading of commas", 12_000),
        ("the same heading again and again", 12_000),
        ("lists of slips of the pen", 3_000),
        ("spaces in lists", 12_000),
    ],
)
def test_twice_the_file_is_twice_the_work(name, half):
    """What regular expressions do with it is measured in `test_oldform_storm.py`."""
    outcome_of(HOSTILE[name](2_000))  # tables are made ready once

    def work(size):
        content = HOSTILE[name](size)
        folding._short_key.cache_clear()
        return calls(lambda: outcome_of(content))

    assert work(2 * half) < 2.2 * work(half)


def test_what_a_file_may_hold_is_read():
    row = b"2023/05/19,a%d@example.org,User%d,Ana,Chile,English-5,Surveys\n"
    told = table.read(HEADING + b"".join(row % (number, number) for number in range(table.MOST_ROWS)))
    assert len(told.rows) == table.MOST_ROWS

    with pytest.raises(UnreadableFile, match="more than 10,000 rows"):
        table.read(HEADING + b"".join(row % (number, number) for number in range(table.MOST_ROWS + 1)))


def test_blank_rows_after_the_last_are_nothing():
    assert len(table.read(HEADING + b"x,a@b.org,Ana,Ana,Chile\n" + b",,,,,,\n" * 50_000).rows) == 1


def test_a_quote_that_is_never_closed_is_named_by_its_row():
    with pytest.raises(UnreadableFile, match="row 3 is never closed"):
        table.read(HEADING + b'x,a@b.org,Ana,Ana,Chile\nx,"b@b.org,Bob,Bob,Chile\nx,c@b.org,C,C,Peru\n')


def test_no_text_of_a_file_stays_in_memory():
    index = names.Names()
    index.add("engineering", "e")
    for number in range(6_000):
        index.close_to(f"enginering{number}")
        folding.key(f"{'x' * 300}{number}")

    assert len(index._slips) <= 5_000
    assert folding._short_key.cache_info().currsize <= 20_000


@pytest.mark.parametrize("field", ANSWERED_WITH_ONE_THING)
@pytest.mark.parametrize("cell", LONG_CELLS)
def test_an_answer_to_one_question_that_goes_on_and_on_is_unread_for_no_more_work_than_half_of_it(field, cell):
    """What regular expressions do with it is measured in `test_oldform_storm.py`."""
    read_one(field, cell)  # tables are made ready once
    row, work = read_one(field, cell)
    _half, work_of_half = read_one(field, cell[: len(cell) // 2])

    assert row.cells[field].certainty in (Certainty.UNREAD, Certainty.BLANK)
    assert work < 1.1 * work_of_half


def read_one(field, cell):
    """Read a row that has this cell in the column of ``field``; return it, and how many functions were called."""
    headings = [names[0] for names in HEADINGS.values()]
    told = table.read(_line(headings) + _line([cell if name == field else "x" for name in HEADINGS]))
    lexicon = rows.Lexicon(SKILLS, GROUPS, rows.timestamps.Order.UNDECIDED, NOW)
    made = []
    work = calls(lambda: made.append(rows.read(told.rows[0], told.columns, lexicon)))
    return made[0], work


def _line(cells):
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue().encode()


def test_the_report_is_bounded_and_the_counts_are_not():
    outcome = Outcome()
    for number in range(MOST_LINES + 5):
        outcome.reject(number, "blank row")

    assert len(outcome.lines) == MOST_LINES
    assert outcome.rejected == MOST_LINES + 5
    assert len(outcome.notes) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["a heading of commas", "nothing but line ends", "NUL", "a quote that is never closed"]
)
def test_a_coordinator_hears_at_the_field_what_is_wrong(client, coordinator, name):
    client.force_login(coordinator)
    url = reverse("admin:registrations_importupload_add")

    page = client.post(url, {"file": SimpleUploadedFile("old.csv", HOSTILE[name](200_000))})

    assert page.status_code == 200
    assert page.context["form"].errors["file"]
    assert not ImportUpload.objects.exists()


@pytest.mark.django_db
def test_nothing_is_kept_of_a_file_that_is_too_large(client, coordinator, monkeypatch):
    monkeypatch.setattr(upload_limits, "LARGEST", 100_000)
    client.force_login(coordinator)
    url = reverse("admin:registrations_importupload_add")

    page = client.post(url, {"file": SimpleUploadedFile("old.csv", b"x" * 300_000)})

    assert "larger than" in str(page.context["form"].errors["file"])
    assert page.wsgi_request.FILES == {}
