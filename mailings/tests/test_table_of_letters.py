"""docs/letters.md names every kind of letter, and says of each what the code says."""

from collections import Counter

import pytest
from django.conf import settings

from mailings import kinds
from mailings.domain.letters import Priority

ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (settings.BASE_DIR / "docs" / "letters.md").read_text().splitlines()
    if line.startswith("| `")
]
KINDS = [row[0].strip("`") for row in ROWS]


def registered():
    return [kind for kind in kinds.names() if not kind.startswith("tests.")]


def test_each_kind_of_letter_stands_in_the_table_once():
    assert [kind for kind, count in Counter(KINDS).items() if count > 1] == []
    assert sorted(KINDS) == sorted({kinds.line_of(kind) for kind in registered()})


def test_each_kind_of_letter_has_a_name_of_its_own_at_the_desk():
    names = {kinds.line_of(kind): kinds.label_of(kind) for kind in registered()}

    assert [kind for kind, name in names.items() if name == kind] == []
    assert [name for name, count in Counter(names.values()).items() if count > 1] == []
    assert kinds.label_of("matching.gone_away") == "gone away"


def keeping(kind):
    if not kind.is_kept:
        return "no"
    return "yes" if kind.keeps.is_for_the_desk else "reader"


@pytest.mark.parametrize("row", ROWS, ids=KINDS)
def test_a_line_says_everything_and_what_the_code_says(row):
    assert all(row)
    _kind, _when, _whom, _why, language, _late, goes, leave, kept = row
    of_line = [kinds.get(kind) for kind in registered() if kinds.line_of(kind) == row[0].strip("`")]

    assert {kind.priority for kind in of_line} == {Priority[goes.upper()]}
    assert {kind.bulk is not None for kind in of_line} == {leave == "yes"}
    assert {keeping(kind) for kind in of_line} == {kept}
    assert language in ("member", "page", "version")
