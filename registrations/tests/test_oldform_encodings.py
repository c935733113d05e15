"""Files as programs write them: encodings, a damaged byte, told separators, answers with separators in them."""

import pytest

from letsconnect.base.encodings import UnreadableFile
from registrations.oldform.reading import columns, groups, rows, skills, table, text
from registrations.oldform.reading.cells import Certainty
from registrations.tests.test_oldform_cells import GROUPS, NOW, SKILLS

FILE = (
    "Email Address,Wikimedia username,Full name,Country or territory\n"
    "a@b.org,Ana,Ana Pérez,España\nb@b.org,سارة,سارة,مصر\nc@b.org,Zoë,Zoë,Perú\n"
)


def read_rows(told):
    lexicon = rows.Lexicon(SKILLS, GROUPS, rows.date_order(told), NOW, is_sure_of_letters=not told.guess)
    return [rows.read(row, told.columns, lexicon) for row in told.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_every_unicode_encoding_is_read_with_and_without_a_mark(encoding):
    told = table.read(FILE.encode(encoding))

    assert [row.cells["Country or territory"] for row in told.rows] == ["España", "مصر", "Perú"]
    assert told.guess == ""


def test_one_bad_byte_costs_one_cell():
    told = table.read(FILE.encode().replace("Ana Pérez".encode(), b"Ana P\xe9rez"))
    [ana, sara, zoe] = read_rows(told)

    assert told.guess == ""
    assert any("rows are: 2." in note for note in told.notes)
    assert ana.cells["name"].certainty is Certainty.UNREAD
    assert ana.raw.cells["Full name"] == "Ana P\ufffdrez"
    assert (ana["username"], ana["country"]) == ("Ana", "ES")
    assert (sara["name"], sara["country"]) == ("سارة", "EG")
    assert (zoe["name"], zoe["country"]) == ("Zoë", "PE")


def test_a_file_cut_off_inside_a_letter_stays_utf_8():
    told = table.read(FILE.encode().rstrip()[:-1])

    assert told.guess == ""
    assert [row["country"] for row in read_rows(told)] == ["ES", "EG", None]


def test_a_bad_byte_in_a_heading_or_a_column_of_no_field_harms_no_answer():
    content = FILE.replace("Full name", "Full name (opcional sin número)").replace("Ana Pérez", "Ana").encode()
    told = table.read(content.replace("número".encode(), b"n\xfamero"))

    assert [row["country"] for row in read_rows(told)] == ["ES", "EG", "PE"]


@pytest.mark.parametrize(
    ("page", "country", "name"),
    [
        ("cp1252", "España", "Zoë"),
        ("cp1256", "مصر", "سارة"),
        ("cp1250", "Polska", "Łukasz"),
        ("cp1251", "Україна", "Ольга"),
    ],
)
def test_a_code_page_is_a_guess_until_somebody_chooses(page, country, name):
    content = f"Email,Username,Full name,Country\na@b.org,Ana,{name},{country}\n".encode(page)
    told = table.read(content)
    [row] = read_rows(told)

    assert told.guess
    assert {cell.certainty for cell in row.cells.values()} <= {Certainty.BLANK, Certainty.GUESSED, Certainty.UNREAD}
    samples = {offered: lines for offered, _name, *lines in told.samples}
    assert name in samples[page][0]

    chosen = table.read(content, page)
    [row] = read_rows(chosen)
    assert (chosen.guess, row["name"]) == ("", name)
    assert row.cells["country"].certainty is Certainty.UNDERSTOOD


def test_a_code_page_that_cannot_be_is_not_offered_and_not_taken():
    content = b"Email,Username,Full name,Country\na@b.org,Ana,\x81\x8d,Chile\n"

    assert "cp1252" not in [page for page, *_lines in table.read(content).samples]
    with pytest.raises(UnreadableFile):
        table.read(content, "cp1252")
    with pytest.raises(UnreadableFile):
        table.read(content, "rot13")


@pytest.mark.parametrize("begins", ["sep=;\n", "sep=;\r\n", '"sep=;"\n', "SEP=;\n", "\ufeffsep=;\n", "sep=;;;;\n"])
def test_a_line_that_tells_the_separator_is_believed_and_is_no_row(begins):
    told = table.read((begins + FILE.replace(",", ";")).encode())

    assert [row.number for row in told.rows] == [2, 3, 4]
    assert [row.cells["Country or territory"] for row in told.rows] == ["España", "مصر", "Perú"]


def test_a_tab_is_told_likewise_and_a_wrong_separator_is_not_believed():
    assert len(table.read(("sep=\t\n" + FILE.replace(",", "\t")).encode()).rows) == 3
    assert len(table.read(("sep=|\n" + FILE).encode()).rows) == 3


def test_line_ends_inside_a_heading_hide_no_separator():
    told = table.read(b'"Email;\nAddress";Username;Full name;Country\na@b.org;Ana;Ana, B;Chile\n')

    assert told.rows[0].cells["Full name"] == "Ana, B"


INDEX = skills.SkillIndex.of(
    [
        ("Evaluation", "evaluation"),
        ("Evaluation, impact and learning", "impact"),
        ("Learning", "learning"),
        ("Copyright, licences/permissions", "copyright"),
        ("Surveys", "surveys"),
    ]
)


@pytest.mark.parametrize(
    ("told", "slugs"),
    [
        ("Evaluation, impact and learning, Surveys", ["impact", "surveys"]),
        ("Surveys, Evaluation, impact and learning", ["surveys", "impact"]),
        ("Evaluation, Surveys", ["evaluation", "surveys"]),
        ("evaluation, impact and learning; Copyright, licences/permissions", ["impact", "copyright"]),
        (
            "Copyright, licences/permissions, Evaluation, impact and learning, Evaluation",
            ["copyright", "impact", "evaluation"],
        ),
    ],
)
def test_answers_with_commas_in_them_are_taken_whole_the_longest_first(told, slugs):
    cell = skills.read(told, INDEX)

    assert (cell.certainty, cell.value) == (Certainty.UNDERSTOOD, slugs)


def test_a_group_with_a_comma_in_its_name_is_one_group():
    index = groups.index_of([("Wikimedia D.C., Inc.", "dc"), ("Wikimedia Chile", "cl")])

    assert groups.read("Wikimedia D.C., Inc.", index).value == groups.GroupAnswer(slug="dc")
    cell = groups.read("Wikimedia Chile, Wikimedia D.C., Inc.", index)
    assert (cell.value.slug, cell.value.words) == ("cl", "Wikimedia D.C., Inc.")


def test_a_bracket_that_is_never_closed_swallows_nothing():
    assert text.split_outside_brackets("English (4, French, Spanish", ",") == [
        "English (4",
        "French",
        "Spanish",
    ]


def test_headings_told_apart_stay_apart():
    assert columns.match(["Email", "A", "A (3)", "A", "Username", "Name", "Country"]).headings[1:4] == (
        "A",
        "A (3)",
        "A (4)",
    )


@pytest.mark.parametrize("name", ["JosÃ©", "Å“sten", "Ø§Ù„Ø¹Ø±Ø¨ÙŠØ©", "Ð˜Ð²Ð°Ð½", "å±±ç”°", "Jos\ufffd"])
def test_a_name_garbled_before_it_came_to_us_is_not_understood(name):
    [ana, *_others] = read_rows(table.read(FILE.replace("Ana Pérez", name).encode()))

    assert ana.cells["name"].certainty is Certainty.GUESSED
    assert ana.cells["country"].certainty is Certainty.UNDERSTOOD


@pytest.mark.parametrize("name", ["FRANÇOIS", "JOSÉ’S", "IRMÃO", "Jürgen Þór", "AÇÃO", "سارة", "Ñandú «JOSÉ»", "SÃO-Â"])
def test_capitals_with_marks_are_not_taken_for_garbled(name):
    [ana, *_others] = read_rows(table.read(FILE.replace("Ana Pérez", name).encode()))

    assert (ana.cells["name"].certainty, ana["name"]) == (Certainty.UNDERSTOOD, name)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_half_a_letter_in_a_wide_file_costs_one_cell(encoding):
    told = table.read(FILE.replace("Ana Pérez", "Ana P\ud83d").encode(encoding, "surrogatepass"))

    assert any("rows are: 2." in note for note in told.notes)
    assert told.rows[0].cells["Full name"] == "Ana P\ufffd"
    assert [(row["name"], row["country"]) for row in read_rows(told)] == [(None, "ES"), ("سارة", "EG"), ("Zoë", "PE")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
def test_a_nul_is_refused_in_every_encoding(encoding):
    content = FILE.replace("Zoë", "Zo\x00ë").encode(encoding)

    for read in (table.glance, table.read):
        with pytest.raises(UnreadableFile, match="Line 4 has a NUL byte"):
            read(content)


def test_of_two_columns_with_one_question_it_is_said_which_is_not_read():
    told = table.read(b"Email Address,Full name,Country,Name,Wikimedia username,Full name\na@b.org,Ana,Spain,B,Ana,C\n")

    assert any("Not read" in note and "“Name” (column 4); “Full name (6)” (column 6)" in note for note in told.notes)
    assert read_rows(told)[0]["name"] == "Ana"


def test_quotation_marks_after_a_space_are_quotation_marks():
    told = table.read(b'"Email Address"; "Full name"; "Country"; "Username"\n"a@b.org"; "Ana; B\nC"; "Spain"; "A"\n')

    [ana] = read_rows(told)
    assert (ana.raw.cells["Full name"], ana["country"]) == ("Ana; B\nC", "ES")
    with pytest.raises(UnreadableFile, match="never closed"):
        table.read(b'"Email Address", "Full name", "Country", "Username"\n"a@b.org", "Ana, Spain, A\n')
