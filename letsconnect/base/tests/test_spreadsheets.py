"""No cell of a file we hand out is a formula."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letsconnect.base.spreadsheets import harmless, looks_like_formula


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "\x00=1",
        "\x00\x00x",
        "\tx",
        "\rx",
        "\nx",
        "＝1+1",
        "＋1",
        "－1",
        "＠SUM(A1)",
        "﹦1",
        "  =1",
        "\u00a0=1",
        "\u200b=1",
        "\ufeff=1",
        "\x0b=1",
        '=HYPERLINK("http://example.org","x")',
    ],
)
def test_what_a_spreadsheet_takes_for_a_formula_is_made_a_text(text):
    assert looks_like_formula(text)
    assert harmless(text).startswith("'")


def test_taking_out_a_control_code_uncovers_no_formula():
    assert harmless("\x1f\nx") == "'\nx"


@pytest.mark.parametrize("text", ["A\uffffna", "\ufffeAna", "A\x01na", "Ana\x0b"])
def test_a_cell_holds_nothing_that_a_spreadsheet_file_may_not_hold(text):
    assert harmless(text) == "Ana"


@pytest.mark.parametrize("text", ["", "Amina", "1 = 1", "a@example.org", "يوم", "a\nb", "−1", "'=1", "2-3"])
def test_other_text_stays_as_it_is(text):
    assert harmless(text) == text


@given(st.text())
def test_no_text_is_a_formula_afterwards_and_nothing_a_person_wrote_is_lost(text):
    safe = harmless(text)

    assert not looks_like_formula(safe)
    assert "\x00" not in safe
    assert [char for char in safe.removeprefix("'") if char >= " "] == [
        char for char in text.removeprefix("'") if char >= " " and char not in "\x7f\ufffe\uffff"
    ]
