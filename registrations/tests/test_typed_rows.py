"""A row of a table is typed at the desk: which text means which row, and what is asked where it means none."""

import pytest
from django import forms

from registrations.reference.typed_rows import RowFinder, row_field

ROWS = [(7, "Núñez writes"), (8, "Part 12"), (22, "Part one"), (23, "Part one"), (14, "كتابة المقالات"), (15, "One")]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("nunez", "#7"),
        ("WRITES  núñez", "#7"),
        ("12", "#8"),  # a part of a name, not a number
        ("#22", "#22"),
        ("one", "#15"),  # called exactly so, though others hold the word
        ("Part one (#23)", "#23"),
        ("part one", ""),
        ("part", ""),
        ("كتابه", "#14"),
        ("#99", ""),
        ("none of them", ""),
        ("·", ""),
    ],
)
def test_a_text_means_the_row_that_is_called_so_or_the_only_one_that_is_found(text, meant):
    assert RowFinder(lambda: ROWS).value_of(text, "en") == meant


def test_the_field_asks_which_one_and_keeps_what_was_typed():
    class Form(forms.Form):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.fields["row"] = row_field(lambda: ROWS, row_of=dict(ROWS).get, required=False)

    asked, unknown, picked, empty = (
        Form(data) for data in ({"row": "part"}, {"row": "zzz"}, {"row": "part", "row-pick": "#22"}, {})
    )

    assert not asked.is_valid() and 'value="part"' in str(asked["row"])
    assert str(asked["row"]).count('type="radio"') == 3 and "Part one (#22)" in str(asked["row"])
    assert not unknown.is_valid() and "We find nothing called “zzz”" in str(unknown.errors)
    assert picked.is_valid() and picked.cleaned_data == {"row": "Part one"} and "Part one (#22)" in str(picked["row"])
    assert empty.is_valid() and empty.cleaned_data == {"row": None}
    assert not Form({"row": "Núñez writes"}, initial={"row": 7}).has_changed()
    assert 'value="Núñez writes"' in str(Form(initial={"row": 7})["row"])
