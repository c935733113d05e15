"""Files as they come: encodings, separators, headings, broken rows; and which rows are one person's."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letsconnect.base.encodings import UnreadableFile
from registrations.domain.registrations import MINUTES_A_WEEK, BabelLevel, merge_windows
from registrations.oldform.reading import columns, persons, rows, table
from registrations.oldform.reading.cells import Certainty
from registrations.oldform.reading.columns import HEADINGS
from registrations.oldform.reading.report import Line, write_csv
from registrations.reference.countries import COUNTRIES
from registrations.reference.languages import LANGUAGES
from registrations.tests.test_oldform_cells import GROUPS, NOW, SKILLS

DATA = Path(__file__).parent / "data"
HEADER = [names[0] for names in HEADINGS.values()]
LEXICON = rows.Lexicon(SKILLS, GROUPS, rows.timestamps.Order.UNDECIDED, NOW)
TWO_ROWS = (
    "Email Address,Wikimedia username,Full name,Country or territory\na@b.org,Ana,Ana,España\nb@b.org,Bob,Bob,مصر\n"
)


def read_rows(content):
    told = table.read(content if isinstance(content, bytes) else content.encode())
    return [rows.read(row, told.columns, LEXICON) for row in told.rows]


def one_row(**told):
    """A row of the whole form; ``told`` by field."""
    raw = table.RawRow(2, {names[0]: told.get(field, "") for field, names in HEADINGS.items()})
    return rows.read(raw, columns.match(HEADER), LEXICON)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_in_any_form_is_read_without_a_note(encoding):
    told = table.read(TWO_ROWS.encode(encoding))

    assert [row.cells["Country or territory"] for row in told.rows] == ["España", "مصر"]
    assert not any("Windows" in note for note in told.notes)


def test_windows_1252_is_read_with_a_note():
    told = table.read(TWO_ROWS.replace("مصر", "Perú").encode("cp1252"))

    assert told.rows[0].cells["Country or territory"] == "España"
    assert any("Windows-1252" in note for note in told.notes)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_found_by_the_headings(separator):
    told = table.read(TWO_ROWS.replace(",", separator).encode())

    assert len(told.rows) == 2
    assert told.rows[1].cells["Wikimedia username"] == "Bob"


def test_headings_match_whatever_case_order_and_words_around():
    told = table.read(
        b"EMAIL ADDRESS ,extra,  wikimedia  Username,Full Name (optional),Time zone (as Area/City),"
        b"I agree to follow the Universal Code of Conduct: see\na@b.org,keep me,Ana,Ana,UTC,Yes\n"
    )

    assert set(told.columns.places) == {"address", "username", "name", "zone", "consent"}
    assert told.rows[0].cells["extra"] == "keep me"
    assert any(note.startswith("Columns missing: Timestamp;") for note in told.notes)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\n\n\n", "empty"),
        (b"name,age,city,colour\nAna,3,Lima,red\n", "not an export"),
        (b'{"a": 1}', "not an export"),
        (b"PK\x03\x04rest", "spreadsheet"),
        (b"%PDF-1.7", "PDF"),
        (bytes(range(256)) * 20, "NUL byte"),
        (b"\xff\xfea", "utf-16"),
    ],
)
def test_another_file_is_refused_with_a_reason(content, reason):
    with pytest.raises(UnreadableFile, match=reason):
        table.read(content)


def test_short_long_blank_and_quoted_rows_are_all_rows():
    told = table.read(
        b"Email Address,Wikimedia username,Full name,Country or territory\n"
        b"a@b.org\n"
        b"b@b.org,Bob,Bob,Chile,more,and more\n"
        b"\n"
        b",,,\n"
        b'c@b.org,"Carla\nCC","say ""hi""",Peru\n'
    )

    assert [row.number for row in told.rows] == [2, 3, 4, 5, 6]
    assert [row.is_blank for row in told.rows] == [False, False, True, True, False]
    assert told.rows[0].cells["Full name"] == ""
    assert told.rows[1].cells["more 2"] == "and more"
    assert told.rows[4].cells["Full name"] == 'say "hi"'


def test_a_long_cell_is_kept_and_not_read():
    [long, other] = read_rows(TWO_ROWS.replace("Ana,Ana", "Ana," + "x" * 100_000))

    assert long["username"] == "Ana"
    assert long.cells["name"].certainty is Certainty.UNREAD
    assert other["country"] == "EG"


def test_a_column_told_twice_is_kept_twice_and_read_once():
    told = table.read(b"Email,Full name,Username,Country,Country\na@b.org,Ana,Ana,Chile,Peru\n")

    assert told.rows[0].cells["Country (5)"] == "Peru"
    assert rows.read(told.rows[0], told.columns, LEXICON)["country"] == "CL"


def test_a_blank_zone_of_a_country_with_one_is_inferred_but_not_counted():
    row = one_row(country="Nigeria")

    assert row.zone == "Africa/Lagos"
    assert row.cells["zone"].certainty is Certainty.BLANK
    assert one_row(country="Nigeria", zone="Mars/Olympus").zone == ""


def test_every_filled_cell_of_the_sample_is_counted_once():
    told = table.read((DATA / "old_form.csv").read_bytes())
    filled = sum(1 for row in told.rows for cell in row.cells.values() if cell.strip())
    read = [rows.read(row, told.columns, LEXICON) for row in told.rows if not row.is_blank]

    assert sum(1 for row in read for cell in row.cells.values() if cell.certainty) == filled


def test_other_spellings_are_read_as_well():
    told = table.read((DATA / "other_spellings.csv").read_bytes())
    lexicon = rows.Lexicon(SKILLS, GROUPS, rows.date_order(told), NOW)
    read = [rows.read(row, told.columns, lexicon) for row in told.rows]
    cells = [cell.certainty for row in read for cell in row.cells.values() if cell.certainty]

    assert [row["country"] for row in read[:9]] == ["BO", "FR", "EG", "BR", "TW", "UA", "IN", "GH", "BF"]
    assert read[0]["written_at"] == datetime(2023, 3, 12, 14, 5, tzinfo=UTC)
    assert read[2]["windows"] == merge_windows([(day * 1440 + 1080, day * 1440 + 1260) for day in (0, 1, 2, 3, 6)])
    assert sum(certainty is not Certainty.UNREAD for certainty in cells) / len(cells) >= 0.9


def test_the_report_holds_no_formula(tmp_path):
    with (tmp_path / "report.csv").open("w", newline="") as file:
        write_csv([Line(2, "Group", '=HYPERLINK("x")', "unread", "nothing"), Line(1, "@x", "-1", "+", "\tx")], file)
    lines = (tmp_path / "report.csv").read_text().splitlines()

    assert lines[1].startswith("1,'@x,'-1,'+,'\tx")
    assert "'=HYPERLINK" in lines[2]


def people(*told):
    return persons.group_by_person([one_row(address=address, username=username) for address, username in told])


def keys(found):
    return [person.keys for person in found]


def test_the_same_address_is_one_person_whatever_the_username():
    [person] = people(("A@b.org", "Ana"), ("a@b.org ", "Ana B"))

    assert len(person.rows) == 2
    assert person.keys == [("address", "a@b.org"), ("username", "Ana"), ("username", "Ana B")]


def test_without_an_address_the_username_tells_who_it_is():
    assert len(people(("n/a", "Ana_B"), ("", " ana B"))) == 1
    assert len(people(("a@b.org", "Ana"), ("", "ana"))) == 1


def test_two_addresses_are_two_persons_and_what_has_only_their_username_is_a_third():
    found = people(("a@b.org", "Ana"), ("c@d.org", "Ana"), ("", "Ana"))

    assert keys(found) == [[("address", "a@b.org")], [("address", "c@d.org")], [("username", "Ana")]]


def test_a_guessed_address_identifies_nobody():
    assert len(people(("a@b.org", "Ana"), ("a(at)b.org", "Bob"))) == 2


def test_the_newest_row_is_the_last_written_and_of_equals_the_lower():
    def row(number, written_at):
        return rows.Answers(table.RawRow(number, {}), {"written_at": rows.Cell(written_at)}, columns.match(HEADER))

    early, late = datetime(2023, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)
    person = persons.Person([row(2, early), row(3, late), row(4, None), row(5, early)])

    assert [one.raw.number for one in person.newest_first()] == [3, 5, 2, 4]


PIECES = st.sampled_from(
    [
        *(
            "Mon",
            "Tue-Fri",
            "18:00-20:00",
            "25:99",
            "6pm",
            "-",
            "/",
            ";",
            ",",
            "(",
            ")",
            "n/a",
            "999",
            "-1",
            "evenings",
        ),
        *("lunes", "18h", "à", "م", "٣", "English", "(4)", "fluent", "UTC+5:30", "Georgia", "Wikidata", "=1+1", "\n"),
        *("2023/02/31", "31/12/2023", "\u202e", "🇮🇳", "&", "and", "or", "12:60", "24:00", "0", "\t", ""),
    ]
)
CELL = st.one_of(
    st.text(max_size=60), st.lists(PIECES, max_size=8).map(" ".join), st.lists(PIECES, max_size=8).map("".join)
)


@given(st.fixed_dictionaries({field: CELL for field in HEADINGS}))
def test_no_garbage_makes_reading_fail_or_gives_what_a_registration_cannot_hold(told):
    row = one_row(**told)

    assert row["country"] in {None, *COUNTRIES}
    assert row["sessions"] is None or 0 <= row["sessions"] <= 20
    assert set((row["languages"] or {}).keys()) <= LANGUAGES.keys()
    assert set((row["languages"] or {}).values()) <= set(BabelLevel)
    windows = row["windows"] or []
    assert windows == merge_windows(windows)
    assert all(0 <= start < end <= MINUTES_A_WEEK and start % 15 == end % 15 == 0 for start, end in windows)
    assert row.zone == "" or rows.zones.current_name(row.zone)
    for field, limit in (("name", 100), ("username", 255), ("address", 254)):
        assert len(row[field] or "") <= limit
    for cell in row.cells.values():
        assert cell.certainty is not Certainty.GUESSED or cell.note


@given(st.binary(max_size=400))
def test_any_bytes_are_rows_or_a_refusal(content):
    try:
        table.read(content)
    except UnreadableFile as refusal:
        assert str(refusal)
